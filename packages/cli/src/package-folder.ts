import { readFileSync } from 'node:fs'

/** The folder of this package. This module lies one below it, and so does the one file that is laid out of all modules. */
export const packageFolder = new URL('..', import.meta.url)

/** The version of this package. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
