import type { CheckName } from './checks.ts'
import type { Facts, PassedCheck } from './journal.ts'

/**
 * What a request has been through so far. Each rule notes here what it checked before it lets the request go on, and
 * who it turned out to be about; the journal keeps it. A check that is not noted does not exist.
 */
export interface Checklist {
  readonly passed: PassedCheck[]
  flow: string | undefined
  /** The org whose user or token the request is about. */
  orgId: string | undefined
  appId: string | undefined
  /** The org that the app was made in. */
  appOrgId: string | undefined
  userId: string | undefined
}

/** An empty checklist, for one request. */
export function checklist(): Checklist {
  return { passed: [], flow: undefined, orgId: undefined, appId: undefined, appOrgId: undefined, userId: undefined }
}

/** Notes which app a request is about. */
export function aboutApp(checks: Checklist, app: { readonly id: string; readonly orgId: string | undefined }): void {
  checks.appId = app.id
  checks.appOrgId = app.orgId
}

/**
 * The org whose admins may read of the request in the journal: that of the user or token it is about; as long as nobody
 * knows of either, the org at whose own address it was made; and at the login host, that of the app. One of which none
 * of them is known, such as that of an unknown app at the login host, is no org's.
 * @param ownAddressOf the org at whose own address (My Domain) the request was made
 */
export function orgConcerned(checks: Checklist, ownAddressOf: { readonly id: string } | undefined): string | undefined {
  return checks.orgId ?? ownAddressOf?.id ?? checks.appOrgId
}

/** Notes a check as passed. */
export function pass(checks: Checklist, check: CheckName, found?: Facts): void {
  checks.passed.push(found === undefined ? { check } : { check, found })
}
