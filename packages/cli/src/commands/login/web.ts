import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { dpopOf, proofOf, withClient } from '../../logins.ts'
import { addTo, jsonOption, readDuration, readPort } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { appProof, secretEnvOption, secretFileOption, secretStdinOption } from './app-proof.ts'
import { throughBrowser } from './browser-sign-in.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, hybridOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption } from './signing-key.ts'

/** `sallyport login web`: a person signs in with a browser. */
export function loginWeb(terminal: Terminal): CommandUnknownOpts {
  return new Command('web')
    .summary('sign in with a browser (web server flow)')
    .description(
      'Opens the browser at the sign-in page of an org, waits on this machine until it comes back, and keeps the tokens. ' +
        'Where a server takes pushed requests (RFC 9126), the address holds nothing but a reference to one. Without an app of your own it signs in as the Salesforce CLI does, by the app PlatformCLI, which every org has.',
    )
    .addOption(urlOption)
    .option('--consumer-key <key>', 'of the app', 'PlatformCLI')
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
    .option('--scope <scope>', 'one scope to ask for; may be given several times; all of the app unless given', addTo)
    .addOption(new Option('--port <number>', "the port of the app's callback URL").argParser(readPort).default(1717))
    .option('--callback-path <path>', "the path of the app's callback URL", '/OauthRedirect')
    .option('--callback-host <host>', 'localhost, or 127.0.0.1 if the callback URL says so', 'localhost')
    .option('--username <name>', 'begin with this username')
    .addOption(hybridOption)
    .addOption(dpopOption)
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
        const proof = await appProof(client, terminal, options)
        const bound = newDpopKey(client, options)
        const host = options.callbackHost === '127.0.0.1' ? '127.0.0.1' : 'localhost'
        await using listener = await client.loopbackListener({ port: options.port, path: options.callbackPath, host })
        const { redirectUri } = listener
        const app = { loginHost, consumerKey, redirectUri, isHybrid: options.hybrid }
        const signIn = await client
          .webServerFlow({ ...app, scope, ...proofOf(client, proof) })
          .prepare({ loginHint: username, dpop: dpopOf(client, bound) })
        const token = await throughBrowser(terminal, { signIn, listener }, options)
        await keepLogin(client, terminal, { kind: 'web', ...app, ...proof, ...bound }, { token, name: options.name })
      }),
    )
}
