import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { details, minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { loginJson } from './shown-login.ts'

const kinds = {
  web: 'browser (web server flow)',
  device: 'browser on another machine (device flow)',
  jwt: 'private key (JWT bearer flow)',
  'saml-bearer': 'private key (SAML bearer assertion flow)',
  'saml-assertion': 'identity provider (SAML assertion flow)',
  'token-exchange': 'token of another issuer (token exchange flow)',
  'client-credentials': 'the app’s secret or key (client credentials flow)',
  headless: 'name and password in a form of the app (authorization code and credentials flow)',
  'user-agent': 'browser that brings the token (user-agent flow)',
  password: 'name and password (username-password flow)',
} as const

/** `sallyport login show`: one sign-in, without its secrets. */
export function loginShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a sign-in')
    .description('Shows a sign-in, without its secrets. `sallyport token show` prints its access token.')
    .argument('[name]', 'the last one made unless given')
    .addOption(jsonOption)
    .action((name) =>
      withClient(async (client) => {
        const login = openLogins(client).find(name)
        const { username, organizationId, loginHost, at } = login
        terminal.answer(
          loginJson(login),
          details(
            {
              Name: login.name,
              Username: username,
              Org: organizationId,
              'Login host': loginHost,
              'Consumer key': 'consumerKey' in login ? login.consumerKey : undefined,
              By: kinds[login.kind],
              Tokens: login.dpopKey !== undefined ? 'bound to a key (DPoP)' : undefined,
              Since: minute(at),
            },
            terminal.style,
          ),
        )
      }),
    )
}
