import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectedApp, defaultPolicies, type RefreshTokenPolicy } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { base, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'web', 'openid', 'refresh_token'] })
})

afterAll(() => server.close())

const dead = { status: 400, error: 'invalid_grant', error_description: 'expired access/refresh token' }

describe('a refresh token', () => {
  it('gives a new access token and nothing else new, with the fields that Salesforce answers', async () => {
    const first = await tokensFor(server, user, app, { scope: 'api refresh_token' })
    server.advance(60)
    const { status, body, headers } = await refresh(server, app, first.refresh_token)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'access_token',
      'signature',
      'scope',
      'instance_url',
      'id',
      'token_type',
      'issued_at',
    ])
    expect(body).toMatchObject({
      scope: 'api refresh_token id',
      instance_url: targetBase,
      id: `${base}/id/${server.org.id}/${user.id}`,
      issued_at: String(server.now().getTime()),
    })
    expect(body.access_token).not.toBe(first.access_token)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(await isAlive(server, body.access_token)).toBe(true)
    expect(await isAlive(server, first.access_token)).toBe(true)
  })

  it('brings a new ID token with openid, which still says when the person signed in, without the nonce', async () => {
    const first = await tokensFor(server, user, app, { scope: 'openid refresh_token', nonce: 'n-1' })
    server.advance(600)
    const { body } = await refresh(server, app, first.refresh_token)
    const [before, after] = [claimsOf(first.id_token), claimsOf(body.id_token)]
    expect(after).toMatchObject({ iss: before.iss, sub: before.sub, aud: before.aud, auth_time: before.auth_time })
    expect(after.iat).toBe(before.iat + 600)
    expect(after.nonce).toBeUndefined()
    expect(after.at_hash).not.toBe(before.at_hash)
  })

  it('passes over a code_verifier that jsforce leaves in the request', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    expect((await refresh(server, app, refresh_token, { code_verifier: 'left-over' })).status).toBe(200)
  })

  it('notes each use in Login History, right or wrong', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    await refresh(server, app, refresh_token)
    const latest = async () =>
      (await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })).at(0)
    const row = { loginType: 'Oauth2', loginSubType: 'OauthRefreshToken', application: 'Web App' }
    expect(await latest()).toMatchObject({ ...row, status: 'Success' })
    await server.post('/services/oauth2/revoke', { token: refresh_token })
    await server.journalOf(await refresh(server, app, refresh_token))
    expect(await latest()).toMatchObject({ ...row, status: 'Failed: Invalid Token' })
  })
})

describe('the scopes of a refresh', () => {
  it('may be fewer, which the next refresh does not remember', async () => {
    const { refresh_token } = await tokensFor(server, user, app, { scope: 'api web refresh_token' })
    expect((await refresh(server, app, refresh_token, { scope: 'api' })).body.scope).toBe('api id')
    expect((await refresh(server, app, refresh_token)).body.scope).toBe('api web refresh_token id')
  })

  it.each(['web', 'api web', 'openid', 'full', 'api everything'])(
    'are never more than were granted: %s',
    async (scope) => {
      const { refresh_token } = await tokensFor(server, user, app, { scope: 'api refresh_token' })
      expect(await refusalOf(server, await refresh(server, app, refresh_token, { scope }))).toEqual({
        status: 400,
        error: 'invalid_scope',
        error_description: 'requested scope is invalid, unknown, or malformed',
        reason: 'scope-not-allowed',
      })
    },
  )
})

describe('a refresh is refused', () => {
  it.each([
    ['refresh-token-missing', '', {}, 'invalid_request', 'refresh_token not provided'],
    ['refresh-token-unknown', 'junk', {}, 'invalid_grant', 'expired access/refresh token'],
    ['refresh-token-unknown', `5Aep861${'A'.repeat(80)}`, {}, 'invalid_grant', 'expired access/refresh token'],
    ['client-secret-wrong', undefined, { client_secret: 'wrong' }, 'invalid_client', 'invalid client credentials'],
    ['client-secret-missing', undefined, { client_secret: '' }, 'invalid_client', 'invalid client credentials'],
    ['client-unknown', undefined, { client_id: 'nobody' }, 'invalid_client_id', 'client identifier invalid'],
    ['client-id-missing', undefined, { client_id: '' }, 'invalid_client_id', 'client identifier invalid'],
  ])('%s', async (reason, given, change, error, error_description) => {
    const token = given ?? (await tokensFor(server, user, app)).refresh_token
    expect(await refusalOf(server, await refresh(server, app, token, change))).toEqual({
      status: 400,
      error,
      error_description,
      reason,
    })
  })

  it('to another app, which does not spoil it for its own', async () => {
    const thief = await server.addApp('Thief')
    const { refresh_token } = await tokensFor(server, user, app)
    const stolen = await refresh(server, thief, refresh_token)
    expect(await refusalOf(server, stolen)).toEqual({ ...dead, reason: 'refresh-token-of-another-app' })
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })

  it('when the row is right and the secret half is not', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    const forged = `${refresh_token.slice(0, 16)}${'A'.repeat(71)}`
    expect(await refusalOf(server, await refresh(server, app, forged))).toEqual({
      ...dead,
      reason: 'refresh-token-unknown',
    })
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })

  it('after it was revoked', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    await server.post('/services/oauth2/revoke', { token: refresh_token })
    expect(await refusalOf(server, await refresh(server, app, refresh_token))).toEqual({
      ...dead,
      reason: 'refresh-token-revoked',
    })
  })

  it('in place of an access token, and an access token in place of it', async () => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    expect((await refresh(server, app, access_token)).body.error).toBe('invalid_grant')
    expect(await isAlive(server, refresh_token)).toBe(false)
  })
})

describe('an app without a secret', () => {
  it('refreshes by its key alone where the secret is optional; one that it sends must be right all the same', async () => {
    const open = await server.addApp('Public', {
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
    })
    const { refresh_token } = await tokensFor(server, user, open)
    expect((await refresh(server, open, refresh_token, { client_secret: '' })).status).toBe(200)
    const wrong = await refresh(server, open, refresh_token, { client_secret: 'wrong' })
    expect(await refusalOf(server, wrong)).toMatchObject({ error: 'invalid_client', reason: 'client-secret-wrong' })
  })
})

describe('the Refresh Token Policy', () => {
  const days = 86_400
  const policies: readonly (readonly [string, RefreshTokenPolicy, number, number, boolean])[] = [
    ['infinite: after ten years', { kind: 'infinite' }, 0, 3650 * days, true],
    ['zero: at once', { kind: 'zero' }, 0, 0, false],
    ['a lifetime of a day: on its last second', { kind: 'specific_lifetime', seconds: days }, 0, days, true],
    ['a lifetime of a day: however much it was used', { kind: 'specific_lifetime', seconds: days }, 1, days, false],
    ['a day without use: used yesterday', { kind: 'specific_inactivity', seconds: days }, days - 10, days, true],
    ['a day without use: left alone', { kind: 'specific_inactivity', seconds: days }, 0, days + 1, false],
  ]

  it.each(policies)('is kept: %s', async (name, refreshTokenPolicy, usedAfter, askedAfter, works) => {
    const own = await server.addApp(name.replaceAll(/\W/g, '_'), {}, { refreshTokenPolicy })
    const { refresh_token } = await tokensFor(server, user, own)
    if (usedAfter > 0) {
      server.advance(usedAfter)
      expect((await refresh(server, own, refresh_token)).status).toBe(200)
    }
    server.advance(askedAfter)
    const answer = await refresh(server, own, refresh_token)
    if (works) expect(answer.status).toBe(200)
    else expect(await refusalOf(server, answer)).toEqual({ ...dead, reason: 'refresh-token-expired' })
  })

  it('holds, when changed, for tokens that are out already', async () => {
    const own = await server.addApp('Changed_Policy')
    const { refresh_token } = await tokensFor(server, user, own)
    server.advance(3600)
    const set = (refreshTokenPolicy: RefreshTokenPolicy) =>
      server.stores.apps.setPolicies({ ...defaultPolicies, appId: own.id, orgId: server.org.id, refreshTokenPolicy })
    await set({ kind: 'specific_lifetime', seconds: 60 })
    expect((await refresh(server, own, refresh_token)).body.error_description).toBe('expired access/refresh token')
    await set({ kind: 'infinite' })
    expect((await refresh(server, own, refresh_token)).status).toBe(200)
  })
})

describe('IP ranges of the profile', () => {
  it.each([
    ['ENFORCE', 400],
    ['BYPASS_2FACTOR', 400],
    ['ENFORCE_RELAXREFRESH', 200],
    ['BYPASS', 200],
  ] as const)('under %s answer a refresh from elsewhere with %i', async (ipRelaxation, status) => {
    const profile = await server.addProfile({
      name: `Here ${ipRelaxation}`,
      loginIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }],
    })
    const inside = await server.addUser(`${ipRelaxation.toLowerCase()}@target.example`, { profileId: profile.id })
    const own = await server.addApp(`Relaxed_${ipRelaxation}`, {}, { ipRelaxation })
    const { refresh_token } = await tokensFor(server, inside, own)
    const form = {
      grant_type: 'refresh_token',
      refresh_token,
      client_id: own.consumerKey,
      client_secret: '0123456789ABCDEF0123456789ABCDEF',
    }
    const body = new URLSearchParams(form)
    const answer = await server.request('/services/oauth2/token', { method: 'POST', body }, '203.0.113.7')
    expect(answer.status).toBe(status)
    if (status === 400)
      expect(await answer.json()).toEqual({ error: 'invalid_grant', error_description: 'ip restricted' })
  })
})

describe('what was allowed ends at once', () => {
  it.each([
    ['user is frozen', 'inactive_user', 'user is inactive', (one: User) => server.stores.users.setFrozen(one.id, true)],
    [
      'user is deactivated',
      'inactive_user',
      'user is inactive',
      (one: User) => server.stores.users.update(one.id, { ...one, isActive: false }),
    ],
    [
      'user ends all sessions',
      'invalid_grant',
      'expired access/refresh token',
      (one: User) => server.stores.users.endAll(one.id),
    ],
    [
      'app is blocked',
      'app_blocked',
      'this app is blocked by admin',
      (_: User, own: ConnectedApp) => server.stores.apps.endAll(own.id, server.org.id, true),
    ],
    [
      'approval is revoked',
      'invalid_grant',
      'expired access/refresh token',
      (one: User, own: ConnectedApp) => server.stores.approvals.revoke(one.id, own.id, server.now()),
    ],
    [
      'app is revoked for everybody',
      'invalid_grant',
      'expired access/refresh token',
      (_: User, own: ConnectedApp) => server.stores.approvals.revokeAll(own.id, server.org.id, server.now()),
    ],
  ])('when the %s', async (name, error, error_description, end) => {
    const one = await server.addUser(`${name.replaceAll(' ', '-')}@target.example`)
    const own = await server.addApp(name.replaceAll(' ', '_'))
    const { access_token, refresh_token } = await tokensFor(server, one, own)
    await end(one, own)
    expect(await isAlive(server, access_token)).toBe(false)
    expect((await refresh(server, own, refresh_token)).body).toEqual({ error, error_description })
  })

  it('when the org is closed', async () => {
    const closing = await startTestServer()
    try {
      const one = await closing.addUser('one@closing.example')
      const own = await closing.addApp('Closing')
      const { access_token, refresh_token } = await tokensFor(closing, one, own)
      await closing.stores.orgs.update({ ...closing.org, isActive: false })
      expect(await isAlive(closing, access_token)).toBe(false)
      expect((await refresh(closing, own, refresh_token)).body).toEqual({
        error: 'inactive_org',
        error_description: 'organization is locked, closed, or suspended',
      })
    } finally {
      await closing.close()
    }
  })

  it('and freezing for a moment brings nothing back', async () => {
    const one = await server.addUser('thawed@target.example')
    const { access_token, refresh_token } = await tokensFor(server, one, app)
    await server.stores.users.setFrozen(one.id, true)
    await server.stores.users.setFrozen(one.id, false)
    expect(await isAlive(server, access_token)).toBe(false)
    expect((await refresh(server, app, refresh_token)).body.error_description).toBe('expired access/refresh token')
  })
})

describe('Refresh Token Rotation', () => {
  let rotating: ConnectedApp

  beforeAll(async () => {
    rotating = await server.addApp('Rotating', { isRefreshTokenRotationEnabled: true })
  })

  it('gives a new refresh token of the same scopes with each use', async () => {
    const first = await tokensFor(server, user, rotating)
    const second = await refresh(server, rotating, first.refresh_token, { scope: 'api' })
    expect(second.body.refresh_token).toMatch(/^5Aep861[A-Za-z0-9._]{80}$/)
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    const third = await refresh(server, rotating, second.body.refresh_token)
    expect(third.body.scope).toBe(first.scope)
  })

  it('takes the use of an old one for theft: the whole family ends, and the journal says so', async () => {
    const first = await tokensFor(server, user, rotating)
    const second = await refresh(server, rotating, first.refresh_token)
    const reuse = await refresh(server, rotating, first.refresh_token)
    expect(await refusalOf(server, reuse)).toEqual({ ...dead, reason: 'refresh-token-rotated-out' })
    expect(await server.journalOf(reuse)).toMatchObject({ userId: user.id, appId: rotating.id, orgId: server.org.id })
    expect(await isAlive(server, first.access_token)).toBe(false)
    expect(await isAlive(server, second.body.access_token)).toBe(false)
    expect((await refresh(server, rotating, second.body.refresh_token)).body).toEqual({
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    })
  })

  it('lets one of 50 callers at once win, and what it won ends with the reuse', async () => {
    const { refresh_token } = await tokensFor(server, user, rotating)
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(server, rotating, refresh_token)))
    const [won, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    for (const lost of answers.filter(({ status }) => status !== 200)) {
      expect(lost.body).toEqual({ error: 'invalid_grant', error_description: 'expired access/refresh token' })
    }
    expect(await isAlive(server, won?.body.access_token)).toBe(false)
    expect((await refresh(server, rotating, won?.body.refresh_token)).status).toBe(400)
  })

  it('holds for public apps in the strict posture, even where their setting is off', async () => {
    const strict = await startTestServer({ posture: { ...strictPosture, publicAppsNeedPkce: false } })
    try {
      const one = await strict.addUser('one@target.example')
      const open = await strict.addApp('Public', {
        isConsumerSecretOptional: true,
        isSecretRequiredForRefreshToken: false,
      })
      const { refresh_token } = await tokensFor(strict, one, open, {})
      const { body } = await refresh(strict, open, refresh_token, { client_secret: '' })
      expect(body.refresh_token).toMatch(/^5Aep861/)
      expect(body.expires_in).toBe(7200)
      expect((await refresh(strict, open, refresh_token, { client_secret: '' })).status).toBe(400)
      const confidential = await strict.addApp('Confidential')
      const other = await tokensFor(strict, one, confidential)
      expect((await refresh(strict, confidential, other.refresh_token)).body.refresh_token).toBeUndefined()
    } finally {
      await strict.close()
    }
  })
})
