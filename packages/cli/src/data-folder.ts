import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure, WrongUsage } from './failure.ts'

/** Where a server keeps what it holds: one folder for all commands. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string
  /** The SQLite file. */
  readonly database: string
  /** Where the modules of token exchange handlers are. */
  readonly handlers: string
  /** Whether there is a database to work on. */
  readonly hasDatabase: boolean
}

/** The environment variable that holds the encryption key; it goes before the file in the data folder. */
export const encryptionKeyVariable = 'SALLYPORT_ENCRYPTION_KEY'

/** How to make an encryption key, on any machine that Sallyport runs on. */
export const howToMakeKey = `node -p "require('crypto').randomBytes(32).toString('base64')"`

/** The data folder at a path, whether or not it exists. */
export function dataFolder(path: string): DataFolder {
  const absolute = resolve(path)
  const database = join(absolute, 'sallyport.db')
  return { path: absolute, database, handlers: join(absolute, 'handlers'), hasDatabase: existsSync(database) }
}

/** Makes the folder, for its owner only. @throws {Failure} when it cannot be had */
export function makeDataFolder({ path }: DataFolder): void {
  try {
    // A folder that was there before keeps the mode somebody gave it.
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(path, 0o700)
  } catch (cause) {
    throw new Failure(`The data folder ${path} cannot be made: ${reasonOf(cause)}.`, {
      next: 'Choose another with --data <folder>, or the environment variable SALLYPORT_DATA.',
      cause,
    })
  }
}

/** Writes a file that only its owner may read. @throws {Failure} that names it when it cannot be written */
export function writePrivately(file: string, text: string): void {
  try {
    // The mode of a file that was there before is not changed by writing to it.
    if (existsSync(file)) chmodSync(file, 0o600)
    writeFileSync(file, text, { mode: 0o600 })
  } catch (cause) {
    throw new Failure(`The file ${file} cannot be written: ${reasonOf(cause)}.`, { cause })
  }
}

/** The environment variable with a command that prints the encryption key: how a key management service is asked for it. */
export const encryptionKeyCommandVariable = 'SALLYPORT_ENCRYPTION_KEY_COMMAND'

/** The environment variable with keys that values may be sealed under as well, while `store rekey` moves them to another. */
export const furtherKeysVariable = 'SALLYPORT_FURTHER_ENCRYPTION_KEYS'

/** Whether the environment says what the encryption key is, or who knows it. */
export function namesEncryptionKey(environment: NodeJS.ProcessEnv): boolean {
  return [encryptionKeyVariable, encryptionKeyCommandVariable].some((name) => (environment[name] ?? '') !== '')
}

/**
 * The key that the database's secrets are sealed with: out of the environment, from the command that the environment names,
 * or out of the data folder.
 * @throws {Failure} when there is none, or when it is none of 32 bytes
 */
export function readEncryptionKey(folder: DataFolder, environment: NodeJS.ProcessEnv): Buffer {
  const given = environment[encryptionKeyVariable] ?? ''
  const command = environment[encryptionKeyCommandVariable] ?? ''
  if (given !== '' && command !== '') {
    throw new WrongUsage(`Give only one of ${encryptionKeyVariable} and ${encryptionKeyCommandVariable}.`)
  }
  if (given !== '') return keyOf(given, `the environment variable ${encryptionKeyVariable}`)
  if (command !== '') return keyOf(printedBy(command), `what the command in ${encryptionKeyCommandVariable} prints`)
  const file = keyFile(folder)
  if (existsSync(file)) return keyOf(readFileSync(file, 'utf8'), file)
  throw new Failure(`The encryption key of the database is not here.`, {
    next: `Set ${encryptionKeyVariable} to the key that the database was made with, or put that key into ${file}.`,
  })
}

/** The same, but for a database that is not there yet a key is made and kept in the data folder. */
export function readOrMakeEncryptionKey(folder: DataFolder, environment: NodeJS.ProcessEnv): Buffer {
  const isThere = namesEncryptionKey(environment) || existsSync(keyFile(folder))
  if (isThere || folder.hasDatabase) return readEncryptionKey(folder, environment)
  const key = randomBytes(32)
  writePrivately(keyFile(folder), `${key.toString('base64')}\n`)
  return key
}

/** The file in the data folder that the key is kept in when the environment gives none. */
export function keyFile({ path }: DataFolder): string {
  return join(path, 'encryption.key')
}

/** The further keys that sealed values may be under. @throws {WrongUsage} when one of them is none */
export function readFurtherKeys(environment: NodeJS.ProcessEnv): readonly Buffer[] {
  const given = (environment[furtherKeysVariable] ?? '').split(/[\s,]+/).filter((text) => text !== '')
  return given.map((text) => keyOf(text, `the environment variable ${furtherKeysVariable}`))
}

// Milliseconds that a key management service has to answer.
const keyPatience = 30_000

/** What a command of the shell prints. @throws {Failure} when it fails; what it printed is not repeated */
function printedBy(command: string): string {
  try {
    return execFileSync('/bin/sh', ['-c', command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: keyPatience,
    })
  } catch (cause) {
    const status = cause instanceof Error && 'status' in cause ? cause.status : undefined
    const how = typeof status === 'number' ? `ended with ${status}` : 'could not be run, or took too long'
    throw new Failure(`The command in ${encryptionKeyCommandVariable} ${how}.`, {
      next: 'Run it by hand: it has to print 32 bytes in base64 and nothing else.',
    })
  }
}

function keyOf(text: string, place: string): Buffer {
  const encoded = text.trim()
  const key = Buffer.from(encoded, 'base64')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(encoded) && key.length === 32) return key
  throw new WrongUsage(`What is in ${place} is no encryption key: 32 random bytes in base64 are needed.`, {
    next: `A new one is made by: ${howToMakeKey}`,
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
