import { jksAlias, writeJks } from './jks.ts'
import type { KeyStoreEntry, PrivateKeyEntry, TrustedCertificateEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { writePem } from './pem.ts'
import { writePkcs12 } from './pkcs12.ts'

/** What to write, and how to lock it. */
export interface WritingOptions {
  readonly format: 'pem' | 'pkcs12' | 'jks'
  /** Locks the store and its keys. PEM can do without: then its keys are open. */
  readonly password?: string
  /** PKCS#12 with 3DES and SHA-1, for programs that know nothing newer. */
  readonly legacy?: boolean
  /** When entries without a date came to be. */
  readonly now: Date
}

/**
 * Writes a key store. The password locks the keys, too. JKS keeps aliases in lower case.
 * @throws {KeyStoreError} `password-required`; `wrong-password` for a locked key; `duplicate-alias`; `name-not-acceptable`;
 *   `key-does-not-match-certificate` for a key without a certificate in JKS or PKCS#12
 */
export async function writeKeyStore(entries: readonly KeyStoreEntry[], options: WritingOptions): Promise<Uint8Array> {
  const { format, password, now } = options
  const open = entries.map(openEntry)
  if (format === 'pem') return writePem(open, password)
  if (password === undefined) {
    throw new KeyStoreError(
      'password-required',
      'A key store is locked with a password. Give one, of 6 characters or more.',
    )
  }
  for (const entry of open) checkWritable(entry)
  checkAliases(open.map(({ alias }) => alias))
  return format === 'jks'
    ? writeJks(open, { password, now })
    : writePkcs12(open, { password, isOld: options.legacy === true, now })
}

function openEntry(entry: KeyStoreEntry): PrivateKeyEntry | TrustedCertificateEntry {
  if (entry.kind !== 'locked-private-key') return entry
  throw new KeyStoreError(
    'wrong-password',
    `The key of “${entry.alias}” is locked with a password of its own. Read the store with that, too, before it is written.`,
  )
}

function checkWritable(entry: PrivateKeyEntry | TrustedCertificateEntry): void {
  if (entry.alias === '') {
    throw new KeyStoreError('name-not-acceptable', 'Each entry of a key store has an alias. Give it one.')
  }
  if (entry.kind === 'trusted-certificate' || entry.chain.length > 0) return
  throw new KeyStoreError(
    'key-does-not-match-certificate',
    `A key store keeps a private key with its certificate, and “${entry.alias}” has none. Give the certificate, too.`,
  )
}

/** Java looks aliases up without regard to capitals, so two that differ in nothing else are one. */
function checkAliases(aliases: readonly string[]): void {
  const taken = new Set<string>()
  for (const alias of aliases) {
    if (taken.has(jksAlias(alias))) {
      throw new KeyStoreError(
        'duplicate-alias',
        `There are two entries “${alias}”. Capitals make no difference. Rename one.`,
      )
    }
    taken.add(jksAlias(alias))
  }
}
