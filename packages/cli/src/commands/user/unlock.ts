import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user unlock`: forgets the wrong passwords of a user. */
export function userUnlock(terminal: Terminal): CommandUnknownOpts {
  return new Command('unlock')
    .summary('let in again who was locked out by wrong passwords')
    .description('Lets in again who was locked out by wrong passwords, and forgets how many there were.')
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { id, username } = await findUser(stores, name)
        await stores.users.unlock(id)
        terminal.answer(
          { id, username, isLocked: false },
          `${terminal.style.green('✓')} ${username} is not locked out.`,
        )
      }),
    )
}
