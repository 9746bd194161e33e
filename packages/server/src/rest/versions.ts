import { RestError } from './error.ts'

/** A version of the REST API, as the list of versions has it. */
export type ApiVersion = {
  /** The release it came with, such as `Summer '26`. */
  readonly label: string
  /** The path of its resources. */
  readonly url: string
  /** Such as `67.0`. */
  readonly version: string
}

const oldest = 20
const newest = 67

const seasons = ['Winter', 'Spring', 'Summer']

/** All versions, oldest first (`GET /services/data/`). As XML it is `Versions` around a `Version` each. */
export const apiVersions: readonly ApiVersion[] = Array.from({ length: newest - oldest + 1 }, (_, step) => {
  const version = `${oldest + step}.0`
  // Three releases a year, from Winter '11 on.
  const label = `${seasons[step % 3]} '${11 + Math.floor(step / 3)}`
  return { label, url: `/services/data/v${version}`, version }
})

/** The newest version, such as `67.0`. */
export const latestVersion = `${newest}.0`

const known = new Set(apiVersions.map(({ version }) => version))

/**
 * Reads the version in a path, such as `v67.0`.
 * @throws {RestError} 404 `NOT_FOUND`
 */
export function readApiVersion(segment: string): string {
  const version = segment.slice(1)
  if (!segment.startsWith('v') || !known.has(version)) {
    throw new RestError({
      reason: 'version-unknown',
      facts: { found: segment.slice(0, 32), newest: latestVersion },
    })
  }
  return version
}

/**
 * Lets pass what exists in a version: Salesforce answers resources that came later as if there were none.
 * @throws {RestError} 404 `NOT_FOUND`
 */
export function requireVersion(version: string, since: string): void {
  if (Number(version) < Number(since)) {
    throw new RestError({ reason: 'resource-newer-than-version', facts: { version, since } })
  }
}
