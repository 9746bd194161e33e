import { z } from 'zod'
import type { CertificateStore } from '../certificates/certificate.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { inResponseTo, readLogoutRequest, statusOf } from '../saml/message.ts'
import { isSameName } from '../saml/name-id.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { spLogoutPath } from '../saml/sso-endpoint.ts'
import { type LogoutStatus, logoutRequestXml, logoutResponseXml } from '../saml/written-logout.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import type { ListedSession, SessionStore } from '../sessions/session.ts'
import { endedSsoSessionHash, endedSsoSessionKeptUntil, ssoSessionShape } from '../sessions/sso-session.ts'
import type { AssertionStore } from './assertion-store.ts'
import { type BroughtMessage, boundedRelayState, readable, shortRelayState } from './brought-message.ts'
import { OAuthError } from './error.ts'
import { checkFresh, type ProviderMessageNeeds, readProviderMessage, rememberedUntil } from './provider-message.ts'
import { refusal } from './refusal.ts'
import { departure, requestSigner, type SamlDeparture } from './saml-departure.ts'
import { samlTickets, ticketLifetime } from './saml-ticket.ts'
import { type SsoAddress, ssoPlaceAt } from './sso-place.ts'

/** What a message of a provider has come to. */
export type ProviderSaid =
  /** These sessions were ended for it. The browser goes on to `next`, where there is an answer to be given. */
  | { readonly go: 'ended'; readonly sessions: readonly ListedSession[]; readonly next: string | undefined }
  /** The provider is told at `next` that it asked for what cannot be done. */
  | { readonly go: 'refused'; readonly refused: OAuthError; readonly next: string }
  /** It has answered: the person goes on to where they were to go. */
  | { readonly go: 'landed'; readonly next: string | undefined }

/** Single logout between an org and the identity providers that it believes, by way of the browser (SAML 2.0 Profiles §4.4). */
export interface ProviderLogout {
  /** @throws {OAuthError} */
  receive(brought: BroughtMessage, address: SsoAddress, site: Site, checks: Checklist): Promise<ProviderSaid>
  /**
   * Where somebody goes on to who signs out of a session: by way of the provider that began it, where that wants to be told.
   * @param next where they were to go
   */
  begin(session: ListedSession, site: Site, next: string | undefined): Promise<string | undefined>
  /**
   * The same for a session that another party wants ended, which waits for its answer at `next`; `undefined` where the provider is
   * not told.
   */
  beginFor(session: ListedSession, site: Site, next: string): Promise<string | undefined>
  /** What was put off until the browser has come by. @param isPartial whether an app was told in vain @throws {OAuthError} */
  goOn(
    ticket: string,
    asked: { readonly so: string | undefined; readonly isPartial: boolean },
    site: Site,
    checks: Checklist,
  ): Promise<SamlDeparture | { readonly go: 'done'; readonly next: string | undefined }>
}

type Place = Awaited<ReturnType<typeof ssoPlaceAt>>

interface Needs extends ProviderMessageNeeds {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list' | 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly sessions: Pick<SessionStore, 'listOfSso' | 'end'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  /** Remembers messages: each counts once. */
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly seal: Seal
}

const request = z.object({ kind: z.literal('request'), sso: ssoSessionShape, next: z.string().optional() })
const answer = z.object({
  kind: z.literal('answer'),
  config: z.string(),
  id: z.string(),
  relayState: z.string().optional(),
  isRefused: z.boolean().optional(),
})
const step = z.discriminatedUnion('kind', [request, answer])
const asked = z.object({ config: z.string(), nonce: z.string() })
const landing = z.object({ nonce: z.string(), next: z.string() })

// A provider that tells one party after the other may put all of them into it.
const longestRelayState = 4096

/** {@link ProviderLogout} over the stores. */
export function providerLogout(needs: Needs): ProviderLogout {
  const { samlSsoConfigs, orgs, sessions, assertions, now } = needs
  const steps = samlTickets(step, 'saml sign-out step', needs)
  const requests = samlTickets(asked, 'saml sign-out', needs)
  const landings = samlTickets(landing, 'saml sign-out landing', needs)
  return { receive, begin, beginFor, goOn }

  async function receive(
    brought: BroughtMessage,
    address: SsoAddress,
    site: Site,
    checks: Checklist,
  ): Promise<ProviderSaid> {
    const place = await ssoPlaceAt(needs, site, address)
    checks.orgId = place.org.id
    return brought.parameter === 'SAMLRequest'
      ? requested(brought, place, site, checks)
      : answered(brought, place, checks)
  }

  async function requested(
    brought: BroughtMessage,
    place: Place,
    site: Site,
    checks: Checklist,
  ): Promise<ProviderSaid> {
    const { org } = place
    const relayState = boundedRelayState(brought.relayState, longestRelayState)
    const { config, message } = await readProviderMessage(needs, place, brought, 'LogoutRequest', checks)
    const toAnswer = (isRefused: boolean) =>
      pathOf({ kind: 'answer', config: config.id, id: message.id, relayState, isRefused }, org, site)
    try {
      const { name, sessionIndexes, end } = await readable(() => readLogoutRequest(message))
      checkFresh(message, end, needs, checks)
      await spend(`${config.id} saml logout ${message.id}`, rememberedUntil(needs), () =>
        refusal({ reason: 'saml-logout-replayed', facts: { settings: config.label } }),
      )
      pass(checks, 'not-replayed')
      const expiresAt = endedSsoSessionKeptUntil(message.issueInstant)
      const ended = sessionIndexes.map((index) => endedSsoSessionHash({ configId: config.id, name }, index))
      await Promise.all(ended.map((hash) => assertions.use({ hash, expiresAt })))
      const named = await sessions.listOfSso({ configId: config.id, name }, now())
      const meant = named.filter(
        ({ sso }) =>
          sso !== undefined &&
          isSameName(sso.name, name) &&
          (sessionIndexes.length === 0 || sessionIndexes.some((index) => index === sso.sessionIndex)),
      )
      checks.userId = meant[0]?.userId
      await Promise.all(meant.map(({ id }) => sessions.end(id)))
      // A session that is over already is signed out of as well as one that was open.
      pass(checks, 'saml-logout', { sessions: String(meant.length) })
      return { go: 'ended', sessions: meant, next: config.singleLogoutUrl === undefined ? undefined : toAnswer(false) }
    } catch (error) {
      if (!(error instanceof OAuthError) || config.singleLogoutUrl === undefined) throw error
      return { go: 'refused', refused: error, next: toAnswer(true) }
    }
  }

  async function answered(brought: BroughtMessage, place: Place, checks: Checklist): Promise<ProviderSaid> {
    const { org } = place
    const { config, message } = await readProviderMessage(needs, place, brought, 'LogoutResponse', checks)
    checkFresh(message, undefined, needs, checks)
    const unrequested = (problem: string) =>
      refusal({ reason: 'saml-response-unrequested', facts: { settings: config.label, problem } })
    const sent = opened(() => requests.read((inResponseTo(message) ?? '').slice(1), org).content)
    if (sent === undefined) throw unrequested('this org has made no such request, or too long ago')
    if (sent.config !== config.id) throw unrequested('the request was made to another identity provider')
    const until = new Date(now().getTime() + (ticketLifetime + 1) * 1000)
    await spend(`saml logout request ${sent.nonce}`, until, () => unrequested('the request was answered before'))
    pass(checks, 'not-replayed')
    // Whatever it says, the session here is over.
    pass(checks, 'saml-logout', { status: statusOf(message) ?? 'none' })
    const there = opened(() => landings.read(brought.relayState ?? '', org).content)
    return { go: 'landed', next: there?.nonce === sent.nonce ? there.next : config.logoutUrl }
  }

  async function begin(session: ListedSession, site: Site, next: string | undefined): Promise<string | undefined> {
    const began = await beganBy(session)
    if (began?.config.singleLogoutUrl === undefined) return next ?? began?.config.logoutUrl
    return pathOf({ kind: 'request', sso: began.sso, next }, began.org, site)
  }

  async function beginFor(session: ListedSession, site: Site, next: string): Promise<string | undefined> {
    const began = await beganBy(session)
    if (began?.config.singleLogoutUrl === undefined) return undefined
    const comesBack = shortRelayState(landings.write({ nonce: randomText(12), next }, began.org)) !== undefined
    return comesBack ? pathOf({ kind: 'request', sso: began.sso, next }, began.org, site) : undefined
  }

  async function goOn(
    ticket: string,
    { so, isPartial }: { readonly so: string | undefined; readonly isPartial: boolean },
    site: Site,
    checks: Checklist,
  ): ReturnType<ProviderLogout['goOn']> {
    const { org } = await ssoPlaceAt(needs, site, { so, sc: undefined })
    checks.orgId = org.id
    const { content } = steps.read(ticket, org)
    const config = await configOf(org, content.kind === 'request' ? content.sso.configId : content.config)
    const url = config?.singleLogoutUrl
    if (config === undefined || url === undefined) {
      return { go: 'done', next: content.kind === 'request' ? content.next : undefined }
    }
    pass(checks, 'sso-settings', { settings: config.label })
    const addressee = { url, binding: config.singleLogoutBinding }
    const signer = await requestSigner(needs, config, org)
    const common = { issuer: config.samlEntityId, destination: url, at: now() }
    if (content.kind === 'answer') {
      const status: LogoutStatus = content.isRefused ? 'Requester' : isPartial ? 'PartialLogout' : 'Success'
      const xml = logoutResponseXml(content.id, common, status)
      return departure(addressee, 'SAMLResponse', { xml, relayState: content.relayState }, signer)
    }
    const nonce = randomText(12)
    // The ID says which request it is, as that of a request to sign in does.
    const id = `_${requests.write({ config: config.id, nonce }, org)}`
    const { sso, next } = content
    const xml = logoutRequestXml(id, common, sso)
    const relayState = next === undefined ? undefined : shortRelayState(landings.write({ nonce, next }, org))
    return departure(addressee, 'SAMLRequest', { xml, relayState }, signer)
  }

  /** The settings by which a session was begun. */
  async function beganBy({ sso, orgId }: ListedSession) {
    const org = sso && (await orgs.find(orgId))
    const config = org && (await configOf(org, sso.configId))
    return config && { sso, org, config }
  }

  async function configOf(org: Org, id: string): Promise<SamlSsoConfig | undefined> {
    return (await samlSsoConfigs.list(org.id)).find((config) => config.id === id)
  }

  async function spend(what: string, expiresAt: Date, refused: () => OAuthError): Promise<void> {
    if (!(await assertions.use({ hash: hashSecret(what), expiresAt }))) throw refused()
  }

  function pathOf(content: z.output<typeof step>, org: Org, site: Site): string {
    const named = site.org === undefined ? { so: org.id } : {}
    return `${spLogoutPath}?${new URLSearchParams({ ...named, continue: steps.write(content, org) })}`
  }
}

/** What a ticket says; `undefined` where it was not made here, or too long ago. */
function opened<Content>(read: () => Content): Content | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof OAuthError) return undefined
    throw error
  }
}
