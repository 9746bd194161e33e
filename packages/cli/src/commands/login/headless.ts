import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { dpopOf, withClient } from '../../logins.ts'
import { addTo, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { consumerSecretIn, secretEnvOption, secretFileOption } from './app-proof.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import {
  userPassword,
  userPasswordEnvOption,
  userPasswordFileOption,
  userPasswordStdinOption,
} from './user-credentials.ts'

/** `sallyport login headless`: signs in as an app with a form of its own does. */
export function loginHeadless(terminal: Terminal): CommandUnknownOpts {
  return new Command('headless')
    .summary('sign in as an app with a form of its own does (authorization code and credentials flow)')
    .description(
      'Sends name and password with the authorize request, exchanges the code that comes back, and keeps the refresh token. The ' +
        'password is not kept.',
    )
    .requiredOption('--username <name>', 'the user')
    .requiredOption('--consumer-key <key>', 'of an app that may use the flow, in an org that allows it')
    .addOption(urlOption)
    .addOption(userPasswordEnvOption)
    .addOption(userPasswordFileOption)
    .addOption(userPasswordStdinOption)
    .addOption(secretEnvOption)
    .addOption(secretFileOption)
    .option('--callback-url <url>', "one of the app's; the server's own /services/oauth2/echo unless given")
    .option('--scope <scope>', 'one scope to ask for; may be given several times; all of the app unless given', addTo)
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport login headless --url https://acme.my.site.com --consumer-key 3MVG9… --username ada@acme.example \\\n' +
        '    --password-file password.txt',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, username, scope, callbackUrl: redirectUri } = options
        const consumerSecret = await consumerSecretIn(options)
        const password = await userPassword(terminal, options)
        const app = { loginHost, consumerKey, ...entered({ consumerSecret }), ...newDpopKey(client, options) }
        const token = await terminal.busy('Signing in', () =>
          client.codeCredentials({ ...app, username, password, redirectUri, scope }, { dpop: dpopOf(client, app) }),
        )
        await keepLogin(client, terminal, { kind: 'headless', ...app }, { token, name: options.name })
      }),
    )
}
