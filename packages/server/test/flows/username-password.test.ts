import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppPolicies, ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { checkRelease } from '../../src/connected-apps/release-check.ts'
import type { OrgSettings } from '../../src/orgs/org.ts'
import { resetSecurityToken } from '../../src/users/security-token.ts'
import type { User } from '../../src/users/user.ts'
import { signInOn, testBrowser } from './test-browser.ts'
import { answerOf, consumerSecret, password, startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
  await allow({})
})
afterEach(() => server.close())

const username = 'ada@target.example'
const loopback = [{ start: '127.0.0.1', end: '127.0.0.1' }]
const tokenUrl = '/services/oauth2/token'

async function allow(settings: Partial<OrgSettings>): Promise<void> {
  const allowed = { blockOAuthUnPwFlow: false, trustedIpRanges: loopback }
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...allowed, ...settings } })
}

interface World {
  readonly app?: Partial<ConnectedApp>
  readonly policies?: Partial<AppPolicies>
  readonly user?: Partial<User>
}

async function aWorld({ app, policies, user }: World = {}): Promise<User> {
  await server.addApp('Legacy', { isUsernamePasswordEnabled: true, ...app }, policies)
  return server.addUser(username, user)
}

/** Asks for a token, by default from a trusted address. */
async function ask(form: Record<string, string> = {}, from = '127.0.0.1') {
  const all = { grant_type: 'password', client_id: '3MVG9Legacy', client_secret: consumerSecret, username, password }
  const given = Object.entries({ ...all, ...form }).filter(([, value]) => value !== '')
  const response = await server.request(
    tokenUrl,
    {
      method: 'POST',
      body: new URLSearchParams(given).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    from,
  )
  return answerOf(response)
}

describe('the username-password flow', () => {
  it('turns guesses away with 503 rather than have more than a hundred wait, and answers other requests meanwhile', async () => {
    await aWorld()
    const before = await ask()
    const crowd = Array.from({ length: 150 }, (_, number) => ask({ username: `nobody${number}@target.example` }))
    const checked = server.request('/services/oauth2/userinfo', {
      headers: { authorization: `Bearer ${before.body.access_token}` },
    })
    const first = await Promise.race([checked, Promise.all(crowd)])
    expect(first).toMatchObject({ status: 200 })
    const answers = await Promise.all(crowd)
    const busy = answers.filter(({ status }) => status === 503)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy.length).toBeLessThan(50)
    expect(busy[0]?.headers.get('retry-after')).toBe('1')
    expect(busy[0]?.body).toEqual({
      error: 'service_unavailable',
      error_description: 'too many sign-ins at once, try again',
    })
    expect(answers.filter(({ status }) => status === 400).length).toBe(150 - busy.length)
    expect((await ask()).status).toBe(200)
  })

  it('gives a token with every scope of the app, says no scope, and never gives a refresh token', async () => {
    await aWorld()
    const { status, body } = await ask({ scope: 'id' })
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}![\w.]+$/),
      signature: createHmac('sha256', consumerSecret)
        .update(body.id + body.issued_at)
        .digest('base64'),
      instance_url: targetBase,
      id: expect.stringContaining('/id/00D'),
      token_type: 'Bearer',
      issued_at: expect.stringMatching(/^\d+$/),
    })
    const data = await server.request(`${targetBase}/services/data/v62.0/limits`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(data.status).toBe(200)
  })

  it('asks for the security token from an address that is not trusted', async () => {
    const user = await aWorld()
    const token = await resetSecurityToken({ users: server.stores.users, now: server.now }, user)
    expect(token).toMatch(/^[A-Za-z0-9]{24}$/)
    const elsewhere = '203.0.113.7'
    expect((await ask({ password: password + token }, elsewhere)).status).toBe(200)
    expect((await ask({ password: password + token })).status).toBe(200)
    expect((await ask({ password }, elsewhere)).headers.get('x-sallyport-cause')).toMatch(/^security-token-missing:/)
    const wrong = await ask(
      { password: password + token.replace(/./, (first) => (first === 'a' ? 'b' : 'a')) },
      elsewhere,
    )
    expect(wrong.headers.get('x-sallyport-cause')).toMatch(/^security-token-wrong:/)
    expect((await ask({ password: `wrong${token}` }, elsewhere)).headers.get('x-sallyport-cause')).toMatch(
      /^password-wrong:/,
    )
    expect((await ask({ password: token }, elsewhere)).status).toBe(400)
    const next = await resetSecurityToken({ users: server.stores.users, now: server.now }, user)
    expect((await ask({ password: password + token }, elsewhere)).status).toBe(400)
    expect((await ask({ password: password + next }, elsewhere)).status).toBe(200)
  })

  it('trusts the login IP ranges of a profile, too, and ends the security token with the password', async () => {
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    const user = await aWorld({ user: { profileId: profile.id } })
    expect((await ask({}, '10.0.0.3')).status).toBe(200)
    await resetSecurityToken({ users: server.stores.users, now: server.now }, user)
    const { passwordHash } = user
    if (passwordHash === undefined) throw new Error('The user has no password.')
    await server.stores.users.setPassword(user.id, passwordHash, server.now())
    expect((await server.stores.users.find(user.id))?.securityTokenHash).toBeUndefined()
  })

  const blocked = { blockOAuthUnPwFlow: true }
  const failures: readonly (readonly [string, World, Partial<OrgSettings>, Record<string, string>, string, string?])[] =
    [
      ['a wrong password', {}, {}, { password: 'wrong' }, 'password-wrong', 'Invalid password'],
      ['an unknown user', {}, {}, { username: 'nobody@target.example' }, 'username-unknown', ''],
      ['no password', {}, {}, { password: '' }, 'credentials-missing', ''],
      ['no username', {}, {}, { username: '' }, 'credentials-missing', ''],
      ['a blocked flow', {}, blocked, {}, 'password-flow-off', 'Failed: OAuth API access disabled'],
      ['a blocked flow and a wrong password', {}, blocked, { password: 'wrong' }, 'password-flow-off', ''],
      ['an app without the setting', { app: { isUsernamePasswordEnabled: false } }, {}, {}, 'password-flow-off', ''],
      ['a user without a password', { user: { passwordHash: undefined } }, {}, {}, 'password-wrong', ''],
      ['a locked user', { user: { lockedUntil: new Date('2030-01-01') } }, {}, {}, 'user-locked', 'Password lockout'],
      ['an inactive user', { user: { isActive: false } }, {}, {}, 'user-inactive', 'User is inactive'],
      ['a frozen user', { user: { isFrozen: true } }, {}, {}, 'user-frozen', 'User is frozen'],
      [
        'no security token',
        {},
        { trustedIpRanges: [] },
        {},
        'security-token-missing',
        'Failed: API security token required',
      ],
    ]

  it.each(failures.map((one) => [one[0], one] as const))(
    'answers %s with the same words as all else',
    async (_, [, world, settings, form, reason, status]) => {
      const user = await aWorld(world)
      await allow(settings)
      const answer = await ask(form)
      expect([answer.status, answer.body]).toEqual([
        400,
        { error: 'invalid_grant', error_description: 'authentication failure' },
      ])
      expect(answer.headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}:`))
      expect(await server.journalOf(answer)).toMatchObject({ flow: 'password', refusal: { reason } })
      const [login] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
      if (status !== '')
        expect(login).toMatchObject({ status, loginSubType: 'OauthUsernamePassword', application: 'Legacy' })
    },
  )

  it.each([
    ['a blocked app', { policies: { isBlocked: true } }, 'app_blocked', 'this app is blocked by admin'],
    [
      'a user whom no admin approved',
      { policies: { isAdminApproved: true } },
      'invalid_app_access',
      'user is not admin approved to access this app',
    ],
    [
      'an app that wants high assurance',
      { policies: { requiresHighAssurance: true } },
      'invalid_session_level',
      'a high assurance session is required',
    ],
    ['an app without a scope', { app: { scopes: ['refresh_token'] } }, 'invalid_grant', 'no valid scopes'],
  ] as const)(
    'refuses %s as every flow does, once the password was right',
    async (_, world, error, error_description) => {
      await aWorld({ ...world, ...('app' in world ? { app: { scopes: [...world.app.scopes] } } : {}) })
      expect((await ask()).body).toEqual({ error, error_description })
    },
  )

  it('refuses a user who may not call the API, and a user of another org at an org’s own address', async () => {
    const { id } = await server.profile('Minimum Access')
    await aWorld({ user: { profileId: id } })
    expect((await ask()).headers.get('x-sallyport-cause')).toMatch(/^api-not-enabled:/)
    const other = await server.post(`http://localhost:8788${tokenUrl}`, {
      grant_type: 'password',
      client_id: '3MVG9Legacy',
      client_secret: consumerSecret,
      username,
      password,
    })
    expect(other.headers.get('x-sallyport-cause')).toMatch(/^username-unknown:/)
  })

  it('refuses a user whose logins by programs want a second factor, in the words for a wrong password', async () => {
    const permissions = ['ApiEnabled', 'TwoFactorApi'] as const
    const { id } = await server.addProfile({ name: 'Careful', permissions: [...permissions] })
    await aWorld({ user: { profileId: id } })
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'authentication failure' },
    ])
    expect((await server.journalOf(answer)).refusal).toEqual({
      reason: 'api-second-factor-needed',
      facts: { user: username },
    })
    const [latest] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(latest?.status).toBe('Two-factor required')
  })

  it('wants the secret of the app, whatever its settings', async () => {
    await aWorld({ app: { isConsumerSecretOptional: true } })
    expect((await ask({ client_secret: '' })).body).toMatchObject({ error: 'invalid_client' })
    expect((await ask({ client_secret: 'wrong' })).body).toMatchObject({ error: 'invalid_client' })
  })

  it('shares the count of wrong passwords with the sign-in page, both ways, also for guesses at once', async () => {
    const user = await aWorld()
    await Promise.all(Array.from({ length: 50 }, (_, guess) => ask({ password: `wrong${guess}` })))
    expect((await ask()).headers.get('x-sallyport-cause')).toMatch(/^user-locked:/)
    const browser = testBrowser(server)
    const page = await signInOn(browser, await browser.open('/'), username)
    expect(page.status).toBe(401)
    await server.stores.users.unlock(user.id)
    expect((await ask({ password: 'wrong' })).status).toBe(400)
    expect((await server.stores.users.find(user.id))?.failedLogins).toBe(1)
    expect((await ask()).status).toBe(200)
    expect((await server.stores.users.find(user.id))?.failedLogins).toBe(0)
  })

  it('neither counts nor tells anything where the flow is blocked', async () => {
    const user = await aWorld()
    await allow(blocked)
    for (let guess = 0; guess < 12; guess++) await ask({ password: `wrong${guess}` })
    expect(await server.stores.users.find(user.id)).toMatchObject({ failedLogins: 0, lockedUntil: undefined })
  })

  it('keeps no password in the journal', async () => {
    await aWorld()
    const answer = await ask({ username: password, password: username })
    expect(JSON.stringify(await server.journalOf(answer))).not.toContain(password)
  })

  it.each(['x'.repeat(60_000), '\u0000', ' ', '{"$ne":null}', "' or 1=1 --"])(
    'takes %.12j for a wrong password',
    async (junk) => {
      await aWorld()
      expect((await ask({ password: junk })).body).toEqual({
        error: 'invalid_grant',
        error_description: 'authentication failure',
      })
    },
  )

  it('ends with the release that ends it, whatever the settings', async () => {
    await aWorld()
    await allow({ releaseUpdates: { endUsernamePasswordFlow: true } })
    const answer = await ask()
    expect(answer.body).toEqual({ error: 'invalid_grant', error_description: 'authentication failure' })
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^password-flow-off: .*release/)
  })

  it('is found in use by the check of the release that ends it, app by app', async () => {
    await server.addApp('Idle', { isUsernamePasswordEnabled: true })
    await aWorld()
    await ask({ password: 'wrong', client_id: '3MVG9Idle' })
    await server.journalOf(await ask())
    const found = await checkRelease(server.stores, server.org, ['endUsernamePasswordFlow'])
    expect(found).toEqual([
      { update: 'endUsernamePasswordFlow', subject: 'Legacy', why: 'It signs in by username and password.' },
    ])
  })

  it('is not there at all where the server does not offer it', async () => {
    const strict = await startTestServer({ posture: { offersPasswordFlow: false } })
    try {
      const answer = await strict.post(tokenUrl, { grant_type: 'password', username, password })
      expect(answer.body).toEqual({ error: 'unsupported_grant_type', error_description: 'grant type not supported' })
    } finally {
      await strict.close()
    }
  })
})
