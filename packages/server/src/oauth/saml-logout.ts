import { z } from 'zod'
import { isSamlApp, type SamlApp } from '../connected-apps/saml-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { idpPaths } from '../saml/idp-places.ts'
import { inResponseTo, readLogoutRequest, statusOf } from '../saml/message.ts'
import type { MessageParameter } from '../saml/redirect-binding.ts'
import { nameIdFormatOf, nameIdOf } from '../saml/subject.ts'
import { logoutRequestXml, logoutResponseXml } from '../saml/written-logout.ts'
import { newMessageId } from '../saml/written-response.ts'
import type { ListedSession, Session, SessionStore } from '../sessions/session.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { UserStore } from '../users/user.ts'
import { type AppMessageNeeds, providerAt, readAppMessage, signerFor } from './app-message.ts'
import { type BroughtMessage, boundedRelayState, readable } from './brought-message.ts'
import type { ProviderLogout } from './provider-logout.ts'
import { refusal } from './refusal.ts'
import { departure, type SamlDeparture } from './saml-departure.ts'
import { samlTickets } from './saml-ticket.ts'

/** What the browser does next. */
export type LogoutStep =
  | SamlDeparture
  /** Nobody is left to be told. */
  | { readonly go: 'done'; readonly next: string | undefined }

/** What comes next, and whether the session that the browser has was ended for it. */
export interface LogoutProgress {
  readonly step: LogoutStep
  readonly hasEnded: boolean
}

/** Where it goes on to once every app was told. */
export interface Afterwards {
  readonly next: string | undefined
  /** What is put behind it when an app did not say that it was done. */
  readonly ifPartial: string
}

/** Single logout by SAML: an app signs people out here, and is told when they sign out. */
export interface SamlLogout {
  /** A message of an app. Answers the local path at which it goes on. @throws {OAuthError} */
  receive(brought: BroughtMessage, site: Site, checks: Checklist): Promise<string>
  /**
   * The local path at which the apps that were opened from sessions of an org are told of their end; `undefined` where there are
   * none.
   */
  begin(ended: readonly ListedSession[], site: Site, afterwards: Afterwards): Promise<string | undefined>
  /** @param session of the browser, with which somebody is signed in @throws {OAuthError} */
  goOn(ticket: string, session: Session | undefined, site: Site, checks: Checklist): Promise<LogoutProgress>
}

interface Needs extends AppMessageNeeds {
  readonly sessions: Pick<SessionStore, 'end'>
  readonly users: Pick<UserStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  /** Tells the identity provider that began a session, where it wants to be told. */
  readonly providerLogout: Pick<ProviderLogout, 'beginFor'>
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
  ifPartial: z.string().optional(),
  isPartial: z.boolean().optional(),
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
    const { name, sessionIndexes } = await readable(() => readLogoutRequest(message))
    const relayState = boundedRelayState(brought.relayState)
    const asked = { appId: app.id, id: message.id, relayState, nameId: name.value, sessionIndexes: [...sessionIndexes] }
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
    const status = statusOf(message)
    pass(checks, 'saml-logout', { status: status ?? 'none' })
    const isPartial = step.isPartial === true || status !== 'Success'
    return pathOf({ ...step, waitsFor: undefined, isPartial }, org)
  }

  async function begin(
    ended: readonly ListedSession[],
    { org }: Site,
    { next, ifPartial }: Afterwards,
  ): Promise<string | undefined> {
    if (org?.settings.enableIdentityProvider !== true) return undefined
    const ours = ended.filter(({ orgId }) => orgId === org.id)
    const told = (await Promise.all(ours.map((session) => toldOf(org, session, undefined)))).flat()
    const rest = told.slice(0, mostApps)
    const isPartial = told.length > rest.length
    return rest.length === 0 ? undefined : pathOf({ kind: 'chain', rest, next, ifPartial, isPartial }, org)
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
    const answers = { appId, id, relayState }
    const back = pathOf({ kind: 'chain', rest: [], answers }, org)
    const provider = await needs.providerLogout.beginFor(session, site, back)
    const afterwards = provider === undefined ? { answers } : { next: provider }
    return { step: await advance({ kind: 'chain', rest, ...afterwards }, org, site, checks), hasEnded: true }
  }

  async function advance(step: Chain, org: Org, site: Site, checks: Checklist): Promise<LogoutStep> {
    const [first, ...rest] = step.rest
    if (first !== undefined) {
      const app = await appOf(first.appId)
      const url = app?.saml.samlSloUrl
      // What an app has no more, it is not told.
      if (app === undefined || url === undefined) return advance({ ...step, rest }, org, site, checks)
      const id = newMessageId(now())
      const name = { value: first.nameId, format: nameIdFormatOf(app.saml) }
      const xml = logoutRequestXml(id, messageTo(app, url, org, site), { name, sessionIndex: first.sessionIndex })
      const relayState = tickets.write({ ...step, rest, waitsFor: id }, org)
      return sendTo(app, url, 'SAMLRequest', { xml, relayState }, org, checks)
    }
    const { answers, isPartial = false } = step
    const next = step.next && `${step.next}${isPartial ? (step.ifPartial ?? '') : ''}`
    const app = answers === undefined ? undefined : await appOf(answers.appId)
    const url = app?.saml.samlSloUrl
    if (answers === undefined || app === undefined || url === undefined) return { go: 'done', next }
    const xml = logoutResponseXml(answers.id, messageTo(app, url, org, site), isPartial ? 'PartialLogout' : 'Success')
    return sendTo(app, url, 'SAMLResponse', { xml, relayState: answers.relayState }, org, checks)
  }

  async function sendTo(
    app: SamlApp,
    url: string,
    parameter: MessageParameter,
    message: { readonly xml: string; readonly relayState: string | undefined },
    org: Org,
    checks: Checklist,
  ): Promise<LogoutStep> {
    const signer = await signerFor(needs, org, app, checks)
    return departure({ url, binding: app.saml.samlIdpSLOBindingEnum }, parameter, message, signer)
  }

  function messageTo({ saml }: SamlApp, destination: string, org: Org, site: Site) {
    return { issuer: saml.issuer ?? addresses.baseOf(org, site), destination, at: now() }
  }

  /** The apps that were opened from a session and want to be told, each with the name that it knows. */
  async function toldOf(
    org: Org,
    session: ListedSession,
    exceptId: string | undefined,
  ): Promise<z.output<typeof told>[]> {
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

  async function nameFor(app: SamlApp | undefined, org: Org, { userId }: ListedSession): Promise<string | undefined> {
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
