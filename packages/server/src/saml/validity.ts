import { type Checklist, pass } from '../journal/checklist.ts'
import type { BearerConfirmation, SamlAssertion } from './assertion.ts'
import { SamlError, shown } from './saml-error.ts'

/** How SAML assertions are judged. Durations in seconds. */
export interface SamlRules {
  /** How far the clock of whoever made an assertion may be off: Salesforce allows three minutes. */
  readonly samlClockSkew: number
  /** How far ahead the end of an assertion of an app may lie. */
  readonly longestSamlLifetime: number
  /** Whether signatures with SHA-1 are taken, as at Salesforce. */
  readonly acceptsSha1: boolean
}

/** How times are judged. Seconds. */
export interface TimeRules {
  readonly skew: number
  readonly longest: number | undefined
  readonly oldest: number | undefined
}

/** Whether it says whom it is about, and that whoever bears it may be believed. @throws {SamlError} `saml-subject-missing` */
export function checkSubject({ nameId, bearers }: SamlAssertion, checks: Checklist): void {
  const missing = nameId === undefined ? 'NameID' : bearers.length === 0 ? 'SubjectConfirmation' : undefined
  if (missing !== undefined) throw new SamlError({ reason: 'saml-subject-missing', facts: { missing } })
  pass(checks, 'saml-subject')
}

/**
 * The confirmation that is for one of these addresses. Others beside it are for others.
 * @throws {SamlError} `saml-recipient-unknown`
 */
export function confirmationFor(
  { bearers }: Pick<SamlAssertion, 'bearers'>,
  recipients: readonly string[],
  checks: Checklist,
): BearerConfirmation {
  const confirmation = bearers.find(({ recipient }) => recipients.some((one) => one === recipient))
  if (confirmation === undefined) {
    const found = bearers.flatMap(({ recipient }) => (recipient === undefined ? [] : [shown(recipient)]))
    throw new SamlError({ reason: 'saml-recipient-unknown', facts: { found, accepted: recipients } })
  }
  pass(checks, 'saml-recipient', { Recipient: shown(confirmation.recipient ?? '') })
  return confirmation
}

/**
 * Whether it is valid now, by everything that it says of that (RFC 7522 §3). Answers its end: the earliest that it names.
 * @param longest seconds from now in which it has to end; `undefined` for any end
 * @param oldest seconds after which it has ended, whatever end it names; `undefined` for no such
 * @throws {SamlError}
 */
export function checkTimes(
  assertion: SamlAssertion,
  confirmation: BearerConfirmation,
  { skew, longest, oldest }: TimeRules,
  now: Date,
  checks: Checklist,
): Date {
  for (const [attribute, start] of [
    ['NotBefore', confirmation.notBefore],
    ['NotBefore', assertion.notBefore],
    ['IssueInstant', assertion.issueInstant],
  ] as const) {
    if (start !== undefined && start.getTime() > now.getTime() + skew * 1000) {
      const facts = { attribute, found: start.toISOString(), now: now.toISOString() }
      throw new SamlError({ reason: 'saml-not-yet-valid', facts })
    }
  }
  const [end] = [confirmation.notOnOrAfter, assertion.notOnOrAfter]
    .filter((one) => one !== undefined)
    .toSorted((one, other) => one.getTime() - other.getTime())
  if (end === undefined) throw new SamlError({ reason: 'saml-expiry-missing', facts: {} })
  const age = (now.getTime() - assertion.issueInstant.getTime()) / 1000
  if (oldest !== undefined && age >= oldest + skew) {
    const facts = { attribute: 'IssueInstant', found: assertion.issueInstant.toISOString(), now: now.toISOString() }
    throw new SamlError({ reason: 'saml-expired', facts })
  }
  const left = (end.getTime() - now.getTime()) / 1000
  if (left <= -skew) {
    const facts = { attribute: 'NotOnOrAfter', found: end.toISOString(), now: now.toISOString() }
    throw new SamlError({ reason: 'saml-expired', facts })
  }
  if (longest !== undefined && left > longest + skew) {
    const facts = { found: end.toISOString(), now: now.toISOString(), limit: longest }
    throw new SamlError({ reason: 'saml-expiry-too-far', facts })
  }
  pass(checks, 'saml-time', { NotOnOrAfter: end.toISOString() })
  return end
}

/**
 * Whether it was made for this server: one audience of each restriction has to be one of `accepted`.
 * @throws {SamlError} `saml-audience-unknown`, also where nobody is named: it would be good everywhere
 */
export function checkAudiences({ audiences }: SamlAssertion, accepted: readonly string[], checks: Checklist): void {
  const isForUs = (restriction: readonly string[]) => restriction.some((one) => accepted.includes(one))
  if (audiences.length === 0 || !audiences.every(isForUs)) {
    const found = audiences.flat().slice(0, 8).map(shown)
    throw new SamlError({ reason: 'saml-audience-unknown', facts: { found, accepted } })
  }
  pass(checks, 'saml-audience', { Audience: audiences.flat().map(shown) })
}
