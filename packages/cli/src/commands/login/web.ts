import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { withClient } from '../../logins.ts'
import { openBrowser } from '../../open-browser.ts'
import { addTo, jsonOption, readDuration, readPort } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { interruption } from './interruption.ts'
import { keepLogin } from './kept-login.ts'
import { nameOption, urlOption } from './login-options.ts'

/** `sallyport login web`: a person signs in with a browser. */
export function loginWeb(terminal: Terminal): CommandUnknownOpts {
  return new Command('web')
    .summary('sign in with a browser (web server flow)')
    .description(
      'Opens the browser at the sign-in page of an org, waits on this machine until it comes back, and keeps the tokens. ' +
        'Without an app of your own it signs in as the Salesforce CLI does, by the app PlatformCLI, which every org has.',
    )
    .addOption(urlOption)
    .option('--consumer-key <key>', 'of the app', 'PlatformCLI')
    .option('--consumer-secret-env <variable>', 'the consumer secret, from this environment variable')
    .option('--consumer-secret-file <file>', 'the same, from this file')
    .option('--consumer-secret-stdin', 'the same, from standard input')
    .option('--scope <scope>', 'one scope to ask for; may be given several times; all of the app unless given', addTo)
    .addOption(new Option('--port <number>', "the port of the app's callback URL").argParser(readPort).default(1717))
    .option('--callback-path <path>', "the path of the app's callback URL", '/OauthRedirect')
    .option('--callback-host <host>', 'localhost, or 127.0.0.1 if the callback URL says so', 'localhost')
    .option('--username <name>', 'begin with this username')
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--timeout <duration>', 'give up after this time, such as 90s or 10m', readDuration, 300)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login web\n' +
        '  sallyport login web --url https://acme.my.salesforce.com --consumer-key 3MVG9… --port 8123 --callback-path /cb\n' +
        '  sallyport login web --url http://localhost:8787 --no-browser',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, scope, username } = options
        const source = {
          variable: options.consumerSecretEnv,
          file: options.consumerSecretFile,
          isStandardInput: options.consumerSecretStdin,
        }
        const consumerSecret = await readSecret(source, '--consumer-secret', process.env)
        const host = options.callbackHost === '127.0.0.1' ? '127.0.0.1' : 'localhost'
        await using listener = await client.loopbackListener({ port: options.port, path: options.callbackPath, host })
        const { redirectUri } = listener
        const app = { loginHost, consumerKey, redirectUri, ...entered({ consumerSecret }) }
        const signIn = client.webServerFlow({ ...app, scope }).begin({ loginHint: username })
        const interrupted = interruption()
        const isOpen = options.browser && (await openBrowser(signIn.url.href))
        terminal.note(
          isOpen
            ? `Sign in with the browser. If none has opened, open this address:\n  ${signIn.url.href}`
            : `Open this address with a browser of this machine:\n  ${signIn.url.href}`,
        )
        const waiting = { timeout: options.timeout * 1000, signal: interrupted.signal }
        const token = await terminal
          .busy('Waiting for the browser', async () => {
            const callback = await listener.callback((back) => signIn.isFor(back), waiting)
            return signIn.finish(callback)
          })
          .finally(() => interrupted[Symbol.dispose]())
        await keepLogin(client, terminal, { kind: 'web', ...app }, { token, name: options.name })
      }),
    )
}
