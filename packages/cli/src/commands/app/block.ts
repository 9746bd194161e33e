import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { blockApp } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app block`: nobody in the org can use the app any more. */
export function appBlock(terminal: Terminal): CommandUnknownOpts {
  return new Command('block')
    .summary('end all use of a connected app in an org')
    .description('Ends every token of a connected app in an org at once, and refuses new ones until it is unblocked.')
    .argument('<app>', 'by API name or consumer key; of an app of another org the latter')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { app, org } = await findApp(stores, name, options.org)
        await blockApp(stores, app, org)
        terminal.answer(
          { consumerKey: app.consumerKey, fullName: app.fullName, org: org.name, isBlocked: true },
          `${terminal.style.green('✓')} ${app.fullName} is blocked in the org “${org.name}”, and its tokens have ended.`,
        )
      }),
    )
}
