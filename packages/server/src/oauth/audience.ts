import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { isInForce } from '../releases/release-updates.ts'
import type { ParsedAssertion } from './assertion.ts'
import { refusal } from './refusal.ts'

/** The audiences under which an org is addressed. */
export type AudiencesOf = (org: Org, now: Date) => readonly string[]

/**
 * The audiences of orgs: their bases here, and Salesforce's login host of their type if accepted. An org that ended legacy hosts
 * (release update `endLegacyHosts`) is addressed at its own bases alone. The lists are made once for an org as it is; which of
 * the two counts is asked each time, because an update comes into force with the day.
 */
export function audiencesBy(
  addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>,
  acceptsSalesforceHosts: boolean,
): AudiencesOf {
  const known = new WeakMap<Org, { readonly own: readonly string[]; readonly all: readonly string[] }>()
  return (org, now) => {
    let lists = known.get(org)
    if (lists === undefined) {
      const salesforce = org.type === 'production' ? 'https://login.salesforce.com' : 'https://test.salesforce.com'
      const bases = addresses.basesOf(org)
      lists = { own: addresses.ownBasesOf(org), all: acceptsSalesforceHosts ? [...bases, salesforce] : bases }
      known.set(org, lists)
    }
    return lists.own.length > 0 && isInForce('endLegacyHosts', org.settings, now) ? lists.own : lists.all
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
  const found = aud.find((audience) => {
    const base = audience.replace(/\/services\/oauth2\/token\/?$/, '').replace(/\/$/, '')
    return accepted.some((one) => one === base || one.slice(one.indexOf('//') + 2) === base)
  })
  if (found === undefined) {
    throw refusal({ reason: 'audience-unknown', facts: { found: aud.map((one) => one.slice(0, 256)), accepted } })
  }
  pass(checks, 'audience', { aud: found })
}
