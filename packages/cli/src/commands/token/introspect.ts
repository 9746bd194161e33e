import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { details } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { loginOption } from '../login/login-options.ts'
import { flowOf } from './login-flow.ts'

/** `sallyport token introspect`: what the org knows of a token. */
export function tokenIntrospect(terminal: Terminal): CommandUnknownOpts {
  return new Command('introspect')
    .summary('ask the org about the token of a sign-in')
    .description(
      'Asks the org what it knows of the access token of a sign-in (RFC 7662). The app needs its consumer secret, or the key of its certificate.',
    )
    .addOption(loginOption)
    .addOption(jsonOption)
    .action((options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const login = kept.find(options.login)
        const { accessToken } = await kept.tokens(login).token()
        const known = Object.fromEntries(await flowOf(client, login).introspect(accessToken))
        const shown = Object.entries(known).map(([name, value]) => [name, String(value)])
        terminal.answer(known, details(Object.fromEntries(shown), terminal.style))
      }),
    )
}
