import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { dpopOf, proofOf, withClient } from '../../logins.ts'
import { openBrowser } from '../../open-browser.ts'
import { addTo, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { passwordEnvOption, passwordFileOption, passwordStdinOption } from '../keystore/password-options.ts'
import { appProof, secretEnvOption, secretFileOption, secretStdinOption } from './app-proof.ts'
import { interruption } from './interruption.ts'
import { keepLogin } from './kept-login.ts'
import { dpopOption, nameOption, newDpopKey, urlOption } from './login-options.ts'
import { aliasOption, keyEnvOption, keyFileOption, keyStdinOption } from './signing-key.ts'

/** `sallyport login device`: a person signs in with a browser on another machine. */
export function loginDevice(terminal: Terminal): CommandUnknownOpts {
  return new Command('device')
    .summary('sign in with a browser on another machine (device flow)')
    .description(
      'Shows a code and an address, and waits until somebody has opened the address with any browser, typed the code, signed in ' +
        'and allowed the app: for a server, a container, a terminal far away. Nothing is opened here unless you ask for it.',
    )
    .addOption(urlOption)
    .option('--consumer-key <key>', 'of the app, which must be enabled for the device flow', 'PlatformCLI')
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
    .option('--browser', 'open the address with the browser of this machine')
    .addOption(dpopOption)
    .addOption(nameOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login device --url http://localhost:8787\n' +
        '  sallyport login device --url https://acme.my.salesforce.com --consumer-key 3MVG9… --name build-server',
    )
    .action((options) =>
      withClient(async (client) => {
        const { url: loginHost, consumerKey, scope } = options
        const proof = await appProof(client, terminal, options)
        const app = { loginHost, consumerKey }
        const bound = newDpopKey(client, options)
        using interrupted = interruption()
        const signIn = await client.deviceFlow({ ...app, scope, ...proofOf(client, proof) }).begin()
        const { userCode, verificationUri, verificationUriComplete, expiresAt } = signIn
        terminal.note(
          `Open this address with a browser, on any machine:\n  ${verificationUri.href}\nand type this code: ${terminal.style.bold(userCode)}\n` +
            `Or open both at once:\n  ${verificationUriComplete.href}`,
        )
        if (options.browser === true) await openBrowser(verificationUriComplete.href)
        const token = await terminal.busy(`Waiting until ${clockTime(expiresAt)} for somebody to allow it`, () =>
          signIn.finish({ signal: interrupted.signal, dpop: dpopOf(client, bound) }),
        )
        await keepLogin(client, terminal, { kind: 'device', ...app, ...proof, ...bound }, { token, name: options.name })
      }),
    )
}

/** A time of day as the person's machine writes it. */
function clockTime(instant: Date): string {
  return instant.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
}
