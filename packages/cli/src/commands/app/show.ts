import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { revealSecret } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { appJson, appText, shownApp } from './shown-app.ts'

/** `sallyport app show`: one connected app. */
export function appShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a connected app')
    .description('Shows a connected app: its settings, and the policies of an org for it.')
    .argument('<app>', 'by API name or consumer key')
    .option('--secret', 'reveal the consumer secret too')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal }) => {
        const found = await findApp(stores, name, options.org)
        if (options.secret === true) await checkOwnApp(stores, found, 'its secret be revealed')
        const secret = options.secret === true ? await revealSecret({ ...stores, seal }, found.app) : undefined
        const shown = await shownApp(stores, found, secret)
        terminal.answer(appJson(shown), appText(shown, terminal.style))
      }),
    )
}
