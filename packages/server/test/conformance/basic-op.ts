import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerOf, callbackUrl, consumerSecret } from '../flows/test-server.ts'
import { type RelyingParty, type ResponseMode, relyingParty } from './relying-party.ts'

/** The modules of the suite's plan *Basic OP*, each under its own name; that of *Form Post Basic OP* has the same. */
export function basicOp(responseMode: ResponseMode): void {
  let party: RelyingParty

  beforeAll(async () => {
    party = await relyingParty(responseMode)
  })

  afterAll(() => party.close())

  /** What userinfo says, after a sign-in with these parameters. */
  async function claimsFor(parameters: Record<string, string>) {
    const { answer, idToken } = await party.tokens(parameters)
    const { status, body } = await party.userinfo(answer.access_token)
    expect(status).toBe(200)
    expect(body.sub).toBe(idToken.claims.sub)
    return body
  }

  it('oidcc-server', async () => {
    const { idToken, answer } = await party.tokens()
    const { sub = '', exp = 0, iat = 0, auth_time } = idToken.claims
    expect(sub).toMatch(/^[\x21-\x7e]{1,255}$/)
    expect(exp).toBeGreaterThan(iat)
    expect(auth_time).toBeLessThanOrEqual(iat)
    expect((await party.userinfo(answer.access_token)).body.sub).toBe(sub)
  })

  it('oidcc-response-type-missing', async () => {
    const { callback } = await party.authorize({ response_type: '' })
    expect(callback.get('error')).toBe('unsupported_response_type')
    expect([callback.get('state'), callback.has('code')]).toEqual([party.kept.state, false])
  })

  it('oidcc-idtoken-signature', async () => {
    const { idToken } = await party.tokens()
    expect(idToken.header).toMatchObject({ alg: 'RS256', kid: expect.stringMatching(/./) })
  })

  it('oidcc-idtoken-unsigned', async () => {
    const metadata = await answerOf(await party.server.request('/.well-known/openid-configuration'))
    expect(metadata.body.id_token_signing_alg_values_supported).toEqual(['RS256'])
    expect((await party.tokens()).answer.id_token.split('.')[2]).not.toBe('')
  })

  it.each([
    ['oidcc-userinfo-get', 'GET', true],
    ['oidcc-userinfo-post-header', 'POST', true],
    ['oidcc-userinfo-post-body', 'POST', false],
  ])('%s', async (_, method, byHeader) => {
    const { answer, idToken } = await party.tokens()
    const body = byHeader ? undefined : new URLSearchParams({ access_token: answer.access_token }).toString()
    const response = await party.server.request('/services/oauth2/userinfo', {
      method,
      headers: {
        ...(byHeader ? { authorization: `Bearer ${answer.access_token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const { status, body: claims } = await answerOf(response)
    expect([status, claims.sub]).toEqual([200, idToken.claims.sub])
  })

  it('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const { idToken } = await party.tokens({ nonce: '' })
    expect(idToken.claims).not.toHaveProperty('nonce')
  })

  const profile = {
    name: 'Ada Lovelace',
    family_name: 'Lovelace',
    given_name: 'Ada',
    nickname: 'ada',
    preferred_username: 'ada@target.example',
    profile: expect.stringMatching(/^https:/),
    picture: expect.stringMatching(/^https:/),
    zoneinfo: 'Europe/Paris',
    locale: 'en_US',
    updated_at: expect.any(Number),
  }
  const email = { email: 'ada@target.example', email_verified: true }
  const address = { address: { country: 'FR' } }
  const phone = { phone_number: '+33 1 00 00 00 00', phone_number_verified: false }

  it('oidcc-scope-profile', async () => {
    expect(await claimsFor({ scope: 'openid profile' })).toMatchObject(profile)
  })

  it('oidcc-scope-email', async () => {
    expect(await claimsFor({ scope: 'openid email' })).toMatchObject(email)
  })

  it('oidcc-scope-address', async () => {
    expect(await claimsFor({ scope: 'openid address' })).toMatchObject(address)
  })

  it('oidcc-scope-phone', async () => {
    expect(await claimsFor({ scope: 'openid phone' })).toMatchObject(phone)
  })

  it('oidcc-scope-all', async () => {
    const all = await claimsFor({ scope: 'openid profile email address phone' })
    expect(all).toMatchObject({ ...profile, ...email, ...address, ...phone })
  })

  it('oidcc-alternate-happy-flow', async () => {
    const url = party.url({ scope: 'email openid' })
    const reversed = [...new URLSearchParams(url.slice(url.indexOf('?')))].toReversed()
    const browser = party.browser()
    const page = await browser.open(`/services/oauth2/authorize?${new URLSearchParams(reversed)}`)
    const { callback } = await party.goOn(browser, page)
    const { status, body } = await party.exchange(callback.get('code') ?? '')
    expect([status, body.scope.split(' ').toSorted()]).toEqual([200, ['id', 'openid']])
  })

  it.each(['page', 'popup'])('oidcc-display-%s', async (display) => {
    await party.tokens({ display })
  })

  it('oidcc-prompt-login', async () => {
    const browser = party.browser()
    const first = await party.tokens({}, browser)
    party.server.advance(2)
    const second = await party.tokens({ prompt: 'login' }, browser)
    expect([first.signIns, second.signIns]).toEqual([1, 1])
    expect(second.idToken.claims['auth_time']).toBeGreaterThan(Number(first.idToken.claims['auth_time']))
    expect(second.idToken.claims.sub).toBe(first.idToken.claims.sub)
  })

  it('oidcc-prompt-none-not-logged-in', async () => {
    const { callback, signIns } = await party.authorize({ prompt: 'none' })
    expect([callback.get('error'), callback.get('state'), signIns]).toEqual(['login_required', party.kept.state, 0])
  })

  it('oidcc-prompt-none-logged-in', async () => {
    const browser = party.browser()
    const first = await party.tokens({}, browser)
    party.server.advance(2)
    const second = await party.tokens({ prompt: 'none' }, browser)
    expect(second.signIns).toBe(0)
    const { sub, auth_time } = first.idToken.claims
    expect(second.idToken.claims).toMatchObject({ sub, auth_time })
  })

  it('oidcc-max-age-1', async () => {
    const browser = party.browser()
    const first = await party.tokens({}, browser)
    party.server.advance(2)
    const second = await party.tokens({ max_age: '1' }, browser)
    expect(second.signIns).toBe(1)
    expect(second.idToken.claims['auth_time']).toBeGreaterThan(Number(first.idToken.claims['auth_time']))
  })

  it('oidcc-max-age-10000', async () => {
    const browser = party.browser()
    const first = await party.tokens({}, browser)
    const second = await party.tokens({ max_age: '10000' }, browser)
    expect(second.signIns).toBe(0)
    expect(second.idToken.claims['auth_time']).toBe(first.idToken.claims['auth_time'])
  })

  it('oidcc-ensure-request-with-unknown-parameter-succeeds', async () => {
    await party.tokens({ extra: 'foobar' })
  })

  it('oidcc-id-token-hint', async () => {
    const browser = party.browser()
    const first = await party.tokens({}, browser)
    const second = await party.tokens({ prompt: 'none', id_token_hint: first.answer.id_token }, browser)
    expect(second.idToken.claims.sub).toBe(first.idToken.claims.sub)
  })

  it.each<[string, Record<string, string>]>([
    ['oidcc-login-hint', { login_hint: 'ada@target.example' }],
    ['oidcc-ui-locales', { ui_locales: 'se en' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-acr-values-succeeds', { acr_values: '1 2' }],
    ['oidcc-ensure-request-with-valid-pkce-succeeds', {}],
  ])('%s', async (_, parameters) => {
    await party.tokens(parameters)
  })

  it.each([
    ['oidcc-codereuse', 1],
    ['oidcc-codereuse-30seconds', 30],
  ])('%s', async (_, seconds) => {
    const { callback, answer } = await party.tokens()
    party.server.advance(seconds)
    const again = await party.exchange(callback.get('code') ?? '')
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    expect((await party.userinfo(answer.access_token)).status).toBe(401)
  })

  it('oidcc-ensure-registered-redirect-uri', async () => {
    const { hasLeft, status, html } = await party.browser().open(party.url({ redirect_uri: `${callbackUrl}/other` }))
    expect([hasLeft, status]).toEqual([false, 400])
    expect(html).toContain('redirect_uri must match configuration')
  })

  it('oidcc-ensure-post-request-succeeds', async () => {
    const browser = party.browser()
    const url = party.url()
    const form = Object.fromEntries(new URLSearchParams(url.slice(url.indexOf('?'))))
    const { callback } = await party.goOn(browser, await browser.submit('/services/oauth2/authorize', form))
    expect((await party.exchange(callback.get('code') ?? '')).status).toBe(200)
  })

  it('oidcc-server-client-secret-post', async () => {
    const { callback } = await party.authorize()
    const secret = { client_id: party.app.consumerKey, client_secret: consumerSecret }
    const more = { ...secret, code_verifier: party.kept.verifier }
    expect((await party.exchange(callback.get('code') ?? '', more, {})).status).toBe(200)
  })

  const unsigned = (claims: object) =>
    `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
    const { callback } = await party.authorize({ request_uri: 'https://app.example/request.jwt' })
    expect(callback.get('error')).toBe('request_uri_not_supported')
  })

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () => {
    const { callback } = await party.authorize({ request: unsigned({ nonce: 'another' }) })
    expect(callback.get('error')).toBe('request_not_supported')
  })

  it('oidcc-claims-essential', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
    expect(await claimsFor({ claims })).toMatchObject({ name: 'Ada Lovelace' })
  })

  it('oidcc-ensure-request-object-with-redirect-uri', async () => {
    const request = unsigned({ redirect_uri: 'https://elsewhere.example/callback' })
    const { callback } = await party.authorize({ request })
    expect(callback.get('error')).toBe('request_not_supported')
  })

  it('oidcc-refresh-token', async () => {
    const { answer, idToken } = await party.tokens({ scope: 'openid offline_access', prompt: 'consent' })
    const form = { grant_type: 'refresh_token', refresh_token: answer.refresh_token, client_secret: consumerSecret }
    const own = { ...form, client_id: party.app.consumerKey }
    const refreshed = await party.server.post('/services/oauth2/token', own)
    expect(refreshed.status).toBe(200)
    expect((await party.verify(refreshed.body.id_token)).claims).toMatchObject({
      iss: party.issuer,
      sub: idToken.claims.sub,
      aud: party.app.consumerKey,
      auth_time: idToken.claims['auth_time'],
    })
    const other = await party.server.addApp('Second_Client', { scopes: ['openid', 'refresh_token'] })
    const stolen = { ...form, client_id: other.consumerKey, refresh_token: refreshed.body.refresh_token }
    const refused = await party.server.post('/services/oauth2/token', stolen)
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant'])
  })
}
