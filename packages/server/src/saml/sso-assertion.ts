import { type Checklist, pass } from '../journal/checklist.ts'
import { readRecordId } from '../record-id.ts'
import { canonicalUsername, type User, type UserStore } from '../users/user.ts'
import type { SamlAssertion } from './assertion.ts'
import type { DecryptionRules } from './decrypt.ts'
import type { SamlDocument, SealedResponse } from './document.ts'
import { SamlError, shown } from './saml-error.ts'
import type { ExpectedSigner } from './signature.ts'
import type { SamlSsoConfig } from './sso-config.ts'
import { checkAudiences, checkSubject, checkTimes, confirmationFor, type SamlRules } from './validity.ts'

/** What an identity provider's assertion has come to: whose settings it fits, and whom it vouches for until when. */
export interface SsoAssertion {
  readonly config: SamlSsoConfig
  readonly assertion: SamlAssertion
  /** What the provider calls the user. */
  readonly identity: string
  /** The request that it answers, as the confirmation for this address says it. */
  readonly inResponseTo: string | undefined
  readonly end: Date
}

/** How assertions of identity providers are judged. */
export interface SsoRules extends SamlRules, DecryptionRules {
  readonly acceptsExpiredCertificates: boolean
}

// Seconds after which an assertion is too old, whatever end it names, as at Salesforce.
const oldest = 300

/**
 * The settings that a document fits: those of the issuer that it names.
 * @param configs those that it may be for; a response that names no issuer is for the one, if it is one
 * @throws {SamlError} `saml-issuer-unknown`
 */
export function configOf(document: SamlDocument | SealedResponse, configs: readonly SamlSsoConfig[]): SamlSsoConfig {
  const [one, ...others] = configs
  const found = document.isEncrypted ? document.issuer : document.claimed.issuer
  if (found === undefined && one !== undefined && others.length === 0) return one
  const config = configs.find(({ issuer }) => issuer === found)
  if (config === undefined) throw unknownIssuer(found ?? '', configs)
  return config
}

/** Nobody that is believed. */
export function unknownIssuer(found: string, configs: readonly SamlSsoConfig[]): SamlError {
  const known = configs.map(({ issuer }) => issuer)
  return new SamlError({ reason: 'saml-issuer-unknown', facts: { found: shown(found), known } })
}

/** What an assertion calls the user, by these settings; `undefined` when it does not say. */
export function identityIn(
  { nameId, attributes }: Pick<SamlAssertion, 'nameId' | 'attributes'>,
  { identityLocation, attributeName }: Pick<SamlSsoConfig, 'identityLocation' | 'attributeName'>,
): string | undefined {
  if (identityLocation === 'SubjectNameId') return nameId
  const [value = ''] = attributes.get(attributeName ?? '') ?? []
  return value === '' ? undefined : value
}

/** The user of an org whom a provider calls so. */
export async function ssoUser(
  users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId'>,
  { orgId, identityMapping }: Pick<SamlSsoConfig, 'orgId' | 'identityMapping'>,
  identity: string,
): Promise<User | undefined> {
  const user = await found()
  return user?.orgId === orgId ? user : undefined

  async function found(): Promise<User | undefined> {
    switch (identityMapping) {
      case 'Username':
        return users.findByUsername(canonicalUsername(identity))
      case 'FederationId':
        return users.findByFederationId(orgId, identity)
      case 'UserId':
        return users.find(readRecordId(identity) ?? '')
    }
  }
}

/**
 * Whether the identity provider of the settings can be believed with this document. Answers whose signature is expected.
 * @throws {SamlError}
 */
export function checkProvider(
  document: SamlDocument | SealedResponse,
  config: SamlSsoConfig,
  { rules, now }: { readonly rules: SsoRules; readonly now: Date },
  checks: Checklist,
): ExpectedSigner {
  pass(checks, 'saml-issuer', { Issuer: shown(config.issuer), settings: config.label })
  checkStatus(document)
  pass(checks, 'saml-status')
  checkCertificate(config, rules, now, checks)
  return { holder: config.label, certificate: config.validationCert }
}

/**
 * Whether an assertion that the identity provider of the settings signed is for this org, for this address, for now.
 * @param recipients the addresses that it may have been made out to
 * @throws {SamlError}
 */
export function checkSsoAssertion(
  assertion: SamlAssertion,
  config: SamlSsoConfig,
  { recipients, rules, now }: { readonly recipients: readonly string[]; readonly rules: SsoRules; readonly now: Date },
  checks: Checklist,
): SsoAssertion {
  checkSubject(assertion, checks)
  const identity = identityIn(assertion, config)
  if (identity === undefined) {
    const missing = `attribute ${config.attributeName ?? ''}`
    throw new SamlError({ reason: 'saml-subject-missing', facts: { missing } })
  }
  checkAudiences(assertion, [config.samlEntityId], checks)
  const confirmation = confirmationFor(assertion, recipients, checks)
  const times = { skew: rules.samlClockSkew, longest: undefined, oldest }
  const end = checkTimes(assertion, confirmation, times, now, checks)
  return { config, assertion, identity, inResponseTo: confirmation.inResponseTo, end }
}

function checkStatus({ response, status }: Pick<SamlDocument | SealedResponse, 'response' | 'status'>): void {
  if (response === undefined || status === 'urn:oasis:names:tc:SAML:2.0:status:Success') return
  throw new SamlError({ reason: 'saml-status-not-success', facts: { found: shown(status ?? '') } })
}

/** Whether the certificate of the provider may be believed now. @throws {SamlError} `saml-certificate-invalid` */
export function checkCertificate(
  { label, validationCert }: SamlSsoConfig,
  rules: SsoRules,
  now: Date,
  checks: Checklist,
): void {
  const { notBefore, notAfter } = validationCert
  const isGood = notBefore <= now && (notAfter >= now || rules.acceptsExpiredCertificates)
  const [from, until] = [notBefore.toISOString(), notAfter.toISOString()]
  if (!isGood) {
    const facts = { settings: label, from, until, now: now.toISOString() }
    throw new SamlError({ reason: 'saml-certificate-invalid', facts })
  }
  pass(checks, 'saml-certificate', { until })
}
