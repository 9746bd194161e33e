import type { CertificateStore } from '../certificates/certificate.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { type SamlApp, samlAppsOf } from '../connected-apps/saml-app.ts'
import { aboutApp, type Checklist, checklist, pass } from '../journal/checklist.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { providerKeyOf } from '../saml/identity-provider.ts'
import { idpPaths } from '../saml/idp-places.ts'
import {
  type MessageKind,
  messageOf,
  postedText,
  readMessage,
  redirectedText,
  type SamlMessage,
} from '../saml/message.ts'
import { type MessageParameter, querySignature, querySignatureProblem } from '../saml/redirect-binding.ts'
import { SamlError, shown } from '../saml/saml-error.ts'
import { verifiedElement } from '../saml/signature.ts'
import type { XmlSigner } from '../saml/written-xml.ts'
import type { Seal } from '../seal.ts'
import { refusal } from './refusal.ts'

/** A SAML message of an app as a browser brought it. */
export interface BroughtMessage {
  readonly binding: 'HttpPost' | 'HttpRedirect'
  readonly parameter: MessageParameter
  /** The value of the parameter. */
  readonly sent: string
  /** The query string as it was received: its signature is over those characters. */
  readonly query: string
  readonly relayState: string | undefined
}

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

// More characters than any app needs; they go along in addresses.
const longestRelayState = 1024

/** The org that is asked as an identity provider. @throws {OAuthError} `saml-idp-off` */
export function providerAt({ org }: Site, checks: Checklist): Org {
  if (org !== undefined) checks.orgId = org.id
  if (org?.settings.enableIdentityProvider !== true) {
    throw refusal({ reason: 'saml-idp-off', facts: { org: org?.name ?? '' } })
  }
  pass(checks, 'idp', { org: org.name })
  return org
}

/** What an app is given along to be given back, as long as it may be. @throws {OAuthError} */
export function boundedRelayState(relayState: string | undefined): string | undefined {
  if (relayState === undefined || relayState.length <= longestRelayState) return relayState
  const problem = `longer than ${longestRelayState} characters`
  throw refusal({ reason: 'parameter-malformed', facts: { parameter: 'RelayState', problem } })
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
  const claimed = await readable(async () => {
    const text = brought.binding === 'HttpPost' ? postedText(brought.sent) : redirectedText(brought.sent)
    return readMessage(text, kinds)
  })
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
    const unsigned = refusal({ reason: 'saml-request-unsigned', facts: { app: app.label, isRegistered: 'yes' } })
    if (brought.binding === 'HttpRedirect') {
      const signature = querySignature(brought.query, brought.parameter)
      if (signature === undefined) throw unsigned
      const problem = querySignatureProblem(signature, certificate, needs.rules)
      if (problem !== undefined) throw wrong(problem)
      return claimed
    }
    try {
      const signer = { holder: app.label, certificate }
      // What is read is what was signed, and nothing around it.
      const root = await verifiedElement(claimed.root, signer, needs.rules, checklist())
      return messageOf(claimed.text, root, [claimed.kind])
    } catch (error) {
      if (!(error instanceof SamlError)) throw error
      throw error.refusal.reason === 'saml-unsigned' ? unsigned : wrong(signatureProblem(error.refusal))
    }
  }

  function checkDestination({ destination }: SamlMessage): void {
    const paths = [idpPaths.httpPost, idpPaths.httpRedirect, idpPaths.logout]
    const accepted = needs.addresses.ownBasesOf(org).flatMap((base) => paths.map((path) => base + path))
    if (destination === undefined || accepted.includes(destination)) return
    const facts = { app: app.label, attribute: 'Destination', found: shown(destination), expected: accepted[0] ?? '' }
    throw refusal({ reason: 'saml-request-unfit', facts })
  }
}

/** What cannot be read is said in the words of whoever was asked. @throws {OAuthError} `saml-request-malformed` */
export async function readable<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof SamlError) || error.refusal.reason !== 'saml-malformed') throw error
    throw refusal({ reason: 'saml-request-malformed', facts: error.refusal.facts })
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

function signatureProblem(said: SamlError['refusal']): string {
  switch (said.reason) {
    case 'saml-signature-unfit':
      return said.facts.problem
    case 'saml-algorithm-not-allowed':
      return `the algorithm ${said.facts.found} is not taken`
    case 'saml-altered':
      return 'the message was changed after it was signed'
    default:
      return 'another key made it'
  }
}
