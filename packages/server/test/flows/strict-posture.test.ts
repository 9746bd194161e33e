import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import { authorizeUrl } from './test-browser.ts'
import { callbackUrl, consumerSecret, startTestServer, type TestServer } from './test-server.ts'
import { codeFor, credentialsOf, exchange, tokensFor } from './test-tokens.ts'

const tokenUrl = '/services/oauth2/token'

describe('in the strict posture', () => {
  let strict: TestServer
  let own: ConnectedApp

  beforeAll(async () => {
    strict = await startTestServer({ posture: strictPosture })
    own = await strict.addApp('Own')
  })

  afterAll(() => strict.close())

  it('a token request by GET is answered with 405 and what is allowed', async () => {
    const { status, headers } = await strict.request(tokenUrl)
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
  })

  it.each([
    'client_secret',
    'assertion',
    'client_assertion',
    'code',
    'code_verifier',
    'refresh_token',
    'password',
    'token',
  ])('%s is refused in the query string', async (name) => {
    const answer = await strict.post(`${tokenUrl}?${name}=x`, { grant_type: 'refresh_token' })
    expect(answer.body.error_description).toBe('credentials are not accepted in the query string')
  })

  const basic = `Basic ${Buffer.from(`3MVG9Own:${consumerSecret}`).toString('base64')}`

  it.each([
    ['Basic header and secret', () => credentialsOf(own), { authorization: basic }],
    ['secret and assertion', () => ({ ...credentialsOf(own), client_assertion: 'a.b.c' }), {}],
    ['Basic header and assertion', () => ({ client_assertion: 'a.b.c' }), { authorization: basic }],
  ])('two ways of authenticating in one request are refused: %s', async (_, form, headers) => {
    const answer = await strict.post(tokenUrl, { grant_type: 'refresh_token', refresh_token: 'x', ...form() }, headers)
    expect(answer.body).toEqual({
      error: 'invalid_request',
      error_description: 'more than one client authentication method',
    })
  })

  it.each([
    [
      'a wrong secret by Basic header',
      {},
      { authorization: `Basic ${Buffer.from('3MVG9Own:wrong').toString('base64')}` },
    ],
    ['a Basic header that is none', {}, { authorization: 'Basic !' }],
    ['a wrong secret in the body', { client_id: '3MVG9Own', client_secret: 'wrong' }, {}],
    ['an unknown app', { client_id: 'nobody' }, {}],
  ])('%s is answered with 401 and a challenge', async (_, form, headers) => {
    const answer = await strict.post(tokenUrl, { grant_type: 'refresh_token', refresh_token: 'x', ...form }, headers)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Sallyport", charset="UTF-8"',
    ])
  })

  it('public apps cannot begin a web server flow without a challenge, and plain is refused with and without its name', async () => {
    const open = await strict.addApp('Open', { isConsumerSecretOptional: true })
    const refused = async (parameters: Record<string, string>) => {
      const { headers } = await strict.request(authorizeUrl(open.consumerKey, { ...parameters, state: 'kept' }))
      const back = new URL(headers.get('location') ?? '')
      expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([callbackUrl, 'kept'])
      expect([back.searchParams.get('error'), back.searchParams.get('iss')]).toEqual(['invalid_request', strict.base])
      return back.searchParams.get('error_description')
    }
    expect(await refused({})).toBe('missing required code challenge')
    for (const method of ['', 'plain']) {
      const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: method }
      expect(await refused(challenge)).toBe('code challenge method not supported')
    }
  })

  it('a verifier has 128 characters at most', async () => {
    const one = await strict.addUser('three@target.example')
    for (const [length, status] of [
      [128, 200],
      [129, 400],
    ] as const) {
      const code_verifier = 'v'.repeat(length)
      const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
      const code = await codeFor(strict, one, own, { code_challenge, code_challenge_method: 'S256' })
      expect((await exchange(strict, own, code, { code_verifier })).status).toBe(status)
    }
  })

  it('a code lasts a minute', async () => {
    const one = await strict.addUser('one@target.example')
    const code = await codeFor(strict, one, own)
    strict.advance(61)
    const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(own) }
    expect((await strict.post(tokenUrl, form)).body.error_description).toBe('expired authorization code')
  })

  it('and token answers say in how many seconds they end, to one second', async () => {
    const one = await strict.addUser('two@target.example')
    const { access_token, expires_in } = await tokensFor(strict, one, own)
    const userinfo = () =>
      strict.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${access_token}` } })
    expect(expires_in).toBe(7200)
    strict.advance(expires_in)
    expect((await userinfo()).status).toBe(401)
  })
})
