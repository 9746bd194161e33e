import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption, signingKey } from './signing-key.ts'

/** `sallyport login saml-assertion`: an identity provider vouches for a user; there is no app. */
export function loginSamlAssertion(terminal: Terminal): CommandUnknownOpts {
  return new Command('saml-assertion')
    .summary('sign in as an identity provider vouches (SAML assertion flow)')
    .description(
      'Signs a SAML assertion with the key of an identity provider that the org believes (Single Sign-On Settings), exchanges ' +
        'it for a token, and keeps the key, locked, to get further tokens with.',
    )
    .requiredOption('--token-endpoint <url>', 'OAuth 2.0 Token Endpoint of the settings, which ends in ?so=…')
    .requiredOption('--issuer <text>', 'Issuer of the settings')
    .requiredOption('--audience <text>', 'Entity ID of the settings')
    .requiredOption('--subject <text>', 'what the identity provider calls the user: NameID')
    .addOption(keyFileOption)
    .addOption(keyEnvOption)
    .addOption(keyStdinOption)
    .addOption(aliasOption)
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport login saml-assertion --token-endpoint https://acme.my.salesforce.com/services/oauth2/token?so=00D… \\\n' +
        '    --issuer https://idp.acme.example --audience https://acme.my.salesforce.com --subject E-4711 --key-file idp.key',
    )
    .action((options) =>
      withClient(async (client) => {
        const { tokenEndpoint, issuer, audience, subject } = options
        const { privateKey, signer } = await signingKey(client, terminal, options)
        const request = { tokenEndpoint, issuer, audience, subject }
        const token = await terminal.busy('Signing in', () => client.samlSso({ ...request, signer }))
        const loginHost = new URL(tokenEndpoint).origin
        const settings = { kind: 'saml-assertion', loginHost, ...request, privateKey } as const
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
