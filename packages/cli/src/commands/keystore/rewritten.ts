import { Failure } from '../../failure.ts'
import { readSecret, type SecretSource } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { type KeyStores, type OpenEntry, type OpenedStore, onlyOpen, openStore } from './opened.ts'
import { type Target, writeStore } from './written.ts'

/** A key store that is to be written anew in its place. */
export interface RewritableStore extends OpenedStore {
  readonly target: Target
  readonly entries: readonly OpenEntry[]
}

/**
 * Opens a key store to change it.
 * @throws {Failure} when it is of a format that is only read, or has a key with a password of its own
 */
export async function openToRewrite(
  keyStores: KeyStores,
  terminal: Terminal,
  file: string,
  password: SecretSource,
): Promise<RewritableStore> {
  const opened = await openStore(keyStores, terminal, file, await readSecret(password, '--password', process.env))
  return { ...opened, target: rewritableAs(opened), entries: onlyOpen(file, opened.store.entries) }
}

/** The format that a changed store is written in: the one it has. @throws {Failure} when that is only read */
export function rewritableAs({ file, store: { format } }: OpenedStore): Target {
  if (format === 'jks') return 'jks'
  if (format === 'pkcs12') return 'p12'
  throw new Failure(`${file} is no key store that keeps names and can be changed.`, {
    next: `Make one of it first: sallyport keystore convert ${file} <name>.jks`,
  })
}

/** Writes changed entries in the place of a store. @throws {Failure} when it cannot be written */
export async function rewrite(
  keyStores: KeyStores,
  { file, target, password }: RewritableStore,
  entries: readonly OpenEntry[],
): Promise<void> {
  const isLegacy = false
  await writeStore(keyStores, { file, target, entries, password, isLegacy, mayReplace: true, now: new Date() })
}

/**
 * The entry with an alias. Capitals make no difference, as in Java.
 * @throws {Failure} with those there are
 */
export function findEntry<Entry extends { readonly alias: string }>(
  file: string,
  entries: readonly Entry[],
  alias: string,
): Entry {
  const wanted = alias.toLowerCase()
  const found = entries.find((entry) => entry.alias === alias) ?? entries.find((entry) => isSame(entry, wanted))
  if (found !== undefined) return found
  const list = entries.map((entry) => `“${entry.alias}”`).join(', ')
  throw new Failure(`${file} has no entry “${alias}”.`, {
    next: list === '' ? 'It has none at all.' : `There are: ${list}.`,
  })
}

/** Whether an entry has an alias. */
export function isSame(entry: { readonly alias: string }, alias: string): boolean {
  return entry.alias.toLowerCase() === alias.toLowerCase()
}
