import type { CheckName } from './checks.ts'
import type { Facts, PassedCheck } from './journal.ts'

/**
 * What a request has been through so far. Each rule notes here what it checked before it lets the request go on, and
 * who it turned out to be about; the journal keeps it. A check that is not noted does not exist.
 */
export interface Checklist {
  readonly passed: PassedCheck[]
  flow: string | undefined
  orgId: string | undefined
  appId: string | undefined
  userId: string | undefined
}

/** An empty checklist, for one request. */
export function checklist(): Checklist {
  return { passed: [], flow: undefined, orgId: undefined, appId: undefined, userId: undefined }
}

/** Notes a check as passed. */
export function pass(checks: Checklist, check: CheckName, found?: Facts): void {
  checks.passed.push(found === undefined ? { check } : { check, found })
}
