import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { loginOption } from '../login/login-options.ts'
import { flowOf } from './login-flow.ts'

/** `sallyport token revoke`: the access token of a sign-in ends. */
export function tokenRevoke(terminal: Terminal): CommandUnknownOpts {
  return new Command('revoke')
    .summary('end the token of a sign-in')
    .description('Ends the access token of a sign-in at the org (RFC 7009). The next command gets a new one.')
    .addOption(loginOption)
    .option('--refresh-token', 'end the refresh token, and with it all that came from it: the sign-in itself')
    .addOption(jsonOption)
    .action((options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const login = kept.find(options.login)
        const token = await kept.tokens(login).token()
        const isAll = options.refreshToken === true && token.refreshToken !== undefined
        await flowOf(client, login).revoke(isAll ? (token.refreshToken ?? '') : token.accessToken)
        const what = isAll ? 'sign-in' : 'access token'
        terminal.answer(
          { name: login.name, revoked: what },
          `${terminal.style.green('✓')} Ended the ${what} of “${login.name}”.`,
        )
      }),
    )
}
