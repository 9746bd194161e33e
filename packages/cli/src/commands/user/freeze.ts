import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { freezeUser } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user freeze`: keeps a user out for now, and ends what it has open. */
export function userFreeze(terminal: Terminal): CommandUnknownOpts {
  return new Command('freeze')
    .summary('keep a user out for now')
    .description('Keeps a user out for now. Sessions and tokens end at once; unfreezing brings none of them back.')
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const user = await findUser(stores, name)
        const { id, username } = user
        accepted(terminal, await freezeUser(stores, user, undefined), 'The user was not frozen.')
        const done = `${terminal.style.green('✓')} ${username} is frozen. Let in again: sallyport user unfreeze ${username}`
        terminal.answer({ id, username, isFrozen: true }, done)
      }),
    )
}
