import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { withClient } from '../../logins.ts'
import { addTo, jsonOption, readDuration, readPort } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { throughBrowser } from './browser-sign-in.ts'
import { keepLogin } from './kept-login.ts'
import { hybridOption, nameOption, urlOption } from './login-options.ts'

/** `sallyport login user-agent`: a person signs in with a browser, which brings the token itself. */
export function loginUserAgent(terminal: Terminal): CommandUnknownOpts {
  return new Command('user-agent')
    .summary('sign in with a browser that brings the token itself (user-agent flow)')
    .description(
      'Opens the browser at the sign-in page of an org, and reads the token out of the address that it comes back with. For apps ' +
        'that have nothing but this flow: `sallyport login web` does the same with no token in an address. There is no refresh ' +
        'token, so the sign-in ends with its token.',
    )
    .addOption(urlOption)
    .requiredOption('--consumer-key <key>', 'of an app that may use the flow, in an org that allows it')
    .option('--scope <scope>', 'one scope to ask for; may be given several times; all of the app unless given', addTo)
    .addOption(new Option('--port <number>', "the port of the app's callback URL").argParser(readPort).default(1717))
    .option('--callback-path <path>', "the path of the app's callback URL", '/OauthRedirect')
    .option('--callback-host <host>', 'localhost, or 127.0.0.1 if the callback URL says so', 'localhost')
    .option('--username <name>', 'begin with this username')
    .addOption(hybridOption)
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--timeout <duration>', 'give up after this time, such as 90s or 10m', readDuration, 300)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport login user-agent --url https://acme.my.salesforce.com --consumer-key 3MVG9… --port 8123',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, scope, username } = options
        const host = options.callbackHost === '127.0.0.1' ? '127.0.0.1' : 'localhost'
        const place = { port: options.port, path: options.callbackPath, host } as const
        await using listener = await client.loopbackListener({ ...place, answerIn: 'fragment' })
        const app = { loginHost, consumerKey, redirectUri: listener.redirectUri, isHybrid: options.hybrid }
        const signIn = client.userAgentFlow({ ...app, scope }).begin({ loginHint: username })
        const token = await throughBrowser(terminal, { signIn, listener }, options)
        await keepLogin(client, terminal, { kind: 'user-agent', ...app }, { token, name: options.name })
      }),
    )
}
