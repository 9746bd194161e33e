import { createSign, randomUUID } from 'node:crypto'
import { applyOrgFile } from '../../src/org-file/apply.ts'
import { orgFileFrom } from '../../src/org-file/read.ts'
import { prefixedIds, recordIds } from '../../src/record-id.ts'
import { sealWith } from '../../src/seal.ts'
import { openStores, type Place } from '../../src/stores/open.ts'
import { passwords } from '../../src/users/password.ts'
import { signInOn, type TestBrowser, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, newSigner, password, type Signer } from '../flows/test-server.ts'
import type { Answering } from './killable-server.ts'

/** One of the two orgs of a server that things happen to. */
export interface FaultOrg {
  readonly id: string
  readonly usernames: readonly string[]
  /** Ids of its users, in the order of their names. */
  readonly userIds: readonly string[]
  /** Apps that people let in; their refresh tokens rotate. */
  readonly consumerKeys: readonly string[]
  secretOf(consumerKey: string): string
  /** An assertion that is good for an access token: once, as it says who it is. */
  assertion(username?: string): string
}

/** A person's browser and an app. */
export interface Meeting {
  readonly org: FaultOrg
  readonly browser: TestBrowser
  readonly username: string
  readonly consumerKey: string
  /** How often the app asked again, after it had been allowed. */
  seen: number
}

const names = ['Acme', 'Globex'] as const
/** What the database is sealed with. */
export const faultKey = Buffer.alloc(32, 7)

const profile = 'Standard User'
const contactEmail = 'dev@fault.example'

/** Makes a database with two orgs, whose people have met none of the apps. @param audience of their assertions */
export async function makeFaultOrgs(
  place: Place,
  audience = 'https://login.salesforce.com',
): Promise<readonly FaultOrg[]> {
  const signer = await newSigner(new Date())
  const seal = sealWith(faultKey)
  const now = () => new Date()
  const stores = await openStores({
    ...place,
    seal,
    now,
    onError(error) {
      throw error
    },
  })
  try {
    const cheap = passwords({ memory: 64, passes: 1, parallelism: 1 })
    const needs = { ...stores, seal, passwords: cheap, newId: recordIds(now), newRecordId: prefixedIds(now), now }
    const content = { orgs: names.map((name) => orgIn(name, signer)) }
    const application = await applyOrgFile(needs, await orgFileFrom(content, 'org'), { allowsPasswords: true })
    if (!application.ok)
      throw new Error(application.mistakes.map(({ path, message }) => `${path}: ${message}`).join('\n'))
    const users = await Promise.all(names.flatMap(usernamesOf).map((username) => stores.users.findByUsername(username)))
    return names.map((name) => {
      const own = users.filter((user) => user !== undefined && usernamesOf(name).includes(user.username))
      return {
        id: own[0]?.orgId ?? '',
        usernames: usernamesOf(name),
        userIds: own.map((user) => user?.id ?? ''),
        consumerKeys: consumerKeysOf(name),
        secretOf,
        assertion: (username = anyOf(usernamesOf(name))) =>
          assertionOf({ iss: `${name}Server`, sub: username, aud: audience }, signer),
      }
    })
  } finally {
    await stores.close()
  }
}

/** The browsers of the orgs' people, signed in, and every app that they have yet to meet. They outlive servers. */
export async function people(server: Answering, orgs: readonly FaultOrg[]): Promise<Set<Meeting>> {
  const found = await Promise.all(
    orgs.flatMap((org) =>
      org.usernames.map(async (username) => ({ org, username, browser: await signedIn(username) })),
    ),
  )
  return new Set(
    found.flatMap((person) => person.org.consumerKeys.map((consumerKey) => ({ ...person, consumerKey, seen: 0 }))),
  )

  async function signedIn(username: string): Promise<TestBrowser> {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), username)
    return browser
  }
}

const usernamesOf = (name: string) => [0, 1, 2].map((index) => `user${index}@${name.toLowerCase()}.example`)
const consumerKeysOf = (name: string) => Array.from({ length: 16 }, (_, index) => `${name}App${index}00`)
const secretOf = (consumerKey: string) => `SecretOf${consumerKey}`

function orgIn(name: string, signer: Signer) {
  return {
    name,
    settings: { maxLoginsPerHour: 'NoLimit' as const },
    users: usernamesOf(name).map((username) => ({ username, password, email: username, lastName: 'Doe', profile })),
    connectedApps: [
      ...consumerKeysOf(name).map((consumerKey, index) => ({
        fullName: `Web_App_${index}`,
        contactEmail,
        oauthConfig: {
          callbackUrl: [callbackUrl],
          consumerKey,
          consumerSecret: secretOf(consumerKey),
          scopes: ['Api', 'RefreshToken'],
          isRefreshTokenRotationEnabled: true,
        },
      })),
      {
        fullName: 'Server_App',
        contactEmail,
        oauthConfig: {
          callbackUrl: [callbackUrl],
          consumerKey: `${name}Server`,
          certificate: signer.pem,
          scopes: ['Api'],
          isAdminApproved: true,
        },
        profileName: [profile],
      },
    ],
  }
}

function assertionOf(about: Readonly<Record<'iss' | 'sub' | 'aud', string>>, { privateKey }: Signer): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 180
  const claims = { ...about, exp, jti: randomUUID() }
  const input = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`
}

/** One of several, whichever. */
export function anyOf<T>(all: Iterable<T>): T {
  const list = [...all]
  const one = list[Math.floor(Math.random() * list.length)]
  if (one === undefined) throw new Error('There is none.')
  return one
}
