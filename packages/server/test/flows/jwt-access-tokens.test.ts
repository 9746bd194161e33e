import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replaceSigningKey } from '../../src/certificates/signing-keys.ts'
import { id15 } from '../../src/record-id.ts'
import { type Answer, answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, codeFor, credentialsOf, exchange, isAlive, refresh, tokensFor } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

type AppDetails = Parameters<TestServer['addApp']>[1]
type Policies = Parameters<TestServer['addApp']>[2]

async function signedIn(details: AppDetails = {}, policies: Policies = {}) {
  const user = await server.addUser('ada@target.example')
  const app = await server.addApp(
    'Gateway',
    { isNamedUserJwtEnabled: true, scopes: ['api', 'web', 'openid', 'refresh_token'], ...details },
    policies,
  )
  return { user, app, tokens: await tokensFor(server, user, app) }
}

function headerOf(jwt: string): Answer['body'] {
  return JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString())
}

async function keysAt(base: string): Promise<Answer['body']> {
  return (await answerOf(await server.request(`${base}/id/keys`))).body
}

function rest(token: string) {
  return server.request(`${targetBase}/services/data/v67.0/sobjects`, { headers: { authorization: `Bearer ${token}` } })
}

describe('JWT-based access tokens', () => {
  it('have the header and the claims that Salesforce gives them', async () => {
    const { user, app, tokens } = await signedIn()
    const org15 = id15(server.org.id)
    expect(headerOf(tokens.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: expect.stringMatching(new RegExp(`^CORE_ATJWT\\.${org15}\\.\\d{13}$`)),
      tty: 'sfdc-core-token',
      tnk: `core/prod/${server.org.id}`,
      ver: '1.0',
    })
    const iat = Math.floor(server.now().getTime() / 1000)
    expect(claimsOf(tokens.access_token)).toEqual({
      aud: [targetBase],
      iss: targetBase,
      sub: `uid:${user.id}`,
      client_id: app.consumerKey,
      scp: tokens.scope,
      iat,
      nbf: iat - 15,
      exp: iat + 1800,
      mty: 'oauth',
      sfi: expect.stringMatching(/^[\w.]{52}$/),
      roles: [],
      hsc: false,
    })
  })

  it('come with their format, their lifetime and the place of the API, which opaque ones do not', async () => {
    const { tokens } = await signedIn()
    expect(tokens).toMatchObject({ token_format: 'jwt', expires_in: 1800, api_instance_url: targetBase })
    const user = await server.addUser('bob@target.example')
    const opaque = await tokensFor(server, user, await server.addApp('Plain'))
    for (const name of ['token_format', 'expires_in', 'api_instance_url']) expect(opaque).not.toHaveProperty(name)
  })

  it('are verified by anybody with the keys at /id/keys of the org', async () => {
    const { tokens } = await signedIn()
    const { payload } = await jwtVerify(tokens.access_token, createLocalJWKSet(await keysAt(targetBase)), {
      issuer: targetBase,
      audience: targetBase,
      algorithms: ['RS256'],
      currentDate: server.now(),
    })
    expect(payload['mty']).toBe('oauth')
  })

  it('are published under a name of their own for the org alone whose address it is', async () => {
    const { tokens } = await signedIn()
    const { kid } = headerOf(tokens.access_token)
    const kidsAt = async (base: string) => (await keysAt(base)).keys.map((key: { kid: string }) => key.kid)
    expect(await kidsAt(targetBase)).toEqual(['228', kid])
    expect(await kidsAt(server.base)).toEqual(['228'])
    await server.stores.orgs.update({ ...server.org, myDomain: undefined, port: undefined })
    expect(await kidsAt(server.base)).toEqual(['228', kid])
  })

  it('are given by every flow of the app', async () => {
    const { user, app, tokens } = await signedIn({ isClientCredentialEnabled: true })
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies === undefined) throw new Error('The policies are gone.')
    await server.stores.apps.setPolicies({ ...policies, clientCredentialUserId: user.id })
    const answers = await Promise.all([
      refresh(server, app, tokens.refresh_token),
      server.post('/services/oauth2/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: server.assertion({ iss: app.consumerKey, sub: user.username }),
      }),
      server.post(`${targetBase}/services/oauth2/token`, {
        grant_type: 'client_credentials',
        ...credentialsOf(app),
      }),
    ])
    for (const { status, body } of answers) {
      expect([status, body.token_format]).toEqual([200, 'jwt'])
      expect(claimsOf(body.access_token)).toMatchObject({ sub: `uid:${user.id}`, scp: body.scope })
      expect(await isAlive(server, body.access_token)).toBe(true)
    }
  })

  it('open the REST API, userinfo and the identity URL', async () => {
    const { user, tokens } = await signedIn()
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await rest(tokens.access_token)).status).toBe(200)
    expect((await server.request('/services/oauth2/userinfo', { headers })).status).toBe(200)
    expect((await server.request(new URL(tokens.id).pathname, { headers })).status).toBe(200)
    expect(new URL(tokens.id).pathname).toContain(user.id)
  })

  it('are no session for SOAP', async () => {
    const { tokens } = await signedIn()
    const body = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="urn:partner.soap.sforce.com"><e:Header><u:SessionHeader><u:sessionId>${tokens.access_token}</u:sessionId></u:SessionHeader></e:Header><e:Body><u:getUserInfo/></e:Body></e:Envelope>`
    const answer = await answerOf(await server.request(`${targetBase}/services/Soap/u/67.0`, { method: 'POST', body }))
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('INVALID_SESSION_ID')
    expect((await server.journalOf(answer)).refusal).toEqual({ reason: 'jwt-not-accepted', facts: { api: 'SOAP' } })
  })

  it('end when they say, however much they are used', async () => {
    const { tokens } = await signedIn({}, { namedUserJwtTimeout: 600, sessionTimeout: 86_400 })
    expect(tokens.expires_in).toBe(600)
    server.advance(599)
    expect((await rest(tokens.access_token)).status).toBe(200)
    server.advance(1)
    const answer = await answerOf(await rest(tokens.access_token))
    expect([answer.status, answer.body]).toEqual([
      401,
      [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    ])
    expect((await server.journalOf(answer)).refusal?.reason).toBe('token-expired')
  })

  it('last as long as the user’s session, where that is the policy', async () => {
    const { tokens } = await signedIn({}, { namedUserJwtTimeout: undefined, sessionTimeout: 86_400 })
    expect(tokens.expires_in).toBe(7200)
    expect(claimsOf(tokens.access_token).exp - claimsOf(tokens.access_token).iat).toBe(7200)
  })

  it.each([
    ['the app is blocked', async ({ app }: Signed) => server.stores.apps.endAll(app.id, server.org.id, true)],
    ['the user is frozen', async ({ user }: Signed) => server.stores.users.setFrozen(user.id, true)],
    ['the org is closed', async () => server.stores.orgs.update({ ...server.org, isActive: false })],
    [
      'the approval is revoked',
      async ({ user, app }: Signed) => server.stores.approvals.revoke(user.id, app.id, server.now()),
    ],
    ['the refresh token is revoked', async ({ tokens }: Signed) => revoke(tokens.refresh_token)],
    ['the token is revoked', async ({ tokens }: Signed) => revoke(tokens.access_token)],
  ] as const)('end at once when %s', async (_, end) => {
    const signed = await signedIn()
    expect(await isAlive(server, signed.tokens.access_token)).toBe(true)
    await end(signed)
    expect(await isAlive(server, signed.tokens.access_token)).toBe(false)
    const { body } = await introspect(signed)
    expect(body).toEqual({ active: false })
  })

  it('are introspected, with the end that stands in them', async () => {
    const signed = await signedIn()
    const { exp, iat, scp } = claimsOf(signed.tokens.access_token)
    const { body } = await introspect(signed)
    expect(body).toMatchObject({ active: true, scope: scp, exp, iat, username: 'ada@target.example' })
  })

  it('are listed as sessions with JWTs', async () => {
    const { tokens } = await signedIn()
    const query = "SELECT IsAssociatedWithJwtAccessToken, IsCurrent FROM AuthSession WHERE SessionType = 'Oauth2'"
    const answer = await answerOf(
      await server.request(`${targetBase}/services/data/v67.0/query?q=${encodeURIComponent(query)}`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      }),
    )
    expect(answer.body.records).toMatchObject([{ IsAssociatedWithJwtAccessToken: true, IsCurrent: true }])
  })

  it('are journalled as what they are', async () => {
    const { user, app } = await signedIn()
    const answer = await exchange(server, app, await codeFor(server, user, app))
    expect((await server.journalOf(answer)).passed).toContainEqual({
      check: 'token-format',
      found: { format: 'JWT', lasts: 1800 },
    })
    const used = await answerOf(await rest(answer.body.access_token))
    expect((await server.journalOf(used)).passed).toContainEqual({
      check: 'token',
      found: { user: 'ada@target.example', format: 'JWT' },
    })
  })

  it('are nothing once a character of them is another', async () => {
    const { tokens } = await signedIn()
    const [header = '', claims = '', signature = ''] = tokens.access_token.split('.')
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const more = encode({ ...claimsOf(tokens.access_token), scp: 'full' })
    const none = encode({ ...headerOf(tokens.access_token), alg: 'none' })
    const { kid } = headerOf(tokens.access_token)
    const elsewhere = encode({ ...headerOf(tokens.access_token), kid: kid.replace(/\d+$/, '1') })
    for (const forged of [
      `${header}.${more}.${signature}`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${elsewhere}.${claims}.${signature}`,
      `${header}.${claims}.${signature.slice(0, -2)}AA`,
      `${header}.${claims}`,
      `${tokens.access_token}.`,
      'eyJ',
    ]) {
      expect(await isAlive(server, forged), forged).toBe(false)
    }
  })

  it('are not opaque tokens as well: what stands in them opens nothing by itself', async () => {
    const { tokens } = await signedIn()
    const { sfi } = claimsOf(tokens.access_token)
    expect(await isAlive(server, `${id15(server.org.id)}!AQ${sfi}`)).toBe(false)
    expect(await isAlive(server, sfi)).toBe(false)
  })

  it('are not ID tokens, and ID tokens are none', async () => {
    const { tokens } = await signedIn()
    expect(await isAlive(server, tokens.id_token)).toBe(false)
    const hint = await server.request(
      `/services/auth/idp/oidc/logout?id_token_hint=${tokens.access_token}&post_logout_redirect_uri=https://app.example/callback`,
    )
    expect(hint.headers.get('location') ?? '').not.toContain('app.example')
  })

  it('outlive a rotation of the keys, and not the retirement of theirs', async () => {
    const { app, tokens } = await signedIn()
    const { signingKeys } = server.stores
    await replaceSigningKey({ signingKeys, seal: server.seal, now: server.now })
    server.advance(1)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    const next = await refresh(server, app, tokens.refresh_token)
    expect(headerOf(next.body.access_token).kid).not.toBe(headerOf(tokens.access_token).kid)
    expect(await isAlive(server, next.body.access_token)).toBe(true)
    await signingKeys.delete('228')
    expect(await isAlive(server, tokens.access_token)).toBe(false)
    expect(await isAlive(server, next.body.access_token)).toBe(true)
  })

  it('bind the ID token beside them', async () => {
    const { tokens } = await signedIn()
    expect(claimsOf(tokens.id_token).at_hash).toMatch(/^[\w-]{22}$/)
  })
})

type Signed = Awaited<ReturnType<typeof signedIn>>

async function revoke(token: string) {
  expect((await server.post('/services/oauth2/revoke', { token })).status).toBe(200)
}

function introspect({ app, tokens }: Signed): Promise<Answer> {
  return server.post('/services/oauth2/introspect', { token: tokens.access_token, ...credentialsOf(app) })
}
