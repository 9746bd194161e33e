import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { dpopOf, proofOf, withClient } from '../../logins.ts'
import { addTo, jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { appProof, secretEnvOption, secretFileOption, secretStdinOption } from './app-proof.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, hybridOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption } from './signing-key.ts'

/** `sallyport login token-exchange`: signs in with a token of another issuer. */
export function loginTokenExchange(terminal: Terminal): CommandUnknownOpts {
  return new Command('token-exchange')
    .summary('sign in with a token of another issuer')
    .description(
      'Exchanges a token of another issuer for one of the org, and keeps it, locked, to exchange it once more as long as it is ' +
        'good. With the scope refresh_token the sign-in outlives it.',
    )
    .requiredOption('--consumer-key <key>', 'of an app that may exchange tokens')
    .addOption(urlOption)
    .option('--subject-token-file <file>', 'the token to exchange, from this file')
    .option('--subject-token-env <variable>', 'the same, from this environment variable')
    .option('--subject-token-stdin', 'the same, from standard input')
    .addOption(
      new Option('--token-type <type>', 'what it is')
        .choices(['access_token', 'refresh_token', 'id_token', 'saml2', 'jwt'] as const)
        .default('jwt' as const),
    )
    .addOption(secretEnvOption)
    .addOption(secretFileOption)
    .addOption(secretStdinOption)
    .addOption(keyFileOption)
    .addOption(keyEnvOption)
    .addOption(keyStdinOption)
    .addOption(aliasOption)
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .option('--token-handler <name>', "the handler's Apex class or module; by default the app's own")
    .option('--scope <scope>', 'one scope to ask for; may be given several times', addTo)
    .addOption(hybridOption)
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport login token-exchange --url https://acme.my.salesforce.com --consumer-key 3MVG9… \\\n' +
        '    --consumer-secret-env CONSUMER_SECRET --subject-token-file id-token.jwt --token-type id_token',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, tokenType: subjectTokenType, tokenHandler } = options
        const subjectToken = await readSecret(
          {
            variable: options.subjectTokenEnv,
            file: options.subjectTokenFile,
            isStandardInput: options.subjectTokenStdin,
          },
          '--subject-token',
          process.env,
        )
        if (subjectToken === undefined) {
          throw new WrongUsage('The token to exchange is needed.', {
            next: 'Give it by --subject-token-file <file>, --subject-token-env <variable> or --subject-token-stdin.',
          })
        }
        const proof = await appProof(client, terminal, options)
        const settings = {
          kind: 'token-exchange',
          loginHost,
          consumerKey,
          subjectToken: subjectToken.trim(),
          subjectTokenType,
          isHybrid: options.hybrid,
          ...proof,
          ...newDpopKey(client, options),
          ...entered({ tokenHandler, scope: options.scope?.slice() }),
        } as const
        const token = await terminal.busy('Signing in', () =>
          client.tokenExchange({ ...settings, ...proofOf(client, proof) }, { dpop: dpopOf(client, settings) }),
        )
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
