import { createSign, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/certificates/certificate.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import {
  type AssertionOptions,
  base,
  newSigner,
  otherBase,
  startTestServer,
  type TestServer,
  targetBase,
} from './test-server.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  const profile = await server.profile('Standard User')
  user = await server.addUser('integration@target.example')
  app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [profile.id] })
})

afterAll(() => server.close())

function ask(claims: Record<string, unknown> = {}, options: AssertionOptions = {}, host = base) {
  const assertion = server.assertion({ iss: app.consumerKey, sub: user.username, ...claims }, options)
  return server.post(`${host}/services/oauth2/token`, { grant_type: grantType, assertion })
}

const seconds = (instant: Date) => Math.floor(instant.getTime() / 1000)

/** An answer that refuses, with the reason that the journal keeps. */
async function refusalOf(answer: Awaited<ReturnType<typeof ask>>) {
  const { refusal } = await server.journalOf(answer)
  return { status: answer.status, ...answer.body, reason: refusal?.reason }
}

describe('the JWT bearer flow', () => {
  it('gives an access token for a signed assertion, with the fields that Salesforce answers and no refresh token', async () => {
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['access_token', 'scope', 'instance_url', 'id', 'token_type'])
    expect(answer.body).toMatchObject({
      scope: 'api openid id',
      instance_url: targetBase,
      id: `${base}/id/${server.org.id}/${user.id}`,
      token_type: 'Bearer',
    })
    expect(answer.body.access_token).toMatch(new RegExp(`^${server.org.id.slice(0, 15)}![A-Za-z0-9._]{96}$`))
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
  })

  it('opens the REST API with it', async () => {
    const { body } = await ask()
    const limits = await server.request(`${targetBase}/services/data/v62.0/limits`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(limits.status).toBe(200)
    expect(await limits.json()).toMatchObject({ DailyApiRequests: { Max: 15000 } })
  })

  it('notes each attempt in Login History and every check in the journal', async () => {
    const answer = await ask()
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Success', application: 'Warehouse', loginType: 'Oauth2', loginUrl: base })
    const entry = await server.journalOf(answer)
    expect(entry).toMatchObject({ endpoint: 'token', flow: grantType, status: 200, userId: user.id, appId: app.id })
    expect(entry.passed.map(({ check }) => check)).toEqual([
      'grant-type',
      'assertion-well-formed',
      'client-known',
      'algorithm',
      'certificate',
      'signature',
      'expiry',
      'audience',
      'user-known',
      'user-active',
      'address',
      'app-installed',
      'approved',
      'scope',
      'login-rate',
    ])
    expect(JSON.stringify(entry)).not.toContain(answer.body.access_token.slice(20))
  })

  it.each([
    ['the login host', base],
    ['with a slash at its end', `${base}/`],
    ['the token endpoint', `${base}/services/oauth2/token`],
    ['without a scheme', 'localhost:8787'],
    ['the org itself', targetBase],
    ['by address', 'http://127.0.0.1:8787'],
    ['login.salesforce.com for a production org', 'https://login.salesforce.com'],
    ['a list with one that fits', ['https://elsewhere.example', base]],
  ])('accepts as audience %s', async (_, aud) => {
    expect((await ask({ aud })).status).toBe(200)
  })

  it.each([
    ['exp in milliseconds, as the Salesforce CLI writes it', () => ({ exp: server.now().getTime() + 300 })],
    ['exp as text', () => ({ exp: String(seconds(server.now()) + 60) })],
    ['exp a little past, within the clock skew', () => ({ exp: seconds(server.now()) - 30 })],
    ['prn instead of sub', () => ({ sub: undefined, prn: user.username })],
    ['prn beside sub, which it overrules', () => ({ sub: 'nobody@target.example', prn: user.username })],
    ['a username in capitals', () => ({ sub: 'Integration@Target.Example' })],
    ['nbf and iat a few seconds ahead', () => ({ nbf: seconds(server.now()) + 5, iat: seconds(server.now()) + 5 })],
  ])('accepts %s', async (_, claims) => {
    expect((await ask(claims())).status).toBe(200)
  })

  it('accepts the same assertion again where it has no jti', async () => {
    const assertion = server.assertion({ iss: app.consumerKey, sub: user.username })
    const form = { grant_type: grantType, assertion }
    expect((await server.post('/services/oauth2/token', form)).status).toBe(200)
    expect((await server.post('/services/oauth2/token', form)).status).toBe(200)
  })

  it('serves an assertion with a jti once, of 50 callers at once', async () => {
    const assertion = server.assertion({ iss: app.consumerKey, sub: user.username, jti: 'once' })
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => server.post('/services/oauth2/token', { grant_type: grantType, assertion })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.find(({ status }) => status !== 200)
    expect(refused && (await refusalOf(refused))).toEqual({
      status: 400,
      error: 'bad_jti_claim',
      error_description: 'jti claim was used before',
      reason: 'assertion-replayed',
    })
  })
})

describe('an assertion is refused', () => {
  const invalidAssertion = { status: 400, error: 'invalid_grant', error_description: 'invalid assertion' }

  it('when it is missing', async () => {
    const answer = await server.post('/services/oauth2/token', { grant_type: grantType })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'assertion-missing' })
  })

  it.each([
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['no base64url', '?.?.?'],
    ['no JSON', 'YQ.YQ.YQ'],
    [
      'bytes that are no UTF-8',
      `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.YQ`,
    ],
    [
      'an array for claims',
      `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('[]').toString('base64url')}.YQ`,
    ],
    ['no algorithm', `${Buffer.from('{}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.YQ`],
    ['a hundred thousand characters', 'a'.repeat(40_000)],
    [
      'nesting without end',
      `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${Buffer.from('['.repeat(6000)).toString('base64url')}.YQ`,
    ],
  ])('when it is malformed: %s', async (_, assertion) => {
    const answer = await server.post('/services/oauth2/token', { grant_type: grantType, assertion })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'assertion-malformed' })
  })

  it.each(['none', 'None', 'nOnE', 'HS256', 'RS384', 'ES256', 'PS256'])('when its algorithm is %s', async (alg) => {
    expect(await refusalOf(await ask({}, { header: { alg } }))).toEqual({
      ...invalidAssertion,
      reason: 'algorithm-not-allowed',
    })
  })

  it('when an HMAC was made with the public key as secret', async () => {
    const { createHmac } = await import('node:crypto')
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const input = `${encode({ alg: 'HS256' })}.${encode({ iss: app.consumerKey, sub: user.username, aud: base, exp: seconds(server.now()) + 60 })}`
    const assertion = `${input}.${createHmac('sha256', server.signer.pem).update(input).digest('base64url')}`
    const answer = await server.post('/services/oauth2/token', { grant_type: grantType, assertion })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'algorithm-not-allowed' })
  })

  it('when its header makes anything critical', async () => {
    const answer = await ask({}, { header: { alg: 'RS256', crit: ['exp'] } })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'critical-header-unknown' })
  })

  it("when it is signed with another app's key, even if the header brings that key along", async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const header = {
      alg: 'RS256',
      jwk: stranger.publicKey.export({ format: 'jwk' }),
      kid: '../../etc/passwd',
      jku: 'https://evil.example/keys',
    }
    const answer = await ask({}, { header, key: stranger.privateKey })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'signature-wrong' })
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Failed: Signature Invalid', application: 'Warehouse' })
  })

  it('when the claims were changed after signing', async () => {
    const [head, , signature] = server.assertion({ iss: app.consumerKey, sub: user.username }).split('.')
    const claims = { iss: app.consumerKey, sub: 'admin@target.example', aud: base, exp: seconds(server.now()) + 60 }
    const assertion = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    const answer = await server.post('/services/oauth2/token', { grant_type: grantType, assertion })
    expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason: 'signature-wrong' })
  })

  it('when the app has no certificate', async () => {
    const bare = await server.addApp('Bare', { certificate: undefined })
    expect(await refusalOf(await ask({ iss: bare.consumerKey }))).toEqual({
      ...invalidAssertion,
      reason: 'certificate-missing',
    })
  })

  it('when the certificate is not valid yet, and when it has expired', async () => {
    const later = await newSigner(new Date(server.now().getTime() + 86_400_000))
    const earlier = await newSigner(new Date('2020-01-01T00:00:00Z'))
    for (const [signer, reason] of [
      [later, 'certificate-not-yet-valid'],
      [earlier, 'certificate-expired'],
    ] as const) {
      const reading = readCertificate(signer.pem)
      const certificate = reading.ok ? reading.certificate : undefined
      const dated = await server.addApp(reason.replaceAll('-', '_'), { certificate })
      const answer = await ask({ iss: dated.consumerKey }, { key: signer.privateKey })
      expect(await refusalOf(answer)).toEqual({ ...invalidAssertion, reason })
    }
  })

  it.each([
    ['issuer-missing', { iss: undefined }],
    ['client-unknown', { iss: '3MVG9nobody' }],
  ])('as invalid_client_id: %s', async (reason, claims) => {
    expect(await refusalOf(await ask(claims))).toEqual({
      status: 400,
      error: 'invalid_client_id',
      error_description: 'client identifier invalid',
      reason,
    })
  })

  it.each([
    ['an unknown one', 'https://elsewhere.example'],
    ["the sandboxes' login host for a production org", 'https://test.salesforce.com'],
    ['none', undefined],
    ['an empty list', []],
    ['one that only begins right', `${base}.evil.example`],
    ["another org's address", otherBase],
  ])('as audience is invalid: %s', async (_, aud) => {
    expect(await refusalOf(await ask({ aud }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'audience is invalid',
      reason: 'audience-unknown',
    })
  })

  it('as expired authorization code when exp is past', async () => {
    const answer = await ask({ exp: seconds(server.now()) - 61 })
    expect(await refusalOf(answer)).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired authorization code',
      reason: 'expiry-past',
    })
    expect(answer.headers.get('x-sallyport-cause')).toContain('expiry-past')
  })

  it.each([
    ['expiry-missing', () => ({ exp: undefined })],
    ['not-yet-valid', () => ({ nbf: seconds(server.now()) + 3600 })],
    ['not-yet-valid', () => ({ iat: seconds(server.now()) + 3600 })],
    ['subject-missing', () => ({ sub: undefined })],
    ['assertion-malformed', () => ({ exp: 'soon' })],
    ['assertion-malformed', () => ({ aud: 7 })],
  ])('as invalid assertion: %s', async (reason, claims) => {
    expect(await refusalOf(await ask(claims()))).toEqual({ ...invalidAssertion, reason })
  })
})

describe('the user of an assertion is refused', () => {
  const notApproved = { status: 400, error: 'invalid_grant', error_description: "user hasn't approved this consumer" }

  it('when there is no such user, in words that do not tell', async () => {
    expect(await refusalOf(await ask({ sub: 'nobody@target.example' }))).toEqual({
      ...notApproved,
      reason: 'user-unknown',
    })
  })

  it('when the user is of another org than the one whose address was asked', async () => {
    expect(await refusalOf(await ask({}, {}, otherBase))).toEqual({ ...notApproved, reason: 'user-of-another-org' })
  })

  it('when the user is of an org where the app is not installed', async () => {
    const profile = await server.stores.profiles.findByName(server.otherOrg.id, 'Standard User')
    const stranger = await server.addUser('stranger@other.example', {
      orgId: server.otherOrg.id,
      profileId: profile?.id ?? '',
    })
    expect(await refusalOf(await ask({ sub: stranger.username }))).toEqual({
      status: 400,
      error: 'invalid_client',
      error_description: 'app must be installed into org',
      reason: 'app-not-installed',
    })
  })

  it.each([
    ['user-inactive', { isActive: false }, 'inactive_user', 'user is inactive', 'User is inactive'],
    ['user-frozen', { isFrozen: true }, 'inactive_user', 'user is inactive', 'User is frozen'],
    [
      'user-locked',
      { lockedUntil: new Date('2027-01-01') },
      'invalid_grant',
      'authentication failure',
      'Password lockout',
    ],
  ] as const)('%s', async (reason, details, error, error_description, status) => {
    const refused = await server.addUser(`${reason}@target.example`, details)
    expect(await refusalOf(await ask({ sub: refused.username }))).toEqual({
      status: 400,
      error,
      error_description,
      reason,
    })
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: refused.id }, { limit: 1 })
    expect(latest).toMatchObject({ status, application: 'Warehouse' })
  })

  it('when the profile lets in from elsewhere only, whatever the app relaxes', async () => {
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    const inOffice = await server.addUser('office@target.example', { profileId: profile.id })
    const relaxed = await server.addApp(
      'Relaxed',
      {},
      { isAdminApproved: true, profileIds: [profile.id], ipRelaxation: 'BYPASS' },
    )
    expect(await refusalOf(await ask({ iss: relaxed.consumerKey, sub: inOffice.username }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'ip restricted',
      reason: 'ip-restricted',
    })
  })

  it('when neither profile nor permission set gives API Enabled', async () => {
    const profile = await server.profile('Minimum Access')
    const minimal = await server.addUser('minimal@target.example', { profileId: profile.id })
    const open = await server.addApp('Open', {}, { isAdminApproved: true, profileIds: [profile.id] })
    expect(await refusalOf(await ask({ iss: open.consumerKey, sub: minimal.username }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'authentication failure',
      reason: 'api-not-enabled',
    })
  })

  it('when the org is closed', async () => {
    const closed = await startTestServer()
    try {
      const profile = await closed.profile('Standard User')
      const one = await closed.addUser('one@closed.example')
      const its = await closed.addApp('Its', {}, { isAdminApproved: true, profileIds: [profile.id] })
      await closed.stores.orgs.update({ ...closed.org, isActive: false })
      const assertion = closed.assertion({ iss: its.consumerKey, sub: one.username })
      const answer = await closed.post('/services/oauth2/token', { grant_type: grantType, assertion })
      expect(answer).toMatchObject({
        status: 400,
        body: { error: 'inactive_org', error_description: 'organization is locked, closed, or suspended' },
      })
    } finally {
      await closed.close()
    }
  })
})

describe('approval before a JWT', () => {
  it('is given by an admin through a permission set', async () => {
    const permissionSet = await server.addPermissionSet('Integration_Access')
    const assigned = await server.addUser('assigned@target.example', { permissionSetIds: [permissionSet.id] })
    const bySet = await server.addApp('By_Set', {}, { isAdminApproved: true, permissionSetIds: [permissionSet.id] })
    expect((await ask({ iss: bySet.consumerKey, sub: assigned.username })).status).toBe(200)
    expect(await refusalOf(await ask({ iss: bySet.consumerKey }))).toEqual({
      status: 400,
      error: 'invalid_app_access',
      error_description: 'user is not admin approved to access this app',
      reason: 'not-admin-approved',
    })
  })

  it('is missing where users may self-authorize and this one never did', async () => {
    const open = await server.addApp('Self_Authorize')
    expect(await refusalOf(await ask({ iss: open.consumerKey }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: "user hasn't approved this consumer",
      reason: 'not-approved',
    })
  })

  it('cannot be given where the app has no refresh_token scope', async () => {
    const without = await server.addApp('Without_Refresh', { scopes: ['api'] })
    expect(await refusalOf(await ask({ iss: without.consumerKey }))).toEqual({
      status: 400,
      error: 'invalid_request',
      error_description: 'refresh_token scope is required and the connected app should be installed and preauthorized.',
      reason: 'refresh-scope-missing',
    })
  })

  it('does not help a blocked app', async () => {
    const profile = await server.profile('Standard User')
    const blocked = await server.addApp(
      'Blocked',
      {},
      { isAdminApproved: true, profileIds: [profile.id], isBlocked: true },
    )
    expect(await refusalOf(await ask({ iss: blocked.consumerKey }))).toEqual({
      status: 400,
      error: 'app_blocked',
      error_description: 'this app is blocked by admin',
      reason: 'app-blocked',
    })
  })

  it('does not help where the app wants a high assurance session', async () => {
    const profile = await server.profile('Standard User')
    const high = await server.addApp(
      'High',
      {},
      { isAdminApproved: true, profileIds: [profile.id], requiresHighAssurance: true },
    )
    expect(await refusalOf(await ask({ iss: high.consumerKey }))).toMatchObject({
      error: 'invalid_session_level',
      reason: 'high-assurance-required',
    })
  })
})

describe('the strict posture', () => {
  it('wants assertions short-lived and for its own addresses', async () => {
    const { strictPosture } = await import('../../src/options.ts')
    const strict = await startTestServer({ posture: strictPosture, showsCauses: false })
    try {
      const profile = await strict.profile('Standard User')
      const one = await strict.addUser('one@target.example')
      const its = await strict.addApp('Its', {}, { isAdminApproved: true, profileIds: [profile.id] })
      const send = async (claims: Record<string, unknown>) => {
        const assertion = strict.assertion({ iss: its.consumerKey, sub: one.username, ...claims })
        return strict.post('/services/oauth2/token', { grant_type: grantType, assertion })
      }
      const good = await send({})
      expect(good).toMatchObject({ status: 200, body: { expires_in: 7200 } })
      const far = await send({ exp: strict.now().getTime() })
      expect(far.body.error_description).toBe('invalid assertion')
      expect(far.headers.get('x-sallyport-cause')).toBeNull()
      expect((await strict.journalOf(far)).refusal?.reason).toBe('expiry-too-far')
      expect((await send({ aud: 'https://login.salesforce.com' })).body.error_description).toBe('audience is invalid')
      expect((await send({ exp: seconds(strict.now()) - 11 })).body.error_description).toBe(
        'expired authorization code',
      )
    } finally {
      await strict.close()
    }
  })
})

it('signs nothing itself: an assertion made by hand as the RFC writes it is enough', async () => {
  const encode = (value: string) => Buffer.from(value).toString('base64url')
  const claims = `{"iss":"${app.consumerKey}","sub":"${user.username}","aud":"${base}","exp":${seconds(server.now()) + 60}}`
  const input = `${encode('{"alg":"RS256","typ":"JWT"}')}.${encode(claims)}`
  const assertion = `${input}.${createSign('RSA-SHA256').update(input).sign(server.signer.privateKey).toString('base64url')}`
  const form = `grant_type=${encodeURIComponent(grantType)}&assertion=${assertion}`
  expect((await server.post('/services/oauth2/token', new URLSearchParams(form))).status).toBe(200)
})
