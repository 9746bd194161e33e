import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { shownUser, userJson, userText } from './shown-user.ts'

/** `sallyport user show`: one user. */
export function userShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a user')
    .description('Shows a user: who it is, what it may do, and whether it can sign in.')
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((username, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const shown = await shownUser(stores, await findUser(stores, username), now())
        terminal.answer(userJson(shown), userText(shown, terminal.style))
      }),
    )
}
