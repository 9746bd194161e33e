import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../failure.ts'

// The largest key store that is of use: the JDK's own list of authorities has a hundredth of it.
const largest = 16 * 1024 * 1024

/** The bytes of a file. @throws {Failure} that names it when it cannot be read, or is too large to be a key store */
export function readBytes(file: string): Uint8Array {
  try {
    const { size } = statSync(file)
    if (size <= largest) return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw new Failure(`The file ${file} cannot be read: ${reasonOf(cause)}.`, { cause })
  }
  throw new Failure(`The file ${file} is too large for a key store: 16 MiB at most.`)
}

/** A file that is to be there whole or not at all. */
export interface NewFile {
  readonly file: string
  readonly bytes: Uint8Array
  /** Whether only its owner may read it. */
  readonly isPrivate: boolean
  /** Whether it may take the place of a file that is there. */
  readonly mayReplace: boolean
}

/** @throws {Failure} when one of the files is there, and may not be replaced */
export function refuseToReplace(files: readonly string[], mayReplace: boolean): void {
  const there = files.find((file) => existsSync(file))
  if (there === undefined || mayReplace) return
  throw new Failure(`The file ${there} is there already.`, {
    next: 'Choose another name, or add --force to overwrite it.',
  })
}

/**
 * Writes a file so that whoever looks finds the old one or the whole new one, also after a power cut.
 * @throws {Failure} that names it when it is there and may not be replaced, or cannot be written
 */
export function writeWhole({ file, bytes, isPrivate, mayReplace }: NewFile): void {
  refuseToReplace([file], mayReplace)
  try {
    // What a link points to is replaced, not the link.
    const target = existsSync(file) ? realpathSync(file) : file
    const folder = dirname(target)
    const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}`)
    const handle = openSync(temporary, 'wx', isPrivate ? 0o600 : 0o644)
    try {
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      if (mayReplace || !linked(temporary, target)) renameSync(temporary, target)
    } finally {
      rmSync(temporary, { force: true })
    }
    keepFolder(folder)
  } catch (cause) {
    throw new Failure(`The file ${file} cannot be written: ${reasonOf(cause)}.`, { cause })
  }
}

/** Gives a file a second name, which is refused where a file is, whoever has put it there in the meantime. */
function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (cause) {
    if (existsSync(name)) throw cause
    // Some file systems know no second names.
    return false
  }
}

/** Makes sure that the name of a new file is kept, too, where the system lets folders be opened. */
function keepFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'ENOENT' ? 'there is none' : error.message
}
