import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import { dpopOf, proofOf, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readOrAskSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { type AppProof, appProof, secretEnvOption, secretFileOption, secretStdinOption } from './app-proof.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, nameOption, newDpopKey } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption } from './signing-key.ts'

/** `sallyport login client-credentials`: an app signs in as itself. */
export function loginClientCredentials(terminal: Terminal): CommandUnknownOpts {
  return new Command('client-credentials')
    .summary("sign in with an app's consumer secret, or its key, alone")
    .description(
      'Gets a token with the consumer key and secret of an app, or with a JWT that the key of its certificate signs, for the ' +
        'user that an admin has named (Run As), and keeps the secret or key, locked, to get further tokens with.',
    )
    .requiredOption('--url <my-domain>', "the org's own address: this flow is at no other")
    .requiredOption('--consumer-key <key>', 'of the app')
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
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login client-credentials --url https://acme.my.salesforce.com --consumer-key 3MVG9… \\\n' +
        '    --consumer-secret-env CONSUMER_SECRET\n' +
        '  sallyport login client-credentials --url https://acme.my.salesforce.com --consumer-key 3MVG9… --key-file server.key',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey } = options
        const given = await appProof(client, terminal, options)
        const kept = given.privateKey === undefined ? await orAsked(terminal, given) : given
        const { consumerSecret, signer } = proofOf(client, kept)
        const proof = signer ?? consumerSecret
        if (proof === undefined) {
          throw new WrongUsage('The consumer secret is needed, or the private key of the app’s certificate.', {
            next: 'Give it by --consumer-secret-env <variable>, --consumer-secret-file <file> or --consumer-secret-stdin; the key by --key-file <file>.',
          })
        }
        const bound = newDpopKey(client, options)
        const token = await terminal.busy('Signing in', () =>
          client.clientCredentials({ consumerKey, proof, myDomain: loginHost }, { dpop: dpopOf(client, bound) }),
        )
        const settings = { kind: 'client-credentials', loginHost, consumerKey, ...kept, ...bound } as const
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}

/** The secret, typed by whoever is there where it was not given. */
async function orAsked(terminal: Terminal, given: AppProof): Promise<AppProof> {
  if (given.consumerSecret !== undefined) return given
  const nowhere = { variable: undefined, file: undefined, isStandardInput: undefined }
  const consumerSecret = await readOrAskSecret(terminal, nowhere, '--consumer-secret', 'Consumer secret')
  return consumerSecret === undefined ? {} : { consumerSecret }
}
