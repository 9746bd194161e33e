import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user disconnect-authenticator`: forgets the authenticator app of a user. */
export function userDisconnectAuthenticator(terminal: Terminal): CommandUnknownOpts {
  return new Command('disconnect-authenticator')
    .summary('forget the authenticator app of a user')
    .description(
      'Forgets the authenticator app of a user. Where multi-factor authentication is asked for, they connect another one at the next sign-in.',
    )
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const { id, username } = await findUser(stores, name)
        await stores.verifications.removeAuthenticator(id)
        terminal.answer(
          { id, username, hasAuthenticator: false },
          `${terminal.style.green('✓')} ${username} has no authenticator app.`,
        )
      }),
    )
}
