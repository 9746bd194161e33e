import { basename, extname } from 'node:path'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure, WrongUsage } from '../../failure.ts'
import { jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerWritten } from './answer-written.ts'
import { type KeyStores, type OpenEntry, onlyOpen, openEntries, openStore, withKeyStores } from './opened.ts'
import {
  forceOption,
  keyPasswordEnvOption,
  keyPasswordFileOption,
  keyPasswordSource,
  keyPasswordStdinOption,
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
} from './password-options.ts'
import { isSame, openToRewrite, type RewritableStore, rewrite } from './rewritten.ts'

/** `sallyport keystore add`: keys and certificates into a store, or the certificate of a key that is in it. */
export function keystoreAdd(terminal: Terminal): CommandUnknownOpts {
  return new Command('add')
    .summary('put keys and certificates in')
    .description(
      'Puts the keys and certificates of other files, of any format, into a JKS or PKCS#12 file. Certificates of a key that ' +
        'is in it already, such as those a certification authority answers, take the place of the ones it has.',
    )
    .argument('<file>', 'the key store')
    .argument('<from...>', 'what to put in')
    .option('--alias <name>', 'what to call the key or certificate; or the key that the certificates are for')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(keyPasswordEnvOption)
    .addOption(keyPasswordFileOption)
    .addOption(keyPasswordStdinOption)
    .addOption(forceOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport keystore add server.jks other.crt other.key --alias orgb_jwt\n' +
        '  sallyport keystore add server.jks signed.crt authority.crt --alias orga_jwt',
    )
    .action((file, from, options) =>
      withKeyStores(async (keyStores) => {
        const opened = await openToRewrite(keyStores, terminal, file, passwordSource(options))
        const stores = []
        for (const name of from) {
          const one = await openStore(keyStores, terminal, name, opened.password)
          const entries = await openEntries(keyStores, terminal, one, keyPasswordSource(options))
          stores.push({ ...one.store, entries })
        }
        const entries =
          answered(
            keyStores,
            opened,
            stores.flatMap((store) => store.entries),
            options.alias,
          ) ??
          added(
            opened,
            onlyOpen(file, keyStores.joinEntries(stores, { defaultAlias: defaultAlias(keyStores, from) })),
            options,
          )
        await rewrite(keyStores, opened, entries)
        await answerWritten(keyStores, terminal, { file, password: opened.password, options })
      }),
    )
}

/**
 * The entries with a key's own certificates in the place of those it had; `undefined` when what came is something else.
 * @throws {KeyStoreError} when the key that was named is not that of the certificates
 */
function answered(
  keyStores: KeyStores,
  { entries }: RewritableStore,
  from: readonly OpenEntry[],
  alias: string | undefined,
): readonly OpenEntry[] | undefined {
  const certificates = from.flatMap((entry) => (entry.kind === 'trusted-certificate' ? [entry.certificate] : []))
  if (certificates.length < from.length) return undefined
  const isIts = (entry: OpenEntry) =>
    entry.kind === 'private-key' &&
    (alias === undefined
      ? certificates.some((certificate) => keyStores.keyMatchesCertificate(entry.privateKey, certificate))
      : isSame(entry, alias))
  const key = entries.find(isIts)
  if (key?.kind !== 'private-key') return undefined
  const chain = keyStores.signedChain(key.privateKey, certificates)
  return entries.map((entry) => (entry === key ? { ...key, chain } : entry))
}

function added(
  { file, entries }: RewritableStore,
  from: readonly OpenEntry[],
  { alias, force }: { readonly alias?: string | undefined; readonly force?: boolean | undefined },
): readonly OpenEntry[] {
  const keys = from.filter(({ kind }) => kind === 'private-key')
  const [meant, ...others] = keys.length > 0 ? keys : from
  if (alias !== undefined && others.length > 0) {
    throw new WrongUsage('--alias names one key or certificate, and here are several.', {
      next: 'Add them one by one, or without --alias.',
    })
  }
  const named = from.map((entry) => (entry === meant && alias !== undefined ? { ...entry, alias } : entry))
  const replaced = entries.find((entry) => named.some((other) => isSame(entry, other.alias)))
  if (replaced !== undefined && force !== true) {
    throw new Failure(`${file} has an entry “${replaced.alias}” already.`, {
      next: 'Choose another with --alias <name>, or add --force to put the new one in its place.',
    })
  }
  return [...entries.filter((entry) => !named.some((other) => isSame(entry, other.alias))), ...named]
}

function defaultAlias(keyStores: KeyStores, from: readonly string[]): string {
  const [first = ''] = from
  return keyStores.uniqueNameFrom(basename(first, extname(first)))
}
