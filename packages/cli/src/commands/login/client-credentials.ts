import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readOrAskSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption } from './login-options.ts'

/** `sallyport login client-credentials`: an app signs in as itself. */
export function loginClientCredentials(terminal: Terminal): CommandUnknownOpts {
  return new Command('client-credentials')
    .summary("sign in with an app's consumer secret alone")
    .description(
      'Gets a token with the consumer key and secret of an app, for the user that an admin has named (Run As), and keeps the ' +
        'secret, locked, to get further tokens with.',
    )
    .requiredOption('--url <my-domain>', "the org's own address: this flow is at no other")
    .requiredOption('--consumer-key <key>', 'of the app')
    .option('--consumer-secret-env <variable>', 'the consumer secret, from this environment variable')
    .option('--consumer-secret-file <file>', 'the same, from this file')
    .option('--consumer-secret-stdin', 'the same, from standard input')
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport login client-credentials --url https://acme.my.salesforce.com --consumer-key 3MVG9… \\\n' +
        '    --consumer-secret-env CONSUMER_SECRET',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey } = options
        const source = {
          variable: options.consumerSecretEnv,
          file: options.consumerSecretFile,
          isStandardInput: options.consumerSecretStdin,
        }
        const consumerSecret = await readOrAskSecret(terminal, source, '--consumer-secret', 'Consumer secret')
        if (consumerSecret === undefined) {
          throw new WrongUsage('The consumer secret is needed.', {
            next: 'Give it by --consumer-secret-env <variable>, --consumer-secret-file <file> or --consumer-secret-stdin.',
          })
        }
        const token = await terminal.busy('Signing in', () =>
          client.clientCredentials({ consumerKey, proof: consumerSecret, myDomain: loginHost }),
        )
        const settings = { kind: 'client-credentials', loginHost, consumerKey, consumerSecret } as const
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
