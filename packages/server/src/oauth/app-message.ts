import type { CertificateStore } from '../certificates/certificate.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { type SamlApp, samlAppsOf } from '../connected-apps/saml-app.ts'
import { aboutApp, type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { providerKeyOf } from '../saml/identity-provider.ts'
import { idpPaths } from '../saml/idp-places.ts'
import type { MessageKind, SamlMessage } from '../saml/message.ts'
import { shown } from '../saml/saml-error.ts'
import type { XmlSigner } from '../saml/written-xml.ts'
import type { Seal } from '../seal.ts'
import { type BroughtMessage, claimedMessage, provedMessage } from './brought-message.ts'
import { refusal } from './refusal.ts'

/** A message of an app of the org; where the app has registered a certificate, its own. */
export interface AppMessage {
  readonly app: SamlApp
  readonly message: SamlMessage
}

/** What messages are read with. */
export interface AppMessageNeeds {
  readonly apps: Pick<ConnectedAppStore, 'list' | 'find' | 'policiesOfOrg'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly addresses: Pick<Addresses, 'baseOf' | 'ownBasesOf'>
  readonly seal: Seal
  readonly rules: { readonly acceptsSha1: boolean }
  readonly now: () => Date
}

/** The org that is asked as an identity provider. @throws {OAuthError} `saml-idp-off` */
export function providerAt({ org }: Site, checks: Checklist): Org {
  if (org !== undefined) checks.orgId = org.id
  if (org?.settings.enableIdentityProvider !== true) {
    throw refusal({ reason: 'saml-idp-off', facts: { org: org?.name ?? '' } })
  }
  pass(checks, 'idp', { org: org.name })
  return org
}

/**
 * Reads a message of an app of the org, and proves it where the app has registered a certificate.
 * @param mustBeSigned whether nothing else is taken
 * @throws {OAuthError}
 */
export async function readAppMessage(
  needs: AppMessageNeeds,
  org: Org,
  brought: BroughtMessage,
  { kinds, mustBeSigned }: { readonly kinds: readonly MessageKind[]; readonly mustBeSigned: boolean },
  checks: Checklist,
): Promise<AppMessage> {
  const claimed = await claimedMessage(brought, kinds)
  pass(checks, 'saml-request', { message: claimed.kind })
  const app = await appCalled(needs, org, claimed.issuer, checks)
  const { certificate } = app.saml
  if (certificate === undefined) {
    if (mustBeSigned) throw refusal({ reason: 'saml-request-unsigned', facts: { app: app.label, isRegistered: 'no' } })
    checkDestination(claimed)
    return { app, message: claimed }
  }
  const message = await proved(certificate)
  pass(checks, 'saml-request-signed', { certificate: certificate.subject })
  checkDestination(message)
  return { app, message }

  async function proved(certificate: NonNullable<SamlApp['saml']['certificate']>): Promise<SamlMessage> {
    const wrong = (problem: string) => {
      const facts = {
        app: app.label,
        problem,
        certificate: certificate.subject,
        fingerprint: certificate.fingerprint256,
      }
      return refusal({ reason: 'saml-request-signature-wrong', facts })
    }
    const proof = await provedMessage(claimed, brought, { holder: app.label, certificate }, needs.rules)
    if (proof.ok) return proof.message
    if (proof.isSigned) throw wrong(proof.problem)
    throw refusal({ reason: 'saml-request-unsigned', facts: { app: app.label, isRegistered: 'yes' } })
  }

  function checkDestination({ destination }: SamlMessage): void {
    const paths = [idpPaths.httpPost, idpPaths.httpRedirect, idpPaths.logout]
    const accepted = needs.addresses.ownBasesOf(org).flatMap((base) => paths.map((path) => base + path))
    if (destination === undefined || accepted.includes(destination)) return
    const facts = { app: app.label, attribute: 'Destination', found: shown(destination), expected: accepted[0] ?? '' }
    throw refusal({ reason: 'saml-request-unfit', facts })
  }
}

/** The service provider of an org that calls itself so. @throws {OAuthError} `saml-app-unknown` */
async function appCalled(
  { apps }: Pick<AppMessageNeeds, 'apps'>,
  org: Org,
  entityUrl: string,
  checks: Checklist,
): Promise<SamlApp> {
  const all = await samlAppsOf({ apps }, org)
  const app = all.find(({ saml }) => saml.entityUrl === entityUrl)
  if (app === undefined) throw unknownApp(entityUrl, org, all)
  return knownApp(app, checks)
}

/** Notes which app it is about. */
export function knownApp(app: SamlApp, checks: Checklist): SamlApp {
  aboutApp(checks, app)
  pass(checks, 'saml-app', { app: app.label })
  return app
}

/** That an org has no such service provider. */
export function unknownApp(found: string, org: Org, known: readonly SamlApp[]) {
  const names = known.slice(0, 20).map(({ saml }) => saml.entityUrl)
  return refusal({ reason: 'saml-app-unknown', facts: { found: shown(found), org: org.name, known: names } })
}

/** What an org signs with for an app. @throws {OAuthError} `saml-idp-certificate-unusable` */
export async function signerFor(
  { certificates, seal, now }: Pick<AppMessageNeeds, 'certificates' | 'seal' | 'now'>,
  org: Org,
  { saml }: Pick<SamlApp, 'saml'>,
  checks: Checklist,
): Promise<XmlSigner> {
  const key = await providerKeyOf({ certificates, seal }, org, now())
  if (!key.ok) {
    const facts = { org: org.name, certificate: key.name, problem: key.problem }
    throw refusal({ reason: 'saml-idp-certificate-unusable', facts })
  }
  pass(checks, 'saml-key', { certificate: key.certificate.subject })
  return { certificate: key.certificate, privateKey: key.privateKey, algorithm: saml.samlSigningAlgoType }
}
