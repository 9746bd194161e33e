import { createServer } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import { defaultOrgSettings } from '../../src/orgs/org.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, authorizeUrl, decideOn, fieldsOf, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, base, callbackUrl, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { codeFor, credentialsOf, exchange, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'web', 'openid', 'refresh_token'] })
})

afterAll(() => server.close())

describe('an authorize request', () => {
  it('takes empty values for none', async () => {
    const empty = '&scope=&prompt=&state=&nonce=&code_challenge=&code_challenge_method=&display=&max_age=&immediate='
    const browser = testBrowser(server)
    const page = await browser.open(authorizeUrl(app.consumerKey) + empty)
    let stop = await signInOn(browser, page, user.username)
    if (!stop.hasLeft) stop = await decideOn(browser, stop, 'allow')
    expect([...stop.url.searchParams.keys()]).toEqual(['code'])
  })

  it('is the same whatever the order of its parameters and scopes', async () => {
    const query = new URL(authorizeUrl(app.consumerKey, { scope: 'web api', state: 's' }), base).searchParams
    const turned = `/services/oauth2/authorize?${new URLSearchParams([...query].reverse())}`
    const browser = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, { scope: 'api web' }, browser)
    const { url, hasLeft } = await browser.open(turned)
    expect([hasLeft, url.searchParams.get('state')]).toEqual([true, 's'])
  })

  it('by POST may say nothing twice, in form and query string together', async () => {
    const body = new URLSearchParams({ client_id: app.consumerKey })
    const answer = await server.request(authorizeUrl(app.consumerKey), { method: 'POST', body })
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'error=invalid_request&error_description=duplicate%20parameter',
    ])
  })

  it('by POST goes on as a GET, like every form of ours: 303', async () => {
    const { search } = new URL(authorizeUrl(app.consumerKey), base)
    const answer = await server.request('/services/oauth2/authorize', {
      method: 'POST',
      body: new URLSearchParams(search),
    })
    expect(answer.status).toBe(303)
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), user.username)
    const consent = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'consent' }))
    expect((await decideOn(browser, consent, 'deny')).status).toBe(303)
  })

  it('brings nobody to fetch the request objects it names', async () => {
    let asked = 0
    const other = createServer((_, response) => {
      asked += 1
      response.end()
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const request_uri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
    const request = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"redirect_uri":"https://evil.example"}').toString('base64url')}.`
    try {
      const callback = await authorizeAs(server, user.username, app.consumerKey, { request_uri, request })
      expect(callback.origin).toBe('https://app.example')
      expect(asked).toBe(0)
    } finally {
      other.close()
    }
  })
})

describe('a redirect URI', () => {
  const isRefused = async (consumerKey: string, redirect_uri: string) => {
    const answer = await server.request(authorizeUrl(consumerKey, { redirect_uri }))
    return answer.status === 400 && answer.headers.get('location') === null
  }

  it('that differs in any one character is refused', async () => {
    const place = fc.integer({ min: 0, max: callbackUrl.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, anyText({ minLength: 0, maxLength: 2 }), async (at, change) => {
        const changed = callbackUrl.slice(0, at) + change + callbackUrl.slice(at + 1)
        if (changed === callbackUrl) return
        expect(await isRefused(app.consumerKey, changed)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('on loopback is compared with its port', async () => {
    const native = await server.addApp('Native', {
      callbackUrls: ['http://127.0.0.1:9999/cb', 'http://localhost:1717/cb'],
    })
    for (const other of [
      'http://127.0.0.1:9998/cb',
      'http://127.0.0.1/cb',
      'http://localhost:9999/cb',
      'http://[::1]:9999/cb',
    ]) {
      expect(await isRefused(native.consumerKey, other)).toBe(true)
    }
    expect(await isRefused(native.consumerKey, 'http://127.0.0.1:9999/cb')).toBe(false)
  })

  it('is always asked for, with one registered or with several, and none will do where none is registered', async () => {
    const several = await server.addApp('Several', { callbackUrls: ['https://a.example/', 'https://b.example/'] })
    const none = await server.addApp('None', { callbackUrls: [] })
    for (const { consumerKey } of [app, several]) expect(await isRefused(consumerKey, '')).toBe(true)
    expect(await isRefused(none.consumerKey, callbackUrl)).toBe(true)
  })
})

describe('the page of a refused authorization', () => {
  const path = '/setup/secur/RemoteAccessErrorPage.apexp'

  it('shows what this server says, and nothing else out of its URL', async () => {
    const shown = async (query: Record<string, string>) =>
      (await testBrowser(server).open(`${path}?${new URLSearchParams(query)}`)).html
    const ours = { error: 'invalid_scope', error_description: 'the requested scope is not allowed' }
    expect(await shown(ours)).toContain('the requested scope is not allowed')
    const theirs = { error: 'invalid_scope', error_description: 'call 555-0100 to unlock your account' }
    expect(await shown(theirs)).not.toContain('555')
    expect(await shown({ error: '<script>alert(1)</script>', request: '<script>' })).not.toContain('<script>alert')
  })
})

describe('an org that requires PKCE', () => {
  it('requires it of requests to its own address, and of its people at the login host', async () => {
    const strict = await startTestServer()
    try {
      const settings = { ...defaultOrgSettings, isPkceRequired: true }
      await strict.stores.orgs.update({ ...strict.org, settings })
      const one = await strict.addUser('one@target.example')
      const own = await strict.addApp('Own')
      const raw = await strict.request(targetBase + authorizeUrl(own.consumerKey))
      expect(await raw.text()).toBe('error=invalid_request&error_description=missing%20required%20code%20challenge')
      const browser = testBrowser(strict)
      const stop = await signInOn(browser, await browser.open(authorizeUrl(own.consumerKey)), one.username)
      expect([stop.hasLeft, stop.html.includes('missing required code challenge')]).toEqual([false, true])
      const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
      expect((await authorizeAs(strict, one.username, own.consumerKey, challenge)).searchParams.has('code')).toBe(true)
    } finally {
      await strict.close()
    }
  })
})

describe('what was decided before is decided again when it counts', () => {
  it('a code buys nothing once the app is blocked', async () => {
    const own = await server.addApp('Blocked_Later')
    const code = await codeFor(server, user, own)
    await server.stores.apps.endAll(own.id, server.org.id, true)
    expect((await exchange(server, own, code)).body.error).toBe('app_blocked')
  })

  it('a code buys nothing once the approval behind it is revoked', async () => {
    const own = await server.addApp('Revoked_Later')
    const code = await codeFor(server, user, own)
    await server.stores.approvals.revoke(user.id, own.id, server.now())
    expect((await exchange(server, own, code)).body.error).toBe('invalid_grant')
  })

  it('a consent that comes after the app was blocked gives no code', async () => {
    const own = await server.addApp('Blocked_Meanwhile')
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(authorizeUrl(own.consumerKey)), user.username)
    await server.stores.apps.endAll(own.id, server.org.id, true)
    const { url } = await decideOn(browser, consent, 'allow')
    expect([url.searchParams.get('error'), url.searchParams.has('code')]).toEqual(['OAUTH_APP_BLOCKED', false])
  })

  it('a consent without a session asks for the sign-in again', async () => {
    const own = await server.addApp('Gone_Meanwhile')
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(authorizeUrl(own.consumerKey)), user.username)
    await server.stores.users.endAll(user.id)
    const stop = await decideOn(browser, consent, 'allow')
    expect([stop.hasLeft, await server.stores.approvals.find(user.id, own.id)]).toEqual([false, undefined])
  })

  it.each(['/', '/setup/secur/RemoteAccessAuthorizationPage.apexp', '/secur/logout.jsp'])(
    'an empty form gets nobody past %s',
    async (path) => {
      const browser = testBrowser(server)
      await signInOn(browser, await browser.open('/'), user.username)
      const stop = await browser.submit(path, {})
      expect([stop.status, stop.hasLeft]).toEqual([403, false])
    },
  )
})

describe('tokens are given at the login host and at the org’s own address, and nowhere else', () => {
  it.each([
    [
      'a code',
      async () => ({
        grant_type: 'authorization_code',
        code: await codeFor(server, user, app),
        redirect_uri: callbackUrl,
      }),
    ],
    [
      'a refresh token',
      async () => ({ grant_type: 'refresh_token', refresh_token: (await tokensFor(server, user, app)).refresh_token }),
    ],
  ])('so %s buys nothing at another org’s address', async (_, proof) => {
    const form = { ...(await proof()), ...credentialsOf(app) }
    const answer = await server.post(`${otherBase}/services/oauth2/token`, form)
    expect(await refusalOf(server, answer)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      reason: 'user-of-another-org',
    })
  })

  it('a refresh at the org’s own address has that address as its issuer', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    const form = { grant_type: 'refresh_token', refresh_token, ...credentialsOf(app) }
    expect((await server.post(`${targetBase}/services/oauth2/token`, form)).status).toBe(200)
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })
})

describe('in the strict posture', () => {
  it('answers carry state and iss, whether the person allows or denies', async () => {
    const strict = await startTestServer({ posture: strictPosture })
    try {
      const one = await strict.addUser('one@target.example')
      const own = await strict.addApp('Own')
      for (const decision of ['deny', 'allow'] as const) {
        const browser = testBrowser(strict)
        const page = await browser.open(authorizeUrl(own.consumerKey, { state: 's' }))
        const { url } = await decideOn(browser, await signInOn(browser, page, one.username), decision)
        expect([...url.searchParams.keys()].sort()).toEqual(
          decision === 'deny' ? ['error', 'error_description', 'iss', 'state'] : ['code', 'iss', 'state'],
        )
        expect(url.searchParams.get('iss')).toBe(base)
      }
    } finally {
      await strict.close()
    }
  })
})

describe('the address of whoever asks', () => {
  it.each([
    ['is the peer’s where no proxy is trusted', [], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is what a trusted proxy says', ['203.0.113.7'], '203.0.113.7', '198.51.100.1', '198.51.100.1'],
    [
      'is the last one that no proxy of ours wrote',
      ['203.0.113.7', '10.0.0.1'],
      '203.0.113.7',
      '6.6.6.6, 198.51.100.1, 10.0.0.1',
      '198.51.100.1',
    ],
    [
      'is the peer’s where a stranger pretends to be a proxy',
      ['203.0.113.7'],
      '203.0.113.8',
      '127.0.0.1',
      '203.0.113.8',
    ],
    ['is the proxy’s where it says nothing', ['203.0.113.7'], '203.0.113.7', '', '203.0.113.7'],
  ])('%s', async (_, trustedProxies, peer, forwarded, expected) => {
    const proxied = await startTestServer({ trustedProxies })
    try {
      const headers: Record<string, string> = forwarded === '' ? {} : { 'x-forwarded-for': forwarded }
      const answer = await answerOf(await proxied.request('/services/oauth2/token', { headers }, peer))
      expect((await proxied.journalOf(answer)).sourceIp).toBe(expected)
    } finally {
      await proxied.close()
    }
  })
})

it('the consent form is of no use in another’s hands: its request cannot be swapped for one with another callback', async () => {
  const browser = testBrowser(server)
  const page = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'consent' }))
  const consent = await signInOn(browser, page, user.username)
  const { csrf_token = '' } = fieldsOf(consent.html, 'decision')
  const source = Buffer.from('client_id=x&redirect_uri=https://evil.example').toString('base64url')
  const stop = await browser.submit(consent.url.pathname, { csrf_token, source, decision: 'allow' })
  expect([stop.status, stop.hasLeft]).toEqual([403, false])
})
