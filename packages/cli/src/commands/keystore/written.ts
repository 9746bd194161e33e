import { basename, extname } from 'node:path'
import { entered } from '../../entered.ts'
import { Failure, WrongUsage } from '../../failure.ts'
import { readSecret, type SecretSource } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { writeWhole } from './files.ts'
import type { KeyStores, OpenEntry } from './opened.ts'

/** The formats that are written, by the names they have on the command line. */
export const targets = ['jks', 'p12', 'pem'] as const

/** One of {@link targets}. */
export type Target = (typeof targets)[number]

/** What of a key store a PEM file is to hold. */
export type Part = 'all' | 'certificates' | 'private-key'

/** A key store to be written. */
export interface NewStore {
  readonly file: string
  readonly target: Target
  readonly entries: readonly OpenEntry[]
  /** `undefined` writes PEM that is not locked. */
  readonly password: string | undefined
  /** PKCS#12 for programs that know no modern one. */
  readonly isLegacy: boolean
  readonly mayReplace: boolean
  readonly now: Date
}

const targetsByExtension: ReadonlyMap<string, Target> = new Map([
  ['.jks', 'jks'],
  ['.keystore', 'jks'],
  ['.p12', 'p12'],
  ['.pfx', 'p12'],
  ['.pem', 'pem'],
  ['.crt', 'pem'],
  ['.cer', 'pem'],
  ['.key', 'pem'],
])

/** The format to write: the one asked for, else the one that the name of the file stands for. @throws {WrongUsage} */
export function targetOf(file: string, asked: Target | undefined): Target {
  const target = asked ?? targetsByExtension.get(extname(file).toLowerCase())
  if (target !== undefined) return target
  throw new WrongUsage(`The name ${file} does not tell what it is to be.`, {
    next: 'Say it: --to jks, --to p12 or --to pem.',
  })
}

/** What goes into a file: into a `.crt` or `.cer` never a private key, into a `.key` nothing else. */
export function partOf(file: string, target: Target): Part {
  if (target !== 'pem') return 'all'
  const extension = extname(file).toLowerCase()
  if (extension === '.key') return 'private-key'
  return extension === '.crt' || extension === '.cer' ? 'certificates' : 'all'
}

/** Where the password of a new file can come from. */
export interface NewPassword {
  readonly given: string | undefined
  /** The password of what was read. */
  readonly inherited?: string | undefined
  /** The beginning of the options' names for it. */
  readonly option: '--password' | '--out-password'
}

/**
 * The password to lock a new file with: the one for the output, else the input's, else the one that is asked for.
 * @throws {WrongUsage} when there is none, or keytool would refuse it
 */
export async function outputPassword(
  terminal: Terminal,
  file: string,
  { given, inherited, option }: NewPassword,
): Promise<string> {
  const ways = `${option}-env <variable>, ${option}-file <file> or ${option}-stdin`
  const password =
    given ?? inherited ?? (terminal.isInteractive ? await terminal.askSecret(`New password for ${file}`) : undefined)
  if (password === undefined) {
    if (terminal.isInteractive) throw new Failure('Nothing was done.')
    throw new WrongUsage(`${file} needs a password.`, { next: `Give it by ${ways}.` })
  }
  if (password.length >= 6) return password
  throw new WrongUsage('The password of a key store has 6 characters or more: keytool opens none with fewer.', {
    next: `Give another by ${ways}.`,
  })
}

/** The passwords for input and output, each read once. @throws {WrongUsage} when both are to come from standard input */
export async function readPasswords(
  input: SecretSource,
  output: SecretSource,
): Promise<{ readonly input: string | undefined; readonly output: string | undefined }> {
  if (input.isStandardInput === true && output.isStandardInput === true) {
    throw new WrongUsage('Only one password can come from standard input.', {
      next: 'Give the other by --out-password-env <variable> or --out-password-file <file>.',
    })
  }
  return {
    input: await readSecret(input, '--password', process.env),
    output: await readSecret(output, '--out-password', process.env),
  }
}

/**
 * Writes a key store, after it has been read back to see that it can be.
 * @throws {Failure} when the file is there and may not be replaced, or cannot be written
 */
export async function writeStore(
  keyStores: KeyStores,
  { file, target, entries, password, isLegacy, mayReplace, now }: NewStore,
): Promise<void> {
  const format = target === 'p12' ? 'pkcs12' : target
  const bytes = await keyStores.writeKeyStore(entries, {
    format,
    now,
    ...entered({ password, legacy: isLegacy ? true : undefined }),
  })
  await keyStores.readKeyStore(bytes, entered({ password }))
  const isPrivate = entries.some(({ kind }) => kind === 'private-key')
  writeWhole({ file, bytes, isPrivate, mayReplace })
}

/** The entries that a file of a part gets. @throws {WrongUsage} when there is nothing for it */
export function entriesOfPart(entries: readonly OpenEntry[], part: Part, file: string): readonly OpenEntry[] {
  if (part === 'all') return entries
  const kept = entries.flatMap((entry): readonly OpenEntry[] => {
    if (part === 'private-key') return entry.kind === 'private-key' ? [{ ...entry, chain: [] }] : []
    if (entry.kind === 'trusted-certificate') return [entry]
    const { alias, createdAt, chain } = entry
    return chain.map((certificate) => ({ kind: 'trusted-certificate', alias, createdAt, certificate }))
  })
  if (kept.length > 0) return kept
  const what = part === 'private-key' ? 'private key' : 'certificate'
  throw new WrongUsage(`There is no ${what} to write into ${basename(file)}.`)
}
