import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { OrgSettings } from '../../src/orgs/org.ts'
import { authorizeAs, authorizeUrl, decideOn, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, callbackUrl, consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
  await allow({ blockOAuthUsrAgtFlow: false })
  await server.addUser(username)
})
afterEach(() => server.close())

const username = 'ada@target.example'
const scheme = 'warehouse://callback'

async function allow(settings: Partial<OrgSettings>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
}

function anApp(details: Partial<ConnectedApp> = {}, name = 'Mobile') {
  const callbackUrls = [callbackUrl, scheme, `${server.base}/services/oauth2/success`]
  return server.addApp(name, { isUserAgentEnabled: true, callbackUrls, ...details })
}

async function answerIn(parameters: Record<string, string> = {}, key = '3MVG9Mobile'): Promise<URLSearchParams> {
  const url = await authorizeAs(server, username, key, { response_type: 'token', ...parameters })
  expect(url.search).toBe('')
  return new URLSearchParams(url.hash.slice(1))
}

/** What came over the wire, where nobody is signed in and no page is wanted. */
async function raw(parameters: Record<string, string>, key = '3MVG9Mobile', base = server.base) {
  return answerOf(await server.request(`${base}${authorizeUrl(key, parameters)}`))
}

describe('the user-agent flow', () => {
  it('puts the tokens into the fragment, in the order and form of Salesforce', async () => {
    await anApp()
    const url = await authorizeAs(server, username, '3MVG9Mobile', { response_type: 'token', state: 'a b+c' })
    expect(url.origin + url.pathname).toBe(callbackUrl)
    const answer = new URLSearchParams(url.hash.slice(1))
    expect([...answer.keys()]).toEqual([
      'access_token',
      'instance_url',
      'id',
      'issued_at',
      'signature',
      'scope',
      'token_type',
      'state',
    ])
    const { id = '', issued_at = '', signature } = Object.fromEntries(answer)
    expect(Object.fromEntries(answer)).toMatchObject({
      access_token: expect.stringMatching(/^00D\w{12}![\w.]+$/),
      instance_url: targetBase,
      scope: 'api openid refresh_token id',
      token_type: 'Bearer',
      state: 'a b+c',
    })
    expect(signature).toBe(
      createHmac('sha256', consumerSecret)
        .update(id + issued_at)
        .digest('base64'),
    )
    const me = await server.request(`${targetBase}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${answer.get('access_token')}` },
    })
    expect(await me.json()).toMatchObject({ preferred_username: username })
  })

  it('gives a refresh token to an app with a scheme of its own, or with our page at its end, and to no web page', async () => {
    await anApp()
    const [web, own, ours] = await Promise.all(
      [callbackUrl, scheme, `${server.base}/services/oauth2/success`].map(async (redirect_uri) => {
        const browser = testBrowser(server)
        const parameters = { response_type: 'token', redirect_uri }
        const page = await signInOn(browser, await browser.open(authorizeUrl('3MVG9Mobile', parameters)), username)
        const stop = page.html.includes('oaapprove') ? await decideOn(browser, page, 'allow') : page
        return new URLSearchParams(stop.url.hash.slice(1))
      }),
    )
    expect(web?.has('refresh_token')).toBe(false)
    expect(own?.get('refresh_token')).toMatch(/^5Aep861/)
    expect(ours?.get('refresh_token')).toMatch(/^5Aep861/)
    const refreshed = await server.post('/services/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token: own?.get('refresh_token') ?? '',
      client_id: '3MVG9Mobile',
      client_secret: consumerSecret,
    })
    expect(refreshed.status).toBe(200)
    expect((await answerIn({ redirect_uri: scheme, scope: 'api' })).has('refresh_token')).toBe(false)
  })

  it('has nothing to do with PKCE, whoever requires it', async () => {
    await anApp({ isPkceRequired: true })
    await allow({ blockOAuthUsrAgtFlow: false, isPkceRequired: true })
    expect((await answerIn()).has('access_token')).toBe(true)
  })

  it('adds an ID token with the nonce where it is asked for, whatever the order of the words', async () => {
    await anApp()
    const answer = await answerIn({ response_type: 'id_token token', nonce: 'n-0S6_WzA2Mj' })
    const [, claims = ''] = answer.get('id_token')?.split('.') ?? []
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))).toMatchObject({
      aud: '3MVG9Mobile',
      nonce: 'n-0S6_WzA2Mj',
      at_hash: expect.stringMatching(/^[\w-]{22}$/),
      auth_time: expect.any(Number),
    })
    expect((await answerIn({ nonce: 'n-0S6_WzA2Mj' })).has('id_token')).toBe(false)
  })

  it('stands in Login History under its own names, and in the journal with every check', async () => {
    await anApp()
    await answerIn()
    await answerIn({ response_type: 'token id_token', nonce: 'n' })
    const logins = await server.stores.loginHistory.list(server.org.id, { loginType: 'Oauth2' }, { limit: 10 })
    expect(logins.map(({ loginSubType, status }) => [loginSubType, status])).toEqual([
      ['OauthUserAgentIdToken', 'Success'],
      ['OauthUserAgent', 'Success'],
    ])
    const [entry] = await server.stores.journal.list(server.org.id, { endpoint: 'authorize' }, { limit: 1 })
    expect(entry?.flow).toBe('user-agent')
    expect(entry?.passed.map(({ check }) => check)).toEqual([
      'client-known',
      'redirect-uri',
      'response-type',
      'signed-in',
      'user-active',
      'app-installed',
      'address',
      'scope',
      'approved',
      'login-rate',
    ])
  })

  it('tells the app of a refusal in the fragment, with state', async () => {
    await anApp()
    const browser = testBrowser(server)
    const url = authorizeUrl('3MVG9Mobile', { response_type: 'token', state: 's1' })
    const page = await signInOn(browser, await browser.open(url), username)
    const denied = await decideOn(browser, page, 'deny')
    expect(denied.url.href).toBe(
      `${callbackUrl}#error=access_denied&error_description=end-user+denied+authorization&state=s1`,
    )
    const silent = await testBrowser(server).open(`${url}&prompt=none`)
    expect(silent.url.hash).toMatch(/^#error=login_required&/)
  })

  it('may post its answer, and never puts it into the query', async () => {
    await anApp()
    const answer = await raw({ response_type: 'token', response_mode: 'query' })
    expect(answer.text).toBe('error=invalid_request&error_description=response%20mode%20not%20supported')
    const browser = testBrowser(server)
    const asked = authorizeUrl('3MVG9Mobile', { response_type: 'token', response_mode: 'form_post' })
    const page = await decideOn(browser, await signInOn(browser, await browser.open(asked), username), 'allow')
    expect(page.html).toMatch(/name="access_token" value="00D/)
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['by the app, before anybody signs in', { isUserAgentEnabled: false }, 'login', 'flow-off-for-app'],
    ['by the org at its own address, before anybody signs in', {}, 'own', 'flow-off-in-org'],
  ] as const)('is off %s', async (_, details, at, reason) => {
    await anApp(details)
    await allow({ blockOAuthUsrAgtFlow: true })
    const answer = await raw({ response_type: 'token' }, '3MVG9Mobile', at === 'own' ? targetBase : server.base)
    expect([answer.status, answer.text]).toEqual([
      400,
      'error=oauth_flow_disabled&error_description=this%20oauth%20flow%20is%20not%20enabled',
    ])
    expect(answer.headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}:`))
    expect(await server.journalOf(answer)).toMatchObject({ flow: 'user-agent', refusal: { reason } })
  })

  it('is off by the org at the login host, once it is known whose person this is', async () => {
    await anApp()
    await allow({ blockOAuthUsrAgtFlow: true })
    expect(Object.fromEntries(await answerIn({ state: 's1' }))).toEqual({
      error: 'oauth_flow_disabled',
      error_description: 'this oauth flow is not enabled',
      state: 's1',
    })
  })

  it('wants a nonce for an ID token, and the scope openid', async () => {
    await anApp()
    const answer = await raw({ response_type: 'token id_token' })
    expect(answer.text).toBe('error=invalid_request&error_description=nonce%20not%20provided')
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^nonce-missing:/)
    expect(Object.fromEntries(await answerIn({ response_type: 'token id_token', nonce: 'n', scope: 'api' }))).toEqual({
      error: 'invalid_scope',
      error_description: 'the openid scope is required',
    })
  })

  it.each(['id_token', 'code token', 'token token', 'code id_token', 'none', 'TOKEN', 'token%20', 'x'.repeat(9000)])(
    'is not there as %.20s',
    async (response_type) => {
      await anApp()
      const answer = await raw({ response_type })
      expect(answer.text).toBe('error=unsupported_response_type&error_description=response%20type%20not%20supported')
    },
  )

  it('ends with everything else of the app: blocking it ends its tokens', async () => {
    const app = await anApp()
    const answer = await answerIn()
    await server.stores.apps.endAll(app.id, server.org.id, true)
    const me = await server.request('/services/oauth2/userinfo', {
      headers: { authorization: `Bearer ${answer.get('access_token')}` },
    })
    expect(me.status).toBe(403)
  })

  it('is not there at all where the server does not offer it, and metadata say so', async () => {
    const strict = await startTestServer({ posture: { offersUserAgentFlow: false } })
    try {
      await strict.addApp('Mobile', { isUserAgentEnabled: true })
      const answer = await answerOf(await strict.request(authorizeUrl('3MVG9Mobile', { response_type: 'token' })))
      expect(answer.text).toMatch(/^error=unsupported_response_type/)
      const document = async (at: TestServer) => (await at.request('/.well-known/openid-configuration')).json()
      expect(await document(strict)).toMatchObject({ response_types_supported: ['code', 'code_credentials'] })
      expect(await document(server)).toMatchObject({
        response_types_supported: ['code', 'token', 'token id_token', 'hybrid_token', 'code_credentials'],
      })
    } finally {
      await strict.close()
    }
  })
})
