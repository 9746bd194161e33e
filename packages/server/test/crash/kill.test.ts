import { createSign, randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { applyOrgFile } from '../../src/org-file/apply.ts'
import { orgFileFrom } from '../../src/org-file/read.ts'
import { prefixedIds, recordIds } from '../../src/record-id.ts'
import { sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
import { passwords } from '../../src/users/password.ts'
import { signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, newSigner, password, type Signer } from '../flows/test-server.ts'
import { type KillableServer, startKillableServer } from './killable-server.ts'
import { deeds, emptyLedger, type Ledger, loadUntilDeath, type Org } from './load.ts'

const rounds = 3
const usernames = Array.from({ length: 6 }, (_, index) => `user${index}@crash.example`)
const consumerKeys = Array.from({ length: 20 }, (_, index) => `WebApp${index}00`)
const serverKey = 'ServerApp'
const secretOf = (consumerKey: string) => `SecretOf${consumerKey}`

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-crash-'))
  file = join(folder, 'sallyport.db')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

it('a server that is killed under load, again and again, has lost nothing of what it had answered', async () => {
  const signer = await newSigner(new Date())
  await makeOrg(signer)
  const assertion = () => assertionOf(signer)
  const org: Org = { secretOf, assertion }
  let server = await startKillableServer(file)
  const browsers = await Promise.all(usernames.map(signedIn))
  const unasked = new Set(browsers.flatMap((browser) => consumerKeys.map((consumerKey) => ({ browser, consumerKey }))))

  const complaints: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const ledger = emptyLedger(unasked)
    server.killAfter(randomInt(80, 220))
    await Promise.all(Array.from({ length: 12 }, () => loadUntilDeath(server, ledger, org)))
    await server.kill()
    server = await startKillableServer(file)
    complaints.push(...(await lost(server, ledger, org)), ...(await doneTwice(server, ledger)))
  }
  await server.kill()
  expect(complaints).toEqual([])

  async function signedIn(username: string) {
    // The browsers outlive the servers: they speak to whichever there is.
    const browser = testBrowser({ base: server.base, request: (path, init) => server.request(path, init) })
    await signInOn(browser, await browser.open('/'), username)
    return browser
  }
})

/** What a server that comes after the kill does not know as it was answered, in words. */
async function lost(server: KillableServer, ledger: Ledger, org: Org): Promise<readonly string[]> {
  const { authorize, exchange, refresh } = deeds(server, ledger, org)
  const complaints: string[] = []
  const { single, orphans, chains, ended, endedChains, freshCodes, allowed, unanswered } = ledger
  const mustLive = [...single, ...orphans, ...[...chains].flatMap(({ accessTokens }) => accessTokens)]
  await each(mustLive, (text) => userinfoIs(200, text, 'an access token that was answered is dead'))
  await each(ended, (text) => userinfoIs(403, text, 'an access token that was revoked lives'))
  await each(endedChains, async ({ consumerKey, refreshToken }) => {
    const { status } = await refreshWith(server, consumerKey, refreshToken)
    if (status !== 400) complaints.push(`a refresh token that was revoked is answered ${status}`)
  })
  await each(allowed, (meeting) => mustSucceed('an approval or a session is forgotten', () => authorize(meeting)))
  await each(freshCodes, (code) => mustSucceed('a code that was answered is good for nothing', () => exchange(code)))
  await each(chains, (chain) => mustSucceed('a refresh token that was answered is dead', () => refresh(chain)))

  // What nobody answered may have happened. Then it must not happen again; and it must not have happened by half.
  await each(unanswered.codes, async ({ consumerKey, code }) => {
    const statuses = [await exchangeOf(server, consumerKey, code), await exchangeOf(server, consumerKey, code)]
    if (!['200 400', '400 400'].includes(statuses.join(' '))) complaints.push(`a code is answered ${statuses}`)
  })
  await each(unanswered.chains, async ({ consumerKey, refreshToken }) => {
    const { status } = await refreshWith(server, consumerKey, refreshToken)
    if (status !== 200 && status !== 400) complaints.push(`a refresh token is answered ${status}`)
  })
  return complaints

  async function userinfoIs(expected: number, token: string, complaint: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` }
    const { status } = await server.request('/services/oauth2/userinfo', { headers })
    if (status !== expected) complaints.push(`${complaint}: ${status}`)
  }

  async function mustSucceed(complaint: string, deed: () => Promise<void>): Promise<void> {
    try {
      await deed()
    } catch (error) {
      complaints.push(`${complaint}: ${error}`)
    }
  }
}

/** Codes and replaced refresh tokens that are good a second time, in words. Trying ends what they had bought. */
async function doneTwice(server: KillableServer, { usedCodes, chains }: Ledger): Promise<readonly string[]> {
  const complaints: string[] = []
  await each(chains, async ({ consumerKey, refreshToken, replaced }) => {
    for (const text of [...replaced.slice(0, 3), refreshToken]) {
      if (text === refreshToken && replaced.length === 0) continue
      const { status } = await refreshWith(server, consumerKey, text)
      if (status !== 400) complaints.push(`a refresh token that was replaced is answered ${status}`)
    }
  })
  await each(usedCodes, async ({ consumerKey, code }) => {
    const status = await exchangeOf(server, consumerKey, code)
    if (status !== 400) complaints.push(`a code that was exchanged is answered ${status}`)
  })
  return complaints
}

async function each<T>(things: Iterable<T>, act: (thing: T) => Promise<void>): Promise<void> {
  await Promise.all([...things].map(act))
}

function refreshWith(server: KillableServer, consumerKey: string, refreshToken: string) {
  const credentials = { client_id: consumerKey, client_secret: secretOf(consumerKey) }
  return server.post('/services/oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...credentials,
  })
}

async function exchangeOf(server: KillableServer, consumerKey: string, code: string): Promise<number> {
  const credentials = { client_id: consumerKey, client_secret: secretOf(consumerKey) }
  const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentials }
  return (await server.post('/services/oauth2/token', form)).status
}

/** Makes the database, with an org whose people have met none of its apps. */
async function makeOrg(signer: Signer): Promise<void> {
  const seal = sealWith(Buffer.alloc(32, 7))
  const now = () => new Date()
  const stores = await openStores({
    file,
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
