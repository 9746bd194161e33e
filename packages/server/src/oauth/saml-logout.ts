import { z } from 'zod'
import { isSamlApp, type SamlApp } from '../connected-apps/saml-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { idpPaths } from '../saml/idp-places.ts'
import { inResponseTo, readLogoutRequest } from '../saml/message.ts'
import { type MessageParameter, redirectedMessage } from '../saml/redirect-binding.ts'
import { nameIdFormatOf, nameIdOf } from '../saml/subject.ts'
import { logoutRequestXml, logoutResponseXml, signedMessage } from '../saml/written-logout.ts'
import { newMessageId } from '../saml/written-response.ts'
import type { Session, SessionStore } from '../sessions/session.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'
import {
  type AppMessageNeeds,
  type BroughtMessage,
  boundedRelayState,
  providerAt,
  readAppMessage,
  readable,
  signerFor,
} from './app-message.ts'
import { refusal } from './refusal.ts'
import { samlTickets } from './saml-ticket.ts'

/** What the browser does next. */
export type LogoutStep =
  | { readonly go: 'redirect'; readonly url: string }
  | { readonly go: 'post'; readonly url: string; readonly fields: Readonly<Record<string, string>> }
  /** Nobody is left to be told. */
  | { readonly go: 'done'; readonly next: string | undefined }

/** What comes next, and whether the session that the browser has was ended for it. */
export interface LogoutProgress {
  readonly step: LogoutStep
  readonly hasEnded: boolean
}

/** Single logout by SAML: an app signs people out here, and is told when they sign out. */
export interface SamlLogout {
  /** A message of an app. Answers the local path at which it goes on. @throws {OAuthError} */
  receive(brought: BroughtMessage, site: Site, checks: Checklist): Promise<string>
  /**
   * The local path at which the apps that were opened from a session are told of its end; `undefined` where there are none.
   * @param next the local path to go on to afterwards
   */
  begin(session: Session, site: Site, next: string | undefined): Promise<string | undefined>
  /** @param session of the browser, with which somebody is signed in @throws {OAuthError} */
  goOn(ticket: string, session: Session | undefined, site: Site, checks: Checklist): Promise<LogoutProgress>
}

interface Needs extends AppMessageNeeds {
  readonly sessions: Pick<SessionStore, 'end'>
  readonly users: Pick<UserStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly rules: AppMessageNeeds['rules'] & { readonly samlClockSkew: number }
}

const told = z.object({ appId: z.string(), nameId: z.string(), sessionIndex: z.string().optional() })
const request = z.object({
  kind: z.literal('request'),
  appId: z.string(),
  id: z.string(),
  relayState: z.string().optional(),
  nameId: z.string(),
  sessionIndexes: z.array(z.string()),
})
const chain = z.object({
  kind: z.literal('chain'),
  /** Those that are still to be told. */
  rest: z.array(told),
  /** The request that the last one is to answer. */
  waitsFor: z.string().optional(),
  /** The request that all began with. */
  answers: z.object({ appId: z.string(), id: z.string(), relayState: z.string().optional() }).optional(),
  next: z.string().optional(),
})
const shape = z.discriminatedUnion('kind', [request, chain])
type Chain = z.output<typeof chain>

// Seconds after which a request to sign out is too old, whatever it says.
const oldest = 300
// So that no address grows too long.
const mostApps = 20

/** The Single Logout Profile (SAML 2.0 Profiles §4.4) by way of the browser, over the stores. */
export function samlLogout(needs: Needs): SamlLogout {
  const { apps, users, profiles, sessions, addresses, rules, now } = needs
  const tickets = samlTickets(shape, 'saml logout', needs)
  return { receive, begin, goOn }

  async function receive(brought: BroughtMessage, site: Site, checks: Checklist): Promise<string> {
    const org = providerAt(site, checks)
    return brought.parameter === 'SAMLRequest' ? requested(brought, org, checks) : answered(brought, org, checks)
  }

  async function requested(brought: BroughtMessage, org: Org, checks: Checklist): Promise<string> {
    const kinds = ['LogoutRequest'] as const
    const { app, message } = await readAppMessage(needs, org, brought, { kinds, mustBeSigned: true }, checks)
    const age = (now().getTime() - message.issueInstant.getTime()) / 1000
    if (age > oldest + rules.samlClockSkew || age < -rules.samlClockSkew) {
      const facts = { begun: message.issueInstant.toISOString(), now: now().toISOString(), lifetime: oldest }
      throw refusal({ reason: 'saml-request-expired', facts })
    }
    const { nameId, sessionIndexes } = await readable(() => readLogoutRequest(message))
    const relayState = boundedRelayState(brought.relayState)
    const asked = { appId: app.id, id: message.id, relayState, nameId, sessionIndexes: [...sessionIndexes] }
    return pathOf({ kind: 'request', ...asked }, org)
  }

  /** The answer of an app that was told: whatever it says, the next one is told. */
  async function answered(brought: BroughtMessage, org: Org, checks: Checklist): Promise<string> {
    const { content: step } = tickets.read(brought.relayState ?? '', org)
    const kinds = ['LogoutResponse'] as const
    const { app, message } = await readAppMessage(needs, org, brought, { kinds, mustBeSigned: false }, checks)
    if (step.kind !== 'chain' || step.waitsFor === undefined || inResponseTo(message) !== step.waitsFor) {
      const problem = 'the answer is to another message than the one that was sent'
      throw refusal({ reason: 'saml-logout-mismatch', facts: { app: app.label, problem } })
    }
    pass(checks, 'saml-logout')
    return pathOf({ ...step, waitsFor: undefined }, org)
  }

  async function begin(session: Session, { org }: Site, next: string | undefined): Promise<string | undefined> {
    if (org?.settings.enableIdentityProvider !== true || org.id !== session.orgId) return undefined
    const rest = await toldOf(org, session, undefined)
    return rest.length === 0 ? undefined : pathOf({ kind: 'chain', rest, next }, org)
  }

  async function goOn(
    ticket: string,
    session: Session | undefined,
    site: Site,
    checks: Checklist,
  ): Promise<LogoutProgress> {
    const org = providerAt(site, checks)
    const { content: step } = tickets.read(ticket, org)
    if (step.kind === 'chain') return { step: await advance(step, org, site, checks), hasEnded: false }
    const { appId, id, relayState, nameId, sessionIndexes } = step
    const app = await appOf(appId)
    if (session === undefined || session.orgId !== org.id) {
      const answered = await advance({ kind: 'chain', rest: [], answers: { appId, id, relayState } }, org, site, checks)
      return { step: answered, hasEnded: false }
    }
    checks.userId = session.userId
    const isMeant = sessionIndexes.length === 0 || (session.sid !== undefined && sessionIndexes.includes(session.sid))
    if (!isMeant || (await nameFor(app, org, session)) !== nameId) {
      const problem = isMeant ? 'somebody else is signed in (NameID)' : 'another session is open (SessionIndex)'
      throw refusal({ reason: 'saml-logout-mismatch', facts: { app: app?.label ?? appId, problem } })
    }
    pass(checks, 'saml-logout')
    const rest = await toldOf(org, session, appId)
    await sessions.end(session.id)
    const next = await advance({ kind: 'chain', rest, answers: { appId, id, relayState } }, org, site, checks)
    return { step: next, hasEnded: true }
  }

  async function advance(step: Chain, org: Org, site: Site, checks: Checklist): Promise<LogoutStep> {
    const [first, ...rest] = step.rest
    if (first !== undefined) {
      const app = await appOf(first.appId)
      const url = app?.saml.samlSloUrl
      // What an app has no more, it is not told.
      if (app === undefined || url === undefined) return advance({ ...step, rest }, org, site, checks)
      const id = newMessageId(now())
      const subject = { ...first, format: nameIdFormatOf(app.saml), sessionIndex: first.sessionIndex }
      const xml = logoutRequestXml(id, messageTo(app, url, org, site), subject)
      const relayState = tickets.write({ ...step, rest, waitsFor: id }, org)
      return sendTo(app, url, 'SAMLRequest', { xml, relayState }, org, checks)
    }
    const { answers, next } = step
    const app = answers === undefined ? undefined : await appOf(answers.appId)
    const url = app?.saml.samlSloUrl
    if (answers === undefined || app === undefined || url === undefined) return { go: 'done', next }
    const xml = logoutResponseXml(answers.id, messageTo(app, url, org, site))
    return sendTo(app, url, 'SAMLResponse', { xml, relayState: answers.relayState }, org, checks)
  }

  async function sendTo(
    app: SamlApp,
    url: string,
    parameter: MessageParameter,
    { xml, relayState }: { readonly xml: string; readonly relayState: string | undefined },
    org: Org,
    checks: Checklist,
  ): Promise<LogoutStep> {
    const signer = await signerFor(needs, org, app, checks)
    if (app.saml.samlIdpSLOBindingEnum === 'RedirectBinding') {
      return { go: 'redirect', url: redirectedMessage(url, parameter, { xml, relayState }, signer) }
    }
    const value = Buffer.from(await signedMessage(xml, signer)).toString('base64')
    const fields = { [parameter]: value, ...(relayState === undefined ? {} : { RelayState: relayState }) }
    return { go: 'post', url, fields }
  }

  function messageTo({ saml }: SamlApp, destination: string, org: Org, site: Site) {
    return { issuer: saml.issuer ?? addresses.baseOf(org, site), destination, at: now() }
  }

  /** The apps that were opened from a session and want to be told, each with the name that it knows. */
  async function toldOf(org: Org, session: Session, exceptId: string | undefined): Promise<z.output<typeof told>[]> {
    const all = await Promise.all(
      session.appIds
        .filter((id) => id !== exceptId)
        .slice(0, mostApps)
        .map(appOf),
    )
    const named = await Promise.all(
      all.map(async (app) => {
        const nameId = app?.saml.samlSloUrl === undefined ? undefined : await nameFor(app, org, session)
        return app === undefined || nameId === undefined ? [] : [{ appId: app.id, nameId, sessionIndex: session.sid }]
      }),
    )
    return named.flat()
  }

  async function nameFor(app: SamlApp | undefined, org: Org, { userId }: Session): Promise<string | undefined> {
    const user = await users.find(userId)
    if (app === undefined || user === undefined) return undefined
    const profile = await profiles.find(user.profileId)
    return nameIdOf(app, { org, user, profile, permissions: new Set() })
  }

  async function appOf(id: string): Promise<SamlApp | undefined> {
    const app = await apps.find(id)
    return app !== undefined && isSamlApp(app) ? app : undefined
  }

  function pathOf(step: z.output<typeof shape>, org: Org): string {
    return `${idpPaths.logout}?${new URLSearchParams({ continue: tickets.write(step, org) })}`
  }
}
