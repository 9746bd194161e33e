import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { diagnose } from '../../src/oauth/diagnosis.ts'
import type { User } from '../../src/users/user.ts'
import { startTestServer, type TestServer } from './test-server.ts'
import { codeFor, credentialsOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User

beforeAll(async () => {
  server = await startTestServer({ showsCauses: true })
  user = await server.addUser('ada@target.example')
})

afterAll(() => server.close())

async function diagnosisOf(answer: { readonly headers: Headers }) {
  return diagnose(await server.journalOf(answer))
}

function ask(app: ConnectedApp, claims: Record<string, unknown> = {}) {
  const assertion = server.assertion({ iss: app.consumerKey, sub: user.username, ...claims })
  return server.post('/services/oauth2/token', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
}

describe('a request of the journal', () => {
  it('is told check by check up to the one that refused', async () => {
    const app = await server.addApp('Told')
    const answer = await ask(app, { aud: 'https://test.salesforce.com' })
    const { flow, app: appId, answer: told, checks } = await diagnosisOf(answer)
    expect({ flow, appId, told }).toEqual({
      flow: 'JWT Bearer Flow',
      appId: app.id,
      told: { status: 400, error: 'invalid_grant', description: 'audience is invalid' },
    })
    expect(checks.map(({ outcome, check }) => `${outcome} ${check}`)).toEqual([
      'passed grant-type',
      'passed assertion-well-formed',
      'passed client-known',
      'passed algorithm',
      'passed certificate',
      'passed signature',
      'passed expiry',
      'refused audience',
    ])
    expect(checks.at(-1)).toMatchObject({
      found: '“https://test.salesforce.com”',
      whatToDo:
        'That is the login host of sandboxes, and this org is a production org. Write `"aud": "https://login.salesforce.com"`.',
    })
    expect(answer.headers.get('x-sallyport-cause')).toMatch(
      /^audience-unknown: found "https:\/\/test\.salesforce\.com"; /,
    )
  })

  it('is told as passed when it was granted', async () => {
    const profile = await server.profile('Standard User')
    const app = await server.addApp('Granted', {}, { isAdminApproved: true, profileIds: [profile.id] })
    const { answer, checks } = await diagnosisOf(await ask(app))
    expect(answer).toEqual({ status: 200, error: undefined, description: undefined })
    expect(new Set(checks.map(({ outcome }) => outcome))).toEqual(new Set(['passed']))
  })

  it('names the difference of a callback URL', async () => {
    const app = await server.addApp('Slash')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: 'https://app.example/callback/',
    })
    const answer = await server.request(`/services/oauth2/authorize?${query}`)
    expect((await diagnosisOf(answer)).checks.at(-1)).toMatchObject({
      check: 'redirect-uri',
      whatToDo: expect.stringContaining('yours ends in a slash, the other does not'),
    })
  })

  it('keeps no consumer secret that came as the consumer key', async () => {
    const secret = '0123456789ABCDEF'.repeat(4)
    const answer = await server.post('/services/oauth2/token', { grant_type: 'refresh_token', client_id: secret })
    const entry = await server.journalOf(answer)
    expect(entry.refusal?.reason).toBe('client-unknown')
    expect(JSON.stringify(entry) + answer.headers.get('x-sallyport-cause')).not.toContain(secret)
  })
})

describe('an approval that a JWT cannot stand on', () => {
  async function found(app: ConnectedApp): Promise<string> {
    const crossed = (await diagnosisOf(await ask(app))).checks.at(-1)
    return `${crossed?.check} ${crossed?.found}`
  }

  it('is one that was never given, or taken back', async () => {
    const app = await server.addApp('Never')
    expect(await found(app)).toBe('approved (1) fails: the user has never allowed the app, or it was taken back')
    await tokensFor(server, user, app)
    expect((await ask(app)).status).toBe(200)
    await server.stores.approvals.revoke(user.id, app.id, server.now())
    expect(await found(app)).toMatch(/^approved \(1\) fails/)
  })

  it('is one without refresh_token', async () => {
    const app = await server.addApp('Without')
    await tokensFor(server, user, app, { scope: 'api' })
    expect(await found(app)).toMatch(/^approved \(2\) fails/)
  })

  it('is one whose code was never exchanged', async () => {
    const app = await server.addApp('Unexchanged')
    await codeFor(server, user, app)
    expect(await found(app)).toMatch(/^approved \(3\) fails/)
  })

  it('is one whose refresh token was revoked', async () => {
    const app = await server.addApp('Revoked')
    const { refresh_token } = await tokensFor(server, user, app)
    await server.post('/services/oauth2/revoke', { token: refresh_token, ...credentialsOf(app) })
    expect(await found(app)).toMatch(/^approved \(3\) fails/)
  })

  it("is one whose refresh token has ended by the app's policy", async () => {
    const policy = { kind: 'specific_lifetime', seconds: 3600 } as const
    const app = await server.addApp('Ended', {}, { refreshTokenPolicy: policy })
    await tokensFor(server, user, app)
    server.advance(3601)
    expect(await found(app)).toMatch(/^approved \(4\) fails/)
  })
})
