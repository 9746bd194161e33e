import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { jsonOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerWritten } from './answer-written.ts'
import { withKeyStores } from './opened.ts'
import { passwordEnvOption, passwordFileOption, passwordSource, passwordStdinOption } from './password-options.ts'
import { findEntry, openToRewrite, rewrite } from './rewritten.ts'

/** `sallyport keystore remove`: an entry less. */
export function keystoreRemove(terminal: Terminal): CommandUnknownOpts {
  return new Command('remove')
    .summary('take an entry out')
    .description('Takes an entry out of a JKS or PKCS#12 file. A private key that is nowhere else is lost.')
    .argument('<file>')
    .argument('<alias>')
    .addOption(yesOption)
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport keystore remove server.jks old_jwt')
    .action((file, alias, options) =>
      withKeyStores(async (keyStores) => {
        const opened = await openToRewrite(keyStores, terminal, file, passwordSource(options))
        const entry = findEntry(file, opened.entries, alias)
        const what = entry.kind === 'private-key' ? 'the private key with its certificate' : 'the certificate'
        await confirmed(terminal, options.yes, `This takes ${what} “${entry.alias}” out of ${file} for good.`)
        const entries = opened.entries.filter((other) => other !== entry)
        await rewrite(keyStores, opened, entries)
        await answerWritten(keyStores, terminal, { file, password: opened.password, options })
      }),
    )
}
