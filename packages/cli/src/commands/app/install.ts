import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { installApp } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app install`: users of the org may authorize an app of another. */
export function appInstall(terminal: Terminal): CommandUnknownOpts {
  return new Command('install')
    .summary('install a connected app of another org')
    .description(
      'Installs a connected app of another org in this one: its users may authorize the app, and the app has policies here. ' +
        "Its settings, secret and certificate stay its own org's.",
    )
    .argument('<app>', 'by consumer key; by API name, if it was to be used here already')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport app install 3MVG9… --org Target')
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { app, org } = await findApp(stores, name, options.org)
        accepted(terminal, await installApp(stores, app, org), 'The connected app was not installed.', { app: '<app>' })
        terminal.answer(
          { consumerKey: app.consumerKey, fullName: app.fullName, org: org.name, isInstalled: true },
          `${terminal.style.green('✓')} ${app.fullName} is installed in the org “${org.name}”.\n` +
            `  Who may use it there: sallyport app update ${app.consumerKey} --org "${org.name}" --permitted-users …`,
        )
      }),
    )
}
