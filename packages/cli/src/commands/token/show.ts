import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { loginOption } from '../login/login-options.ts'

/** `sallyport token show`: an access token that is valid now. */
export function tokenShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('print an access token')
    .description(
      'Prints an access token of a sign-in, a new one if the old has ended. Whoever has it can act as the user, unless it is bound ' +
        'to a key: then each request takes a proof besides (`token proof`).',
    )
    .addOption(loginOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  curl -H "Authorization: Bearer $(sallyport token show)" …')
    .action((options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const token = await kept.tokens(kept.find(options.login)).token()
        const { accessToken, tokenType, instanceUrl, id, scope, issuedAt, webSessions } = token
        terminal.answer({ accessToken, tokenType, instanceUrl, id, scope, issuedAt, webSessions }, accessToken)
        if (tokenType === 'DPoP' && process.stderr.isTTY === true) {
          terminal.note(
            'It is bound to a key: send it as “DPoP”, with a proof for each request (sallyport token proof).',
          )
        }
      }),
    )
}
