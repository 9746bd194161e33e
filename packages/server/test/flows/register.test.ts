import { createPublicKey, hash, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { generateInitialAccessToken } from '../../src/connected-apps/initial-access-token.ts'
import { strictPosture } from '../../src/options.ts'
import {
  type Answer,
  answerOf,
  callbackUrl,
  otherBase,
  startTestServer,
  type TestServer,
  targetBase,
} from './test-server.ts'
import { codeFor, credentialsOf, isAlive, refusalOf } from './test-tokens.ts'

let server: TestServer
let parent: ConnectedApp
let token: string

async function begin(options: Parameters<typeof startTestServer>[0] = {}): Promise<void> {
  server = await startTestServer(options)
  const { id } = await server.profile('Standard User')
  parent = await server.addApp(
    'Parent',
    { isNamedUserJwtEnabled: true },
    { isAdminApproved: true, profileIds: [id], sessionTimeout: 900 },
  )
  token = await newToken()
}
beforeEach(() => begin())
afterEach(() => server.close())

function newToken(app = parent): Promise<string> {
  return generateInitialAccessToken({ registrations: server.stores.registrations, now: server.now }, app)
}

async function send(path: string, method: string, bearer: string | undefined, body?: unknown): Promise<Answer> {
  const headers = {
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return answerOf(await server.request(path, { method, headers, ...(body === undefined ? {} : { body: text }) }))
}

const register = (metadata: unknown, bearer: string | undefined = token, base = '') =>
  send(`${base}/services/oauth2/register`, 'POST', bearer, metadata)

const mine = { redirect_uris: [callbackUrl], client_name: 'Mine', contacts: ['dev@mine.example'] }

describe('POST /services/oauth2/register', () => {
  it('makes an app, and tells it what Salesforce tells', async () => {
    const { status, body, headers } = await register({ ...mine, scope: 'openid api' })
    expect([status, headers.get('cache-control')]).toEqual([201, expect.stringContaining('no-store')])
    expect(body).toEqual({
      client_id: expect.stringMatching(/^3MVG9/),
      client_secret: expect.stringMatching(/./),
      client_name: 'Mine',
      client_id_issued_at: Math.floor(server.now().getTime() / 1000),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^RAT/),
      registration_client_uri: `${server.base}/services/oauth2/register/${body.client_id}`,
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [callbackUrl],
      response_types: ['code'],
      grant_types: ['authorization_code', 'hybrid_auth_code', 'refresh_token'],
      contacts: ['dev@mine.example'],
      scopes: ['api', 'openid', 'id'],
    })
  })

  it('has the app act as the one under which it registered may: policies, scopes, kind of tokens', async () => {
    const { body } = await register(mine)
    const app = await server.stores.apps.findByConsumerKey(body.client_id)
    expect(app).toMatchObject({
      scopes: ['api', 'refresh_token', 'openid'],
      isNamedUserJwtEnabled: true,
      orgId: parent.orgId,
    })
    expect(await server.stores.apps.findPolicies(app?.id ?? '', server.org.id)).toMatchObject({
      isAdminApproved: true,
      profileIds: [expect.any(String)],
      sessionTimeout: 900,
      isInstalled: true,
    })
    expect(await server.stores.registrations.childrenOf(parent.id)).toMatchObject([{ appId: app?.id }])
    const [entry] = await server.stores.auditTrail.list(server.org.id, { limit: 1 })
    expect(entry).toMatchObject({ display: 'Registered itself: connected app Mine', createdById: undefined })
  })

  it('makes an app that people can use at once, and whose tokens its parent may introspect', async () => {
    const user = await server.addUser('ada@target.example')
    const { body } = await register(mine)
    const app = await server.stores.apps.findByConsumerKey(body.client_id)
    if (app === undefined) throw new Error('The app is not there.')
    const code = await codeFor(server, user, app)
    const bought = await server.post('/services/oauth2/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
      client_id: body.client_id,
      client_secret: body.client_secret,
    })
    expect(await isAlive(server, bought.body.access_token)).toBe(true)
    const ask = (asker: ConnectedApp) =>
      server.post('/services/oauth2/introspect', { token: bought.body.access_token, ...credentialsOf(asker) })
    expect((await ask(parent)).body).toMatchObject({ active: true, client_id: body.client_id })
    expect((await ask(await server.addApp('Stranger'))).body).toEqual({ active: false })
  })

  it('tells an app its secret again, which Setup Audit Trail then says', async () => {
    const { body } = await register(mine)
    const path = new URL(body.registration_client_uri).pathname
    const headers = { authorization: `Bearer ${body.registration_access_token}` }
    const told = await answerOf(await server.request(path, { headers }))
    expect(told.body.client_secret).toBe(body.client_secret)
    const [latest] = await server.stores.auditTrail.list(server.org.id, { limit: 1 })
    expect(latest).toMatchObject({ action: 'revealConsumerSecret', createdById: undefined })
  })

  it('gives an app that keeps no secret none, and asks it for a challenge', async () => {
    const { body } = await register({ ...mine, token_endpoint_auth_method: 'none' })
    expect(body).not.toHaveProperty('client_secret')
    expect(body.token_endpoint_auth_method).toBe('none')
    expect(await server.stores.apps.findByConsumerKey(body.client_id)).toMatchObject({
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
      isPkceRequired: true,
    })
  })

  it('lets an app have tokens in an address only where its parent does', async () => {
    const implicit = { ...mine, response_types: ['code', 'token'], grant_types: ['authorization_code', 'implicit'] }
    expect((await refusalOf(server, await register(implicit))).reason).toBe('registration-refused')
    const browserApp = await server.addApp('Browser_App', { isUserAgentEnabled: true })
    const { body } = await register(implicit, await newToken(browserApp))
    expect(body).toMatchObject({
      response_types: ['code', 'token', 'token id_token', 'hybrid_token'],
      grant_types: ['authorization_code', 'hybrid_auth_code', 'implicit', 'refresh_token'],
    })
  })

  it.each<[string, unknown, string, string]>([
    ['without redirect_uris', {}, 'failed_registration', 'registration-refused'],
    ['with none of them', { redirect_uris: [] }, 'failed_registration', 'registration-refused'],
    ['with one by http', { redirect_uris: ['http://app.example/cb'] }, 'failed_registration', 'registration-refused'],
    [
      'with one that is a script',
      { redirect_uris: ['javascript:alert(1)'] },
      'failed_registration',
      'registration-refused',
    ],
    ['for a scope that the parent has not', { ...mine, scope: 'full' }, 'failed_registration', 'registration-refused'],
    ['for a scope that nobody has', { ...mine, scopes: ['nothing'] }, 'failed_registration', 'registration-refused'],
    [
      'for another grant',
      { ...mine, grant_types: ['client_credentials'] },
      'failed_registration',
      'registration-refused',
    ],
    ['for another answer', { ...mine, response_types: ['none'] }, 'failed_registration', 'registration-refused'],
    [
      'with keys in place of a secret',
      { ...mine, token_endpoint_auth_method: 'private_key_jwt' },
      'failed_registration',
      'registration-refused',
    ],
    ['with a name of two lines', { ...mine, client_name: 'a\nb' }, 'failed_registration', 'registration-refused'],
    ['with no address for mail', { ...mine, contacts: ['nobody'] }, 'failed_registration', 'registration-refused'],
    ['as a list', [], 'failed_registration', 'registration-refused'],
    ['as a form', 'redirect_uris=x', 'registration_error', 'registration-malformed'],
  ])('is refused %s', async (_, metadata, error, reason) => {
    const answer = await register(metadata)
    expect(await refusalOf(server, answer)).toMatchObject({ status: 400, error, reason })
    expect(await server.stores.registrations.childrenOf(parent.id)).toEqual([])
  })

  it('is refused without the token, with another, and with one that was deleted or replaced', async () => {
    expect(await refusalOf(server, await send('/services/oauth2/register', 'POST', undefined, mine))).toEqual({
      status: 400,
      error: 'invalid_token',
      error_description: 'token not provided',
      reason: 'token-missing',
    })
    const unknown = {
      status: 400,
      error: 'invalid_token',
      error_description: 'invalid initial access token',
      reason: 'initial-token-unknown',
    }
    expect(
      await refusalOf(server, await register(mine, `${token.slice(0, -1)}${token.endsWith('x') ? 'y' : 'x'}`)),
    ).toEqual(unknown)
    const next = await newToken()
    expect(await refusalOf(server, await register(mine))).toEqual(unknown)
    expect((await register(mine, next)).status).toBe(201)
    expect(await server.stores.registrations.deleteInitialToken(parent.id)).toBe(true)
    expect(await server.stores.registrations.deleteInitialToken(parent.id)).toBe(false)
    expect(await refusalOf(server, await register(mine, next))).toEqual(unknown)
  })

  it('is refused for a blocked app, a closed org, and at the address of another', async () => {
    expect((await register(mine, token, targetBase)).status).toBe(201)
    expect((await refusalOf(server, await register(mine, token, otherBase))).reason).toBe('initial-token-unknown')
    await server.stores.apps.endAll(parent.id, server.org.id, true)
    expect((await refusalOf(server, await register(mine))).reason).toBe('app-blocked')
    await server.stores.orgs.update({ ...server.org, isActive: false })
    expect((await refusalOf(server, await register(mine))).reason).toBe('org-inactive')
  })

  it('registers no more than may be, of fifty at once', async () => {
    await server.close()
    await begin({ posture: { registrationLimit: 3 } })
    const answers = await Promise.all(Array.from({ length: 50 }, () => register(mine)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    const refusals = new Set(answers.filter(({ status }) => status !== 201).map(({ text }) => text))
    expect([...refusals]).toEqual([
      '{"error":"exceeded_registration_limit","error_description":"registration limit exceeded"}',
    ])
  })

  it('answers whatever it is sent, and registers nothing of junk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => `{"redirect_uris":${text}}`),
        ),
        async (text) => {
          expect([201, 400]).toContain((await register(text)).status)
        },
      ),
      { numRuns: 60 },
    )
    const huge = await register({ ...mine, software_statement: 'x'.repeat(70_000) })
    expect((await refusalOf(server, huge)).reason).toBe('body-too-large')
  })
})

describe('a registration', () => {
  const at = (body: Answer['body']) => new URL(body.registration_client_uri).pathname

  it('is read with its token', async () => {
    const { body } = await register(mine)
    const read = await send(at(body), 'GET', body.registration_access_token)
    expect([read.status, read.body]).toEqual([200, body])
  })

  it('is changed as a whole: what is not said any more is as with the parent', async () => {
    const { body } = await register({ ...mine, scope: 'api' })
    const changed = await send(at(body), 'PUT', body.registration_access_token, {
      client_id: body.client_id,
      redirect_uris: ['https://new.example/cb'],
    })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({
      client_id: body.client_id,
      client_secret: body.client_secret,
      client_name: 'Parent',
      redirect_uris: ['https://new.example/cb'],
      scopes: ['api', 'refresh_token', 'openid', 'id'],
    })
    const wrong = await send(at(body), 'PUT', body.registration_access_token, { ...mine, client_id: 'other' })
    expect((await refusalOf(server, wrong)).reason).toBe('registration-refused')
  })

  it('is deleted with its app and all its tokens', async () => {
    const { body } = await register(mine)
    const gone = await send(at(body), 'DELETE', body.registration_access_token)
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect(await server.stores.apps.findByConsumerKey(body.client_id)).toBeUndefined()
    const again = await send(at(body), 'GET', body.registration_access_token)
    expect((await refusalOf(server, again)).reason).toBe('registration-token-unknown')
  })

  it('is nobody else’s: not with another app’s token, the initial one, or none', async () => {
    const { body } = await register(mine)
    const { body: other } = await register(mine)
    for (const [bearer, reason] of [
      [other.registration_access_token, 'registration-token-unknown'],
      [token, 'registration-token-unknown'],
      [undefined, 'token-missing'],
    ] as const) {
      for (const method of ['GET', 'DELETE']) {
        expect((await refusalOf(server, await send(at(body), method, bearer))).reason).toBe(reason)
      }
    }
  })

  it('ends with the app under which it was made', async () => {
    const { body } = await register(mine)
    await server.stores.apps.delete(parent.id)
    expect(await server.stores.apps.findByConsumerKey(body.client_id)).toBeUndefined()
    expect((await refusalOf(server, await register(mine))).reason).toBe('initial-token-unknown')
  })

  it('is refused with 401 and a challenge where the RFCs are followed', async () => {
    await server.close()
    await begin({ posture: strictPosture })
    const answer = await register(mine, 'nobody')
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="Sallyport", error="invalid_token"',
    ])
  })
})

describe('an app that registers with a key', () => {
  beforeEach(async () => {
    await server.close()
    server = await startTestServer({ posture: strictPosture })
    parent = await server.addApp('Parent')
    token = await newToken()
  })

  const publicKey = () => createPublicKey(server.signer.privateKey).export({ format: 'jwk' })
  const x5c = () => [new X509Certificate(server.signer.pem).raw.toString('base64')]
  const withKey = (key: object = {}, more: object = {}) => ({
    ...mine,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...publicKey(), alg: 'RS256', use: 'sig', x5c: x5c(), ...key }] },
    ...more,
  })

  it('is told of no secret, and shows who it is by what it signs', async () => {
    const { status, body } = await register(withKey())
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('client_secret')
    expect(body).toMatchObject({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty: 'RSA', n: publicKey().n, e: 'AQAB', alg: 'RS256', use: 'sig', x5c: x5c() }] },
    })
    const app = await server.stores.apps.findByConsumerKey(body.client_id)
    if (app === undefined) throw new Error('The app is not there.')
    const user = await server.addUser('ada@target.example')
    const verifier = 'a'.repeat(43)
    const challenge = { code_challenge: hash('sha256', verifier, 'base64url'), code_challenge_method: 'S256' }
    const code = await codeFor(server, user, app, challenge)
    const shown = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
      code_verifier: verifier,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: server.assertion({ iss: app.consumerKey, sub: app.consumerKey, aud: server.base, jti: 'one' }),
    }
    expect((await server.post('/services/oauth2/token', shown)).body.access_token).toMatch(/^00D/)
    const read = await send(body.registration_client_uri, 'GET', body.registration_access_token)
    expect(read.body).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' })
    expect(read.body).not.toHaveProperty('client_secret')
  })

  it('may put a secret in its place, and the key counts no more', async () => {
    const { body } = await register(withKey())
    const { registration_client_uri: url, registration_access_token: own } = body
    const changed = await send(url, 'PUT', own, mine)
    expect(changed.body).toMatchObject({ token_endpoint_auth_method: 'client_secret_post' })
    expect(changed.body.client_secret).toMatch(/./)
    expect(await server.stores.apps.findByConsumerKey(body.client_id)).toMatchObject({ certificate: undefined })
  })

  it.each([
    ['without a key', { jwks: undefined }],
    ['with no set of keys', { jwks: { keys: 'mine' } }],
    ['with an address to fetch it from', { jwks_uri: 'https://mine.example/keys' }],
    ['with a private key', { jwks: () => ({ keys: [server.signer.privateKey.export({ format: 'jwk' })] }) }],
    ['with two keys', { jwks: () => ({ keys: [publicKey(), publicKey()] }) }],
    ['with a key of another kind', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } }],
    ['with a key for another algorithm', { jwks: () => ({ keys: [{ ...publicKey(), alg: 'PS256', x5c: x5c() }] }) }],
    ['with a key without a certificate', { jwks: () => ({ keys: [publicKey()] }) }],
    ['with the certificate of another key', { jwks: () => ({ keys: [{ ...publicKey(), n: 'AQAB', x5c: x5c() }] }) }],
    ['with junk for a certificate', { jwks: () => ({ keys: [{ ...publicKey(), x5c: ['junk'] }] }) }],
  ])('is refused %s', async (_, more: { readonly jwks?: unknown; readonly jwks_uri?: unknown }) => {
    const jwks = typeof more.jwks === 'function' ? more.jwks() : more.jwks
    const answer = await register(withKey({}, 'jwks' in more ? { jwks } : more))
    expect(await refusalOf(server, answer)).toEqual({
      status: 400,
      error: 'failed_registration',
      error_description: 'invalid client metadata',
      reason: 'registration-refused',
    })
    expect((await server.journalOf(answer)).refusal?.facts).toMatchObject({
      field: expect.stringMatching(/^jwks(?:_uri)?$/),
    })
  })

  it('is refused where it could act for users who are let in by an admin, and never asked', async () => {
    const policies = await server.stores.apps.findPolicies(parent.id, server.org.id)
    if (policies === undefined) throw new Error('The policies are gone.')
    await server.stores.apps.setPolicies({ ...policies, isAdminApproved: true, profileIds: [] })
    const answer = await register(withKey())
    expect((await server.journalOf(answer)).refusal).toMatchObject({
      reason: 'registration-refused',
      facts: { field: 'token_endpoint_auth_method' },
    })
  })

  it('is refused as Salesforce knows it, which gives secrets alone', async () => {
    await server.close()
    await begin()
    const answer = await register(withKey())
    expect([answer.status, answer.body.error]).toEqual([400, 'failed_registration'])
  })
})
