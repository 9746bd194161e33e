import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, authorizeUrl, decideOn, signInOn, testBrowser } from './test-browser.ts'
import {
  type Answer,
  base,
  callbackUrl,
  consumerSecret,
  startTestServer,
  type TestServer,
  targetBase,
} from './test-server.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'web', 'openid', 'refresh_token'] })
})

afterAll(() => server.close())

const credentials = () => ({ client_id: app.consumerKey, client_secret: consumerSecret })

async function codeFor(parameters: Record<string, string> = {}, consumerKey = app.consumerKey): Promise<string> {
  const callback = await authorizeAs(server, user.username, consumerKey, parameters)
  return callback.searchParams.get('code') ?? `none: ${callback}`
}

function exchange(code: string, more: Record<string, string> = {}): Promise<Answer> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentials(), ...more }
  return server.post(
    '/services/oauth2/token',
    Object.fromEntries(Object.entries(form).filter(([, value]) => value !== '')),
  )
}

async function refusalOf(answer: Answer) {
  const { refusal } = await server.journalOf(answer)
  return {
    status: answer.status,
    error: answer.body?.error,
    error_description: answer.body?.error_description,
    reason: refusal?.reason,
  }
}

const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'
const challenge = createHash('sha256').update(verifier).digest('base64url')
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }

async function userinfo(token: string): Promise<number> {
  return (await server.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } })).status
}

describe('a person and an app', () => {
  it('meet through sign-in and consent, and the app gets what Salesforce answers', async () => {
    const browser = testBrowser(server)
    const signIn = await browser.open(
      authorizeUrl(app.consumerKey, { state: 'x1', scope: 'api refresh_token openid', nonce: 'n1', ...pkce }),
    )
    expect(signIn.url.pathname).toBe('/')
    expect(signIn.html).toContain('Web App')
    const consent = await signInOn(browser, signIn, user.username)
    expect(consent.url.pathname).toBe('/setup/secur/RemoteAccessAuthorizationPage.apexp')
    expect(consent.html).toContain('Manage user data via APIs')
    const callback = await decideOn(browser, consent, 'allow')
    expect(callback.status).toBe(303)
    expect(callback.url.href).toMatch(/^https:\/\/app\.example\/callback\?code=aPrx[A-Za-z0-9._]{52}%3D%3D&state=x1$/)

    const { status, body } = await exchange(callback.url.searchParams.get('code') ?? '', { code_verifier: verifier })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'access_token',
      'refresh_token',
      'signature',
      'scope',
      'id_token',
      'instance_url',
      'id',
      'token_type',
      'issued_at',
    ])
    const id = `${base}/id/${server.org.id}/${user.id}`
    expect(body).toMatchObject({
      scope: 'api refresh_token openid id',
      instance_url: targetBase,
      id,
      token_type: 'Bearer',
    })
    expect(body.issued_at).toBe(String(server.now().getTime()))
    expect(body.signature).toBe(
      createHmac('sha256', consumerSecret)
        .update(id + body.issued_at)
        .digest('base64'),
    )
    expect(body.refresh_token).toMatch(/^5Aep861[A-Za-z0-9._]{80}$/)
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
    const now = server.now().getTime() / 1000
    expect(claims).toMatchObject({
      iss: base,
      sub: id,
      aud: app.consumerKey,
      nonce: 'n1',
      iat: now,
      exp: now + 120,
      auth_time: now,
    })
  })

  it('do not meet twice: what was approved before is not asked again', async () => {
    const browser = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, {}, browser)
    const again = await browser.open(authorizeUrl(app.consumerKey))
    expect(again.hasLeft).toBe(true)
    expect(again.url.searchParams.has('code')).toBe(true)
  })

  it('part when the person says no', async () => {
    const other = await server.addApp('Denied_App')
    const browser = testBrowser(server)
    const consent = await signInOn(
      browser,
      await browser.open(authorizeUrl(other.consumerKey, { state: 's p+ä%' })),
      user.username,
    )
    const { url } = await decideOn(browser, consent, 'deny')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'end-user denied authorization',
      state: 's p+ä%',
    })
  })

  it('need no consent where an admin approved', async () => {
    const profile = await server.profile('Standard User')
    const approved = await server.addApp('Approved_App', {}, { isAdminApproved: true, profileIds: [profile.id] })
    const browser = testBrowser(server)
    const callback = await signInOn(browser, await browser.open(authorizeUrl(approved.consumerKey)), user.username)
    expect(callback.url.searchParams.get('code')).toMatch(/^aPrx/)
  })

  it('give the state back byte for byte, two thousand characters of it', async () => {
    const state = 'ünï + % & = "quoted" \u{1f510} '.repeat(80)
    const callback = await authorizeAs(server, user.username, app.consumerKey, { state })
    expect(callback.searchParams.get('state')).toBe(state)
  })

  it('may begin with a POST', async () => {
    const browser = testBrowser(server)
    const page = await browser.submit('/services/oauth2/authorize', {
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: callbackUrl,
    })
    expect(page.html).toContain('name="pw"')
  })

  it.each(['fragment', 'form_post'])('may be answered by response_mode %s', async (response_mode) => {
    const browser = testBrowser(server)
    const first = await browser.open(
      authorizeUrl(app.consumerKey, { response_mode, state: '"><script>alert(1)</script>' }),
    )
    const stop = await signInOn(browser, first, user.username)
    if (response_mode === 'fragment') {
      expect(new URLSearchParams(stop.url.hash.slice(1)).get('code')).toMatch(/^aPrx/)
      return
    }
    expect(stop.html).toContain(`action="${callbackUrl}"`)
    expect(stop.html).not.toContain('<script>alert')
    expect(stop.headers.get('content-security-policy')).not.toContain('form-action')
  })
})

describe('before anybody signs in, a request is refused here and never redirected', () => {
  it.each([
    [
      'client-unknown',
      { client_id: '3MVG9nobody' },
      'error=invalid_client_id&error_description=client%20identifier%20invalid',
    ],
    ['client-id-missing', { client_id: '' }, 'error=invalid_client_id&error_description=client%20identifier%20invalid'],
    [
      'redirect-uri-missing',
      { redirect_uri: '' },
      'error=redirect_uri_missing&error_description=redirect_uri%20not%20provided',
    ],
    [
      'response-type-unknown',
      { response_type: 'code2' },
      'error=unsupported_response_type&error_description=response%20type%20not%20supported',
    ],
    [
      'response-type-unknown',
      { response_type: '' },
      'error=unsupported_response_type&error_description=response%20type%20not%20supported',
    ],
    [
      'response-type-unknown',
      { response_type: 'token code' },
      'error=unsupported_response_type&error_description=response%20type%20not%20supported',
    ],
    ['branding-malformed', { expid: 'holidays/2026' }, 'error=invalid_expid&error_description=expid%20is%20invalid'],
    ['branding-unknown', { expid: 'holidays' }, 'error=unsupported_expid&error_description=expid%20not%20supported'],
    [
      'response-mode-unknown',
      { response_mode: 'form_post.jwt' },
      'error=invalid_request&error_description=response%20mode%20not%20supported',
    ],
    [
      'prompt-contradictory',
      { prompt: 'none login' },
      'error=invalid_request&error_description=prompt%20none%20cannot%20be%20combined',
    ],
    ['prompt-unknown', { prompt: 'dance' }, 'error=invalid_request&error_description=prompt%20not%20supported'],
    [
      'challenge-method-unknown',
      { code_challenge: verifier, code_challenge_method: 'plain' },
      'error=invalid_request&error_description=code%20challenge%20method%20not%20supported',
    ],
    [
      'challenge-malformed',
      { code_challenge: 'short', code_challenge_method: 'S256' },
      'error=invalid_request&error_description=invalid%20code%20challenge',
    ],
  ])('%s %j', async (reason, parameters, body) => {
    const response = await server.request(authorizeUrl(app.consumerKey, parameters))
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('content-type')).toBe('')
    expect(await response.text()).toBe(body)
    expect((await server.journalOf(response)).refusal?.reason).toBe(reason)
  })

  it.each(['urn:ietf:wg:oauth:2.0:oob', 'urn:ietf:wg:oauth:2.0:oob:auto', 'oob'])(
    'for a code to be copied from a page: %s',
    async (redirect_uri) => {
      const response = await server.request(authorizeUrl(app.consumerKey, { redirect_uri }))
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
      expect(await response.text()).toBe('error=invalid_request&error_description=out-of-band%20not%20supported')
    },
  )

  it.each(['PUT', 'DELETE', 'PATCH'])('for a request that no browser sends: %s', async (method) => {
    const response = await server.request(authorizeUrl(app.consumerKey), { method })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await response.text()).toBe('error=invalid_request&error_description=must%20use%20HTTP%20GET')
  })

  it.each([
    ['holidays', 'error=unsupported_expid&error_description=expid%20not%20supported'],
    ['Holidays_2026-7', 'error=unsupported_expid&error_description=expid%20not%20supported'],
    ['x'.repeat(64), 'error=unsupported_expid&error_description=expid%20not%20supported'],
    ['x'.repeat(65), 'error=invalid_expid&error_description=expid%20is%20invalid'],
    ['summer%20holidays', 'error=invalid_expid&error_description=expid%20is%20invalid'],
    ['%3Cscript%3E', 'error=invalid_expid&error_description=expid%20is%20invalid'],
  ])('for the branding of a site in its path: %s', async (expid, body) => {
    const url = authorizeUrl(app.consumerKey).replace('/authorize?', `/authorize/${expid}?`)
    const response = await server.request(url)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await response.text()).toBe(body)
  })

  it.each([
    `${callbackUrl}/`,
    `${callbackUrl}?next=1`,
    callbackUrl.replace('https', 'http'),
    callbackUrl.replace('callback', 'Callback'),
    callbackUrl.replace('app.example', 'app.example:443'),
    callbackUrl.replace('app.example', 'app.example@evil.example'),
    callbackUrl.replace('app.example', 'app.example.evil.example'),
    callbackUrl.replace('/callback', '/x/../callback'),
    `${callbackUrl}#fragment`,
    'javascript:alert(1)',
    'https://evil.example/',
    '//evil.example',
  ])('for the redirect URI %s', async (redirect_uri) => {
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      for (const prompt of ['none', 'login']) {
        const response = await server.request(
          authorizeUrl(app.consumerKey, { redirect_uri, response_mode, prompt, immediate: 'true' }),
        )
        expect([response.status, response.headers.get('location')]).toEqual([400, null])
        expect(await response.text()).toBe(
          'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration',
        )
      }
    }
  })

  it('when a parameter comes twice', async () => {
    const response = await server.request(`${authorizeUrl(app.consumerKey)}&client_id=other`)
    expect(await response.text()).toBe('error=invalid_request&error_description=duplicate%20parameter')
  })

  it('when PKCE is required and no challenge came', async () => {
    const strict = await server.addApp('Pkce_App', { isPkceRequired: true })
    const response = await server.request(authorizeUrl(strict.consumerKey))
    expect(await response.text()).toBe('error=invalid_request&error_description=missing%20required%20code%20challenge')
  })

  it('in a page with the same words, for people', async () => {
    const response = await server.request(authorizeUrl('3MVG9nobody'), { headers: { accept: 'text/html' } })
    const html = await response.text()
    expect(response.status).toBe(400)
    expect(html).toContain('invalid_client_id')
    expect(html).toContain('client identifier invalid')
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })
})

describe('after sign-in', () => {
  it.each([
    ['a scope the app does not have', 'full'],
    ['a scope nobody has', 'everything'],
  ])('%s is refused on a page of ours', async (_, scope) => {
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey, { scope })), user.username)
    expect(stop.url.pathname).toBe('/setup/secur/RemoteAccessErrorPage.apexp')
    expect(stop.url.searchParams.get('error')).toBe('invalid_scope')
    expect(stop.html).toContain('the requested scope is not allowed')
  })

  it('a blocked app is told so', async () => {
    const blocked = await server.addApp('Blocked_App', {}, { isBlocked: true })
    const browser = testBrowser(server)
    const { url } = await signInOn(browser, await browser.open(authorizeUrl(blocked.consumerKey)), user.username)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      error: 'OAUTH_APP_BLOCKED',
      error_description: 'this app is blocked by admin',
    })
  })

  it('an app whose admin did not approve the user is told so', async () => {
    const admins = await server.addApp('Admins_App', {}, { isAdminApproved: true })
    const browser = testBrowser(server)
    const { url } = await signInOn(browser, await browser.open(authorizeUrl(admins.consumerKey)), user.username)
    expect(url.searchParams.get('error')).toBe('OAUTH_APP_ACCESS_DENIED')
  })

  it('an app that is not installed in the org stops at a page of ours', async () => {
    const foreign = await server.addApp('Foreign_App', { orgId: server.otherOrg.id }, { orgId: server.otherOrg.id })
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(foreign.consumerKey)), user.username)
    expect(stop.url.searchParams.get('error_description')).toBe('app must be installed into org')
  })
})

describe('prompt and immediate', () => {
  it('none answers login_required when nobody is signed in, and consent_required before approval', async () => {
    const browser = testBrowser(server)
    const fresh = await server.addApp('Fresh_App')
    const first = await browser.open(authorizeUrl(fresh.consumerKey, { prompt: 'none', state: '1' }))
    expect(Object.fromEntries(first.url.searchParams)).toEqual({
      error: 'login_required',
      error_description: 'sign-in is required',
      state: '1',
    })
    await signInOn(browser, await browser.open('/'), user.username)
    const second = await browser.open(authorizeUrl(fresh.consumerKey, { prompt: 'none' }))
    expect(second.url.searchParams.get('error')).toBe('consent_required')
    await decideOn(browser, await browser.open(authorizeUrl(fresh.consumerKey)), 'allow')
    const third = await browser.open(authorizeUrl(fresh.consumerKey, { prompt: 'none' }))
    expect(third.url.searchParams.get('code')).toMatch(/^aPrx/)
  })

  it('immediate=true answers immediate_unsuccessful instead of a page', async () => {
    const { url } = await testBrowser(server).open(authorizeUrl(app.consumerKey, { immediate: 'true' }))
    expect(url.searchParams.get('error')).toBe('immediate_unsuccessful')
  })

  it('login asks for the password again and moves auth_time', async () => {
    const browser = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, {}, browser)
    server.advance(60)
    const page = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'login', scope: 'openid' }))
    expect(page.html).toContain('name="pw"')
    const callback = await signInOn(browser, page, user.username)
    const { body } = await exchange(callback.url.searchParams.get('code') ?? '')
    const { auth_time } = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
    expect(auth_time).toBe(server.now().getTime() / 1000)
  })

  it('consent asks again although approved before', async () => {
    const browser = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, {}, browser)
    const page = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'consent' }))
    expect(page.html).toContain('oaapprove')
    expect((await decideOn(browser, page, 'allow')).url.searchParams.has('code')).toBe(true)
  })

  it('max_age asks for the password when the last time was too long ago', async () => {
    const browser = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, {}, browser)
    server.advance(30)
    expect((await browser.open(authorizeUrl(app.consumerKey, { max_age: '1000' }))).hasLeft).toBe(true)
    expect((await browser.open(authorizeUrl(app.consumerKey, { max_age: '10' }))).html).toContain('name="pw"')
  })

  it('an id_token_hint for somebody else does not pass silently', async () => {
    const { body } = await exchange(await codeFor({ scope: 'openid' }))
    const browser = testBrowser(server)
    const other = await server.addUser('other@target.example')
    await authorizeAs(server, other.username, app.consumerKey, {}, browser)
    const hinted = { id_token_hint: body.id_token, prompt: 'none' }
    expect((await browser.open(authorizeUrl(app.consumerKey, hinted))).url.searchParams.get('error')).toBe(
      'login_required',
    )
    const mine = testBrowser(server)
    await authorizeAs(server, user.username, app.consumerKey, {}, mine)
    expect((await mine.open(authorizeUrl(app.consumerKey, hinted))).url.searchParams.has('code')).toBe(true)
  })

  it('login_hint fills in the username, whether there is such a user or not', async () => {
    for (const login_hint of [user.username, 'nobody@target.example']) {
      const page = await testBrowser(server).open(authorizeUrl(app.consumerKey, { login_hint }))
      expect(page.html).toContain(`value="${login_hint}"`)
    }
  })

  it.each(['display', 'ui_locales', 'claims_locales', 'acr_values', 'utm_source'])(
    '%s is never an error',
    async (name) => {
      expect((await testBrowser(server).open(authorizeUrl(app.consumerKey, { [name]: 'popup' }))).html).toContain(
        'name="pw"',
      )
    },
  )
})

describe('a code', () => {
  it('is exchanged once, by one of 50 callers at once, and a second use ends what it bought', async () => {
    const code = await codeFor()
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(code)))
    const [won, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    for (const lost of answers.filter(({ status }) => status !== 200)) {
      expect(lost.body).toEqual({ error: 'invalid_grant', error_description: 'expired authorization code' })
    }
    expect(await userinfo(won?.body.access_token)).toBe(403)
    const refreshed = await server.post('/services/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token: won?.body.refresh_token,
      ...credentials(),
    })
    expect(refreshed.body.error_description).toBe('expired access/refresh token')
  })

  it('works until it is used again', async () => {
    const code = await codeFor()
    const { body } = await exchange(code)
    expect(await userinfo(body.access_token)).toBe(200)
    expect(await refusalOf(await exchange(code))).toMatchObject({ error: 'invalid_grant', reason: 'code-spent' })
    expect(await userinfo(body.access_token)).toBe(403)
  })

  it('lasts fifteen minutes', async () => {
    const code = await codeFor()
    server.advance(901)
    expect(await refusalOf(await exchange(code))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired authorization code',
      reason: 'code-expired',
    })
  })

  it.each([
    ['code-missing', { code: '' }, 'invalid_grant', 'invalid authorization code'],
    ['code-unknown', { code: 'aPrxnonsense==' }, 'invalid_grant', 'invalid authorization code'],
    ['redirect-uri-missing', { redirect_uri: '' }, 'redirect_uri_missing', 'redirect_uri not provided'],
    [
      'redirect-uri-changed',
      { redirect_uri: `${callbackUrl}/` },
      'redirect_uri_mismatch',
      'redirect_uri must match configuration',
    ],
    ['verifier-unexpected', { code_verifier: verifier }, 'invalid_grant', 'invalid code verifier'],
    ['client-unknown', { client_id: 'nobody' }, 'invalid_client_id', 'client identifier invalid'],
    ['client-id-missing', { client_id: '' }, 'invalid_client_id', 'client identifier invalid'],
    ['client-secret-wrong', { client_secret: 'wrong' }, 'invalid_client', 'invalid client credentials'],
    ['client-secret-missing', { client_secret: '' }, 'invalid_client', 'invalid client credentials'],
    ['grant-type-unknown', { grant_type: 'telepathy' }, 'unsupported_grant_type', 'grant type not supported'],
    ['grant-type-unknown', { grant_type: '' }, 'unsupported_grant_type', 'grant type not supported'],
  ])('is refused: %s', async (reason, change, error, error_description) => {
    expect(await refusalOf(await exchange(await codeFor(), change))).toEqual({
      status: 400,
      error,
      error_description,
      reason,
    })
  })

  it('of another app is refused and spoilt', async () => {
    const thief = await server.addApp('Thief')
    const code = await codeFor()
    const stolen = await exchange(code, { client_id: thief.consumerKey })
    expect(await refusalOf(stolen)).toMatchObject({
      error_description: 'invalid authorization code',
      reason: 'code-of-another-app',
    })
    expect(await refusalOf(await exchange(code))).toMatchObject({ reason: 'code-spent' })
  })

  it('of a user who was frozen meanwhile buys nothing', async () => {
    const frozen = await server.addUser('frozen@target.example')
    const callback = await authorizeAs(server, frozen.username, app.consumerKey)
    await server.stores.users.setFrozen(frozen.id, true)
    const answer = await exchange(callback.searchParams.get('code') ?? '')
    expect(await refusalOf(answer)).toMatchObject({ error: 'inactive_user', reason: 'user-frozen' })
  })
})

describe('PKCE', () => {
  it('wants the verifier of the challenge', async () => {
    expect((await exchange(await codeFor(pkce), { code_verifier: verifier })).status).toBe(200)
  })

  it('takes a challenge without a method for S256, as jsforce sends it, and a verifier of 171 characters', async () => {
    const long = 'v'.repeat(171)
    const code = await codeFor({ code_challenge: createHash('sha256').update(long).digest('base64url') })
    expect((await exchange(code, { code_verifier: long })).status).toBe(200)
  })

  it.each([
    ['verifier-missing', ''],
    ['verifier-wrong', 'b'.repeat(43)],
    ['verifier-malformed', 'short'],
    ['verifier-malformed', 'ü'.repeat(43)],
    ['verifier-malformed', 'v'.repeat(300)],
  ])('refuses: %s', async (reason, code_verifier) => {
    expect(await refusalOf(await exchange(await codeFor(pkce), { code_verifier }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'invalid code verifier',
      reason,
    })
  })
})

describe('the client proves who it is', () => {
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const bare = { client_id: '', client_secret: '' }
  const post = async (authorization: string, more: Record<string, string> = bare) => {
    const form = { grant_type: 'authorization_code', code: await codeFor(), redirect_uri: callbackUrl, ...more }
    const filled = Object.entries(form).filter(([, value]) => value !== '')
    return server.post('/services/oauth2/token', Object.fromEntries(filled), { authorization })
  }

  it('by Basic header, raw or form-encoded', async () => {
    expect((await post(basic(app.consumerKey, consumerSecret))).status).toBe(200)
    const odd = await server.addApp('Odd', { consumerKey: '3MVG9.odd_key' })
    const callback = await authorizeAs(server, user.username, odd.consumerKey)
    const answer = await server.post(
      '/services/oauth2/token',
      { grant_type: 'authorization_code', code: callback.searchParams.get('code') ?? '', redirect_uri: callbackUrl },
      { authorization: basic('3MVG9%2Eodd%5Fkey', encodeURIComponent(consumerSecret)) },
    )
    expect(answer.status).toBe(200)
  })

  it('by a malformed Basic header not at all', async () => {
    expect((await post('Basic !!!')).body.error).toBe('invalid_basic_auth_header')
  })

  it('and an OAuth 1.0 header beside it is nobody’s business', async () => {
    expect((await post('OAuth oauth_nonce="x"', credentials())).status).toBe(200)
  })

  it('by the body when both are there, as at Salesforce', async () => {
    expect((await post(basic(app.consumerKey, 'wrong'), credentials())).status).toBe(200)
  })

  it('by an assertion of its own key (private_key_jwt), once per jti', async () => {
    const claims = { iss: app.consumerKey, sub: app.consumerKey, aud: `${base}/services/oauth2/token`, jti: 'client-1' }
    const proof = {
      ...bare,
      client_assertion: server.assertion(claims),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    expect((await exchange(await codeFor(), proof)).status).toBe(200)
    expect(await refusalOf(await exchange(await codeFor(), proof))).toMatchObject({
      error: 'invalid_client',
      reason: 'client-assertion-replayed',
    })
  })

  it.each([
    ['client-assertion-type-unknown', { client_assertion_type: 'urn:other' }, {}, 'invalid_assertion_type'],
    ['client-assertion-mismatch', {}, { sub: 'somebody' }, 'invalid_client'],
    ['client-assertion-mismatch', {}, { sub: undefined }, 'invalid_client'],
    ['audience-unknown', {}, { aud: 'https://elsewhere.example' }, 'invalid_client'],
    ['expiry-past', {}, { exp: 1 }, 'invalid_client'],
  ])('but not by one that is %s', async (reason, change, claims, error) => {
    const proof = {
      ...bare,
      client_assertion: server.assertion({ iss: app.consumerKey, sub: app.consumerKey, ...claims }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...change,
    }
    expect(await refusalOf(await exchange(await codeFor(), proof))).toMatchObject({ status: 400, error, reason })
  })

  it('or not at all, where the secret is optional; one that is sent must be right all the same', async () => {
    const open = await server.addApp('Public_App', { isConsumerSecretOptional: true })
    const { consumerKey } = open
    expect((await exchange(await codeFor({}, consumerKey), { client_id: consumerKey, client_secret: '' })).status).toBe(
      200,
    )
    const wrong = await exchange(await codeFor({}, consumerKey), { client_id: consumerKey, client_secret: 'wrong' })
    expect(wrong.body).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' })
  })

  it('by the secret before a rotation, until the rotation is finished', async () => {
    const { hashSecret } = await import('../../src/secret.ts')
    const rotated = await server.addApp('Rotated', {
      consumerSecret: {
        hash: hashSecret('new-secret'),
        sealed: app.consumerSecret.sealed,
        previousHash: hashSecret(consumerSecret),
      },
    })
    for (const client_secret of ['new-secret', consumerSecret]) {
      const code = await codeFor({}, rotated.consumerKey)
      expect((await exchange(code, { client_id: rotated.consumerKey, client_secret })).status).toBe(200)
    }
  })
})

describe('the answer', () => {
  it.each([
    ['format=xml', { format: 'xml' }, {}, 'application/xml;charset=UTF-8', /^<\?xml[^>]*\?><OAuth><access_token>/],
    [
      'format=urlencoded',
      { format: 'urlencoded' },
      {},
      'application/x-www-form-urlencoded;charset=UTF-8',
      /^access_token=00D/,
    ],
    ['Accept: application/xml', {}, { accept: 'application/xml' }, 'application/xml;charset=UTF-8', /<OAuth>/],
    [
      'format over Accept',
      { format: 'json' },
      { accept: 'application/xml' },
      'application/json;charset=UTF-8',
      /^\{"access_token"/,
    ],
  ])('comes as %s', async (_, more, headers, type, shape) => {
    const form = {
      grant_type: 'authorization_code',
      code: await codeFor(),
      redirect_uri: callbackUrl,
      ...credentials(),
      ...more,
    }
    const answer = await server.post('/services/oauth2/token', form, headers)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.text).toMatch(shape)
  })
})
