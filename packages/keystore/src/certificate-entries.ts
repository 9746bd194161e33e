import { uniqueNameFrom } from './certificate-name.ts'
import type { KeyStore, KeyStoreEntry, PrivateKeyEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { describeCertificate, isChain, keyMatchesCertificate, orderChain } from './x509.ts'

/** How entries of several files are to be named. */
export interface JoiningOptions {
  /** What to call a key or certificate of a file that has no names, such as PEM: the name that it is nearest to. */
  readonly defaultAlias: string
}

/**
 * Puts what several files hold into one list of entries: each private key with its own certificate and the chain of it,
 * wherever these were, and the certificates that are left as trusted ones. Certificates of PEM and DER files that went into
 * a chain are not kept a second time.
 * @throws {KeyStoreError} `key-does-not-match-certificate` when a key has its certificate in none of the files;
 *   `wrong-password` when a key is locked; `duplicate-alias`
 */
export function joinEntries(stores: readonly KeyStore[], { defaultAlias }: JoiningOptions): readonly KeyStoreEntry[] {
  const certificates = stores.flatMap(({ entries }) => entries.flatMap(certificatesOf))
  const inChains = new Set<string>()
  const taken = new Map<string, KeyStoreEntry>()
  const unnamed = stores.flatMap(({ format, entries }) => entries.map((entry) => ({ entry, isLoose: isLoose(format) })))
  const keys = unnamed.filter(({ entry }) => entry.kind !== 'trusted-certificate')
  const others = unnamed.filter(({ entry }) => entry.kind === 'trusted-certificate')

  for (const { entry, isLoose } of keys) {
    if (entry.kind === 'locked-private-key') throw locked(entry.alias)
    if (entry.kind !== 'private-key') continue
    const chain = chainOf(entry, certificates)
    for (const certificate of chain) inChains.add(base64(certificate))
    keep({ ...entry, chain }, isLoose ? defaultAlias : entry.alias, isLoose)
  }
  for (const { entry, isLoose } of others) {
    if (entry.kind !== 'trusted-certificate' || (isLoose && inChains.has(base64(entry.certificate)))) continue
    const name = describeCertificate(entry.certificate).commonName ?? defaultAlias
    keep(entry, isLoose ? uniqueNameFrom(name) : entry.alias, isLoose)
  }
  return [...taken.values()]

  function keep(entry: KeyStoreEntry, name: string, mayBeNumbered: boolean) {
    let alias = name
    for (let number = 2; mayBeNumbered && taken.has(alias.toLowerCase()); number += 1) alias = `${name}_${number}`
    if (taken.has(alias.toLowerCase())) {
      throw new KeyStoreError(
        'duplicate-alias',
        `There are two entries “${alias}”. Rename one of them first: sallyport keystore alias <file> ${alias} <new alias>`,
      )
    }
    taken.set(alias.toLowerCase(), { ...entry, alias })
  }
}

/** The chain that an entry has, if it is the key's own and in order; else the one that can be made of all certificates. */
function chainOf(entry: PrivateKeyEntry, certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  const [leaf] = entry.chain
  const isItsOwn = leaf !== undefined && keyMatchesCertificate(entry.privateKey, leaf) && isChain(entry.chain)
  const chain = orderChain(certificates, entry.privateKey)
  // A chain that is longer because another file brought the signer is the better one.
  return isItsOwn && entry.chain.length >= chain.length ? entry.chain : chain
}

function certificatesOf(entry: KeyStoreEntry): readonly Uint8Array[] {
  return entry.kind === 'trusted-certificate' ? [entry.certificate] : entry.chain
}

function isLoose(format: KeyStore['format']): boolean {
  return format === 'pem' || format === 'der'
}

function locked(alias: string): KeyStoreError {
  return new KeyStoreError(
    'wrong-password',
    `The key of “${alias}” is locked with a password of its own. Give that, too, or give the store one password first: ` +
      'sallyport keystore password <file>',
  )
}

function base64(der: Uint8Array): string {
  return Buffer.from(der).toString('base64')
}
