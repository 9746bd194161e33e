import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import type { MessageKind, SamlMessage } from '../saml/message.ts'
import { shown } from '../saml/saml-error.ts'
import { checkCertificate, type SsoRules, unknownIssuer } from '../saml/sso-assertion.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { logoutPlacesOf } from '../saml/sso-endpoint.ts'
import { type BroughtMessage, claimedMessage, provedMessage } from './brought-message.ts'
import { refusal } from './refusal.ts'
import { saidOfSaml } from './saml-refusal.ts'

/** A message that the identity provider of these settings signed, for this org. */
export interface ProviderMessage {
  readonly config: SamlSsoConfig
  readonly message: SamlMessage
}

/** What messages of providers are read with. */
export interface ProviderMessageNeeds {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  readonly addresses: Pick<Addresses, 'basesOf' | 'ownBasesOf'>
  readonly rules: SsoRules
  readonly now: () => Date
}

// Seconds after which a message about signing out is too old, whatever it says.
const oldest = 300

/**
 * Reads a message about signing out. It counts when the certificate of the settings proves it, and it says that it is for here:
 * the provider signs the like for others as well.
 * @throws {OAuthError}
 */
export async function readProviderMessage(
  needs: ProviderMessageNeeds,
  { org, settings }: { readonly org: Org; readonly settings: SamlSsoConfig | undefined },
  brought: BroughtMessage,
  kind: MessageKind,
  checks: Checklist,
): Promise<ProviderMessage> {
  const configs = settings === undefined ? await needs.samlSsoConfigs.list(org.id) : [settings]
  if (configs.length === 0) throw refusal({ reason: 'sso-settings-missing', facts: { org: org.name } })
  pass(checks, 'sso-settings', { org: org.name })
  const claimed = await claimedMessage(brought, [kind])
  pass(checks, 'saml-request', { message: kind })
  const config = configs.find(({ issuer }) => issuer === claimed.issuer)
  if (config === undefined) throw refusal(unknownIssuer(claimed.issuer, configs).refusal)
  pass(checks, 'saml-issuer', { Issuer: shown(config.issuer), settings: config.label })
  saidOfSaml(() => checkCertificate(config, needs.rules, needs.now(), checks))
  const { label, validationCert } = config
  const proof = await provedMessage(claimed, brought, { holder: label, certificate: validationCert }, needs.rules)
  if (!proof.ok) {
    const { subject: certificate, fingerprint256: fingerprint } = validationCert
    throw refusal({
      reason: 'saml-logout-unproved',
      facts: { settings: label, problem: proof.problem, certificate, fingerprint },
    })
  }
  pass(checks, 'saml-request-signed', { certificate: validationCert.subject })
  const { message } = proof
  const accepted = logoutPlacesOf(org, config, needs.addresses)
  if (message.destination === undefined || !accepted.includes(message.destination)) {
    const found = message.destination === undefined ? 'none' : shown(message.destination)
    throw refusal({ reason: 'saml-logout-misdirected', facts: { settings: label, found, accepted } })
  }
  pass(checks, 'saml-request-fit', { Destination: shown(message.destination) })
  return { config, message }
}

/**
 * Whether a message was made a moment ago, and has not ended.
 * @param end what it says of that itself (`NotOnOrAfter`)
 * @throws {OAuthError} `saml-request-expired`
 */
export function checkFresh(
  { issueInstant }: Pick<SamlMessage, 'issueInstant'>,
  end: Date | undefined,
  { rules, now }: Pick<ProviderMessageNeeds, 'rules' | 'now'>,
  checks: Checklist,
): void {
  const at = now()
  const age = (at.getTime() - issueInstant.getTime()) / 1000
  const isOver = end !== undefined && (end.getTime() - at.getTime()) / 1000 <= -rules.samlClockSkew
  if (isOver || age > oldest + rules.samlClockSkew || age < -rules.samlClockSkew) {
    const begun = issueInstant.toISOString()
    throw refusal({ reason: 'saml-request-expired', facts: { begun, now: at.toISOString(), lifetime: oldest } })
  }
  pass(checks, 'saml-request-fresh', { IssueInstant: issueInstant.toISOString() })
}

/** Until when a message has to be remembered so that it counts once. */
export function rememberedUntil({ rules, now }: Pick<ProviderMessageNeeds, 'rules' | 'now'>): Date {
  return new Date(now().getTime() + (oldest + 2 * rules.samlClockSkew + 1) * 1000)
}
