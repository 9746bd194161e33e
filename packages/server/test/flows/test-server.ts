import { createPrivateKey, createSign, type KeyObject } from 'node:crypto'
import { type OrgCertificate, readCertificate } from '../../src/certificates/certificate.ts'
import { importCertificate } from '../../src/certificates/new-certificate.ts'
import { pkcs8, selfSigned } from '../../src/certificates/self-signed.ts'
import { newSigningKey, type SigningKey } from '../../src/certificates/signing-keys.ts'
import type { Clock } from '../../src/clock.ts'
import {
  type AppPolicies,
  type ConnectedApp,
  defaultAppSettings,
  defaultPolicies,
} from '../../src/connected-apps/connected-app.ts'
import { installSamlAssertionApp } from '../../src/connected-apps/saml-assertion-app.ts'
import type { JournalEntry } from '../../src/journal/journal.ts'
import type { Meter } from '../../src/metrics/meter.ts'
import { defaultServerOptions, type Posture, type ServerOptions, salesforcePosture } from '../../src/options.ts'
import { defaultOrgSettings, type Org } from '../../src/orgs/org.ts'
import { recordIds } from '../../src/record-id.ts'
import { type Sallyport, sallyport } from '../../src/sallyport.ts'
import type { Seal } from '../../src/seal.ts'
import { hashSecret } from '../../src/secret.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { anyTime } from '../../src/users/login-hours.ts'
import { passwords } from '../../src/users/password.ts'
import { type PermissionSet, type Profile, standardProfiles } from '../../src/users/profile.ts'
import type { User } from '../../src/users/user.ts'
import { jane } from '../jane.ts'
import { openTestStores } from '../stores/open-test-stores.ts'

/** The login host of the server under test, and the own addresses of its two orgs, unless a test has it elsewhere. */
export const base = 'http://localhost:8787'
export const targetBase = 'http://localhost:8789'
export const otherBase = 'http://localhost:8788'
export const password = 'correct horse battery staple'
export const callbackUrl = 'https://app.example/callback'
export const consumerSecret = '0123456789ABCDEF0123456789ABCDEF'

/** A key pair, to sign assertions with. */
export interface Signer {
  readonly pem: string
  readonly privateKey: KeyObject
}

/** A server over a database of its own, with two orgs, and the clock in the hand of the test. */
export interface TestServer {
  /** The URL of its login host. */
  readonly base: string
  readonly stores: Stores
  readonly seal: Seal
  readonly sallyport: Sallyport
  readonly org: Org
  readonly otherOrg: Org
  readonly signer: Signer
  now(): Date
  advance(seconds: number): void
  addUser(username: string, details?: Partial<User>): Promise<User>
  addApp(fullName: string, details?: Partial<ConnectedApp>, policies?: Partial<AppPolicies>): Promise<ConnectedApp>
  profile(name: string): Promise<Profile>
  addProfile(profile: Partial<Profile> & { readonly name: string }): Promise<Profile>
  addPermissionSet(name: string): Promise<PermissionSet>
  /** Adds a certificate of the org, with its private key. All that are added so have the same key. */
  addCertificate(name: string): Promise<OrgCertificate>
  /**
   * Sends a request to the server, at the login host unless the URL says otherwise. Redirects are not followed.
   * @param from the address it comes from; this very machine unless given
   */
  request(path: string, init?: RequestInit, from?: string): Promise<Response>
  /** Posts a form; answers status, headers and the parsed body. */
  post(path: string, form: Record<string, string> | URLSearchParams, headers?: Record<string, string>): Promise<Answer>
  /** A signed assertion for the JWT bearer flow. */
  assertion(claims: Record<string, unknown>, options?: AssertionOptions): string
  /** The journal's entry for an answer. */
  journalOf(answer: { readonly headers: Headers }): Promise<JournalEntry>
  /** What the server has reported as its own fault so far. Whoever takes it expected it. */
  takeErrors(): unknown[]
  /** @throws {AggregateError} when the server reported an error that nobody took */
  close(): Promise<void>
}

/** An answer, taken apart. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON of the body, or nothing. */
  // biome-ignore lint/suspicious/noExplicitAny: a test spells out what it expects of the wire
  readonly body: any
}

/** What of an assertion is not its claims. */
export interface AssertionOptions {
  readonly header?: Record<string, unknown>
  readonly key?: KeyObject
}

const passwordCost = { memory: 64, passes: 1, parallelism: 1 }

/** What takes longer to make than most tests, made once for all tests whose clocks show the same day. */
interface Shared {
  readonly signer: Signer
  readonly signingKey: SigningKey
  /** Of the certificates that orgs hold. */
  readonly held: Signer
}
const shared = new Map<string, Promise<Shared>>()

function sharedOn(day: Date, seal: Seal): Promise<Shared> {
  const key = day.toISOString().slice(0, 10)
  const known = shared.get(key)
  if (known !== undefined) return known
  const made = Promise.all([newSigner(day), newSigningKey(seal, 228, day), newSigner(day)])
  const all = made.then(([signer, signingKey, held]) => ({ signer, signingKey, held }))
  shared.set(key, all)
  return all
}

/** A key pair with its certificate, valid around the tests' clock. */
export async function newSigner(now = start): Promise<Signer> {
  const made = await selfSigned({ name: 'Test', orgId: '00D000000000001AAA', keySize: 2048, now })
  return { pem: made.certificate, privateKey: createPrivateKey(made.privateKey) }
}

const start = new Date('2026-11-23T12:00:00Z')

/** Where a server stands that is asked over HTTP, and so cannot have the addresses that the others have. */
export interface TestPlace {
  readonly base: string
  readonly targetPort: number
  readonly otherPort: number
}

/** What a test may set. */
export interface TestServerOptions {
  /** What differs from Salesforce's. */
  readonly posture?: Partial<Posture>
  readonly showsCauses?: boolean
  readonly demoUsers?: ServerOptions['demoUsers']
  /** What the walkthrough offers; without, there is none. */
  readonly walkthrough?: (base: string, signer: Signer) => ServerOptions['walkthrough']
  /** Where the code of token exchange handlers comes from. */
  readonly handlers?: Partial<ServerOptions['handlers']>
  readonly place?: TestPlace
  readonly trustedProxies?: readonly string[]
  /** Stands between the server and its stores: to make one fail, or to count. */
  readonly between?: (stores: Stores) => Stores
  /** Are told what goes on. */
  readonly meters?: readonly Meter[]
  /** The clock it begins with: one that stands still, unless others than the test look at the time. */
  readonly clock?: Clock
}

/** Starts a server. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const place = options.place ?? { base, targetPort: 8789, otherPort: 8788 }
  const clock = options.clock ?? (() => start)
  let ahead = 0
  const now = () => new Date(clock().getTime() + ahead)
  const stores = await openTestStores({ now })
  const { seal } = stores
  const ids = recordIds(now)
  const errors: unknown[] = []
  const org = await addOrg('Target', place.targetPort)
  const otherOrg = await addOrg('Other', place.otherPort)
  const { signer, signingKey, held } = await sharedOn(now(), seal)
  await stores.signingKeys.add({ ...signingKey, createdAt: now(), signsFrom: now() })
  await installSamlAssertionApp({ ...stores, seal, newId: ids, now })
  const passwordHash = await hashOf(password)
  const server = await sallyport({
    options: {
      ...defaultServerOptions,
      mainUrl: place.base,
      aliases: ['127.0.0.1', '[::1]'],
      posture: { ...salesforcePosture, ...options.posture },
      showsCauses: options.showsCauses ?? true,
      demoUsers: options.demoUsers ?? [],
      walkthrough: options.walkthrough?.(place.base, signer),
      handlers: { ...defaultServerOptions.handlers, ...options.handlers },
      trustedProxies: options.trustedProxies ?? [],
      passwordCost,
    },
    stores: options.between?.(stores) ?? stores,
    seal,
    now,
    meters: options.meters ?? [],
    onError: (error) => errors.push(error),
  })

  const testServer: TestServer = {
    base: place.base,
    stores,
    seal,
    sallyport: server,
    org,
    otherOrg,
    signer,
    now,
    advance(seconds) {
      ahead += seconds * 1000
    },
    async addUser(username, details = {}) {
      const orgId = details.orgId ?? org.id
      const profile = await stores.profiles.findByName(orgId, 'Standard User')
      const user = jane({
        id: ids('user'),
        orgId,
        username,
        email: username,
        firstName: 'Ada',
        lastName: 'Lovelace',
        nickname: 'ada',
        profileId: profile?.id ?? '',
        passwordHash,
        createdAt: now(),
        modifiedAt: now(),
        ...details,
      })
      await stores.users.add(user)
      return user
    },
    async addApp(fullName, details = {}, policies = {}) {
      const reading = readCertificate(signer.pem)
      const app: ConnectedApp = {
        ...defaultAppSettings,
        id: ids('connectedApplication'),
        orgId: org.id,
        fullName,
        label: fullName.replaceAll('_', ' '),
        contactEmail: 'dev@app.example',
        consumerKey: `3MVG9${fullName}`,
        consumerSecret: {
          hash: hashSecret(consumerSecret),
          sealed: seal.close(consumerSecret, 'consumer secret'),
          previousHash: undefined,
        },
        callbackUrls: [callbackUrl],
        certificate: reading.ok ? reading.certificate : undefined,
        scopes: ['api', 'openid', 'refresh_token'],
        createdAt: now(),
        modifiedAt: now(),
        ...details,
      }
      await stores.apps.add(app, [{ ...defaultPolicies, appId: app.id, orgId: org.id, ...policies }])
      return app
    },
    async profile(name) {
      const profile = await stores.profiles.findByName(org.id, name)
      if (profile === undefined) throw new Error(`There is no profile ${name}.`)
      return profile
    },
    async addProfile(details) {
      const profile: Profile = {
        id: ids('profile'),
        orgId: org.id,
        permissions: ['ApiEnabled'],
        loginIpRanges: [],
        loginHours: anyTime,
        sessionTimeout: undefined,
        requiresHighAssurance: false,
        objectPermissions: [],
        ...details,
      }
      await stores.profiles.add(profile)
      return profile
    },
    async addCertificate(name) {
      const entered = { name, certificate: held.pem, privateKey: pkcs8(held.privateKey) }
      const added = await importCertificate({ ...stores, seal, newId: ids, now }, org, entered)
      if (!added.ok) throw new Error(JSON.stringify(added.problems))
      return added.value
    },
    async addPermissionSet(name) {
      const permissionSet = {
        id: ids('permissionSet'),
        orgId: org.id,
        name,
        label: name,
        permissions: [],
        objectPermissions: [],
      }
      await stores.permissionSets.add(permissionSet)
      return permissionSet
    },
    request(path, init = {}, from = '127.0.0.1') {
      const url = new URL(path, place.base)
      const request = new Request(url, { redirect: 'manual', ...init })
      if (!request.headers.has('host')) request.headers.set('host', url.host)
      return server.fetch(request, from)
    },
    async post(path, form, headers = {}) {
      const response = await testServer.request(path, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      })
      return answerOf(response)
    },
    assertion(claims, { header = { alg: 'RS256' }, key = signer.privateKey } = {}) {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const defaults = { aud: place.base, exp: Math.floor(now().getTime() / 1000) + 180 }
      const input = `${encode(header)}.${encode({ ...defaults, ...claims })}`
      return `${input}.${createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`
    },
    async journalOf({ headers }) {
      // The journal is not waited for; a write that is waited for comes after it.
      await stores.assertions.deleteExpired(new Date(0), 1)
      const entry = await stores.journal.find(headers.get('x-request-id') ?? '')
      if (entry === undefined) throw new Error('The journal has no entry for this answer.')
      return entry
    },
    takeErrors: () => errors.splice(0),
    async close() {
      server.stop()
      await stores.close()
      if (errors.length > 0) throw new AggregateError(errors, 'The server reported errors.')
    },
  }
  return testServer

  async function addOrg(name: string, port: number): Promise<Org> {
    const made: Org = {
      id: ids('organization'),
      name,
      myDomain: name.toLowerCase(),
      port,
      type: 'production',
      isActive: true,
      epoch: 1,
      settings: defaultOrgSettings,
      createdAt: now(),
    }
    await stores.orgs.add(made)
    const [admin, standard, minimum] = standardProfiles
    for (const [profileName, profile] of [
      ['System Administrator', admin],
      ['Standard User', standard],
      ['Minimum Access', minimum],
    ] as const) {
      if (profile === undefined) throw new Error(`There is no profile ${profileName}.`)
      await stores.profiles.add({
        id: ids('profile'),
        orgId: made.id,
        name: profileName,
        permissions: profile.permissions,
        objectPermissions: profile.objectPermissions,
        loginIpRanges: [],
        loginHours: anyTime,
        sessionTimeout: undefined,
        requiresHighAssurance: false,
      })
    }
    return made
  }
}

async function hashOf(text: string): Promise<string> {
  const hashing = await passwords(passwordCost).hash(text)
  if (hashing.outcome === 'busy') throw new Error('The passwords are busy.')
  return hashing.passwordHash
}

/** Takes an answer apart. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== ''
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}
