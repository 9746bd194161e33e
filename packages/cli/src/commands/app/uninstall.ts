import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { uninstallApp } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app uninstall`: nobody new in the org may use an app of another. */
export function appUninstall(terminal: Terminal): CommandUnknownOpts {
  return new Command('uninstall')
    .summary('take a connected app of another org out of this one')
    .description(
      "Takes a connected app of another org out of this one and forgets this org's policies for it. Nothing is revoked: who " +
        'has authorized the app goes on using it, and nobody new may. To end that too: sallyport app block.',
    )
    .argument('<app>', 'by API name or consumer key')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { app, org } = await findApp(stores, name, options.org)
        const users = (await stores.approvals.usersOf(app.id, org.id)).length
        await confirmed(
          terminal,
          options.yes,
          `This forgets the policies of the org “${org.name}” for ${app.fullName}. Its users there (${users}) go on using it, ` +
            'under the default policies.',
        )
        const uninstalled = await uninstallApp(stores, app, org)
        accepted(terminal, uninstalled, 'The connected app was not uninstalled.', { app: '<app>' })
        terminal.answer(
          { consumerKey: app.consumerKey, fullName: app.fullName, org: org.name, isInstalled: false },
          `${terminal.style.green('✓')} ${app.fullName} is not installed in the org “${org.name}” any more.`,
        )
      }),
    )
}
