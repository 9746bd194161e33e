import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newAuthProvider, providerPaths } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { enteredProvider, providerCommand, providerOptionNames, providerRules } from './provider-options.ts'
import { providerJson } from './shown-provider.ts'

/** `sallyport auth-provider create`: lets people sign in with an outside provider. */
export function authProviderCreate(terminal: Terminal): CommandUnknownOpts {
  return providerCommand('create')
    .summary('let people sign in with an outside provider')
    .description(
      'Makes an auth. provider: a button on the sign-in page of the org leads to it, and so does sso_provider of an authorize ' +
        'request. By default it lets in whoever has linked their account, and nobody else.',
    )
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport auth-provider create Acme_ID --issuer https://id.acme.example \\\n' +
        '    --authorize-url https://id.acme.example/authorize --token-url https://id.acme.example/token \\\n' +
        '    --consumer-key sallyport --consumer-secret-file acme.secret --scope "openid email" --user-matching Email',
    )
    .action((developerName, options) =>
      withDatabase(options, async ({ stores, seal, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const given = await enteredProvider(options)
        const needs = { ...stores, seal, rules: providerRules, newId, now }
        const outcome = await newAuthProvider(needs, org, { ...given, developerName })
        const provider = accepted(terminal, outcome, 'The auth. provider was not made.', providerOptionNames)
        terminal.answer(
          providerJson(provider, org.name),
          `${terminal.style.green('✓')} People sign in to the org “${org.name}” with ${provider.friendlyName}.\n` +
            `  It has to know as callback URL: <the org's own address>${providerPaths(provider).callback}`,
        )
      }),
    )
}
