import { basename, extname } from 'node:path'
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerWritten } from './answer-written.ts'
import { refuseToReplace } from './files.ts'
import { onlyOpen, openEntries, openStore, withKeyStores } from './opened.ts'
import {
  forceOption,
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
import { entriesOfPart, outputPassword, partOf, readPasswords, targetOf, targets, writeStore } from './written.ts'

/** `sallyport keystore convert`: from any format into another, and from several files into one. */
export function keystoreConvert(terminal: Terminal): CommandUnknownOpts {
  return new Command('convert')
    .summary('make a JKS, PKCS#12 or PEM file of keys and certificates in any format')
    .description(
      'Reads one file or several, puts each private key together with its certificates, and writes all into the last ' +
        'file. Its name tells the format: .jks, .p12 or .pfx, .pem; a .crt or .cer gets the certificates only, a .key the ' +
        "private key only. The new file's password is the old one's unless another is given, and locks its keys, too.",
    )
    .argument('<files...>', 'what to read, and last what to write')
    .addOption(new Option('--to <format>', 'what to write, whatever the file is called').choices(targets))
    .option('--alias <name>', 'what to call the key, or the only certificate')
    .option('--legacy', 'write PKCS#12 for programs that know no modern one (3DES, SHA-1)')
    .option('--unencrypted', 'write the private key into a PEM file without a password')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(outPasswordEnvOption)
    .addOption(outPasswordFileOption)
    .addOption(outPasswordStdinOption)
    .addOption(keyPasswordEnvOption)
    .addOption(keyPasswordFileOption)
    .addOption(keyPasswordStdinOption)
    .addOption(forceOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport keystore convert server.crt server.pem server.jks --alias orga_jwt\n' +
        '  sallyport keystore convert server.p12 server.jks\n' +
        '  sallyport keystore convert server.jks server.key --unencrypted\n' +
        '  sallyport keystore convert server.jks server.crt',
    )
    .action((files, options) =>
      withKeyStores(async (keyStores) => {
        const inputs = files.slice(0, -1)
        const output = files.at(-1)
        if (output === undefined || inputs.length === 0) {
          throw new WrongUsage('Name what to read, and last what to write.', {
            next: 'Such as: sallyport keystore convert server.crt server.pem server.jks --alias orga_jwt',
          })
        }
        const target = targetOf(output, options.to)
        const part = partOf(output, target)
        if (options.unencrypted === true && target !== 'pem') {
          throw new WrongUsage(`A ${target} file is always locked: --unencrypted is for PEM files.`)
        }
        const mayReplace = options.force === true
        refuseToReplace([output], mayReplace)

        const passwords = await readPasswords(passwordSource(options), outPasswordSource(options))
        const opened = []
        for (const file of inputs) {
          const one = await openStore(keyStores, terminal, file, passwords.input)
          const entries = await openEntries(keyStores, terminal, one, keyPasswordSource(options))
          opened.push({ ...one, store: { ...one.store, entries } })
        }
        const defaultAlias = keyStores.uniqueNameFrom(basename(output, extname(output)))
        const stores = opened.map(({ store }) => store)
        const joined = onlyOpen(output, keyStores.joinEntries(stores, { defaultAlias }))
        const named = renamed(joined, options.alias)
        const entries = entriesOfPart(named, part, output)

        const holdsKey = entries.some(({ kind }) => kind === 'private-key')
        const isLocked = target !== 'pem' || (holdsKey && options.unencrypted !== true)
        const inherited = passwords.input ?? opened.find(({ password }) => password !== undefined)?.password
        // A key that was not locked before is not locked behind its owner's back.
        const staysOpen = target === 'pem' && passwords.output === undefined && inherited === undefined
        const password =
          isLocked && !staysOpen
            ? await outputPassword(terminal, output, { given: passwords.output, inherited, option: '--out-password' })
            : undefined
        const isLegacy = options.legacy === true
        const now = new Date()
        await writeStore(keyStores, { file: output, target, entries, password, isLegacy, mayReplace, now })
        await answerWritten(keyStores, terminal, { file: output, password, options })
      }),
    )
}

/** @throws {WrongUsage} when it is not plain which entry is meant */
function renamed<Entry extends { readonly kind: string; readonly alias: string }>(
  entries: readonly Entry[],
  alias: string | undefined,
): readonly Entry[] {
  if (alias === undefined) return entries
  const keys = entries.filter(({ kind }) => kind === 'private-key')
  const [meant, ...others] = keys.length > 0 ? keys : entries
  if (meant === undefined || others.length > 0) {
    const list = entries.map((entry) => `“${entry.alias}”`).join(', ')
    throw new WrongUsage(`--alias names one key, and here are several: ${list}.`, {
      next: 'Convert without it, and rename each: sallyport keystore alias <file> <old> <new>',
    })
  }
  return entries.map((entry) => (entry === meant ? { ...entry, alias } : entry))
}
