import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `test/prepare.js` lays out programs that are not to be installed: a proxy that is installed would begin to listen. */
export const laidOut = fileURLToPath(new URL('../node_modules/.cache/programs', import.meta.url))

/**
 * Finds a program that tests start: on the PATH, where systems keep servers, or laid out beside the repository's packages.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string | undefined>>} environment usually `process.env`
 * @returns {string | undefined} its path, or `undefined` when there is none
 */
export function findProgram(name, environment) {
  const onPath = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const folders = [...onPath, '/usr/sbin', '/usr/local/sbin', `${laidOut}/usr/sbin`, `${laidOut}/usr/bin`]
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
