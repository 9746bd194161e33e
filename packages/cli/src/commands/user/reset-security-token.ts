import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { resetSecurityToken } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user reset-security-token`: gives a user a new security token, and says it this once. */
export function userResetSecurityToken(terminal: Terminal): CommandUnknownOpts {
  return new Command('reset-security-token')
    .summary('give a user a new security token')
    .description(
      'Gives a user a new security token and says it: it is not kept, and cannot be shown again. In the username-password ' +
        'flow it stands right behind the password, unless the address is trusted. The token before ends; a new password ' +
        'ends it, too.',
    )
    .argument('<username>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport user reset-security-token integration@acme.example')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const user = await findUser(stores, name)
        const { id, username } = user
        const securityToken = await resetSecurityToken({ ...stores, now }, user)
        terminal.answer(
          { id, username, securityToken },
          `${terminal.style.green('✓')} ${username} has a new security token. It is shown this once:\n  ${securityToken}`,
        )
      }),
    )
}
