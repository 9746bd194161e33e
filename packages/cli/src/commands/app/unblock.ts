import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { unblockApp } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app unblock`: the app can be used again. */
export function appUnblock(terminal: Terminal): CommandUnknownOpts {
  return new Command('unblock')
    .summary('let a blocked connected app be used again')
    .description('Lets a blocked connected app be used again. Tokens that blocking ended stay so.')
    .argument('<app>', 'by API name or consumer key; of an app of another org the latter')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { app, org } = await findApp(stores, name, options.org)
        await unblockApp(stores, app, org)
        terminal.answer(
          { consumerKey: app.consumerKey, fullName: app.fullName, org: org.name, isBlocked: false },
          `${terminal.style.green('✓')} ${app.fullName} can be used again in the org “${org.name}”.`,
        )
      }),
    )
}
