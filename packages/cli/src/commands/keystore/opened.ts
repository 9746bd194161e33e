import type { KeyStore, KeyStoreEntry, PrivateKeyEntry, TrustedCertificateEntry } from '@sallyport/keystore'
import { entered } from '../../entered.ts'
import { Failure, WrongUsage } from '../../failure.ts'
import { readSecret, type SecretSource } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { readBytes } from './files.ts'

/** The package that reads and writes key stores. It is loaded when a command needs it, not when the program starts. */
export type KeyStores = typeof import('@sallyport/keystore')

/** Entries whose keys are open: what can be written. */
export type OpenEntry = PrivateKeyEntry | TrustedCertificateEntry

/** A key store that was read from a file. */
export interface OpenedStore {
  readonly file: string
  readonly bytes: Uint8Array
  readonly store: KeyStore
  /** `undefined` when it was not locked. */
  readonly password: string | undefined
}

/** Does what a command does with key stores. @throws {Failure} for what the package refuses */
export async function withKeyStores<Result>(work: (keyStores: KeyStores) => Promise<Result>): Promise<Result> {
  const keyStores = await import('@sallyport/keystore')
  try {
    return await work(keyStores)
  } catch (error) {
    if (error instanceof keyStores.KeyStoreError) throw new Failure(error.message, { cause: error })
    throw error
  }
}

/**
 * Opens a file of whatever format. Who sits at a terminal is asked for its password when none was given.
 * @throws {Failure} that names the file
 */
export async function openStore(
  keyStores: KeyStores,
  terminal: Terminal,
  file: string,
  given: string | undefined,
): Promise<OpenedStore> {
  const bytes = readBytes(file)
  const format = keyStores.detectFormat(bytes)
  if (format === undefined) {
    throw new Failure(`${file} holds no key store, private key or certificate.`, {
      next: 'What is read: JKS, JCEKS, PKCS#12, PEM and DER, whatever the file is called.',
    })
  }
  const read = async (password: string | undefined): Promise<OpenedStore> => ({
    file,
    bytes,
    store: await keyStores.readKeyStore(bytes, entered({ password })),
    password,
  })
  const isRefused = (error: unknown) =>
    error instanceof keyStores.KeyStoreError && (error.code === 'wrong-password' || error.code === 'password-required')
  const explained = (error: unknown) =>
    error instanceof keyStores.KeyStoreError ? new Failure(`${file}: ${error.message}`, { cause: error }) : error

  if (given !== undefined || (format !== 'jks' && format !== 'jceks')) {
    try {
      return await read(given)
    } catch (error) {
      if (given !== undefined || !isRefused(error)) throw explained(error)
    }
  }
  if (!terminal.isInteractive) {
    throw new WrongUsage(`${file} is locked with a password.`, {
      next: 'Give it by --password-env <variable>, --password-file <file> or --password-stdin.',
    })
  }
  for (let attempt = 1; ; attempt += 1) {
    const entered = await terminal.askKnownSecret(`Password of ${file}`)
    if (entered === undefined) throw new Failure('Nothing was done.')
    try {
      return await read(entered)
    } catch (error) {
      if (!isRefused(error) || attempt === 3) throw explained(error)
      terminal.note(`${terminal.style.yellow('!')} That was not the password.`)
    }
  }
}

/**
 * The entries of a store with their keys open; for keys with a password of their own, that password is asked for.
 * @throws {Failure} when a key stays locked
 */
export async function openEntries(
  keyStores: KeyStores,
  terminal: Terminal,
  { file, bytes, store, password }: OpenedStore,
  keyPassword: SecretSource,
): Promise<readonly OpenEntry[]> {
  const isLocked = ({ kind }: KeyStoreEntry) => kind === 'locked-private-key'
  const lockedAlias = store.entries.find(isLocked)?.alias
  const given = await readSecret(keyPassword, '--key-password', process.env)
  if (lockedAlias === undefined) return onlyOpen(file, store.entries)
  const own =
    given ??
    (terminal.isInteractive ? await terminal.askKnownSecret(`Password of the key “${lockedAlias}”`) : undefined)
  if (own === undefined) throw stillLocked(file, lockedAlias)
  const { entries } = await keyStores.readKeyStore(bytes, entered({ password, keyPassword: own }))
  const opened = new Map(entries.map((entry) => [entry.alias, entry]))
  return onlyOpen(
    file,
    store.entries.map((entry) => (isLocked(entry) ? (opened.get(entry.alias) ?? entry) : entry)),
  )
}

/** The entries, none of them locked. @throws {Failure} that says which is */
export function onlyOpen(file: string, entries: readonly KeyStoreEntry[]): readonly OpenEntry[] {
  return entries.map((entry) => {
    if (entry.kind === 'locked-private-key') throw stillLocked(file, entry.alias)
    return entry
  })
}

function stillLocked(file: string, alias: string): Failure {
  return new Failure(
    `In ${file} the key “${alias}” is locked with a password of its own, which is not the one given.`,
    {
      next: 'Give it by --key-password-env <variable>, --key-password-file <file> or --key-password-stdin.',
    },
  )
}
