import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { newTemporaryCode } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption, readWhole } from '../../options.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user temporary-code`: lets somebody in who cannot get at their authenticator app. */
export function userTemporaryCode(terminal: Terminal): CommandUnknownOpts {
  return new Command('temporary-code')
    .summary('make a temporary verification code for a user')
    .description(
      'Makes a code with which the user verifies their identity until it expires, in the place of one of their authenticator app. It is shown this once.',
    )
    .argument('<username>')
    .addOption(
      new Option('--hours <number>', 'after how many it expires, 1 to 24')
        .argParser((text) => readWhole(text, 1, 24))
        .default(1),
    )
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, { hours, ...options }) =>
      withDatabase(options, async ({ stores }) => {
        const { id, username } = await findUser(stores, name)
        const now = () => new Date()
        const outcome = await newTemporaryCode({ ...stores, now }, { id }, hours)
        const { code, expiresAt } = accepted(terminal, outcome, 'No code was made.')
        terminal.answer(
          { id, username, code, expiresAt },
          `${terminal.style.green('✓')} ${code} verifies the identity of ${username} until ${minute(expiresAt)}.`,
        )
      }),
    )
}
