import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IpRelaxation } from '../../src/connected-apps/connected-app.ts'
import { totpCode, totpStep } from '../../src/sessions/totp.ts'
import { authorizeUrl, fieldsOf, testBrowser } from './test-browser.ts'
import { callbackUrl, password, startTestServer, type TestServer } from './test-server.ts'
import { credentialsOf } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const username = 'ada@target.example'
const office = '192.0.2.7'
const trusted = '198.51.100.7'
const elsewhere = '203.0.113.7'
const trustedRange = { start: '198.51.100.0', end: '198.51.100.255' }
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** A user who may come in from the office alone, and an app. */
async function world(ipRelaxation: IpRelaxation, { hasRanges = false, hasAuthenticator = false } = {}) {
  const { id: profileId } = await server.addProfile({
    name: 'Office',
    loginIpRanges: [{ start: '192.0.2.0', end: '192.0.2.255' }],
  })
  const user = await server.addUser(username, { profileId })
  if (hasAuthenticator) {
    const sealed = server.seal.close(secret, `authenticator of ${user.id}`)
    await server.stores.verifications.register(user.id, sealed, 0, server.now())
  }
  const ipRanges = hasRanges ? [trustedRange] : []
  const policies = { ipRelaxation, isAdminApproved: true, profileIds: [profileId] }
  return { user, app: await server.addApp('Relaxed', { ipRanges }, policies) }
}

type World = Awaited<ReturnType<typeof world>>

/** Goes the whole way in a browser at an address, and answers what it came to: a code, or what stopped it. */
async function codeFrom({ app }: World, from: string): Promise<string> {
  const browser = testBrowser(server, from)
  const page = await browser.open(authorizeUrl(app.consumerKey))
  let stop = await browser.submit('/', { ...fieldsOf(page.html, 'pw'), username, pw: password })
  if (stop.html.includes('name="code"')) {
    const code = totpCode(secret, totpStep(server.now()))
    stop = await browser.submit('/_ui/identity/verification', { ...fieldsOf(stop.html, 'code'), code })
  }
  return stop.url.searchParams.get('code') ?? `stopped at ${stop.url.pathname}`
}

async function tokenFrom({ app }: World, form: Record<string, string>, from: string) {
  const body = new URLSearchParams({ redirect_uri: callbackUrl, ...credentialsOf(app), ...form }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await server.request('/services/oauth2/token', { method: 'POST', body, headers }, from)
  return (await response.json()) as Record<string, string>
}

const exchangeFrom = (there: World, code: string, from: string) =>
  tokenFrom(there, { grant_type: 'authorization_code', code }, from)
const refreshFrom = (there: World, refresh_token: string, from: string) =>
  tokenFrom(there, { grant_type: 'refresh_token', refresh_token }, from)
const restricted = { error: 'invalid_grant', error_description: 'ip restricted' }

describe('Enforce IP restrictions', () => {
  it('keeps everything to the login IP ranges of the profile', async () => {
    const there = await world('ENFORCE')
    expect(await codeFrom(there, elsewhere)).toBe('stopped at /')
    const code = await codeFrom(there, office)
    expect(await exchangeFrom(there, code, elsewhere)).toEqual(restricted)
    const { refresh_token = '' } = await exchangeFrom(there, await codeFrom(there, office), office)
    expect(await refreshFrom(there, refresh_token, elsewhere)).toEqual(restricted)
  })
})

describe('… but relax for refresh tokens', () => {
  it('frees refreshing, and nothing else', async () => {
    const there = await world('ENFORCE_RELAXREFRESH')
    expect(await codeFrom(there, elsewhere)).toBe('stopped at /')
    expect(await exchangeFrom(there, await codeFrom(there, office), elsewhere)).toEqual(restricted)
    const { refresh_token = '' } = await exchangeFrom(there, await codeFrom(there, office), office)
    expect(await refreshFrom(there, refresh_token, elsewhere)).toHaveProperty('access_token')
  })
})

describe('Relax IP restrictions for activated devices', () => {
  it('frees an app with trusted ranges where it asks from one of them', async () => {
    const there = await world('BYPASS_2FACTOR', { hasRanges: true, hasAuthenticator: true })
    expect(await codeFrom(there, elsewhere)).toBe('stopped at /')
    const code = await codeFrom(there, trusted)
    const { refresh_token = '' } = await exchangeFrom(there, code, trusted)
    expect(await refreshFrom(there, refresh_token, trusted)).toHaveProperty('access_token')
    expect(await refreshFrom(there, refresh_token, elsewhere)).toEqual(restricted)
    expect(await exchangeFrom(there, await codeFrom(there, trusted), elsewhere)).toEqual(restricted)
  })

  it('frees an app without ranges for users who verified their identity, with all that comes of it', async () => {
    const there = await world('BYPASS_2FACTOR', { hasAuthenticator: true })
    const { refresh_token = '' } = await exchangeFrom(there, await codeFrom(there, elsewhere), elsewhere)
    expect(await refreshFrom(there, refresh_token, elsewhere)).toHaveProperty('access_token')
  })

  it('frees nobody by a password alone, nor has anybody connect an authenticator app from elsewhere', async () => {
    const there = await world('BYPASS_2FACTOR')
    expect(await codeFrom(there, elsewhere)).toBe('stopped at /')
    expect(await exchangeFrom(there, await codeFrom(there, office), elsewhere)).toEqual(restricted)
  })
})

describe('Relax IP restrictions', () => {
  it('frees the app everywhere, and opens neither Setup nor another app', async () => {
    const there = await world('BYPASS')
    const strict = await server.addApp('Strict', {}, { isAdminApproved: true, profileIds: [there.user.profileId] })
    const browser = testBrowser(server, elsewhere)
    const page = await browser.open(authorizeUrl(there.app.consumerKey))
    const stop = await browser.submit('/', { ...fieldsOf(page.html, 'pw'), username, pw: password })
    expect(stop.url.searchParams.get('code')).toMatch(/^aPrx/)
    expect((await browser.open('/personal')).status).toBe(403)
    const other = await browser.open(authorizeUrl(strict.consumerKey))
    expect(other.html).toContain('ip restricted')
    const { refresh_token = '' } = await exchangeFrom(there, stop.url.searchParams.get('code') ?? '', elsewhere)
    expect(await refreshFrom(there, refresh_token, elsewhere)).toHaveProperty('access_token')
  })

  it.each(['ENFORCE_RELAXREFRESH', 'BYPASS_2FACTOR', 'BYPASS'] as const)(
    'never frees a JWT bearer request, %s or not',
    async (ipRelaxation) => {
      const there = await world(ipRelaxation, { hasRanges: true, hasAuthenticator: true })
      const assertion = server.assertion({ iss: there.app.consumerKey, sub: username })
      const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
      expect(await tokenFrom(there, { grant_type, assertion }, trusted)).toEqual(restricted)
    },
  )
})
