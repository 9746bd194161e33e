import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeOrg } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { orgJson } from './shown-org.ts'

/** `sallyport org update`: changes what every app of an org is held to. */
export function orgUpdate(terminal: Terminal): CommandUnknownOpts {
  return new Command('update')
    .summary('change what every app is held to')
    .description('Changes what every connected app is held to in an org. What is not named stays as it is.')
    .argument('[org]', 'by name, My Domain or id; needless when there is only one')
    .option('--require-pkce', 'every app must send a PKCE challenge')
    .option('--no-require-pkce')
    .option(
      '--admin-approved-apps-only',
      'API Access Control: only apps that are installed and for admin approved users',
    )
    .option('--no-admin-approved-apps-only')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { requirePkce, adminApprovedAppsOnly } = options
        const org = await findOrg(stores, name)
        const settings = entered({
          isPkceRequired: requirePkce,
          enableAdminApprovedAppsOnly: adminApprovedAppsOnly,
        })
        const changed = accepted(terminal, await changeOrg(stores, org, { settings }), 'The org was not changed.')
        terminal.answer(orgJson(changed), `${terminal.style.green('✓')} Changed the org “${changed.name}”.`)
      }),
    )
}
