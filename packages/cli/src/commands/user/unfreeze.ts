import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user unfreeze`: lets a frozen user in again. */
export function userUnfreeze(terminal: Terminal): CommandUnknownOpts {
  return new Command('unfreeze')
    .summary('let a frozen user in again')
    .description('Lets a frozen user in again. They sign in anew; what freezing ended stays so.')
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { id, username } = await findUser(stores, name)
        await stores.users.setFrozen(id, false)
        terminal.answer(
          { id, username, isFrozen: false },
          `${terminal.style.green('✓')} ${username} is no longer frozen.`,
        )
      }),
    )
}
