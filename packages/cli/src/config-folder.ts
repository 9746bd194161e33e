import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { writePrivately } from './data-folder.ts'
import { Failure } from './failure.ts'

/** What a person keeps on this machine: sign-ins and their tokens, locked. */
export interface ConfigFolder {
  readonly path: string
  /** 32 bytes that lock all else in the folder. */
  readonly key: Buffer
}

/** The variable that names the folder, and the one that holds its key instead of the file. */
const folderVariable = 'SALLYPORT_CONFIG'
const keyVariable = 'SALLYPORT_CONFIG_KEY'

/**
 * The folder of the person who runs the program: `SALLYPORT_CONFIG`, or `sallyport` where programs keep such things. It is made
 * for its owner only, with a key, when it is not there.
 * @throws {Failure} when it cannot be had, or its key is none
 */
export function configFolder(environment: NodeJS.ProcessEnv): ConfigFolder {
  const path = environment[folderVariable] || defaultPath(environment)
  try {
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(path, 0o700)
  } catch (cause) {
    throw new Failure(`The folder ${path} for sign-ins cannot be made.`, {
      next: `Set ${folderVariable} to another.`,
      cause,
    })
  }
  return { path, key: keyOf(path, environment) }
}

function defaultPath(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32' && environment['APPDATA'] !== undefined)
    return join(environment['APPDATA'], 'sallyport')
  return join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'sallyport')
}

function keyOf(path: string, environment: NodeJS.ProcessEnv): Buffer {
  const given = environment[keyVariable]
  const file = join(path, 'logins.key')
  const where = given ? `the environment variable ${keyVariable}` : file
  if (!given && !existsSync(file)) writePrivately(file, `${randomBytes(32).toString('base64')}\n`)
  const key = Buffer.from(given || readFileSync(file, 'utf8'), 'base64')
  if (key.length === 32) return key
  throw new Failure(`The key in ${where} is not one of 32 bytes in base64.`, {
    next: `Put the right one there, or delete ${path} and sign in again.`,
  })
}
