import { z } from 'zod'
import { type Access, checkAddress, checkInstalled, checkUser, isAssigned } from '../connected-apps/access.ts'
import { asHandled } from '../connected-apps/app-access.ts'
import type { AppHandlers, HandlerWord } from '../connected-apps/app-handlers.ts'
import { type AppPolicies, type ConnectedAppStore, uninstalledPolicies } from '../connected-apps/connected-app.ts'
import { type AttributeSubject, attributeValues } from '../connected-apps/custom-attribute.ts'
import { contextOf } from '../connected-apps/invocation-context.ts'
import { isSamlApp, type SamlApp, samlAppsOf } from '../connected-apps/saml-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { id15, readRecordId } from '../record-id.ts'
import { type EncryptionRules, encryptedAssertion } from '../saml/encrypt.ts'
import { idpPaths } from '../saml/idp-places.ts'
import { type AuthnRequest, readAuthnRequest } from '../saml/message.ts'
import { modifiedAssertion } from '../saml/modified-response.ts'
import { shown } from '../saml/saml-error.ts'
import { attributesOf, nameIdFormatOf, nameIdOf } from '../saml/subject.ts'
import { responseXml, statusResponseXml, type WrittenResponse } from '../saml/written-response.ts'
import { lastUsedAt, type Session, type SessionStore } from '../sessions/session.ts'
import { type CustomPermissionStore, hasCustomPermission } from '../users/custom-permission.ts'
import type { User } from '../users/user.ts'
import { type AppMessageNeeds, knownApp, providerAt, readAppMessage, signerFor, unknownApp } from './app-message.ts'
import { type BroughtMessage, boundedRelayState, readable } from './brought-message.ts'
import { refusal } from './refusal.ts'
import { samlTickets } from './saml-ticket.ts'
import type { Browser, SignedIn, WhoIsThere } from './signed-in.ts'

/** Which app somebody wants to be signed in to, as the address says it. */
export interface WantedApp {
  readonly id: string | undefined
  readonly apiName: string | undefined
  /** What {@link SamlSignOn.begin} put away of the app's request; `undefined` where nobody asked. */
  readonly request: string | undefined
  readonly relayState: string | undefined
}

/** What the browser does next. */
export type SamlStep =
  | { readonly go: 'sign-in' }
  /** The person is to verify their identity, so that the session is sure enough, and then to come back. */
  | { readonly go: 'verify' }
  /** To the org's own address, where it is the provider that it is. */
  | { readonly go: 'elsewhere'; readonly url: string }
  | { readonly go: 'to-app'; readonly acsUrl: string; readonly fields: Readonly<Record<string, string>> }

/** The org as an identity provider: what comes next is worked out again each time the browser comes by. */
export interface SamlSignOn {
  /** A request of an app. Answers the local path at which it goes on. @throws {OAuthError} */
  begin(brought: BroughtMessage, site: Site, checks: Checklist): Promise<string>
  /** @throws {OAuthError} */
  next(wanted: WantedApp, site: Site, browser: Browser, checks: Checklist): Promise<SamlStep>
  /** The app that somebody is on the way to, for the sign-in page; `undefined` where nobody knows. */
  appWanted(wanted: Pick<WantedApp, 'id' | 'apiName'>, site: Site): Promise<SamlApp | undefined>
}

interface Needs extends AppMessageNeeds {
  readonly apps: Pick<ConnectedAppStore, 'list' | 'find' | 'policiesOfOrg' | 'findPolicies'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly sessions: Pick<SessionStore, 'noteApp'>
  readonly customPermissions: Pick<CustomPermissionStore, 'list'>
  readonly appHandlers: Pick<AppHandlers, 'authorize' | 'customAttributes' | 'modifySamlResponse'>
  readonly whoIsThere: WhoIsThere
  readonly rules: AppMessageNeeds['rules'] & EncryptionRules
}

const requestShape = z.object({
  appId: z.string(),
  id: z.string(),
  relayState: z.string().optional(),
  forceAuthn: z.boolean(),
  isPassive: z.boolean(),
})
const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'

/** Single sign-on into apps by SAML (Web Browser SSO Profile), over the stores. */
export function samlSignOn(needs: Needs): SamlSignOn {
  const { apps, orgs, addresses, sessions, customPermissions, appHandlers, whoIsThere, rules, now } = needs
  const requests = samlTickets(requestShape, 'saml request', needs)
  return { begin, next, appWanted }

  async function begin(brought: BroughtMessage, site: Site, checks: Checklist): Promise<string> {
    const org = providerAt(site, checks)
    const relayState = boundedRelayState(brought.relayState)
    const { app, message } = await readAppMessage(
      needs,
      org,
      brought,
      { kinds: ['AuthnRequest'], mustBeSigned: false },
      checks,
    )
    const asked = await readable(() => readAuthnRequest(message))
    checkFit(app, asked)
    pass(checks, 'saml-request-fit', { 'ACS URL': app.saml.acsUrl })
    const { forceAuthn, isPassive } = asked
    const request = requests.write({ appId: app.id, id: message.id, relayState, forceAuthn, isPassive }, org)
    return `${idpPaths.login}?${new URLSearchParams({ app: app.id, request })}`
  }

  async function next(wanted: WantedApp, site: Site, browser: Browser, checks: Checklist): Promise<SamlStep> {
    const elsewhere = site.org === undefined ? await ownAddressOf(wanted, site) : undefined
    if (elsewhere !== undefined) return { go: 'elsewhere', url: elsewhere }
    const org = providerAt(site, checks)
    const ticket = wanted.request === undefined ? undefined : requests.read(wanted.request, org)
    const request = ticket?.content
    const app = await appOf(wanted, request?.appId, org, checks)
    const relayState = boundedRelayState(request?.relayState ?? wanted.relayState)
    const signedIn = await whoIsThere(browser.session, site)
    const mustBeNew = ticket?.content.forceAuthn === true && signedIn !== undefined
    const isTooOld = mustBeNew && signedIn.session.authTime < ticket.begun
    const common = {
      issuer: app.saml.issuer ?? addresses.baseOf(org, site),
      destination: app.saml.acsUrl,
      inResponseTo: request?.id,
      issueInstant: now(),
    }
    if (signedIn === undefined || isTooOld) {
      if (request?.isPassive !== true) return { go: 'sign-in' }
      const signer = await signerFor(needs, org, app, checks)
      return toApp(app, await statusResponseXml(common, 'NoPassive', signer), relayState)
    }
    checks.userId = signedIn.user.id
    pass(checks, 'signed-in', { user: signedIn.user.username })
    const policies = (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
    await checkAccess(app, policies, signedIn, browser.sourceIp, checks)
    if (policies.requiresHighAssurance && signedIn.session.level !== 'HIGH_ASSURANCE') {
      if (policies.assuranceAction === 'RaiseSessionLevel' && request?.isPassive !== true) return { go: 'verify' }
      const facts = { app: app.label, because: 'block' } as const
      throw refusal({ reason: 'session-level-too-low', facts })
    }
    if (policies.requiresHighAssurance) pass(checks, 'assurance', { level: signedIn.session.level })
    const subject = await subjectFor(app, policies, signedIn, checks)
    const response = { ...common, audience: app.saml.entityUrl, subject }
    const xml = await writtenFor(app, policies, signedIn, response, checks)
    // Whoever signs out later is signed out there as well.
    if (app.saml.samlSloUrl !== undefined) await sessions.noteApp(signedIn.session.id, app.id)
    return toApp(app, xml, relayState)
  }

  async function appWanted(
    { id, apiName }: Pick<WantedApp, 'id' | 'apiName'>,
    site: Site,
  ): Promise<SamlApp | undefined> {
    if (site.org === undefined) return undefined
    const all = await samlAppsOf({ apps }, site.org)
    return all.find((app) => app.id === readRecordId(id ?? '') || app.fullName === apiName)
  }

  // Which format a request wants the name in (NameIDPolicy) is not asked: the app's setting says it, as at Salesforce.
  function checkFit(app: SamlApp, { acsUrl, binding }: AuthnRequest): void {
    const unfit = (attribute: string, found: string, expected: string) =>
      refusal({ reason: 'saml-request-unfit', facts: { app: app.label, attribute, found: shown(found), expected } })
    if (acsUrl !== undefined && acsUrl !== app.saml.acsUrl) {
      throw unfit('AssertionConsumerServiceURL', acsUrl, app.saml.acsUrl)
    }
    if (binding !== undefined && binding !== postBinding) throw unfit('ProtocolBinding', binding, postBinding)
  }

  /** The address of an org's own at which an app is to be begun that was asked for at the login host. */
  async function ownAddressOf({ id, request, relayState }: WantedApp, site: Site): Promise<string | undefined> {
    const app = request === undefined ? await apps.find(readRecordId(id ?? '') ?? '') : undefined
    const org = app?.orgId === undefined ? undefined : await orgs.find(app.orgId)
    if (app === undefined || org === undefined || !isSamlApp(app)) return undefined
    const base = addresses.baseOf(org, site)
    if (base === site.base) return undefined
    const query = new URLSearchParams({ app: app.id, ...(relayState === undefined ? {} : { RelayState: relayState }) })
    return `${base}${idpPaths.login}?${query}`
  }

  async function appOf(wanted: WantedApp, asked: string | undefined, org: Org, checks: Checklist): Promise<SamlApp> {
    const all = await samlAppsOf({ apps }, org)
    const id = asked ?? readRecordId(wanted.id ?? '')
    const app = all.find((one) => one.id === id || (id === undefined && one.fullName === wanted.apiName))
    if (app === undefined) throw unknownApp(wanted.id ?? wanted.apiName ?? 'none', org, all)
    return knownApp(app, checks)
  }

  async function checkAccess(
    app: SamlApp,
    policies: AppPolicies,
    { org, user, profile }: SignedIn,
    sourceIp: string,
    checks: Checklist,
  ): Promise<void> {
    const refused =
      checkUser({ org, user, profile, now: now() }, checks) ??
      checkAddress({ profile, sourceIp }, checks) ??
      checkInstalled({ org, app, policies, uninstalledUse: undefined }, checks)
    if (refused !== undefined) throw refusal(refused)
    // Nobody allows this themselves: an admin has given it to a profile or permission set, or nobody gets in.
    const facts = { app: app.label, user: user.username, profile: profile.name }
    const byAssignment: Access = isAssigned(policies, user)
      ? { granted: true, policies, preApproved: true }
      : { granted: false, refusal: { reason: 'not-admin-approved', facts } }
    const access = await asHandled(appHandlers, { app, user, org }, policies, byAssignment, checks)
    if (access.granted) return pass(checks, 'approved', { by: 'an admin' })
    const { refusal: why } = access
    throw refusal(why.reason === 'not-admin-approved' ? { reason: 'saml-app-not-assigned', facts } : why)
  }

  /** What the app's handler says, where there is one that has something to say. */
  function saidBy<T>(word: HandlerWord<T>, app: SamlApp, { plugin = '' }: AppPolicies, user: User): T {
    if (word.ok) return word.value
    const facts = { app: app.label, user: user.username, handler: plugin, problem: word.problem }
    throw refusal({ reason: 'app-handler-refused', facts })
  }

  async function modified(
    before: string,
    app: SamlApp,
    policies: AppPolicies,
    { org, user, session }: SignedIn,
    checks: Checklist,
  ): Promise<string> {
    const question = { app, policies, user, org, context: contextOf(checks.flow) }
    const word = await appHandlers.modifySamlResponse(question, apexSession(session, user), before)
    const reading = await modifiedAssertion(before, saidBy(word, app, policies, user))
    const problem = reading.ok ? '' : `what modifySAMLResponse answered cannot be signed: ${reading.problem}`
    if (word.ok && word.isItsOwn && reading.ok) pass(checks, 'app-handler', { handler: policies.plugin ?? '' })
    return saidBy(
      reading.ok ? { ok: true, value: reading.assertion, isItsOwn: true } : { ok: false, problem },
      app,
      policies,
      user,
    )
  }

  async function subjectFor(
    app: SamlApp,
    policies: AppPolicies,
    { org, user, profile, session }: SignedIn,
    checks: Checklist,
  ): Promise<WrittenResponse['subject']> {
    const all = await customPermissions.list(org.id)
    const permissions = new Set(all.filter((one) => hasCustomPermission(one, user)).map(({ name }) => name))
    const about: AttributeSubject = { org, user, profile, permissions }
    const nameId = nameIdOf(app, about)
    if (nameId === undefined) {
      const { samlSubjectType, samlSubjectCustomAttr } = app.saml
      const subject = samlSubjectType === 'CustomAttr' ? (samlSubjectCustomAttr ?? '') : samlSubjectType
      throw refusal({ reason: 'saml-subject-unset', facts: { app: app.label, user: user.username, subject } })
    }
    pass(checks, 'saml-name', { NameID: shown(nameId) })
    const question = { app, policies, user, org, context: contextOf(checks.flow) }
    const word = await appHandlers.customAttributes(question, attributeValues(app.attributes, about))
    return {
      nameId,
      format: nameIdFormatOf(app.saml),
      authnInstant: session.authTime,
      sessionIndex: app.saml.samlSloUrl === undefined ? undefined : session.sid,
      attributes: attributesOf(user, saidBy(word, app, policies, user)),
    }
  }

  async function writtenFor(
    app: SamlApp,
    policies: AppPolicies,
    signedIn: SignedIn,
    response: WrittenResponse,
    checks: Checklist,
  ): Promise<string> {
    const { org } = signedIn
    const modify =
      policies.plugin === undefined ? undefined : (before: string) => modified(before, app, policies, signedIn, checks)
    const signer = await signerFor(needs, org, app, checks)
    const { encryptionCertificate: name, encryptionType: type } = app.saml
    if (name === undefined) return responseXml(response, signer, { modify })
    const held = await needs.certificates.findByName(app.orgId ?? org.id, name)
    if (held === undefined || held.certificate.keyType !== 'RSA') {
      const facts = { org: org.name, certificate: name, problem: 'it is not there, or has no RSA key' }
      throw refusal({ reason: 'saml-idp-certificate-unusable', facts })
    }
    const { certificate } = held
    const encrypt = async (assertion: string) => encryptedAssertion(assertion, { certificate, type }, rules)
    return responseXml(response, signer, { modify, encrypt })
  }
}

/** A session as Apex has it (`Auth.SessionManagement.getCurrentSession`), without what would open it. */
function apexSession(session: Session, { id, username }: User): Readonly<Record<string, string>> {
  return {
    UsersId: id15(id),
    Username: username,
    UserType: 'Standard',
    SessionType: session.type,
    SessionSecurityLevel: session.level,
    SourceIp: session.sourceIp,
    CreatedDate: session.authTime.toISOString(),
    LastModifiedDate: lastUsedAt(session).toISOString(),
    NumSecondsValid: String(session.timeout),
  }
}

function toApp({ saml }: SamlApp, xml: string, relayState: string | undefined): SamlStep {
  const fields = {
    SAMLResponse: Buffer.from(xml).toString('base64'),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  }
  return { go: 'to-app', acsUrl: saml.acsUrl, fields }
}
