import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { addTo, jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption, urlOption } from './login-options.ts'

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
    .option('--consumer-secret-env <variable>', 'the consumer secret, if the app needs it here')
    .option('--consumer-secret-file <file>', 'the same, from this file')
    .option('--token-handler <name>', "the handler's Apex class or module; by default the app's own")
    .option('--scope <scope>', 'one scope to ask for; may be given several times', addTo)
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
        const consumerSecret = await readSecret(
          { variable: options.consumerSecretEnv, file: options.consumerSecretFile, isStandardInput: undefined },
          '--consumer-secret',
          process.env,
        )
        const settings = {
          kind: 'token-exchange',
          loginHost,
          consumerKey,
          subjectToken: subjectToken.trim(),
          subjectTokenType,
          ...entered({ consumerSecret, tokenHandler, scope: options.scope?.slice() }),
        } as const
        const token = await terminal.busy('Signing in', () => client.tokenExchange(settings))
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
