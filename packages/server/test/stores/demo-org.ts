import { randomBytes, randomInt } from 'node:crypto'
import type { Approval } from '../../src/connected-apps/approval.ts'
import {
  type AppPolicies,
  type ConnectedApp,
  defaultAppSettings,
  defaultPolicies,
} from '../../src/connected-apps/connected-app.ts'
import type { JournalEntry } from '../../src/journal/journal.ts'
import { defaultOrgSettings, type Org } from '../../src/orgs/org.ts'
import { keyPrefixes, recordIdOf } from '../../src/record-id.ts'
import { hashSecret } from '../../src/secret.ts'
import type { LoginAttempt } from '../../src/sessions/login-history.ts'
import { noSession } from '../../src/sessions/session.ts'
import type { Stores } from '../../src/stores/stores.ts'
import type { AuthorizationCode } from '../../src/tokens/authorization-code.ts'
import type { Issuance, Purchase } from '../../src/tokens/issuance.ts'
import { anyTime } from '../../src/users/login-hours.ts'
import type { Profile } from '../../src/users/profile.ts'
import type { User } from '../../src/users/user.ts'
import { jane } from '../jane.ts'

/** When the demo was made. */
export const noon = new Date('2026-01-05T12:00:00Z')

/** Some seconds after {@link noon}. */
export function later(seconds: number): Date {
  return new Date(noon.getTime() + seconds * 1000)
}

// Of nine digits, so that names sort as they were made; another in each process.
let made = randomInt(100_000_000, 900_000_000)

/** An id that no other has. */
export function newId(kind: keyof typeof keyPrefixes): string {
  made += 1
  return recordIdOf(keyPrefixes[kind], made)
}

/** An org that nothing is said about but what the test says. */
export function anOrg(details: Partial<Org> = {}): Org {
  return {
    id: newId('organization'),
    name: `Org ${made}`,
    myDomain: undefined,
    port: undefined,
    type: 'production',
    isActive: true,
    epoch: 1,
    settings: defaultOrgSettings,
    createdAt: noon,
    ...details,
  }
}

/** A profile of an org. */
export function aProfile(orgId: string, details: Partial<Profile> = {}): Profile {
  return {
    id: newId('profile'),
    orgId,
    name: `Profile ${made}`,
    permissions: ['ApiEnabled'],
    loginIpRanges: [],
    loginHours: anyTime,
    sessionTimeout: undefined,
    requiresHighAssurance: true,
    objectPermissions: [],
    ...details,
  }
}

/** A user of a profile's org. */
export function aUser({ id: profileId, orgId }: Profile, details: Partial<User> = {}): User {
  const id = newId('user')
  const name = `user${made}`
  const names = { username: `${name}@acme.example`, email: `${name}@acme.example`, nickname: name }
  const ada = { firstName: 'Ada', lastName: 'Admin', createdAt: noon, modifiedAt: noon }
  return jane({ id, orgId, profileId, ...names, ...ada, ...details })
}

/** A connected app made in an org. */
export function anApp(orgId: string | undefined, details: Partial<ConnectedApp> = {}): ConnectedApp {
  const id = newId('connectedApplication')
  return {
    ...defaultAppSettings,
    id,
    orgId,
    fullName: `App_${made}`,
    label: `App ${made}`,
    contactEmail: 'dev@acme.example',
    consumerKey: `key-${made}`,
    consumerSecret: { hash: randomBytes(32), sealed: '1.sealed', previousHash: undefined },
    callbackUrls: ['https://app.example/cb'],
    scopes: ['api', 'refresh_token'],
    createdAt: noon,
    modifiedAt: noon,
    ...details,
  }
}

/** What an org decided about an app. */
export function policiesOf(app: ConnectedApp, orgId: string, details: Partial<AppPolicies> = {}): AppPolicies {
  return { ...defaultPolicies, appId: app.id, orgId, ...details }
}

/** An org with two users and two apps. */
export interface DemoOrg {
  readonly org: Org
  readonly profile: Profile
  readonly ada: User
  readonly bob: User
  readonly warehouse: ConnectedApp
  readonly website: ConnectedApp
}

/** Stores an org with two users and two apps. */
export async function addDemoOrg(stores: Stores): Promise<DemoOrg> {
  const org = anOrg()
  const profile = aProfile(org.id)
  const ada = aUser(profile)
  const bob = aUser(profile)
  const warehouse = anApp(org.id)
  const website = anApp(org.id)
  await stores.orgs.add(org)
  await stores.profiles.add(profile)
  await Promise.all([
    stores.users.add(ada),
    stores.users.add(bob),
    stores.apps.add(warehouse, [policiesOf(warehouse, org.id)]),
    stores.apps.add(website, [policiesOf(website, org.id)]),
  ])
  return { org, profile, ada, bob, warehouse, website }
}

/** A right attempt to sign in by OAuth. */
export function aLogin(user: User, details: Partial<LoginAttempt> = {}): LoginAttempt {
  return {
    orgId: user.orgId,
    userId: user.id,
    at: noon,
    loginType: 'Oauth2',
    loginSubType: undefined,
    status: 'Success',
    application: 'Warehouse',
    sourceIp: '192.0.2.7',
    loginUrl: 'https://login.acme.example',
    browser: 'Unknown',
    ...details,
  }
}

/** What one token request writes, for the counters as they are in the store. The tokens' secrets are the test's. */
export async function anIssuance(
  stores: Stores,
  user: User,
  app: ConnectedApp,
  secrets: { readonly access: string; readonly refresh?: string },
  { at = noon, timeout = 7200, scopes = ['api', 'refresh_token'], mostLogins }: Partial<IssuanceDetails> = {},
): Promise<Issuance> {
  const [org, current, policies] = await Promise.all([
    stores.orgs.find(user.orgId),
    stores.users.find(user.id),
    stores.apps.findPolicies(app.id, user.orgId),
  ])
  return {
    orgId: user.orgId,
    userId: user.id,
    appId: app.id,
    scopes,
    epochs: { org: org?.epoch ?? 0, user: current?.epoch ?? 0, app: policies?.epoch ?? 0 },
    at,
    accessToken: {
      hash: hashSecret(secrets.access),
      format: 'opaque',
      expiresAt: new Date(at.getTime() + timeout * 1000),
      timeout,
      key: undefined,
    },
    session: noSession,
    opens: [],
    mostLogins,
    refreshToken:
      secrets.refresh === undefined
        ? undefined
        : {
            hash: hashSecret(secrets.refresh),
            authTime: at,
            policyCutoffs: { issuedSince: undefined, usedSince: undefined },
            key: undefined,
          },
    login: aLogin(user, { at }),
  }
}

interface IssuanceDetails {
  readonly at: Date
  readonly timeout: number
  readonly scopes: readonly string[]
  readonly mostLogins: number
}

/** The numbers of what was bought; fails the test if it was not. */
export function issued(purchase: Purchase): {
  readonly accessTokenId: number
  readonly refreshTokenId: number | undefined
} {
  if (purchase.outcome !== 'issued') throw new Error('Nothing was issued.')
  return purchase.issued
}

/** A code for an app on behalf of a user. */
export function aCode(
  user: User,
  app: ConnectedApp,
  secret: string,
  details: Partial<AuthorizationCode> = {},
): Omit<AuthorizationCode, 'id'> & { readonly hash: Buffer } {
  return {
    orgId: user.orgId,
    userId: user.id,
    appId: app.id,
    redirectUri: 'https://app.example/cb',
    scopes: ['api', 'refresh_token'],
    codeChallenge: undefined,
    nonce: undefined,
    dpopKey: undefined,
    authTime: noon,
    session: noSession,
    issuedAt: noon,
    ...details,
    hash: hashSecret(secret),
  }
}

/** A code exchanged for tokens with these secrets. */
export async function boughtByCode(
  stores: Stores,
  user: User,
  app: ConnectedApp,
  secrets: { readonly access: string; readonly refresh?: string },
  details: Partial<IssuanceDetails> = {},
): Promise<{ readonly codeId: number; readonly accessTokenId: number; readonly refreshTokenId: number }> {
  const codeId = await stores.codes.add(aCode(user, app, `code of ${secrets.access}`, { issuedAt: details.at ?? noon }))
  const bought = issued(await stores.issue.forCode(await anIssuance(stores, user, app, secrets, details), codeId))
  return { codeId, accessTokenId: bought.accessTokenId, refreshTokenId: bought.refreshTokenId ?? 0 }
}

/** What the look-up of an access token says. */
export async function stateOf(stores: Stores, id: number, secret: string, now: Date = noon): Promise<string> {
  return (await stores.accessTokens.find({ id, hash: hashSecret(secret) }, now)).state
}

/** What the look-up of a refresh token says. */
export async function refreshStateOf(stores: Stores, id: number, secret: string): Promise<string> {
  return (await stores.refreshTokens.find({ id, hash: hashSecret(secret) })).state
}

/** Adds consent to everything the demo asks for. */
export function consent(stores: Stores, user: User, app: ConnectedApp, scopes: Approval['scopes']): Promise<void> {
  return stores.approvals.allow({ orgId: user.orgId, userId: user.id, appId: app.id, scopes }, noon)
}

/** A browser session of a user from noon on, as it is added. The secret of its cookie is the test's. */
export function aSession(user: User, details: Partial<NewSession> = {}, secret = 's'): NewSession {
  return {
    orgId: user.orgId,
    userId: user.id,
    authTime: noon,
    expiresAt: later(7200),
    timeout: 7200,
    sourceIp: '192.0.2.7',
    type: 'UI',
    accessTokenId: undefined,
    level: 'STANDARD',
    awaitsVerification: false,
    sso: undefined,
    sid: `sid of ${secret}`,
    formSecret: 'form secret',
    hash: hashSecret(secret),
    epochs: { org: 1, user: 1 },
    ...details,
  }
}

type NewSession = Parameters<Stores['sessions']['add']>[0]

/** An entry of the journal about which nothing is said but what the test says. */
export function anEntry(requestId: string, details: Partial<JournalEntry> = {}): JournalEntry {
  return {
    requestId,
    at: noon,
    endpoint: 'token',
    flow: undefined,
    orgId: undefined,
    appId: undefined,
    userId: undefined,
    sourceIp: '192.0.2.7',
    status: 200,
    error: undefined,
    passed: [],
    refusal: undefined,
    ...details,
  }
}
