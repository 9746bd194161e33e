import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { dpopOf, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption, signingKey } from './signing-key.ts'

/** `sallyport login saml-bearer`: a server signs in with a key, by a SAML assertion. */
export function loginSamlBearer(terminal: Terminal): CommandUnknownOpts {
  return new Command('saml-bearer')
    .summary('sign in with a private key (SAML bearer assertion flow)')
    .description(
      'Signs a SAML assertion with the private key of an app’s certificate, exchanges it for a token, and keeps the key, ' +
        'locked, to get further tokens with. The key comes from PEM, PKCS#12 or JKS.',
    )
    .requiredOption('--username <name>', 'the user to act for')
    .requiredOption('--consumer-key <key>', 'of the app whose certificate belongs to the key')
    .addOption(urlOption)
    .addOption(keyFileOption)
    .addOption(keyEnvOption)
    .addOption(keyStdinOption)
    .addOption(aliasOption)
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .option('--audience <url>', 'Audience of the assertion; by default the login host for the kind of org')
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport login saml-bearer --username robot@acme.example --consumer-key 3MVG9… --key-file server.key',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, username, audience } = options
        const { privateKey, signer } = await signingKey(client, terminal, options)
        const bound = newDpopKey(client, options)
        const token = await terminal.busy('Signing in', () =>
          client.samlBearer({ loginHost, consumerKey, username, audience, signer }, { dpop: dpopOf(client, bound) }),
        )
        const wishes = entered({ audience })
        const settings = { kind: 'saml-bearer', loginHost, consumerKey, privateKey, ...wishes, ...bound } as const
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
