import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { isInForce } from '../releases/release-updates.ts'
import type { ParsedAssertion } from './assertion.ts'
import { refusal } from './refusal.ts'

/** The audiences under which an org is addressed, and login hosts of all orgs under which it is so no more. */
export interface Audiences {
  readonly accepted: readonly string[]
  readonly ended: readonly string[]
}

/** The audiences of an org at a time. */
export type AudiencesOf = (org: Org, now: Date) => Audiences

/**
 * The audiences of orgs: their bases here, and Salesforce's login host of their type if accepted. An org that ended legacy hosts
 * (release update `endLegacyHosts`) is addressed at its own bases alone. The lists are made once for an org as it is; which of
 * the two counts is asked each time, because an update comes into force with the day.
 */
export function audiencesBy(
  addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>,
  acceptsSalesforceHosts: boolean,
): AudiencesOf {
  const known = new WeakMap<Org, { readonly own: Audiences; readonly all: Audiences }>()
  return (org, now) => {
    let lists = known.get(org)
    if (lists === undefined) {
      const salesforce = org.type === 'production' ? 'https://login.salesforce.com' : 'https://test.salesforce.com'
      const bases = addresses.basesOf(org)
      const own = addresses.ownBasesOf(org)
      const all = acceptsSalesforceHosts ? [...bases, salesforce] : bases
      const ended = all.filter((one) => !own.includes(one))
      lists = { own: { accepted: own, ended }, all: { accepted: all, ended: [] } }
      known.set(org, lists)
    }
    return lists.own.accepted.length > 0 && isInForce('endLegacyHosts', org.settings, now) ? lists.own : lists.all
  }
}

/** Checks that an assertion was made for this issuer and for nobody else: letter by letter, and as its only audience. */
export function checkIssuerAlone({ aud }: ParsedAssertion, issuer: string, checks: Checklist): void {
  if (aud.length !== 1 || aud[0] !== issuer) {
    const found = aud.slice(0, 8).map((one) => one.slice(0, 256))
    throw refusal({ reason: 'audience-not-issuer', facts: { found, issuer } })
  }
  pass(checks, 'audience', { aud: issuer })
}

/**
 * Checks that an assertion was made for this server: one `aud` must be one of `accepted`, with or without a slash at
 * its end, the token endpoint's path, or the scheme. Clients write all of these.
 */
export function checkAudience({ aud }: ParsedAssertion, accepted: readonly string[], checks: Checklist): void {
  const found = aud.find((audience) => isOneOf(audience, accepted))
  if (found === undefined) {
    throw refusal({ reason: 'audience-unknown', facts: { found: aud.map((one) => one.slice(0, 256)), accepted } })
  }
  pass(checks, 'audience', { aud: found })
}

/**
 * Checks that an assertion of an external client app does not go by a login host of all orgs where its org has ended these:
 * at Salesforce the app is not looked for there.
 */
export function checkOwnAudience(found: readonly string[], { accepted, ended }: Audiences, app: ConnectedApp): void {
  if (app.external === undefined || found.some((one) => isOneOf(one, accepted))) return
  if (!found.some((one) => isOneOf(one, ended))) return
  const facts = { app: app.label, found: found.slice(0, 8).map((one) => one.slice(0, 256)), accepted }
  throw refusal({ reason: 'audience-of-all-orgs', facts })
}

function isOneOf(audience: string, accepted: readonly string[]): boolean {
  const base = audience.replace(/\/services\/oauth2\/token\/?$/, '').replace(/\/$/, '')
  return accepted.some((one) => one === base || one.slice(one.indexOf('//') + 2) === base)
}
