import { createSign, randomInt } from 'node:crypto'
import { applyOrgFile } from '../../src/org-file/apply.ts'
import { orgFileFrom } from '../../src/org-file/read.ts'
import { prefixedIds, recordIds } from '../../src/record-id.ts'
import { sealWith } from '../../src/seal.ts'
import { openStores, type Place } from '../../src/stores/open.ts'
import { passwords } from '../../src/users/password.ts'
import { signInOn, type TestBrowser, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, newSigner, password, type Signer } from '../flows/test-server.ts'
import type { Answering, Meeting, Org } from './load.ts'

const usernames = Array.from({ length: 6 }, (_, index) => `user${index}@crash.example`)
const consumerKeys = Array.from({ length: 20 }, (_, index) => `WebApp${index}00`)
const serverKey = 'ServerApp'
const secretOf = (consumerKey: string) => `SecretOf${consumerKey}`

/** Makes a database, with an org whose people have met none of its apps. */
export async function makeCrashOrg(place: Place): Promise<Org> {
  const signer = await newSigner(new Date())
  await fill(place, signer)
  return { secretOf, assertion: () => assertionOf(signer) }
}

/** The browsers of the org's people, signed in, and every app that they have yet to meet. They outlive servers. */
export async function people(server: Answering): Promise<Set<Meeting>> {
  const browsers = await Promise.all(usernames.map(signedIn))
  return new Set(browsers.flatMap((browser) => consumerKeys.map((consumerKey) => ({ browser, consumerKey }))))

  async function signedIn(username: string): Promise<TestBrowser> {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), username)
    return browser
  }
}

async function fill(place: Place, signer: Signer): Promise<void> {
  const seal = sealWith(Buffer.alloc(32, 7))
  const now = () => new Date()
  const stores = await openStores({
    ...place,
    seal,
    now,
    onError(error) {
      throw error
    },
  })
  const profile = 'Standard User'
  const users = usernames.map((username) => ({ username, password, email: username, lastName: 'Doe', profile }))
  const webApps = consumerKeys.map((consumerKey, index) => ({
    fullName: `Web_App_${index}`,
    contactEmail: 'dev@crash.example',
    oauthConfig: {
      callbackUrl: [callbackUrl],
      consumerKey,
      consumerSecret: secretOf(consumerKey),
      scopes: ['Api', 'RefreshToken'],
      isRefreshTokenRotationEnabled: true,
    },
  }))
  const serverApp = {
    fullName: 'Server_App',
    contactEmail: 'dev@crash.example',
    oauthConfig: {
      callbackUrl: [callbackUrl],
      consumerKey: serverKey,
      certificate: signer.pem,
      scopes: ['Api'],
      isAdminApproved: true,
    },
    profileName: [profile],
  }
  const content = { orgs: [{ name: 'Crash', users, connectedApps: [...webApps, serverApp] }] }
  const cheap = passwords({ memory: 64, passes: 1, parallelism: 1 })
  const needs = { ...stores, seal, passwords: cheap, newId: recordIds(now), newRecordId: prefixedIds(now), now }
  const application = await applyOrgFile(needs, await orgFileFrom(content, 'org'), { allowsPasswords: true })
  await stores.close()
  if (!application.ok)
    throw new Error(application.mistakes.map(({ path, message }) => `${path}: ${message}`).join('\n'))
}

function assertionOf({ privateKey }: Signer): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: serverKey,
    sub: usernames[randomInt(usernames.length)],
    aud: 'https://login.salesforce.com',
    exp: Math.floor(Date.now() / 1000) + 180,
  }
  const input = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`
}
