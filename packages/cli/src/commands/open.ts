import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { type Client, dpopOf, type Login, openLogins, withClient } from '../logins.ts'
import { openBrowser } from '../open-browser.ts'
import { jsonOption } from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { loginOption } from './login/login-options.ts'

type TokenSource = import('@sallyport/client').TokenSource

/** `sallyport open`: a page of the org in a browser, signed in. */
export function open(terminal: Terminal): CommandUnknownOpts {
  return new Command('open')
    .summary('open a page of the org in a browser, signed in')
    .description(
      'Asks the org of a sign-in for an address that opens a page once, within a minute, without a password, and opens it with the ' +
        'browser of this machine. The sign-in needs the scope web or full. Whoever opens the address is signed in as its user: give ' +
        'it to nobody.',
    )
    .argument('[path]', 'of the page, such as /setup', '/')
    .addOption(loginOption)
    .option('--url-only', 'print the address instead of opening a browser')
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport open\n' +
        '  sallyport open /setup/connected-apps\n' +
        '  sallyport open /personal --login ada@acme.example --url-only',
    )
    .action((path, options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const login = kept.find(options.login)
        const { username, organizationId } = login
        const url = await terminal.busy(`Asking for ${path}`, () => pageUrl(client, login, kept.tokens(login), path))
        const isOnlyShown = options.urlOnly === true || terminal.wantsJson
        if (!isOnlyShown && (await openBrowser(url.href))) {
          terminal.note(`${terminal.style.green('✓')} Opened ${path} at ${url.host} as ${username}.`)
          return
        }
        if (!isOnlyShown) terminal.note('No browser could be started. Open this address within a minute:')
        terminal.answer({ url: url.href, username, organizationId }, url.href)
      }),
    )
}

/** An address for a page; a token that has ended since is renewed, once. */
async function pageUrl(client: Client, login: Login, tokens: TokenSource, path: string): Promise<URL> {
  const asking = { dpop: dpopOf(client, login) }
  const token = await tokens.token()
  try {
    return await client.singleAccessUrl(token, path, asking)
  } catch (error) {
    if (!(error instanceof client.TokenError) || error.status !== 401) throw error
    return client.singleAccessUrl(await tokens.token({ insteadOf: token }), path, asking)
  }
}
