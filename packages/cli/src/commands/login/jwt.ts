import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { dpopOf, withClient } from '../../logins.ts'
import { addTo, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption, signingKey } from './signing-key.ts'

/** `sallyport login jwt`: a server signs in with a key. */
export function loginJwt(terminal: Terminal): CommandUnknownOpts {
  return new Command('jwt')
    .summary('sign in with a private key (JWT bearer flow)')
    .description(
      'Signs a JWT with the private key of an app’s certificate, exchanges it for a token, and keeps the key, locked, to get ' +
        'further tokens with. The key comes from PEM, PKCS#12 or JKS.',
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
    .option('--audience <url>', 'aud of the JWT; by default the login host for the kind of org')
    .option('--scope <scope>', 'one scope to ask for; may be given several times', addTo)
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login jwt --username robot@acme.example --consumer-key 3MVG9… --key-file server.key\n' +
        '  sallyport login jwt --username robot@acme.example.dev --consumer-key 3MVG9… --key-file server.jks --url sandbox',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, username, audience, scope } = options
        const { privateKey, signer } = await signingKey(client, terminal, options)
        const bound = newDpopKey(client, options)
        const wishes = entered({ audience, scope: scope?.slice() })
        const settings = { loginHost, consumerKey, privateKey, ...wishes, ...bound }
        const token = await terminal.busy('Signing in', () =>
          client.jwtBearer(
            { loginHost, consumerKey, username, audience, scope, signer },
            { dpop: dpopOf(client, bound) },
          ),
        )
        await keepLogin(client, terminal, { kind: 'jwt', ...settings }, { token, name: options.name })
      }),
    )
}
