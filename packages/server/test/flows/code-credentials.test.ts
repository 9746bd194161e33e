import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppPolicies, ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { OrgSettings } from '../../src/orgs/org.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, authorizeUrl } from './test-browser.ts'
import { answerOf, callbackUrl, password, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { exchange } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
  await allow({ oAuthCdCrdtFlowEnable: true })
})
afterEach(() => server.close())

const username = 'ada@target.example'
const verifier = 'a-verifier-of-at-least-forty-three-characters'
const challenge = createHash('sha256').update(verifier).digest('base64url')

async function allow(settings: Partial<OrgSettings>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
}

async function aWorld(
  details: Partial<ConnectedApp> = {},
  policies: Partial<AppPolicies> = {},
  user: Partial<User> = {},
): Promise<ConnectedApp> {
  await server.addUser(username, user)
  return server.addApp('Own', { isCodeCredentialEnabled: true, ...details }, policies)
}

interface Sending {
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly base?: string
  readonly query?: string
}

/** Asks for a code with name and password in the body, unless a test says otherwise. */
async function ask({ form = {}, headers = {}, base = server.base, query = '' }: Sending = {}) {
  const request = {
    response_type: 'code_credentials',
    client_id: '3MVG9Own',
    redirect_uri: callbackUrl,
    username,
    password,
    ...form,
  }
  const given = Object.entries(request).filter(([, value]) => value !== '')
  const response = await server.request(`${base}/services/oauth2/authorize${query}`, {
    method: 'POST',
    body: new URLSearchParams(given).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'auth-request-type': 'Named-User',
      ...headers,
    },
  })
  const answer = await answerOf(response)
  const location = URL.parse(answer.headers.get('location') ?? '')
  return { ...answer, told: Object.fromEntries(location?.searchParams ?? []), location }
}

const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
const failure = { error: 'invalid_grant', error_description: 'authentication failure' }

describe('the authorization code and credentials flow', () => {
  it('answers a code for name and password, which the app exchanges as any other', async () => {
    const app = await aWorld()
    const { status, location, told } = await ask({ form: { state: 's 1' } })
    expect([status, location?.origin, location?.pathname]).toEqual([302, 'https://app.example', '/callback'])
    expect(told).toEqual({ code: expect.stringMatching(/^aPrx.*==$/), state: 's 1' })
    const { body } = await exchange(server, app, told['code'] ?? '')
    expect(body).toMatchObject({ access_token: expect.stringMatching(/^00D/), scope: 'api openid refresh_token id' })
    const me = await server.request(`${targetBase}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(await me.json()).toMatchObject({ preferred_username: username })
  })

  it('takes them as a Basic header, too, and binds the code to a PKCE challenge', async () => {
    const app = await aWorld({ isPkceRequired: true })
    const form = { username: '', password: '', code_challenge: challenge, code_challenge_method: 'S256' }
    const { told } = await ask({ form, headers: { authorization: basic } })
    expect((await exchange(server, app, told['code'] ?? '', { code_verifier: verifier })).status).toBe(200)
    const missing = await ask()
    expect(missing.text).toBe('error=invalid_request&error_description=missing%20required%20code%20challenge')
  })

  it('says what it answers as JSON, where the app has no address of its own', async () => {
    const echo = `${server.base}/services/oauth2/echo`
    await aWorld({ callbackUrls: [echo] })
    const { location } = await ask({ form: { redirect_uri: echo } })
    const answer = await answerOf(await server.request(location?.href ?? ''))
    expect(answer.body).toEqual({ code: expect.stringMatching(/^aPrx/) })
    expect(answer.headers.get('cache-control')).toContain('no-store')
    const wrong = await ask({ form: { redirect_uri: echo, password: 'wrong' } })
    expect((await answerOf(await server.request(wrong.location?.href ?? ''))).body).toEqual(failure)
  })

  it('is the user’s approval, and sets no cookie', async () => {
    const app = await aWorld()
    const { headers } = await ask({ form: { scope: 'api' } })
    expect(headers.getSetCookie()).toEqual([])
    const user = await server.stores.users.findByUsername(username)
    expect((await server.stores.approvals.find(user?.id ?? '', app.id))?.scopes).toEqual(['api', 'id'])
  })

  const failures: readonly {
    readonly name: string
    readonly sending?: Sending
    readonly user?: Partial<User>
    readonly reason: string
    readonly status?: string
  }[] = [
    {
      name: 'a wrong password',
      sending: { form: { password: 'wrong' } },
      reason: 'password-wrong',
      status: 'Invalid password',
    },
    { name: 'an unknown user', sending: { form: { username: 'nobody@target.example' } }, reason: 'username-unknown' },
    { name: 'no password', sending: { form: { password: '' } }, reason: 'credentials-missing' },
    {
      name: 'a locked user',
      user: { lockedUntil: new Date('2030-01-01') },
      reason: 'user-locked',
      status: 'Password lockout',
    },
    { name: 'an inactive user', user: { isActive: false }, reason: 'user-inactive', status: 'User is inactive' },
    { name: 'a user without a password', user: { passwordHash: undefined }, reason: 'password-wrong' },
    { name: 'a malformed header', sending: { headers: { authorization: 'Basic %%%' } }, reason: 'credentials-missing' },
    {
      name: 'a password in the URL',
      sending: { form: { password: '' }, query: `?${new URLSearchParams({ password })}` },
      reason: 'credentials-missing',
    },
  ]

  it.each(failures.map((one) => [one.name, one] as const))(
    'answers %s with the same words as all else',
    async (_, { sending = {}, user = {}, reason, status }) => {
      await aWorld({}, {}, user)
      const answer = await ask(sending)
      expect([answer.status, answer.told]).toEqual([302, failure])
      expect(await server.journalOf(answer)).toMatchObject({ flow: 'code-credentials', refusal: { reason } })
      const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
      if (status !== undefined) expect(login).toMatchObject({ loginType: 'Oauth2', status, application: 'Own' })
    },
  )

  it('tells nobody that the org has it off, and counts no guesses there', async () => {
    await aWorld()
    await allow({ oAuthCdCrdtFlowEnable: false })
    const answer = await ask({ form: { password: 'wrong' } })
    expect(answer.told).toEqual(failure)
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^flow-off-in-org:/)
    expect(await server.stores.users.findByUsername(username)).toMatchObject({ failedLogins: 0 })
    const own = await ask({ base: targetBase })
    expect(own.text).toBe('error=oauth_flow_disabled&error_description=this%20oauth%20flow%20is%20not%20enabled')
  })

  it('is off for an app without the setting', async () => {
    await aWorld({ isCodeCredentialEnabled: false })
    expect((await ask()).text).toMatch(/^error=oauth_flow_disabled&/)
  })

  it('keeps credentials out of headers where the app is set so', async () => {
    await aWorld({ isCodeCredentialPostOnly: true })
    const answer = await ask({ form: { username: '', password: '' }, headers: { authorization: basic } })
    expect(answer.told).toEqual({
      error: 'invalid_request',
      error_description: 'credentials must be in the request body',
    })
    expect((await ask()).told).toHaveProperty('code')
  })

  it.each(['passwordless-login', 'user-registration', 'Named-Users', ''])(
    'takes no request of type %s',
    async (kind) => {
      await aWorld()
      expect((await ask({ headers: { 'auth-request-type': kind } })).told).toEqual({
        error: 'invalid_request',
        error_description: 'auth request type not supported',
      })
    },
  )

  it('has no page: a browser is sent back to the app, also from the consent page, whoever is signed in', async () => {
    const app = await aWorld()
    const { searchParams } = await authorizeAs(server, username, app.consumerKey)
    expect(searchParams.has('code')).toBe(true)
    const asked = authorizeUrl(app.consumerKey, { response_type: 'code_credentials' })
    const refused = await answerOf(await server.request(asked))
    expect(refused.headers.get('location')).toBe(
      `${callbackUrl}?error=invalid_request&error_description=credentials+must+be+posted`,
    )
  })

  it('refuses users who need a second factor, and what every app is refused for', async () => {
    const { id } = await server.addProfile({ name: 'Careful', permissions: ['ApiEnabled', 'ForceTwoFactor'] })
    await aWorld({}, {}, { profileId: id })
    const second = await ask()
    expect(second.told).toEqual(failure)
    expect(second.headers.get('x-sallyport-cause')).toMatch(/^second-factor-needed:/)
  })

  it.each([
    ['a blocked app', { isBlocked: true }, 'OAUTH_APP_BLOCKED', 'this app is blocked by admin'],
    [
      'a user whom no admin approved',
      { isAdminApproved: true },
      'OAUTH_APP_ACCESS_DENIED',
      'user is not admin approved to access this app',
    ],
  ] as const)('refuses %s', async (_, policies, error, error_description) => {
    await aWorld({}, policies)
    expect((await ask()).told).toEqual({ error, error_description })
  })

  it('locks out who guesses, however many at once', async () => {
    await aWorld()
    await Promise.all(Array.from({ length: 50 }, (_, guess) => ask({ form: { password: `wrong${guess}` } })))
    const answer = await ask()
    expect(answer.told).toEqual(failure)
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^user-locked:/)
  })

  it('is not there at all where the server does not offer it', async () => {
    const strict = await startTestServer({ posture: { offersHeadlessLogin: false } })
    try {
      await strict.addApp('Own', { isCodeCredentialEnabled: true })
      const answer = await strict.post('/services/oauth2/authorize', {
        response_type: 'code_credentials',
        client_id: '3MVG9Own',
        redirect_uri: callbackUrl,
      })
      expect(answer.text).toMatch(/^error=unsupported_response_type/)
    } finally {
      await strict.close()
    }
  })
})
