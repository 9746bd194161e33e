import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import { readProof } from '../../src/tokens/dpop-proof.ts'
import type { User } from '../../src/users/user.ts'
import { type DpopKey, dpopKey } from './dpop-key.ts'
import { authorizeAs } from './test-browser.ts'
import { type Answer, answerOf, callbackUrl, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, codeFor, credentialsOf, refusalOf, tokensFor } from './test-tokens.ts'

const tokenPath = '/services/oauth2/token'
const userinfoPath = '/services/oauth2/userinfo'
const limitsPath = '/services/data/v62.0/limits'

let server: TestServer
let user: User
let app: ConnectedApp
let open: ConnectedApp
let key: DpopKey

beforeAll(async () => {
  server = await startTestServer({ posture: { ...strictPosture, publicAppsNeedPkce: false } })
  user = await server.addUser('ada@target.example')
  const details = { isClientCredentialEnabled: true }
  app = await server.addApp('Web_App', details, { clientCredentialUserId: user.id })
  open = await server.addApp('Public_App', { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false })
  key = dpopKey()
})

afterAll(() => server.close())

const now = () => server.now()
const tokenUrl = () => `${server.base}${tokenPath}`

/** Asks for tokens with a proof by the key. */
function ask(form: Record<string, string>, by = key, base = server.base): Promise<Answer> {
  return server.post(base + tokenPath, form, { dpop: by.proof({ url: base + tokenPath, now: now() }) })
}

async function redeem(client: ConnectedApp, by = key, asked: Record<string, string> = {}) {
  const code = await codeFor(server, user, client, asked)
  const own = client.isConsumerSecretOptional ? { client_id: client.consumerKey } : credentialsOf(client)
  return ask({ grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...own }, by)
}

/** Uses an access token as a bound one. */
async function use(accessToken: string, path = userinfoPath, by = key, claims: Record<string, unknown> = {}) {
  const dpop = by.proof({ method: 'GET', url: server.base + path, now: now(), accessToken }, claims)
  return answerOf(await server.request(path, { headers: { authorization: `DPoP ${accessToken}`, dpop } }))
}

describe('a token is bound to the key that asked for it', () => {
  it('by code, and opens userinfo and the REST API with it alone', async () => {
    const { status, body } = await redeem(app)
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
    expect((await use(body.access_token)).status).toBe(200)
    expect((await use(body.access_token, limitsPath)).status).toBe(200)
    expect(
      (await use(body.access_token, `${limitsPath}?a=b`, key, { htu: `${server.base}${limitsPath}` })).status,
    ).toBe(200)
  })

  it('by refresh, client credentials and JWT bearer', async () => {
    const { body: first } = await redeem(app)
    const refreshed = await ask({
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token,
      ...credentialsOf(app),
    })
    const robot = await ask({ grant_type: 'client_credentials', ...credentialsOf(app) }, key, targetBase)
    const jwt = server.assertion({ iss: app.consumerKey, sub: user.username })
    const bearer = await ask({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt })
    for (const { status, body } of [refreshed, robot, bearer]) {
      expect([status, body.token_type]).toEqual([200, 'DPoP'])
      expect((await use(body.access_token)).status).toBe(200)
      const stolen = await server.request(userinfoPath, { headers: { authorization: `Bearer ${body.access_token}` } })
      expect(stolen.status).toBe(401)
    }
  })

  it('also where it is a JWT, which says so', async () => {
    const jwtApp = await server.addApp('Jwt_App', { isNamedUserJwtEnabled: true })
    const { body } = await redeem(jwtApp)
    expect(claimsOf(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
    expect((await use(body.access_token)).status).toBe(200)
  })

  it('and whoever introspects it is told by which', async () => {
    const { body } = await redeem(app)
    const told = await server.post('/services/oauth2/introspect', { token: body.access_token, ...credentialsOf(app) })
    expect(told.body).toMatchObject({ active: true, cnf: { jkt: key.thumbprint } })
  })

  it('and is a bearer token without a proof, which is no better for one', async () => {
    const body = await tokensFor(server, user, app)
    expect(body.token_type).toBe('Bearer')
    const bearer = await server.request(userinfoPath, { headers: { authorization: `Bearer ${body.access_token}` } })
    expect(bearer.status).toBe(200)
    const answer = await use(body.access_token)
    expect([answer.status, (await server.journalOf(answer)).refusal?.reason]).toEqual([401, 'token-not-bound'])
  })
})

describe('a bound token is worth nothing', () => {
  let token: string

  beforeAll(async () => {
    token = (await redeem(app)).body.access_token
  })

  const refused = async (answer: Answer) => {
    const { refusal } = await server.journalOf(answer)
    return [answer.status, refusal?.reason, answer.headers.get('www-authenticate')?.split(',')[1]?.trim()]
  }

  it.each([
    ['as a bearer token', (text: string) => ({ authorization: `Bearer ${text}` }), 'token-bound-to-key'],
    ['by the old scheme', (text: string) => ({ authorization: `OAuth ${text}` }), 'token-bound-to-key'],
    ['without a proof', (text: string) => ({ authorization: `DPoP ${text}` }), 'dpop-proof-missing'],
  ])('%s', async (_, headers, reason) => {
    for (const path of [userinfoPath, limitsPath]) {
      const answer = await answerOf(await server.request(path, { headers: headers(token) }))
      const error = reason === 'token-bound-to-key' ? 'error="invalid_token"' : 'error="invalid_dpop_proof"'
      expect(await refused(answer)).toEqual([401, reason, error])
      expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP .*algs="ES256 EdDSA PS256 RS256"$/)
    }
  })

  it('in a form', async () => {
    const answer = await server.post(userinfoPath, { access_token: token })
    expect(await refused(answer)).toEqual([401, 'token-bound-to-key', 'error="invalid_token"'])
  })

  it('with the proof of another key', async () => {
    const answer = await use(token, userinfoPath, dpopKey())
    expect(await refused(answer)).toEqual([401, 'dpop-key-changed', 'error="invalid_dpop_proof"'])
  })

  it.each<[string, Record<string, unknown>]>([
    ['another method', { htm: 'POST' }],
    ['another address', { htu: 'https://elsewhere.example/services/oauth2/userinfo' }],
    ['another path', { htu: `http://localhost:8787${limitsPath}` }],
    ['another token', { ath: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' }],
    ['no token', { ath: undefined }],
  ])('with a proof for %s', async (_, claims) => {
    const answer = await use(token, userinfoPath, key, claims)
    expect(await refused(answer)).toEqual([401, 'dpop-proof-misdirected', 'error="invalid_dpop_proof"'])
  })

  it('once somebody has used the proof: of 50 at once one is served', async () => {
    const dpop = key.proof({ method: 'GET', url: server.base + userinfoPath, now: now(), accessToken: token })
    const headers = { authorization: `DPoP ${token}`, dpop }
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.request(userinfoPath, { headers })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('when it is revoked, key or not', async () => {
    const { body } = await redeem(app)
    await server.post('/services/oauth2/revoke', { token: body.access_token })
    expect(await refused(await use(body.access_token))).toEqual([401, 'token-revoked', 'error="invalid_token"'])
  })
})

describe('a refresh token', () => {
  const renew = (client: ConnectedApp, refresh_token: string, by?: DpopKey) =>
    ask(
      {
        grant_type: 'refresh_token',
        refresh_token,
        ...(client === open ? { client_id: open.consumerKey } : credentialsOf(client)),
      },
      by,
    )
  const without = async (client: ConnectedApp, refresh_token: string) => {
    const own = client === open ? { client_id: open.consumerKey } : credentialsOf(client)
    return server.post(tokenPath, { grant_type: 'refresh_token', refresh_token, ...own })
  }

  it('of an app without a secret is bound, through every rotation', async () => {
    const { body: first } = await redeem(open)
    expect(await refusalOf(server, await without(open, first.refresh_token))).toMatchObject({
      status: 400,
      error: 'invalid_dpop_proof',
      reason: 'dpop-proof-missing',
    })
    const { body: second } = await renew(open, first.refresh_token, key)
    expect(second.token_type).toBe('DPoP')
    const stolen = await renew(open, second.refresh_token, dpopKey())
    expect(await refusalOf(server, stolen)).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop-key-changed' })
    expect((await renew(open, second.refresh_token, key)).status).toBe(200)
  })

  it('of an app with a secret is not: the secret holds it', async () => {
    const { body } = await redeem(app)
    const other = dpopKey()
    const renewed = await renew(app, body.refresh_token, other)
    expect([renewed.status, renewed.body.token_type]).toEqual([200, 'DPoP'])
    expect((await use(renewed.body.access_token, userinfoPath, other)).status).toBe(200)
  })
})

describe('a code', () => {
  it('is bound to the key that the authorize request names (dpop_jkt)', async () => {
    expect((await redeem(open, key, { dpop_jkt: key.thumbprint })).status).toBe(200)
    const stolen = await redeem(open, dpopKey(), { dpop_jkt: key.thumbprint })
    expect(await refusalOf(server, stolen)).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop-key-changed' })
    const code = await codeFor(server, user, open, { dpop_jkt: key.thumbprint })
    const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, client_id: open.consumerKey }
    const unproved = await server.post(tokenPath, form)
    expect(await refusalOf(server, unproved)).toMatchObject({ reason: 'dpop-proof-missing' })
  })

  it('is not to be had for a key that is none', async () => {
    const callback = await authorizeAs(server, user.username, open.consumerKey, { dpop_jkt: 'short' })
    expect(callback.searchParams.get('error_description')).toBe('malformed parameter')
  })

  it('of a pushed request is bound to the key that pushed it', async () => {
    const push = (more: Record<string, string> = {}) =>
      server.post(
        '/services/oauth2/par',
        { response_type: 'code', redirect_uri: callbackUrl, ...credentialsOf(app), ...more },
        { dpop: key.proof({ url: `${server.base}/services/oauth2/par`, now: now() }) },
      )
    const { body } = await push()
    const callback = await authorizeAs(server, user.username, app.consumerKey, {
      request_uri: body.request_uri,
      response_type: '',
      redirect_uri: '',
    })
    const code = callback.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(app) }
    expect(await refusalOf(server, await ask(form, dpopKey()))).toMatchObject({ reason: 'dpop-key-changed' })
    const mixed = await push({ dpop_jkt: dpopKey().thumbprint })
    expect(await refusalOf(server, mixed)).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop-key-changed' })
  })
})

describe('a proof', () => {
  const form = () => ({ grant_type: 'refresh_token', refresh_token: 'x', ...credentialsOf(app) })
  const withProof = async (dpop: string) => refusalOf(server, await server.post(tokenPath, form(), { dpop }))
  const other = dpopKey()

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['has another typ', {}, { typ: 'JWT' }, 'dpop-proof-malformed'],
    ['is not signed', {}, { alg: 'none' }, 'dpop-proof-malformed'],
    ['is signed by a shared secret', {}, { alg: 'HS256' }, 'dpop-proof-malformed'],
    ['has no key', {}, { jwk: undefined }, 'dpop-proof-malformed'],
    ['shows its private key', {}, { jwk: { ...other.jwk, d: 'AAAA' } }, 'dpop-proof-malformed'],
    ['has a key for another algorithm', {}, { alg: 'RS256' }, 'dpop-proof-malformed'],
    ['has a key that is none', {}, { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }, 'dpop-proof-malformed'],
    ['demands an extension', {}, { crit: ['b64'] }, 'dpop-proof-malformed'],
    ['has no jti', { jti: undefined }, {}, 'dpop-proof-malformed'],
    ['has no iat', { iat: undefined }, {}, 'dpop-proof-malformed'],
    ['has no htm', { htm: undefined }, {}, 'dpop-proof-malformed'],
    ['has no htu', { htu: undefined }, {}, 'dpop-proof-malformed'],
    ['has a key that did not sign it', {}, { jwk: other.jwk }, 'dpop-signature-wrong'],
    ['is for another method', { htm: 'post' }, {}, 'dpop-proof-misdirected'],
    ['is for another server', { htu: 'http://localhost:9999/services/oauth2/token' }, {}, 'dpop-proof-misdirected'],
    ['is for no URL', { htu: 'nothing' }, {}, 'dpop-proof-misdirected'],
  ])('that %s is refused', async (_, claims, header, reason) => {
    const refused = await withProof(key.proof({ url: tokenUrl(), now: now() }, claims, header))
    expect(refused).toMatchObject({ status: 400, error: 'invalid_dpop_proof', reason })
  })

  it.each([
    [-60, true],
    [-80, false],
    [10, true],
    [30, false],
  ])('of %i seconds from now is taken: %s', async (seconds, isTaken) => {
    const iat = Math.floor(now().getTime() / 1000) + seconds
    const { reason } = await withProof(key.proof({ url: tokenUrl(), now: now() }, { iat }))
    expect(reason).toBe(isTaken ? 'refresh-token-unknown' : 'dpop-proof-stale')
  })

  it('may say its URL with a query, in capitals and with a port that goes without saying', async () => {
    const htu = 'HTTP://LOCALHOST:8787/services/oauth2/token?a=b#c'
    expect(await withProof(key.proof({ url: tokenUrl(), now: now() }, { htu }))).toMatchObject({
      reason: 'refresh-token-unknown',
    })
  })

  it('comes alone', async () => {
    const one = key.proof({ url: tokenUrl(), now: now() })
    expect(await withProof(`${one}, ${one}`)).toMatchObject({ reason: 'dpop-proof-malformed' })
  })

  it('buys once, of 50 at once', async () => {
    const dpop = key.proof({ url: `${targetBase}${tokenPath}`, now: now() })
    const robot = { grant_type: 'client_credentials', ...credentialsOf(app) }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.post(targetBase + tokenPath, robot, { dpop })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refusedOne = answers.find(({ status }) => status === 400)
    expect(refusedOne?.body.error_description).toBe('DPoP proof was used before')
  })

  it('that is refused spends no code', async () => {
    const code = await codeFor(server, user, app)
    const own = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(app) }
    const bad = await server.post(tokenPath, own, { dpop: 'nothing' })
    expect(bad.body.error).toBe('invalid_dpop_proof')
    expect((await ask(own)).status).toBe(200)
  })

  it('may be by RS256, PS256 or EdDSA, and by no weak key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const ed = generateKeyPairSync('ed25519')
    const made = (alg: string, { publicKey, privateKey }: typeof rsa) => {
      const header = { typ: 'dpop+jwt', alg, jwk: publicKey.export({ format: 'jwk' }) }
      const claims = { jti: 'a', htm: 'GET', htu: 'https://a.example/', iat: 1 }
      const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      const how =
        alg === 'PS256' && privateKey.asymmetricKeyType === 'rsa'
          ? { key: privateKey, padding: 6, saltLength: 32 }
          : privateKey
      const signature = sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', Buffer.from(input), how)
      return readProof(`${input}.${signature.toString('base64url')}`).ok
    }
    expect([made('RS256', rsa), made('PS256', rsa), made('EdDSA', ed)]).toEqual([true, true, true])
    expect([made('RS256', weak), made('EdDSA', rsa), made('PS256', ed)]).toEqual([false, false, false])
  })

  it('is never more than refused, whatever it is', () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
      fc.constant(Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })).toString('base64url')),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        expect(readProof(parts.join('.')).ok).toBe(false)
      }),
    )
  })
})

describe('where a nonce is needed', () => {
  let strict: TestServer
  let own: ConnectedApp

  beforeAll(async () => {
    strict = await startTestServer({ posture: { acceptsDpop: true, dpopNeedsNonce: true } })
    const person = await strict.addUser('ada@target.example')
    own = await strict.addApp('Own', { isClientCredentialEnabled: true }, { clientCredentialUserId: person.id })
  })

  afterAll(() => strict.close())

  const robot = (nonce?: string) => {
    const url = `${targetBase}${tokenPath}`
    const dpop = key.proof({ url, now: strict.now(), ...(nonce === undefined ? {} : { nonce }) })
    return strict.post(url, { grant_type: 'client_credentials', ...credentialsOf(own) }, { dpop })
  }

  it('the server says so with a new one, which is good for five minutes', async () => {
    const first = await robot()
    expect(first).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
    const nonce = first.headers.get('dpop-nonce') ?? ''
    expect(nonce).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    const second = await robot(nonce)
    expect(second.status).toBe(200)
    expect(second.headers.get('dpop-nonce')).not.toBe(null)
    strict.advance(301)
    expect((await robot(nonce)).body.error).toBe('use_dpop_nonce')
    expect((await robot('made-up')).body.error).toBe('use_dpop_nonce')
  })

  it('a resource says so in its challenge', async () => {
    const nonce = (await robot()).headers.get('dpop-nonce') ?? ''
    const { access_token } = (await robot(nonce)).body
    const call = async (nonce?: string) => {
      const url = `${strict.base}${limitsPath}`
      const more = nonce === undefined ? {} : { nonce }
      const dpop = key.proof({ method: 'GET', url, now: strict.now(), accessToken: access_token, ...more })
      return strict.request(limitsPath, { headers: { authorization: `DPoP ${access_token}`, dpop } })
    }
    const first = await call()
    expect([first.status, first.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="use_dpop_nonce"'),
    ])
    expect((await call(first.headers.get('dpop-nonce') ?? '')).status).toBe(200)
  })
})

describe('binding is', () => {
  it('not there at Salesforce, and not announced: a proof is nobody’s business', async () => {
    const salesforce = await startTestServer()
    const person = await salesforce.addUser('ada@target.example')
    const own = await salesforce.addApp('Own')
    const metadata = await (await salesforce.request('/.well-known/openid-configuration')).json()
    expect(metadata).not.toHaveProperty('dpop_signing_alg_values_supported')
    const { access_token, refresh_token } = await tokensFor(salesforce, person, own)
    const form = { grant_type: 'refresh_token', refresh_token, ...credentialsOf(own) }
    const renewed = await salesforce.post(tokenPath, form, { dpop: 'whatever' })
    expect([renewed.status, renewed.body.token_type]).toEqual([200, 'Bearer'])
    const asBound = await salesforce.request(userinfoPath, { headers: { authorization: `DPoP ${access_token}` } })
    expect(asBound.status).toBe(403)
    await salesforce.close()
  })

  it('announced where it is there', async () => {
    const metadata = await (await server.request('/.well-known/oauth-authorization-server')).json()
    expect(metadata).toMatchObject({ dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'PS256', 'RS256'] })
  })
})
