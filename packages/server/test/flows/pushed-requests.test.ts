import { hash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { decideOn, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { type Answer, callbackUrl, consumerSecret, startTestServer, type TestServer } from './test-server.ts'
import { claimsOf, credentialsOf, exchange, refusalOf } from './test-tokens.ts'

const path = '/services/oauth2/par'
const verifier = 'a-verifier-of-forty-three-characters-at-least'
const challenge = { code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' }
const asked = { response_type: 'code', redirect_uri: callbackUrl, ...challenge }

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer({ posture: strictPosture })
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
})

afterAll(() => server.close())

const push = (parameters: Record<string, string> = {}, at = server, by: Record<string, string> = credentialsOf(app)) =>
  at.post(path, { ...asked, ...by, ...parameters })

const authorizePath = (request_uri: string, more: Record<string, string> = {}) =>
  `/services/oauth2/authorize?${new URLSearchParams({ client_id: app.consumerKey, request_uri, ...more })}`

/** Takes a browser the whole way; where it ended. */
async function goOn(browser: TestBrowser, page: Stop): Promise<Stop> {
  let stop = page
  if (stop.html.includes('name="pw"')) stop = await signInOn(browser, stop, user.username)
  if (stop.html.includes('oaapprove')) stop = await decideOn(browser, stop, 'allow')
  return stop
}

async function follow(pushed: Answer, browser = testBrowser(server), more: Record<string, string> = {}): Promise<URL> {
  const stop = await goOn(browser, await browser.open(authorizePath(pushed.body.request_uri, more)))
  if (!stop.hasLeft) throw new Error(stop.html)
  return stop.url
}

/** How a request is refused that a program asks for: by the bare pair. */
async function refusedAt(url: string, at = server) {
  const response = await at.request(url)
  const { refusal } = await at.journalOf(response)
  return { status: response.status, text: await response.text(), reason: refusal?.reason }
}
const invalid = 'error=invalid_request_uri&error_description=request_uri%20is%20invalid%20or%20expired'

describe('a pushed authorize request', () => {
  it('is answered with a reference of a minute that no cache keeps, which a browser brings back', async () => {
    const pushed = await push({ state: 'kept', nonce: 'once', scope: 'openid' })
    expect(pushed).toMatchObject({ status: 201, body: { expires_in: 60 } })
    expect(pushed.headers.get('cache-control')).toContain('no-store')
    expect(pushed.body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9._]{52}$/)

    const callback = await follow(pushed)
    expect(callback.origin + callback.pathname).toBe(callbackUrl)
    expect([callback.searchParams.get('state'), callback.searchParams.get('iss')]).toEqual(['kept', server.base])
    const tokens = await exchange(server, app, callback.searchParams.get('code') ?? '', { code_verifier: verifier })
    expect(tokens.status).toBe(200)
    expect(claimsOf(tokens.body.id_token)).toMatchObject({ nonce: 'once', aud: app.consumerKey })
    expect(tokens.body.scope.split(' ')).not.toContain('api')
  })

  it('is what counts, whatever else the URL says', async () => {
    const pushed = await push({ scope: 'openid', state: 'pushed' })
    const changed = { scope: 'api', state: 'changed', redirect_uri: 'https://evil.example/', response_type: 'token' }
    const callback = await follow(pushed, testBrowser(server), changed)
    expect(callback.origin + callback.pathname).toBe(callbackUrl)
    expect(callback.searchParams.get('state')).toBe('pushed')
  })

  it('asks for the password again for prompt=login, once', async () => {
    const browser = testBrowser(server)
    await follow(await push(), browser)
    server.advance(5)
    const pushed = await push({ prompt: 'login' })
    const page = await browser.open(authorizePath(pushed.body.request_uri))
    expect(page.html).toContain('name="pw"')
    expect((await goOn(browser, page)).hasLeft).toBe(true)
  })

  it('asks for approval again for prompt=consent, once', async () => {
    const browser = testBrowser(server)
    await follow(await push(), browser)
    const pushed = await push({ prompt: 'consent' })
    const page = await browser.open(authorizePath(pushed.body.request_uri))
    expect(page.html).toContain('oaapprove')
    expect((await goOn(browser, page)).hasLeft).toBe(true)
  })

  it('leaves a person who has come in time fifteen minutes to answer, on pages loaded again', async () => {
    const pushed = await push()
    const browser = testBrowser(server)
    await browser.open(authorizePath(pushed.body.request_uri))
    server.advance(890)
    const page = await browser.open(authorizePath(pushed.body.request_uri))
    expect((await goOn(browser, page)).hasLeft).toBe(true)
  })

  it('is answered once, also when the answer is no', async () => {
    const pushed = await push({ prompt: 'none' })
    const response = await server.request(authorizePath(pushed.body.request_uri))
    expect(response.headers.get('location')).toContain('error=login_required')
    const again = await refusedAt(authorizePath(pushed.body.request_uri))
    expect(again).toEqual({ status: 400, text: invalid, reason: 'request-uri-spent' })
  })

  it('is answered once, of 50 browsers at once', async () => {
    const browser = testBrowser(server)
    await follow(await push(), browser)
    const pushed = await push()
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.request(authorizePath(pushed.body.request_uri), { headers: { cookie } })),
    )
    const codes = answers.filter(({ headers }) => headers.get('location')?.startsWith(`${callbackUrl}?code=`))
    expect(codes).toHaveLength(1)
  })

  it('takes every way of showing who the app is, and wants one of an app with a secret', async () => {
    const basic = `Basic ${Buffer.from(`${app.consumerKey}:${consumerSecret}`).toString('base64')}`
    expect((await server.post(path, asked, { authorization: basic })).status).toBe(201)
    const client_assertion = server.assertion({ iss: app.consumerKey, sub: app.consumerKey, jti: randomUUID() })
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const signed = await push({}, server, { client_assertion, client_assertion_type })
    expect(signed.status).toBe(201)
    expect((await follow(signed)).searchParams.has('code')).toBe(true)
    const unshown = await push({}, server, { client_id: app.consumerKey })
    expect(await refusalOf(server, unshown)).toMatchObject({ status: 401, reason: 'client-secret-missing' })
    const open = await server.addApp('Open', { isConsumerSecretOptional: true })
    expect((await push({}, server, { client_id: open.consumerKey })).status).toBe(201)
  })

  it('keeps no secret of the app', async () => {
    const { body } = await push()
    const id = await server.stores.pushed.find(presented(body.request_uri))
    expect(JSON.stringify(id.state === 'unknown' ? '' : [...id.request.parameters])).not.toContain(consumerSecret)
  })
})

function presented(requestUri: string) {
  const text = requestUri.replace('urn:ietf:params:oauth:request_uri:', '')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._'
  const id = [...text.slice(0, 9)].reduce((sum, letter) => sum * 64 + letters.indexOf(letter), 0)
  return { id, hash: hash('sha256', text.slice(9), 'buffer') }
}

describe('what is wrong with a request is told when it is pushed', () => {
  it.each<[string, Record<string, string>, string]>([
    ['redirect-uri-mismatch', { redirect_uri: `${callbackUrl}/` }, 'redirect_uri_mismatch'],
    ['redirect-uri-missing', { redirect_uri: '' }, 'redirect_uri_missing'],
    ['response-type-unknown', { response_type: 'magic' }, 'unsupported_response_type'],
    ['challenge-method-unknown', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['challenge-malformed', { code_challenge: 'short' }, 'invalid_request'],
    ['prompt-unknown', { prompt: 'dance' }, 'invalid_request'],
    ['request-uri-pushed', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['request-object-unsupported', { request: 'a.b.c' }, 'request_not_supported'],
  ])('%s', async (reason, change, error) => {
    expect(await refusalOf(server, await push(change))).toMatchObject({ status: 400, error, reason })
  })

  it('a missing challenge of an app that needs one', async () => {
    const strictApp = await server.addApp('Pkce', { isPkceRequired: true })
    const answer = await push({ code_challenge: '', code_challenge_method: '' }, server, credentialsOf(strictApp))
    expect(await refusalOf(server, answer)).toMatchObject({ status: 400, reason: 'challenge-missing' })
  })

  it('by GET, with JSON, or with much too much', async () => {
    expect((await server.request(path)).status).toBe(405)
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    expect((await server.request(path, json)).status).toBe(400)
    expect((await push({ state: 'x'.repeat(70_000) })).body.error_description).toBe('request too large')
  })
})

describe('a request_uri', () => {
  it('is no good after a minute in which no browser came', async () => {
    const { body } = await push()
    server.advance(61)
    expect(await refusedAt(authorizePath(body.request_uri))).toEqual({
      status: 400,
      text: invalid,
      reason: 'request-uri-expired',
    })
  })

  it('is no good with another app’s client_id, or with none', async () => {
    const other = await server.addApp('Other_App')
    const { body } = await push()
    const stolen = await refusedAt(authorizePath(body.request_uri, { client_id: other.consumerKey }))
    expect(stolen).toMatchObject({ status: 400, reason: 'request-uri-of-another-app' })
    const query = new URLSearchParams({ request_uri: body.request_uri })
    expect((await refusedAt(`/services/oauth2/authorize?${query}`)).reason).toBe('client-id-missing')
  })

  it('that was guessed is unknown, however it is written', async () => {
    const { body } = await push()
    const guesses = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(body.request_uri.slice(0, -1), `${body.request_uri}x`, body.request_uri.toUpperCase()),
    )
    await fc.assert(
      fc.asyncProperty(guesses, async (guess) => {
        const uri = guess.startsWith('urn:') ? guess : `urn:ietf:params:oauth:request_uri:${guess.toWellFormed()}`
        const { status } = await refusedAt(authorizePath(uri))
        expect(status).toBe(400)
      }),
      { numRuns: 30 },
    )
  })

  it('of another place is not fetched', async () => {
    const { headers } = await server.request(
      authorizePath('https://app.example/request', { ...asked, redirect_uri: callbackUrl }),
    )
    expect(headers.get('location')).toContain('error=request_uri_not_supported')
  })
})

describe('pushing is', () => {
  it('not there at Salesforce, and not announced', async () => {
    const salesforce = await startTestServer()
    expect((await salesforce.post(path, {})).status).toBe(404)
    const metadata = await (await salesforce.request('/.well-known/openid-configuration')).json()
    expect(metadata).not.toHaveProperty('pushed_authorization_request_endpoint')
    await salesforce.close()
  })

  it('announced where it is offered', async () => {
    const metadata = await (await server.request('/.well-known/oauth-authorization-server')).json()
    expect(metadata).toMatchObject({ pushed_authorization_request_endpoint: `${server.base}${path}` })
    expect(metadata).not.toHaveProperty('require_pushed_authorization_requests')
  })

  it('required where it is said to be', async () => {
    const requiring = await startTestServer({ posture: { ...strictPosture, pushedRequests: 'required' } })
    const own = await requiring.addApp('Own')
    const metadata = await (await requiring.request('/.well-known/openid-configuration')).json()
    expect(metadata).toMatchObject({ require_pushed_authorization_requests: true })
    const query = new URLSearchParams({ ...asked, client_id: own.consumerKey, state: 'kept' })
    const response = await requiring.request(`/services/oauth2/authorize?${query}`)
    const back = new URL(response.headers.get('location') ?? '')
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'invalid_request',
      error_description: 'pushed authorization request required',
      state: 'kept',
      iss: requiring.base,
    })
    expect((await push({}, requiring, credentialsOf(own))).status).toBe(201)
    await requiring.close()
  })
})
