import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { type Posture, salesforcePosture, strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { type Answer, callbackUrl, newSigner, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { codeFor, refusalOf, tokensFor } from './test-tokens.ts'

const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

describe.each<[string, Posture]>([
  ["Salesforce's posture", salesforcePosture],
  ['the strict posture', strictPosture],
])('an app that signs in place of showing its secret (private_key_jwt), in %s', (_, posture) => {
  let server: TestServer
  let user: User
  let app: ConnectedApp

  beforeAll(async () => {
    server = await startTestServer({ posture })
    user = await server.addUser('ada@target.example')
    app = await server.addApp('Signing', { isClientCredentialEnabled: true }, { clientCredentialUserId: user.id })
  })

  afterAll(() => server.close())

  const proof = (claims: Record<string, unknown> = {}, more: Parameters<TestServer['assertion']>[1] = {}) => ({
    client_assertion_type,
    client_assertion: server.assertion(
      { iss: app.consumerKey, sub: app.consumerKey, jti: randomUUID(), ...claims },
      more,
    ),
  })
  const redeem = async (by: Record<string, string>) =>
    server.post('/services/oauth2/token', {
      grant_type: 'authorization_code',
      code: await codeFor(server, user, app),
      redirect_uri: callbackUrl,
      ...by,
    })
  let kept: ReturnType<typeof tokensFor> | undefined
  const refreshed = async (by: Record<string, string>) => {
    // Of one user's tokens the sixth ends the first, and the other callers take some.
    kept ??= tokensFor(server, await server.addUser('refreshing@target.example'), app)
    const { refresh_token } = await kept
    return server.post('/services/oauth2/token', { grant_type: 'refresh_token', refresh_token, ...by })
  }
  const robot = (by: Record<string, string>) =>
    server.post(`${targetBase}/services/oauth2/token`, { grant_type: 'client_credentials', ...by })
  const introspected = async (by: Record<string, string>) => {
    const { access_token: token } = await tokensFor(server, user, app)
    return server.post('/services/oauth2/introspect', { token, ...by })
  }
  const revoked = async (by: Record<string, string>) => {
    const { access_token: token } = await tokensFor(server, user, app)
    return server.post('/services/oauth2/revoke', { token, ...by })
  }

  const everywhere: [string, (by: Record<string, string>) => Promise<Answer>, string?][] = [
    ['exchanges a code', redeem],
    ['refreshes', refreshed],
    ['gets a token of its own', robot, targetBase],
    ['introspects', introspected],
    ['revokes', revoked],
  ]

  it.each(everywhere)('%s, with or without client_id beside it', async (_, ask, aud = server.base) => {
    expect((await ask(proof({ aud }))).status).toBe(200)
    expect((await ask({ ...proof({ aud }), client_id: app.consumerKey })).status).toBe(200)
  })

  it.each(everywhere)('%s, once for each jti, of 50 at once', async (_, ask, aud = server.base) => {
    const by = proof({ aud })
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(by)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const [refused] = answers.filter(({ status }) => status !== 200)
    expect(refused?.body).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' })
  })

  it.each(everywhere)('%s by nothing that was signed with another key', async (_, ask, aud = server.base) => {
    const answer = await ask(proof({ aud }, { key: (await newSigner()).privateKey }))
    expect(await refusalOf(server, answer)).toEqual({
      status: posture.usesRfcStatuses ? 401 : 400,
      error: 'invalid_client',
      error_description: 'invalid client credentials',
      reason: 'signature-wrong',
    })
  })

  it.each<[string, Record<string, unknown>, Parameters<TestServer['assertion']>[1]]>([
    ['algorithm-not-allowed', {}, { header: { alg: 'none' } }],
    ['algorithm-not-allowed', {}, { header: { alg: 'HS256' } }],
    ['critical-header-unknown', {}, { header: { alg: 'RS256', crit: ['b64'] } }],
    ['expiry-missing', { exp: undefined }, {}],
    ['expiry-past', { exp: 1 }, {}],
    ['not-yet-valid', { nbf: 4_000_000_000 }, {}],
    ['client-assertion-mismatch', { sub: undefined }, {}],
    ['client-assertion-mismatch', { iss: undefined }, {}],
  ])('is refused for %s', async (reason, claims, more) => {
    const answer = await refreshed(proof(claims, more))
    expect(await refusalOf(server, answer)).toMatchObject({ error: 'invalid_client', reason })
  })

  it('speaks for no other app than it names', async () => {
    const other = await server.addApp('Other_Signing')
    const answer = await refreshed({ ...proof(), client_id: other.consumerKey })
    expect(await refusalOf(server, answer)).toMatchObject({
      error: 'invalid_client',
      reason: 'client-assertion-mismatch',
    })
  })

  const audiences: [string, (base: string) => unknown, boolean][] = [
    ['the issuer', (base) => base, true],
    ['the issuer in a list of one', (base) => [base], true],
    ['the issuer with a slash', (base) => `${base}/`, !posture.clientAssertionsNameIssuer],
    ['the token endpoint', (base) => `${base}/services/oauth2/token`, !posture.clientAssertionsNameIssuer],
    ['the issuer beside another', (base) => [base, 'https://elsewhere.example'], !posture.clientAssertionsNameIssuer],
    ['another server', () => 'https://elsewhere.example', false],
    ['the address of another org', () => 'http://localhost:8788', false],
    ['nobody', () => undefined, false],
  ]

  it.each(audiences)('takes %s for its audience only where that is meant', async (_, aud, isTaken) => {
    const answer = await refreshed(proof({ aud: aud(server.base) }))
    if (isTaken) return expect(answer.status).toBe(200)
    expect(await refusalOf(server, answer)).toMatchObject({
      error: 'invalid_client',
      reason: posture.clientAssertionsNameIssuer ? 'audience-not-issuer' : 'audience-unknown',
    })
  })

  it('needs a jti where it must be good for one request', async () => {
    const answer = await refreshed(proof({ jti: undefined }))
    if (!posture.clientAssertionsNameIssuer) return expect(answer.status).toBe(200)
    expect(await refusalOf(server, answer)).toMatchObject({
      error: 'invalid_client',
      reason: 'client-assertion-unnumbered',
    })
  })
})
