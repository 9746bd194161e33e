import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure } from '../../failure.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerWritten } from './answer-written.ts'
import { withKeyStores } from './opened.ts'
import { passwordEnvOption, passwordFileOption, passwordSource, passwordStdinOption } from './password-options.ts'
import { findEntry, isSame, openToRewrite, rewrite } from './rewritten.ts'

/** `sallyport keystore alias`: another name for an entry. */
export function keystoreAlias(terminal: Terminal): CommandUnknownOpts {
  return new Command('alias')
    .summary('give an entry another alias')
    .description('Gives an entry of a JKS or PKCS#12 file another alias. Salesforce makes the Unique Name of it.')
    .argument('<file>')
    .argument('<old>')
    .argument('<new>')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport keystore alias server.jks 1 orga_jwt')
    .action((file, old, alias, options) =>
      withKeyStores(async (keyStores) => {
        const opened = await openToRewrite(keyStores, terminal, file, passwordSource(options))
        const entry = findEntry(file, opened.entries, old)
        if (opened.entries.some((other) => other !== entry && isSame(other, alias))) {
          throw new Failure(`${file} has an entry “${alias}” already.`, { next: 'Choose another alias.' })
        }
        const entries = opened.entries.map((other) => (other === entry ? { ...other, alias } : other))
        await rewrite(keyStores, opened, entries)
        await answerWritten(keyStores, terminal, { file, password: opened.password, options })
      }),
    )
}
