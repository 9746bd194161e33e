import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerWritten } from './answer-written.ts'
import { openEntries, openStore, withKeyStores } from './opened.ts'
import {
  keyPasswordEnvOption,
  keyPasswordFileOption,
  keyPasswordSource,
  keyPasswordStdinOption,
  outPasswordEnvOption,
  outPasswordFileOption,
  outPasswordSource,
  outPasswordStdinOption,
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from './password-options.ts'
import { rewritableAs, rewrite } from './rewritten.ts'
import { outputPassword, readPasswords } from './written.ts'

/** `sallyport keystore password`: one password for a store and all its keys. */
export function keystorePassword(terminal: Terminal): CommandUnknownOpts {
  return new Command('password')
    .summary('lock a store and all its keys with one password')
    .description(
      'Locks a JKS or PKCS#12 file and every key in it with one password: the one it has, or a new one if that is given. ' +
        'So it mends keys that have a password of their own, which Salesforce does not ask for.',
    )
    .argument('<file>')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(outPasswordEnvOption)
    .addOption(outPasswordFileOption)
    .addOption(outPasswordStdinOption)
    .addOption(keyPasswordEnvOption)
    .addOption(keyPasswordFileOption)
    .addOption(keyPasswordStdinOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport keystore password server.jks\n' +
        '  sallyport keystore password server.jks --password-env OLD --out-password-env NEW\n' +
        '  sallyport keystore password server.jks --password-env STORE --key-password-env KEY',
    )
    .action((file, options) =>
      withKeyStores(async (keyStores) => {
        const given = await readPasswords(passwordSource(options), outPasswordSource(options))
        const opened = await openStore(keyStores, terminal, file, given.input)
        const target = rewritableAs(opened)
        const isLocked = opened.store.entries.some(({ kind }) => kind === 'locked-private-key')
        const entries = await openEntries(keyStores, terminal, opened, keyPasswordSource(options))
        // Who came because of a locked key wants the password of the store for it; who came without one wants another.
        const asked = terminal.isInteractive && given.output === undefined && !isLocked
        const inherited = asked ? undefined : opened.password
        const password = await outputPassword(terminal, file, {
          given: given.output,
          inherited,
          option: '--out-password',
        })
        await rewrite(keyStores, { ...opened, target, entries, password }, entries)
        await answerWritten(keyStores, terminal, { file, password, options })
      }),
    )
}
