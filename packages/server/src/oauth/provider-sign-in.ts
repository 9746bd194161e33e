import { type AskProvider, authorizeAddress } from '../auth-providers/ask-provider.ts'
import type { AccountLink, AccountLinkStore, AuthProvider, AuthProviderStore } from '../auth-providers/auth-provider.ts'
import {
  type Journey,
  journeyLifetime,
  longestStart,
  newJourney,
  readState,
  stateOf,
} from '../auth-providers/journey.ts'
import { type Errand, placesAt } from '../auth-providers/places.ts'
import type { RemotePerson } from '../auth-providers/remote-person.ts'
import type { userOfPerson } from '../auth-providers/user-of-person.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import type { Seal } from '../seal.ts'
import { hashSecret } from '../secret.ts'
import type { User } from '../users/user.ts'
import type { AssertionStore } from './assertion-store.ts'
import type { LoginPlace } from './failed-login.ts'
import type { Admit } from './let-in.ts'
import { refusal } from './refusal.ts'

/** The browser of somebody who goes to a provider, or comes from it. */
export interface Traveller extends LoginPlace {
  /** What the forms of the browser are tied to. */
  readonly formSecret: string
  /** Who is signed in with it. */
  readonly user: Pick<User, 'id' | 'username'> | undefined
}

/** What somebody sets out for. */
export interface Departure {
  readonly developerName: string
  readonly errand: Errand
  /** The local path to go on to afterwards. */
  readonly startUrl: string
  /** `prompt` and `login_hint`, as the provider is to have them. */
  readonly hints: Readonly<Record<string, string>>
}

/** What coming back from a provider came to. */
export type Arrival = { readonly provider: AuthProvider; readonly startUrl: string } & (
  | { readonly errand: 'sso'; readonly user: User; readonly cookie: string; readonly awaitsVerification: boolean }
  | { readonly errand: 'link'; readonly person: RemotePerson }
  | { readonly errand: 'test'; readonly person: RemotePerson }
)

/** The ways to the providers of an org and back, at the org's own address. */
export interface ProviderSignIn {
  /** The provider of this name. @throws {OAuthError} `provider-unknown` */
  find(developerName: string, site: Site, checks: Checklist): Promise<AuthProvider>
  /** The address at the provider that the browser goes to. @throws {OAuthError} */
  leave(departure: Departure, traveller: Traveller, checks: Checklist): Promise<string>
  /**
   * @param appAt the app that a local path leads to, if it leads to one
   * @throws {OAuthError}
   */
  comeBack(
    developerName: string,
    answer: ReadonlyMap<string, string>,
    traveller: Traveller,
    appAt: (path: string) => Promise<ConnectedApp | undefined>,
    checks: Checklist,
  ): Promise<Arrival>
}

interface Needs {
  readonly authProviders: Pick<AuthProviderStore, 'list'>
  readonly accountLinks: Pick<AccountLinkStore, 'add'>
  readonly askProvider: AskProvider
  readonly userOfPerson: ReturnType<typeof userOfPerson>
  readonly sessions: Pick<Admit, 'letIn'>
  /** Remembers which ways were gone: each leads back once. */
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly seal: Seal
  readonly now: () => Date
}

/** Sign-in through outside OpenID Connect providers (*Auth. Providers*), of which this server is a client. */
export function providerSignIn(needs: Needs): ProviderSignIn {
  const { authProviders, accountLinks, seal, now } = needs

  return {
    async find(developerName, site, checks) {
      return (await known(developerName, site, checks)).provider
    },
    async leave({ developerName, errand, startUrl, hints }, { site, formSecret }, checks) {
      const { provider } = await known(developerName, site, checks)
      if (startUrl.length > longestStart) {
        const problem = `longer than ${longestStart} characters`
        throw refusal({ reason: 'parameter-malformed', facts: { parameter: 'startURL', problem } })
      }
      const journey = newJourney({ providerId: provider.id, errand, startUrl }, now())
      const state = stateOf(journey, seal, formSecret)
      return authorizeAddress(provider, journey, { state, redirectUri: callbackOf(provider, site), hints })
    },
    async comeBack(developerName, answer, traveller, appAt, checks) {
      const { site } = traveller
      const { provider, org } = await known(developerName, site, checks)
      const journey = await journeyOf(provider, answer.get('state'), traveller, checks)
      const person = await personOf(provider, journey, answer, site, checks)
      const { errand, startUrl } = journey
      switch (errand) {
        case 'test':
          return { errand, provider, startUrl, person }
        case 'link':
          await link(provider, person, traveller, checks)
          return { errand, provider, startUrl, person }
        case 'sso':
          return {
            errand,
            provider,
            startUrl,
            ...(await signIn(provider, org, person, traveller, appAt(startUrl), checks)),
          }
      }
    },
  }

  async function known(developerName: string, { org }: Site, checks: Checklist) {
    const listed = org === undefined ? [] : await authProviders.list(org.id)
    const provider = listed.find((one) => one.developerName === developerName)
    if (org === undefined || provider === undefined) {
      const names = listed.map((one) => one.developerName)
      const facts = { found: developerName.slice(0, 80), org: org?.name ?? '', known: names }
      throw refusal({ reason: 'provider-unknown', facts })
    }
    pass(checks, 'provider', { provider: provider.friendlyName })
    return { org, provider }
  }

  async function journeyOf(
    provider: AuthProvider,
    state: string | undefined,
    { formSecret }: Traveller,
    checks: Checklist,
  ): Promise<Journey> {
    const refused = (problem: string) =>
      refusal({ reason: 'provider-state-wrong', facts: { provider: provider.friendlyName, problem } })
    const journey = readState(state, seal, formSecret, now())
    if ('problem' in journey) throw refused(journey.problem)
    // Each provider has a callback of its own: an answer of one cannot pass for that of another (RFC 9700 §4.4).
    if (journey.providerId !== provider.id) throw refused('it was begun for another provider')
    const expiresAt = new Date(journey.begun + (journeyLifetime + 1) * 1000)
    // By what is sealed in it: the same state can be written in several ways.
    if (!(await needs.assertions.use({ hash: hashSecret(`auth provider state ${journey.nonce}`), expiresAt }))) {
      throw refused('it has come back before')
    }
    pass(checks, 'provider-state')
    return journey
  }

  async function personOf(
    provider: AuthProvider,
    journey: Journey,
    answer: ReadonlyMap<string, string>,
    site: Site,
    checks: Checklist,
  ): Promise<RemotePerson> {
    const { friendlyName, idTokenIssuer } = provider
    const unusable = (step: string, problem: string) =>
      refusal({ reason: 'provider-answer-unusable', facts: { provider: friendlyName, step, problem } })
    const issuer = answer.get('iss')
    if (issuer !== undefined && idTokenIssuer !== undefined && issuer !== idTokenIssuer) {
      throw unusable('iss', `it names the issuer ${shown(issuer)}`)
    }
    const error = answer.get('error')
    if (error !== undefined) {
      const facts = { provider: friendlyName, error: shown(error), description: shown(answer.get('error_description')) }
      throw refusal({ reason: 'provider-refused', facts })
    }
    const code = answer.get('code')
    if (code === undefined) throw unusable('code', 'no code came back')
    pass(checks, 'provider-answer')
    const asked = await needs.askProvider(provider, { code, journey, redirectUri: callbackOf(provider, site) })
    if (!asked.ok) throw unusable(asked.step, asked.problem)
    pass(checks, 'provider-identity', { sub: asked.person.id })
    return asked.person
  }

  async function link(
    provider: AuthProvider,
    person: RemotePerson,
    { user }: Traveller,
    checks: Checklist,
  ): Promise<void> {
    // The state opens in the session alone that it was made in.
    if (user === undefined) throw new Error('A journey to link accounts came back without its session.')
    checks.userId = user.id
    const wanted: AccountLink = {
      orgId: provider.orgId,
      providerId: provider.id,
      remoteId: person.id,
      userId: user.id,
      createdAt: now(),
    }
    const { userId } = await accountLinks.add(wanted)
    if (userId !== user.id) {
      const facts = { provider: provider.friendlyName, user: user.username }
      throw refusal({ reason: 'account-linked-elsewhere', facts })
    }
    pass(checks, 'account-linked', { user: user.username })
  }

  async function signIn(
    provider: AuthProvider,
    org: Org,
    person: RemotePerson,
    place: LoginPlace,
    onTheWay: Promise<ConnectedApp | undefined>,
    checks: Checklist,
  ) {
    const app = await onTheWay
    checks.orgId = org.id
    const user = await needs.userOfPerson(provider, person)
    if (user === undefined) {
      const { friendlyName, userMatching } = provider
      const facts = { provider: friendlyName, found: foundFor(provider, person), matching: userMatching, org: org.name }
      throw refusal({ reason: 'provider-user-unknown', facts })
    }
    checks.userId = user.id
    pass(checks, 'user-known', { user: user.username })
    const { requireMfa } = provider
    const vouched = { org, user, place, app, requireMfa, loginType: 'ThirdPartySso', sso: undefined } as const
    return needs.sessions.letIn(vouched, checks)
  }
}

function callbackOf({ developerName }: AuthProvider, { base }: Site): string {
  return placesAt(base, developerName).callback
}

/** What the provider says that the user would have been found by. */
function foundFor({ userMatching }: AuthProvider, { id, username, email, isEmailVerified }: RemotePerson): string {
  switch (userMatching) {
    case 'LinkedOnly':
    case 'FederationId':
      return `sub ${id}`
    case 'Username':
      return username === undefined ? 'no preferred_username' : `preferred_username ${username}`
    case 'Email':
      if (email === undefined) return 'no email'
      return isEmailVerified ? `email ${email}` : `email ${email}, which it has not verified`
  }
}

/** A text of the provider, or of whoever wrote the address: cut short, on one line. */
function shown(text: string | undefined): string {
  return (text ?? '').replaceAll(/\p{C}/gu, ' ').slice(0, 160)
}
