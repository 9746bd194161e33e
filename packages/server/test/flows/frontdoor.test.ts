import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, testBrowser } from './test-browser.ts'
import { type Answer, answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { codeFor, credentialsOf, refresh, tokensFor } from './test-tokens.ts'

let server: TestServer
let app: ConnectedApp
let user: User

beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Pages', { scopes: ['api', 'web', 'refresh_token'] })
})
afterEach(() => server.close())

const frontdoor = `${targetBase}/secur/frontdoor.jsp`

async function singleAccess(token: string, query = '', init: RequestInit = {}, at = server): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` }
  return answerOf(await at.request(`${targetBase}/services/oauth2/singleaccess${query}`, { headers, ...init }))
}

async function aUrl(query = ''): Promise<string> {
  const { access_token } = await tokensFor(server, user, app)
  return (await singleAccess(access_token, query)).body.frontdoor_uri
}

const words = 'You are signed in as'

describe('singleaccess', () => {
  it('gives a URL that signs a browser in, once, and starts with the page', async () => {
    const url = await aUrl('?redirect_uri=/personal')
    expect(url).toMatch(/^http:\/\/localhost:8789\/secur\/frontdoor\.jsp\?otp=[\w.]{52}$/)
    const browser = testBrowser(server)
    const stop = await browser.open(url)
    expect([stop.url.pathname, stop.status]).toEqual(['/personal', 200])
    expect(stop.html).toContain('ada@target.example')
    const again = await testBrowser(server).open(url)
    expect([again.status, again.html.includes('invalid_otp')]).toEqual([400, true])
    expect((await browser.open(`${targetBase}/`)).html).toContain(words)
  })

  it('takes POST and GET, a path without a slash, and starts at the front page without one', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const posted = await singleAccess(access_token, '', {
      method: 'POST',
      body: new URLSearchParams({ redirect_uri: 'setup' }),
    })
    expect((await testBrowser(server).open(posted.body.frontdoor_uri)).url.pathname).toBe('/setup')
    expect((await testBrowser(server).open(await aUrl())).html).toContain(words)
    expect(posted.headers.get('cache-control')).toContain('no-store')
  })

  it('is good for a minute, and for one browser of fifty', async () => {
    const late = await aUrl()
    server.advance(61)
    expect((await server.request(late)).headers.get('x-sallyport-cause')).toMatch(/^otp-expired:/)
    const url = await aUrl()
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.request(url)))
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
    const causes = answers.map(({ headers }) => headers.get('x-sallyport-cause')?.split(':')[0])
    expect(causes.filter((cause) => cause === 'otp-spent')).toHaveLength(49)
  })

  it('is not used up by who only looks ahead', async () => {
    const url = await aUrl()
    expect((await server.request(url, { method: 'HEAD' })).status).toBe(503)
    expect((await server.request(url, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503)
    expect((await server.request(url)).status).toBe(302)
  })

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)//://',
    'http://localhost:8789/setup',
  ])('sends nobody to %s', async (redirect_uri) => {
    const { access_token } = await tokensFor(server, user, app)
    const answer = await singleAccess(access_token, `?${new URLSearchParams({ redirect_uri })}`)
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
  })

  it('wants web or full, answers 401 for a dead token so that clients renew it, and 403 for too small a one', async () => {
    const narrow = await tokensFor(server, user, app, { scope: 'api' })
    const small = await singleAccess(narrow.access_token)
    expect([small.status, small.body.error]).toEqual([403, 'insufficient_scope'])
    const full = await server.addApp('Full', { scopes: ['full'] })
    expect((await singleAccess((await tokensFor(server, user, full)).access_token)).status).toBe(200)
    const dead = await singleAccess('00D000000000001!dead')
    expect([dead.status, dead.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="Sallyport", error="invalid_token"',
    ])
    const jwt = await server.addApp('Jwt', { scopes: ['web'], isNamedUserJwtEnabled: true })
    const refused = await singleAccess((await tokensFor(server, user, jwt)).access_token)
    expect(refused.body).toEqual({ error: 'unsupported_token_type', error_description: 'this token opens no page' })
  })

  it.each(['', 'x', 'A'.repeat(52), '../../etc/passwd', '%00', 'é'.repeat(52), 'x'.repeat(9000)])(
    'takes no otp like %.20s',
    async (otp) => {
      const answer = await server.request(`${frontdoor}?${new URLSearchParams({ otp })}`)
      expect(answer.status).toBe(400)
      expect(answer.headers.getSetCookie()).toEqual([])
    },
  )
})

describe('frontdoor by the access token itself', () => {
  it('opens a page of ours, by GET or POST, and nothing else', async () => {
    const { access_token: sid } = await tokensFor(server, user, app)
    const browser = testBrowser(server)
    expect((await browser.open(`${frontdoor}?${new URLSearchParams({ sid, retURL: '/personal' })}`)).url.pathname).toBe(
      '/personal',
    )
    const elsewhere = await testBrowser(server).submit(frontdoor, { sid, retURL: 'https://evil.example/' })
    expect([elsewhere.hasLeft, elsewhere.url.pathname]).toEqual([false, '/'])
    expect(elsewhere.html).toContain(words)
  })

  it('leaks neither token nor password by referrer or cache', async () => {
    const { access_token: sid } = await tokensFor(server, user, app)
    const answer = await server.request(`${frontdoor}?${new URLSearchParams({ sid })}`)
    expect([answer.status, answer.headers.get('referrer-policy'), answer.headers.get('cache-control')]).toEqual([
      302,
      'no-referrer',
      'no-store',
    ])
    expect(answer.headers.get('location')).toBe('/')
    const entry = await server.journalOf(answer)
    expect(JSON.stringify(entry)).not.toContain(sid.slice(20))
    expect(entry).toMatchObject({ endpoint: 'frontdoor', userId: user.id, appId: app.id })
  })

  it('keeps tokens out of URLs where the server is strict', async () => {
    const strict = await startTestServer({ posture: { refusesTokenInQuery: true } })
    try {
      const own = await strict.addUser('eve@target.example')
      const pages = await strict.addApp('Pages', { scopes: ['web'] })
      const { access_token: sid } = await tokensFor(strict, own, pages)
      const answer = await strict.request(`${frontdoor}?${new URLSearchParams({ sid })}`)
      expect(answer.headers.get('x-sallyport-cause')).toMatch(/^token-in-query:/)
      const posted = await strict.post(frontdoor, { sid })
      expect(posted.status).toBe(303)
    } finally {
      await strict.close()
    }
  })
})

describe('a session that a token opened', () => {
  it('is listed with its type and its parent, and takes the place of the one before', async () => {
    const browser = testBrowser(server)
    await browser.open(await aUrl())
    await browser.open(await aUrl())
    const page = { userId: user.id, now: server.now(), limit: 10 }
    const sessions = await server.stores.sessions.list(server.org.id, page)
    expect(sessions.filter(({ type }) => type === 'TempUIFrontdoor')).toHaveLength(1)
    const admin = await server.profile('System Administrator')
    const boss = await server.addUser('boss@target.example', { profileId: admin.id })
    const { access_token } = await tokensFor(server, boss, app)
    const q = "select SessionType, LoginType, ParentId from AuthSession where SessionType = 'TempUIFrontdoor'"
    const answer = await server.request(`${targetBase}/services/data/v62.0/query?${new URLSearchParams({ q })}`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(await answer.json()).toMatchObject({
      totalSize: 1,
      records: [
        { SessionType: 'TempUIFrontdoor', LoginType: 'Remote Access 2.0', ParentId: expect.stringMatching(/^0Ak/) },
      ],
    })
  })

  const endings: readonly (readonly [
    string,
    (token: { access_token: string; refresh_token: string }) => Promise<unknown>,
  ])[] = [
    ['is revoked', ({ access_token }) => server.post('/services/oauth2/revoke', { token: access_token })],
    [
      'goes with its refresh token',
      ({ refresh_token }) => server.post('/services/oauth2/revoke', { token: refresh_token }),
    ],
    ['goes with the app', () => server.stores.apps.endAll(app.id, server.org.id, true)],
    ['goes with the user', () => server.stores.users.setFrozen(user.id, true)],
    ['expires', async () => server.advance(7201)],
  ]

  it.each(endings)('ends when the token %s', async (_, end) => {
    const tokens = await tokensFor(server, user, app)
    const browser = testBrowser(server)
    expect((await browser.open((await singleAccess(tokens.access_token)).body.frontdoor_uri)).html).toContain(words)
    await end(tokens)
    expect((await browser.open(`${targetBase}/`)).html).not.toContain(words)
  })

  it('is not opened any more when the token ended while the browser started', async () => {
    const tokens = await tokensFor(server, user, app)
    const url = (await singleAccess(tokens.access_token)).body.frontdoor_uri
    await server.post('/services/oauth2/revoke', { token: tokens.access_token })
    const answer = await server.request(url)
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^token-revoked:/)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('goes on by use, and keeps its token from ending', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const browser = testBrowser(server)
    await browser.open((await singleAccess(access_token)).body.frontdoor_uri)
    for (let hour = 0; hour < 4; hour++) {
      server.advance(3601)
      expect((await browser.open(`${targetBase}/`)).html).toContain(words)
      await server.stores.assertions.deleteExpired(new Date(0), 1)
    }
    expect((await singleAccess(access_token)).status).toBe(200)
  })
})

describe('the hybrid flows', () => {
  const scopes = ['api', 'web', 'lightning', 'content', 'refresh_token']

  async function hybridTokens(granted: readonly string[] = scopes) {
    const hybrid = await server.addApp('Hybrid', { scopes: [...granted] })
    const { code, body } = await exchanged(hybrid)
    return { hybrid, code, body }
  }

  async function exchanged(hybrid: ConnectedApp) {
    const code = await codeFor(server, user, hybrid)
    const redirect_uri = hybrid.callbackUrls[0] ?? ''
    const form = { grant_type: 'hybrid_auth_code', code, redirect_uri, ...credentialsOf(hybrid) }
    return { code, body: (await server.post('/services/oauth2/token', form)).body }
  }

  async function pageWith(name: string, sid: string, path = '/'): Promise<string> {
    const headers = { cookie: `${name}=${sid}`, accept: 'text/html' }
    return (await server.request(`${targetBase}${path}`, { headers })).text()
  }

  it('answer the web server flow with sessions for web views, by the scopes, that end with the token', async () => {
    const { body } = await hybridTokens()
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^00D/),
      refresh_token: expect.stringMatching(/^5Aep/),
      lightning_domain: 'localhost:8789',
      lightning_sid: expect.stringMatching(/^S/),
      visualforce_domain: 'localhost:8789',
      visualforce_sid: expect.stringMatching(/^S/),
      content_domain: 'localhost:8789',
      content_sid: expect.stringMatching(/^S/),
      parent_sid: expect.stringMatching(/^S/),
      sidCookieName: 'sid-8789',
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
      'cookie-clientSrc': '127.0.0.1',
      'cookie-sid_Client': expect.stringMatching(/^\w{12}$/),
    })
    for (const sid of [body.lightning_sid, body.visualforce_sid, body.content_sid, body.parent_sid]) {
      expect(await pageWith(body.sidCookieName, sid)).toContain(words)
    }
    await server.post('/services/oauth2/revoke', { token: body.access_token })
    for (const sid of [body.lightning_sid, body.visualforce_sid, body.content_sid, body.parent_sid]) {
      expect(await pageWith(body.sidCookieName, sid)).not.toContain(words)
    }
  })

  it('open with the sessions for a part of the pages nothing but that part', async () => {
    const { body } = await hybridTokens()
    const asks = (sid: string) => pageWith(body.sidCookieName, sid, '/personal')
    expect(await asks(body.parent_sid)).toContain('Advanced User Details')
    expect(await asks(body.lightning_sid)).toContain('Advanced User Details')
    for (const sid of [body.visualforce_sid, body.content_sid]) {
      expect(await asks(sid)).not.toContain('Advanced User Details')
      const authorize =
        '/services/oauth2/authorize?response_type=code&client_id=3MVG9Pages&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback'
      const answer = await server.request(`${targetBase}${authorize}`, {
        headers: { cookie: `${body.sidCookieName}=${sid}` },
      })
      expect(answer.headers.get('location')).toMatch(/^\/\?ec=302/)
    }
  })

  it.each([
    [['api', 'refresh_token'], []],
    [['lightning'], ['lightning_sid']],
    [['visualforce'], ['visualforce_sid']],
    [['content'], ['content_sid']],
    [['web'], ['parent_sid', 'visualforce_sid']],
    [['full'], ['content_sid', 'lightning_sid', 'parent_sid', 'visualforce_sid']],
  ])('open with the scopes %j the sessions %j', async (granted, sids) => {
    const { body } = await hybridTokens(granted)
    expect(body).toHaveProperty('access_token')
    expect(
      Object.keys(body)
        .filter((name) => name.endsWith('_sid'))
        .sort(),
    ).toEqual(sids)
    expect('sidCookieName' in body).toBe(sids.length > 0)
  })

  it('renew by hybrid_refresh, with sessions of their own each time', async () => {
    const { hybrid, body } = await hybridTokens()
    const again = await refresh(server, hybrid, body.refresh_token, { grant_type: 'hybrid_refresh' })
    expect(again.body).toMatchObject({ lightning_sid: expect.any(String), parent_sid: expect.any(String) })
    expect(again.body.lightning_sid).not.toBe(body.lightning_sid)
    expect(await pageWith(again.body.sidCookieName, again.body.parent_sid)).toContain(words)
    const plain = await refresh(server, hybrid, body.refresh_token)
    expect(plain.body).not.toHaveProperty('lightning_sid')
  })

  it('put them into the fragment for response_type=hybrid_token, where the user-agent flow is allowed', async () => {
    const settings = { ...server.org.settings, blockOAuthUsrAgtFlow: false }
    await server.stores.orgs.update({ ...server.org, settings })
    const callbackUrls = ['hybrid://callback']
    const hybrid = await server.addApp('Hybrid', { scopes, callbackUrls, isUserAgentEnabled: true })
    const url = await authorizeAs(server, user.username, hybrid.consumerKey, {
      response_type: 'hybrid_token',
      redirect_uri: 'hybrid://callback',
    })
    const answer = new URLSearchParams(url.hash.slice(1))
    expect(answer.get('refresh_token')).toMatch(/^5Aep/)
    expect(await pageWith(answer.get('sidCookieName') ?? '', answer.get('lightning_sid') ?? '')).toContain(words)
  })

  it('stand in Login History under their own names, right and wrong', async () => {
    const { hybrid, code, body } = await hybridTokens()
    await refresh(server, hybrid, body.refresh_token, { grant_type: 'hybrid_refresh' })
    const redirect_uri = hybrid.callbackUrls[0] ?? ''
    const used = await server.post('/services/oauth2/token', {
      grant_type: 'hybrid_auth_code',
      code,
      redirect_uri,
      ...credentialsOf(hybrid),
    })
    expect(used.body).toEqual({ error: 'invalid_grant', error_description: 'expired authorization code' })
    expect(await server.journalOf(used)).toMatchObject({ flow: 'hybrid_auth_code', refusal: { reason: 'code-spent' } })
    const logins = await server.stores.loginHistory.list(server.org.id, { loginType: 'Oauth2' }, { limit: 10 })
    expect(logins.map(({ loginSubType }) => loginSubType)).toEqual(['OauthHybridRefreshToken', 'OauthHybridWebServer'])
    expect(await pageWith(body.sidCookieName, body.parent_sid)).not.toContain(words)
  })

  it('open pages by sessions of their own where the access token is a JWT, which opens none', async () => {
    const hybrid = await server.addApp('Hybrid', { scopes, isNamedUserJwtEnabled: true })
    const { body } = await exchanged(hybrid)
    expect(body.token_format).toBe('jwt')
    expect(await pageWith(body.sidCookieName, body.parent_sid)).toContain(words)
    const renewed = await refresh(server, hybrid, body.refresh_token, { grant_type: 'hybrid_refresh' })
    expect(await pageWith(body.sidCookieName, renewed.body.lightning_sid)).toContain(words)
    await server.post('/services/oauth2/revoke', { token: body.access_token })
    expect(await pageWith(body.sidCookieName, body.parent_sid)).not.toContain(words)
  })

  it('are refused to apps that get JWTs and rotate refresh tokens, and what they showed is not spent', async () => {
    const both = { isNamedUserJwtEnabled: true, isRefreshTokenRotationEnabled: true }
    const hybrid = await server.addApp('Hybrid', { scopes, ...both })
    const { code, body } = await exchanged(hybrid)
    const refused = {
      error: 'invalid_grant',
      error_description: 'refresh token rotation is not supported with jwt-based access tokens',
    }
    expect(body).toEqual(refused)
    const redirect_uri = hybrid.callbackUrls[0] ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri, ...credentialsOf(hybrid) }
    const { refresh_token } = (await server.post('/services/oauth2/token', form)).body
    const again = await refresh(server, hybrid, refresh_token, { grant_type: 'hybrid_refresh' })
    expect(again.body).toEqual(refused)
    expect((await server.journalOf(again)).refusal).toEqual({ reason: 'hybrid-jwt-rotating', facts: { app: 'Hybrid' } })
    expect((await refresh(server, hybrid, refresh_token)).status).toBe(200)
  })
})
