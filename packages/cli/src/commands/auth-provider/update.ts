import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeAuthProvider } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findAuthProvider, findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { enteredProvider, providerCommand, providerOptionNames, providerRules } from './provider-options.ts'
import { providerJson } from './shown-provider.ts'

/** `sallyport auth-provider update`: changes what is named and leaves the rest. */
export function authProviderUpdate(terminal: Terminal): CommandUnknownOpts {
  return providerCommand('update')
    .summary('change an auth. provider')
    .description('Changes what is named of an auth. provider, and leaves the rest.')
    .addHelpText('after', '\nExample:\n  sallyport auth-provider update Acme_ID --consumer-secret-file next.secret')
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const given = await enteredProvider(options)
        if (Object.keys(given).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what can be: sallyport auth-provider update --help',
          })
        }
        const org = await findOrg(stores, options.org)
        const provider = await findAuthProvider(stores, org, name)
        const outcome = await changeAuthProvider({ ...stores, seal, rules: providerRules, now }, provider, given)
        const changed = accepted(terminal, outcome, 'The auth. provider was not changed.', providerOptionNames)
        terminal.answer(
          providerJson(changed, org.name),
          `${terminal.style.green('✓')} Changed the auth. provider ${changed.developerName}.`,
        )
      }),
    )
}
