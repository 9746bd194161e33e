import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findHandler, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { handlerJson, handlerText, shownHandler } from './shown-handler.ts'

/** `sallyport token-exchange-handler show`: everything about a handler. */
export function handlerShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a token exchange handler')
    .description('Shows everything about a token exchange handler.')
    .argument('<name>', 'API name')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const shown = await shownHandler(stores, org, await findHandler(stores, org, name))
        terminal.answer(handlerJson(shown), handlerText(shown, terminal.style))
      }),
    )
}
