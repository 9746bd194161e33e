import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { setPassword } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg, findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { readOrAskSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport user set-password`: gives a user a new password. */
export function userSetPassword(terminal: Terminal): CommandUnknownOpts {
  return new Command('set-password')
    .summary('give a user a new password')
    .description('Gives a user a new password, and lets in again who was locked out. Sessions and tokens stay.')
    .argument('<username>')
    .option('--password-env <variable>', 'take the password from this environment variable')
    .option('--password-file <file>', 'take the password from this file')
    .option('--password-stdin', 'take the password from standard input')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  pass show acme/ada | sallyport user set-password ada@acme.example --password-stdin',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, passwords, now }) => {
        const user = await findUser(stores, name)
        const { id, username } = user
        const org = await findOrg(stores, user.orgId)
        const { passwordEnv: variable, passwordFile: file, passwordStdin: isStandardInput } = options
        const source = { variable, file, isStandardInput }
        const password = await readOrAskSecret(terminal, source, '--password', `The new password of ${username}`)
        if (password === undefined) {
          throw new WrongUsage('Nobody is there to be asked for the password.', {
            next: 'Say where it is: --password-env <variable>, --password-file <file> or --password-stdin',
          })
        }
        const outcome = await setPassword({ ...stores, passwords, now }, org, user, { password })
        accepted(terminal, outcome, 'The password was not changed.', { password: 'The password' })
        terminal.answer({ id, username }, `${terminal.style.green('✓')} ${username} has a new password.`)
      }),
    )
}
