import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { consumerSecretIn, secretEnvOption, secretFileOption } from './app-proof.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption, urlOption } from './login-options.ts'
import {
  userPassword,
  userPasswordEnvOption,
  userPasswordFileOption,
  userPasswordStdinOption,
} from './user-credentials.ts'

/** `sallyport login password`: a program signs in with what a user alone should know. */
export function loginPassword(terminal: Terminal): CommandUnknownOpts {
  return new Command('password')
    .summary('sign in with a username and password (username-password flow, which ends in 2027)')
    .description(
      'Gets a token for the name and password of a user, and keeps the password, locked, to get further tokens with. Salesforce ' +
        'retires this flow: `sallyport login jwt` and `sallyport login client-credentials` do the same with nobody’s password.',
    )
    .requiredOption('--username <name>', 'the user')
    .requiredOption('--consumer-key <key>', 'of an app that may use the flow, in an org that allows it')
    .addOption(urlOption)
    .addOption(userPasswordEnvOption)
    .addOption(userPasswordFileOption)
    .addOption(userPasswordStdinOption)
    .option('--security-token-env <variable>', "the user's security token, from this environment variable")
    .option('--security-token-file <file>', 'the same, from this file')
    .addOption(secretEnvOption)
    .addOption(secretFileOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  pass show acme/ada | sallyport login password --url https://acme.my.salesforce.com --consumer-key 3MVG9… \\\n' +
        '    --username ada@acme.example --password-stdin --security-token-env SECURITY_TOKEN',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, username } = options
        const { securityTokenEnv: variable, securityTokenFile: file } = options
        const consumerSecret = await consumerSecretIn(options)
        const tokenSource = { variable, file, isStandardInput: undefined }
        const securityToken = await readSecret(tokenSource, '--security-token', process.env)
        const password = await userPassword(terminal, options)
        const secrets = entered({ consumerSecret, securityToken })
        const token = await terminal.busy('Signing in', () =>
          client.usernamePassword({ loginHost, consumerKey, username, password, ...secrets }),
        )
        terminal.note(
          `${terminal.style.yellow('!')} Salesforce ends the username-password flow in 2027, and RFC 9700 forbids it. ` +
            'Move to: sallyport login jwt, or sallyport login client-credentials.',
        )
        const settings = { kind: 'password', loginHost, consumerKey, password, ...secrets } as const
        await keepLogin(client, terminal, settings, { token, name: options.name })
      }),
    )
}
