import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { loginJson } from './shown-login.ts'

/** `sallyport login list`: the sign-ins that are kept. */
export function loginList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the sign-ins')
    .description(
      'Lists the sign-ins that are kept on this machine. The marked one is used unless a command names another.',
    )
    .addOption(jsonOption)
    .action(() =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const { logins, unreadable } = kept.list()
        const chosen = kept.defaultName()
        const rows = logins.map((login) => [
          login.name === chosen ? '*' : '',
          login.name,
          login.kind,
          login.username,
          login.loginHost,
          minute(login.at),
        ])
        const { style } = terminal
        for (const name of unreadable) {
          terminal.note(`${style.yellow('!')} “${name}” cannot be opened. Remove it: sallyport login remove ${name}`)
        }
        terminal.answer(
          logins.map((login) => ({ ...loginJson(login), isDefault: login.name === chosen })),
          rows.length === 0 && unreadable.length === 0
            ? 'Nobody is signed in here yet. Sign in: sallyport login web'
            : table(['', 'Name', 'By', 'Username', 'Login host', 'Since'], rows, style),
        )
      }),
    )
}
