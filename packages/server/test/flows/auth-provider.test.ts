import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { journeyLifetime } from '../../src/auth-providers/journey.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, decideOn, fieldsOf, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { addProvider, startTestProvider, type TestProvider } from './test-provider.ts'
import { startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
let outside: TestProvider
let ada: User

beforeAll(async () => {
  server = await startTestServer()
  outside = await startTestProvider()
  ada = await server.addUser('ada@target.example', { federationId: 'remote-1', email: 'ada@mail.example' })
  await addProvider(server, 'Acme_ID', outside.base, { friendlyName: 'Acme ID', userMatching: 'FederationId' })
})

beforeEach(() => {
  outside.requests.length = 0
  outside.answers['/token'] = { body: { access_token: 'outside-token', token_type: 'Bearer' } }
  outside.answers['/userinfo'] = { body: { sub: 'remote-1' } }
})

afterAll(async () => {
  await server.close()
  await outside.close()
})

let names = 0
const fresh = (name: string) => `${name}${++names}`

const changed = (character: string) => (character === 'A' ? 'B' : 'A')

/** Off to the provider. */
async function leave(browser: TestBrowser, name = 'Acme_ID', query = ''): Promise<URL> {
  return (await browser.open(`${targetBase}/services/auth/sso/${name}${query}`)).url
}

/** Back from it, with what it would say. */
function back(browser: TestBrowser, left: URL, answer: Record<string, string> = {}, name = 'Acme_ID'): Promise<Stop> {
  const said = { code: 'outside-code', state: left.searchParams.get('state') ?? '', ...answer }
  const pairs = Object.entries(said).filter(([, value]) => value !== '')
  return browser.open(`${targetBase}/services/authcallback/${name}?${new URLSearchParams(pairs)}`)
}

async function signInBy(name: string, browser = testBrowser(server)): Promise<Stop> {
  return back(browser, await leave(browser, name), {}, name)
}

async function reasonOf(stop: Stop): Promise<string | undefined> {
  return (await server.journalOf(stop)).refusal?.reason
}

describe('a sign-in with an auth. provider', () => {
  it('begins at a button of the sign-in page, at the own address of the org alone', async () => {
    const browser = testBrowser(server)
    expect((await browser.open(`${targetBase}/`)).html).toMatch(
      /<a class="stay" href="\/services\/auth\/sso\/Acme_ID\?startURL=%2F">Acme ID<\/a>/,
    )
    expect((await browser.open('/')).html).not.toContain('Acme ID')
  })

  it('asks the provider for a code with state, nonce and PKCE', async () => {
    const browser = testBrowser(server)
    const left = await leave(browser, 'Acme_ID', '?startURL=%2Fpersonal&prompt=login&login_hint=ada&client_id=evil')
    expect(left.origin + left.pathname).toBe(`${outside.base}/authorize`)
    expect(Object.fromEntries(left.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: `${targetBase}/services/authcallback/Acme_ID`,
      scope: 'openid',
      state: expect.stringMatching(/^2\.[0-9a-f]{8}\.[\w-]{200,}$/),
      nonce: expect.stringMatching(/^[\w.]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      prompt: 'login',
      login_hint: 'ada',
    })
  })

  it('signs the user in, ends the session before, and goes on where they wanted', async () => {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open(`${targetBase}/`), ada.username)
    const before = await server.stores.sessions.list(server.org.id, { now: server.now(), limit: 10 })
    const stop = await back(browser, await leave(browser, 'Acme_ID', '?startURL=%2Fpersonal'))
    expect([stop.status, stop.url.href]).toEqual([200, `${targetBase}/personal`])
    const sessions = await server.stores.sessions.list(server.org.id, { now: server.now(), limit: 10 })
    expect(sessions).toMatchObject([{ userId: ada.id, level: 'STANDARD', awaitsVerification: false }])
    expect(sessions[0]?.id).not.toBe(before[0]?.id)
    expect(outside.requests).toEqual([
      {
        path: '/token',
        authorization: undefined,
        form: {
          grant_type: 'authorization_code',
          code: 'outside-code',
          redirect_uri: `${targetBase}/services/authcallback/Acme_ID`,
          client_id: 'client-1',
          client_secret: 'outside secret',
          code_verifier: expect.stringMatching(/^[\w.]{64}$/),
        },
      },
      { path: '/userinfo', authorization: 'Bearer outside-token', form: {} },
    ])
    const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(login).toMatchObject({
      userId: ada.id,
      loginType: 'ThirdPartySso',
      status: 'Success',
      application: 'Browser',
    })
  })

  it('sends key and secret in a header where the provider wants it', async () => {
    const name = fresh('Header')
    await addProvider(server, name, outside.base, { sendClientCredentialsInHeader: true, userMatching: 'FederationId' })
    await signInBy(name)
    const [{ authorization, form } = { authorization: '', form: {} }] = outside.requests
    expect(Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('client-1:outside+secret')
    expect(Object.keys(form)).toEqual(['grant_type', 'code', 'redirect_uri', 'code_verifier'])
  })

  it('stands in for the sign-in page where an app says sso_provider', async () => {
    const app = await server.addApp(fresh('Warehouse'))
    const browser = testBrowser(server)
    const request = authorizeUrl(app.consumerKey, { sso_provider: 'Acme_ID', prompt: 'login', login_hint: 'ada' })
    const { url } = await browser.open(targetBase + request)
    expect([url.origin, url.searchParams.get('prompt'), url.searchParams.get('login_hint')]).toEqual([
      outside.base,
      'login',
      'ada',
    ])
    const consent = await back(browser, url)
    expect(consent.html).toContain('id="oaapprove"')
    const done = await decideOn(browser, consent, 'allow')
    expect(done.url.searchParams.get('code')).toMatch(/^aPrx/)
  })

  it('asks for the second factor only where the provider is set so', async () => {
    const permissionSet = await server.addPermissionSet(fresh('MFA'))
    await server.stores.permissionSets.update({ ...permissionSet, permissions: ['ForceTwoFactor'] })
    const remote = fresh('careful')
    await server.addUser(`${remote}@target.example`, { federationId: remote, permissionSetIds: [permissionSet.id] })
    outside.answers['/userinfo'] = { body: { sub: remote } }
    const name = fresh('Careful')
    await addProvider(server, name, outside.base, { requireMfa: true, userMatching: 'FederationId' })
    expect((await signInBy('Acme_ID')).url.pathname).toBe('/')
    expect((await signInBy(name)).url.pathname).toBe('/_ui/identity/verification')
  })

  it('is told to mobile apps', async () => {
    const answer = await server.request(`${targetBase}/.well-known/auth-configuration`)
    const configuration = JSON.parse(await answer.text())
    expect(configuration.AuthProviders).toContainEqual({
      Name: 'Acme ID',
      IconUrl: null,
      SsoUrl: `${targetBase}/services/auth/sso/Acme_ID`,
    })
    expect(JSON.stringify(configuration)).not.toMatch(/client-1|outside/)
  })

  it('goes on to the own address of the org that the path names', async () => {
    const answer = await server.request(`/services/auth/sso/${server.org.id}/Acme_ID?startURL=%2Fpersonal`)
    expect(answer.headers.get('location')).toBe(`${targetBase}/services/auth/sso/Acme_ID?startURL=%2Fpersonal`)
  })
})

describe('who is who', () => {
  it('stays, once a user was found: later the link alone counts', async () => {
    const remote = fresh('stable')
    const user = await server.addUser(`${remote}@target.example`, { federationId: remote })
    const another = await server.addUser(`other-${remote}@target.example`)
    outside.answers['/userinfo'] = { body: { sub: remote } }
    await signInBy('Acme_ID')
    await server.stores.users.update(user.id, { ...user, federationId: undefined })
    await server.stores.users.update(another.id, { ...another, federationId: remote })
    await signInBy('Acme_ID')
    const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(login?.userId).toBe(user.id)
  })

  it.each([
    ['Username', { preferred_username: 'ADA@target.example' }, undefined],
    ['Username', { preferred_username: 'nobody@target.example' }, 'provider-user-unknown'],
    ['Username', {}, 'provider-user-unknown'],
    ['Email', { email: 'Ada@Mail.example', email_verified: true }, undefined],
    ['Email', { email: 'ada@mail.example', email_verified: false }, 'provider-user-unknown'],
    ['Email', { email: 'ada@mail.example', email_verified: 'true' }, 'provider-user-unknown'],
    ['Email', { email: 'mail.example', email_verified: true }, 'provider-user-unknown'],
    ['Email', {}, 'provider-user-unknown'],
    ['FederationId', { preferred_username: 'ada@target.example' }, 'provider-user-unknown'],
    ['LinkedOnly', { preferred_username: 'ada@target.example' }, 'provider-user-unknown'],
  ])('by %s with %o comes to %s', async (userMatching, claims, reason) => {
    const name = fresh('By')
    await addProvider(server, name, outside.base, { userMatching })
    outside.answers['/userinfo'] = { body: { sub: fresh('remote-x'), ...claims } }
    const stop = await signInBy(name)
    expect(await reasonOf(stop)).toBe(reason)
    expect(stop.status).toBe(reason === undefined ? 200 : 400)
  })

  it('is not said by an address that two users have', async () => {
    const name = fresh('Shared')
    await addProvider(server, name, outside.base, { userMatching: 'Email' })
    await server.addUser('twin-1@target.example', { email: 'twin@mail.example' })
    await server.addUser('twin-2@target.example', { email: 'twin@mail.example' })
    outside.answers['/userinfo'] = { body: { sub: 'twin', email: 'twin@mail.example', email_verified: true } }
    expect(await reasonOf(await signInBy(name))).toBe('provider-user-unknown')
  })

  it('never leads into another org', async () => {
    const name = fresh('Elsewhere')
    await addProvider(server, name, outside.base, { userMatching: 'Username' })
    const other = await server.addUser('eve@other.example', { orgId: server.otherOrg.id })
    outside.answers['/userinfo'] = { body: { sub: 'eve', preferred_username: other.username } }
    expect(await reasonOf(await signInBy(name))).toBe('provider-user-unknown')
  })

  it('can be said by the user: linked after asking, in a session of theirs', async () => {
    const name = fresh('Linked')
    const provider = await addProvider(server, name, outside.base, { friendlyName: 'Linked <ID>' })
    const user = await server.addUser(`${fresh('grace')}@target.example`)
    outside.answers['/userinfo'] = { body: { sub: 'grace' } }
    expect(await reasonOf(await signInBy(name))).toBe('provider-user-unknown')

    const browser = testBrowser(server)
    const signIn = await browser.open(`${targetBase}/services/auth/link/${name}?startURL=%2Fpersonal`)
    expect(signIn.url.pathname).toBe('/')
    const ask = await signInOn(browser, signIn, user.username)
    expect(ask.html).toContain(`can sign in as <strong>${user.username}</strong> from then on`)
    expect(ask.html).toContain('Linked &lt;ID&gt;')
    const left = await browser.submit(targetBase + ask.url.pathname, fieldsOf(ask.html, 'csrf_token'))
    const linked = await back(browser, left.url, {}, name)
    expect([linked.status, linked.html.includes('Your accounts are linked')]).toEqual([200, true])
    expect(await server.stores.accountLinks.list(provider.id, 10)).toMatchObject([
      { remoteId: 'grace', userId: user.id },
    ])
    expect(await reasonOf(await signInBy(name))).toBeUndefined()

    const another = await server.addUser(`${fresh('mallory')}@target.example`)
    const thief = testBrowser(server)
    const page = await signInOn(thief, await thief.open(`${targetBase}/services/auth/link/${name}`), another.username)
    const off = await thief.submit(targetBase + page.url.pathname, fieldsOf(page.html, 'csrf_token'))
    expect(await reasonOf(await back(thief, off.url, {}, name))).toBe('account-linked-elsewhere')
  })

  it('is not linked by a form of another page, nor by one that nobody asked for', async () => {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open(`${targetBase}/`), ada.username)
    const stop = await browser.submit(`${targetBase}/services/auth/link/Acme_ID`, { csrf_token: 'x' })
    expect([stop.status, await reasonOf(stop)]).toEqual([403, 'form-forged'])
  })

  it('is shown by the test address, and nobody is signed in', async () => {
    outside.answers['/userinfo'] = { body: { sub: 'remote-9', email: '<b>@x', email_verified: true, ssn: 'Geheim' } }
    const browser = testBrowser(server)
    const left = (await browser.open(`${targetBase}/services/auth/test/Acme_ID`)).url
    const stop = await back(browser, left)
    expect(stop.html).toContain('<code>remote-9</code>')
    expect(stop.html).toContain('&lt;b&gt;@x')
    expect(stop.html).not.toContain('Geheim')
    expect([...browser.cookies.keys()]).toEqual(['browser-8789'])
  })
})

describe('what comes back from a provider is refused', () => {
  it('in another browser', async () => {
    const stop = await back(testBrowser(server), await leave(testBrowser(server)))
    expect([stop.status, await reasonOf(stop)]).toEqual([400, 'provider-state-wrong'])
    expect(outside.requests).toEqual([])
  })

  it('twice, fifty times at once', async () => {
    const browser = testBrowser(server)
    const left = await leave(browser)
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    const query = new URLSearchParams({ code: 'outside-code', state: left.searchParams.get('state') ?? '' })
    const url = `${targetBase}/services/authcallback/Acme_ID?${query}`
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.request(url, { headers: { cookie } })))
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
  })

  it('twice, however it is written', async () => {
    const browser = testBrowser(server)
    const left = await leave(browser, 'Acme_ID', '?startURL=%2Fpersonal')
    const cookies = new Map(browser.cookies)
    await back(browser, left)
    browser.cookies.clear()
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    // The last character of base64 has bits that mean nothing.
    const state = left.searchParams.get('state') ?? ''
    const written = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map(
      (last) => state.slice(0, -1) + last,
    )
    for (const other of [state, ...written]) {
      expect(await reasonOf(await back(browser, left, { state: other }))).toBe('provider-state-wrong')
    }
  })

  it.each([
    [
      'late',
      async (browser: TestBrowser, left: URL) => {
        server.advance(journeyLifetime + 1)
        return back(browser, left)
      },
    ],
    [
      'at the callback of another provider',
      async (browser: TestBrowser, left: URL) => {
        const name = fresh('Mixed')
        await addProvider(server, name, outside.base)
        return back(browser, left, {}, name)
      },
    ],
    ['without a state', (browser: TestBrowser, left: URL) => back(browser, left, { state: '' })],
    [
      'with a state that was changed',
      (browser: TestBrowser, left: URL) =>
        back(browser, left, { state: (left.searchParams.get('state') ?? '').replace(/.(?=.{40}$)/, changed) }),
    ],
    ['with a state of its own', (browser: TestBrowser, left: URL) => back(browser, left, { state: '2.x.y' })],
    [
      'after a sign-in in the same browser',
      async (browser: TestBrowser, left: URL) => {
        await signInOn(browser, await browser.open(`${targetBase}/?startURL=%2F`), ada.username)
        return back(browser, left)
      },
    ],
  ])('%s', async (_, come) => {
    const browser = testBrowser(server)
    const stop = await come(browser, await leave(browser))
    expect([stop.status, await reasonOf(stop)]).toEqual([400, 'provider-state-wrong'])
    expect(outside.requests).toEqual([])
  })

  it('with the words of the provider, as text', async () => {
    const browser = testBrowser(server)
    const answer = { code: '', error: 'access_denied', error_description: '<script>alert(1)</script>' }
    const stop = await back(browser, await leave(browser), answer)
    expect(stop.html).toContain('the auth provider refused the sign-in')
    expect(stop.html).not.toContain('<script>alert')
    expect((await server.journalOf(stop)).refusal).toMatchObject({
      reason: 'provider-refused',
      facts: { provider: 'Acme ID', error: 'access_denied' },
    })
  })

  it.each([
    ['no code', {}, { code: '' }, 'code', 'no code came back'],
    [
      'an error',
      { '/token': { status: 400, body: { error: 'invalid_grant' } } },
      {},
      'token',
      'it answered 400 invalid_grant',
    ],
    ['an error that is no word', { '/token': { status: 500, body: { error: '<b>' } } }, {}, 'token', 'it answered 500'],
    ['no JSON', { '/token': { body: '<html>' } }, {}, 'token', 'its answer is no JSON object'],
    ['no token', { '/token': { body: {} } }, {}, 'token', 'its answer has no bearer access_token'],
    [
      'a token of another type',
      { '/token': { body: { access_token: 'x', token_type: 'DPoP' } } },
      {},
      'token',
      'its answer has no bearer access_token',
    ],
    [
      'a redirect',
      { '/token': { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' } },
      {},
      'token',
      expect.stringMatching(/^it could not be asked/),
    ],
    ['too much', { '/token': { body: { access_token: 'x'.repeat(300_000) } } }, {}, 'token', 'it could not be asked'],
    ['nobody', { '/userinfo': { body: {} } }, {}, 'userinfo', 'it has no sub that is a text'],
    ['a number for somebody', { '/userinfo': { body: { sub: 7 } } }, {}, 'userinfo', 'it has no sub that is a text'],
    ['a list', { '/userinfo': { body: [] } }, {}, 'userinfo', 'its answer is no JSON object'],
  ])('with %s', async (_, answers, brought, step, problem) => {
    Object.assign(outside.answers, answers)
    const browser = testBrowser(server)
    const stop = await back(browser, await leave(browser), brought)
    const facts = { provider: 'Acme ID', step, problem }
    expect((await server.journalOf(stop)).refusal).toEqual({ reason: 'provider-answer-unusable', facts })
    expect(stop.html).toContain('the auth provider gave no usable answer')
  })

  it('when nobody is there', async () => {
    const name = fresh('Gone')
    const gone = await startTestProvider()
    await gone.close()
    await addProvider(server, name, gone.base)
    const stop = await signInBy(name)
    expect((await server.journalOf(stop)).refusal?.facts).toMatchObject({
      problem: 'it could not be asked (ECONNREFUSED)',
    })
  })

  it.each([
    ['user-inactive', { isActive: false }, 'User is inactive'],
    ['user-frozen', { isFrozen: true }, 'User is frozen'],
  ])('for a user who may not come in: %s', async (reason, details, status) => {
    const remote = fresh('out')
    const user = await server.addUser(`${remote}@target.example`, { federationId: remote, ...details })
    outside.answers['/userinfo'] = { body: { sub: remote } }
    expect(await reasonOf(await signInBy('Acme_ID'))).toBe(reason)
    const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(login).toMatchObject({ userId: user.id, loginType: 'ThirdPartySso', status })
  })

  it('for an API Only User', async () => {
    const profile = await server.addProfile({ name: fresh('Robots'), permissions: ['ApiEnabled', 'ApiUserOnly'] })
    const remote = fresh('robot')
    const { id } = await server.addUser(`${remote}@target.example`, { federationId: remote, profileId: profile.id })
    outside.answers['/userinfo'] = { body: { sub: remote } }
    const stop = await signInBy('Acme_ID')
    expect(stop.html).toContain('An unexpected error has occurred during authentication. Please try again.')
    expect(await reasonOf(stop)).toBe('user-api-only')
    const [login] = await server.stores.loginHistory.list(server.org.id, { userId: id }, { limit: 1 })
    expect(login).toMatchObject({ loginType: 'ThirdPartySso', status: 'Failed: API-only user' })
  })

  it('from an address at which the profile lets nobody in', async () => {
    const profile = await server.addProfile({
      name: fresh('Office'),
      loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }],
    })
    const remote = fresh('office')
    await server.addUser(`${remote}@target.example`, { federationId: remote, profileId: profile.id })
    outside.answers['/userinfo'] = { body: { sub: remote } }
    expect(await reasonOf(await signInBy('Acme_ID'))).toBe('ip-restricted')
    expect(await reasonOf(await signInBy('Acme_ID', testBrowser(server, '10.0.0.5')))).toBeUndefined()
  })
})

describe('nobody is sent away', () => {
  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0aSet-Cookie:x', 'javascript:alert(1)'])(
    'to %s',
    async (startUrl) => {
      const browser = testBrowser(server)
      const left = await leave(browser, 'Acme_ID', `?${new URLSearchParams({ startURL: startUrl })}`)
      const stop = await back(browser, left)
      expect([stop.url.origin, stop.hasLeft]).toEqual([targetBase, false])
      expect(stop.headers.getSetCookie().join()).not.toContain('x;')
    },
  )

  it('with a place that is too long for the address, and is told so', async () => {
    const long = `/${'a'.repeat(2048)}`
    const stop = await testBrowser(server).open(`${targetBase}/services/auth/sso/Acme_ID?startURL=${long}`)
    expect((await server.journalOf(stop)).refusal).toMatchObject({ reason: 'parameter-malformed' })
  })

  it('to a provider that is not there, that is written otherwise, or that is another org’s', async () => {
    for (const url of [
      `${targetBase}/services/auth/sso/acme_id`,
      `${targetBase}/services/auth/sso/%00`,
      `http://localhost:8788/services/auth/sso/Acme_ID`,
      '/services/auth/sso/Acme_ID',
      `/services/auth/sso/${server.org.id.slice(0, 10)}/Acme_ID`,
    ]) {
      const stop = await testBrowser(server).open(url)
      expect([url, stop.status, await reasonOf(stop)]).toEqual([url, 400, 'provider-unknown'])
    }
  })
})

describe('an ID token', () => {
  const name = 'With_Issuer'
  const seconds = () => Math.floor(server.now().getTime() / 1000)
  const claims = (left: URL) => ({
    sub: 'remote-1',
    aud: 'client-1',
    iat: seconds(),
    exp: seconds() + 300,
    nonce: left.searchParams.get('nonce'),
  })

  beforeAll(() =>
    addProvider(server, name, outside.base, {
      idTokenIssuer: outside.base,
      userInfoUrl: '',
      userMatching: 'FederationId',
    }),
  )

  async function come(
    left: URL,
    browser: TestBrowser,
    idToken: string | undefined,
    answer: Record<string, string> = {},
  ) {
    outside.answers['/token'] = { body: { access_token: 'outside-token', id_token: idToken } }
    return back(browser, left, answer, name)
  }

  it('alone says who it is, where there is no userinfo', async () => {
    const browser = testBrowser(server)
    const left = await leave(browser, name)
    const stop = await come(left, browser, await outside.idToken(claims(left)), { iss: outside.base })
    expect([stop.status, await reasonOf(stop)]).toEqual([200, undefined])
    expect(outside.requests.map(({ path }) => path)).not.toContain('/userinfo')
  })

  it.each<[string, (of: ReturnType<typeof claims>) => Record<string, unknown>, string]>([
    ['of another sign-in', (of) => ({ ...of, nonce: 'n-1' }), 'its nonce is not the one that was sent'],
    ['without a nonce', ({ nonce: _, ...of }) => of, 'its nonce is not the one that was sent'],
    ['for another client', (of) => ({ ...of, aud: 'client-2' }), 'its claim aud is missing or not the expected one'],
    [
      'for several clients and nobody knows which asked',
      (of) => ({ ...of, aud: ['client-1', 'client-2'] }),
      'it was made for another client (azp)',
    ],
    ['that another client asked for', (of) => ({ ...of, azp: 'client-2' }), 'it was made for another client (azp)'],
    [
      'of another issuer',
      (of) => ({ ...of, iss: 'https://evil.example' }),
      'its claim iss is missing or not the expected one',
    ],
    ['that has expired', (of) => ({ ...of, exp: seconds() - 120 }), 'it has expired (exp)'],
    ['about nobody', ({ sub: _, ...of }) => of, 'its claim sub is missing or not the expected one'],
  ])('%s is refused', async (_, change, problem) => {
    const browser = testBrowser(server)
    const left = await leave(browser, name)
    const stop = await come(left, browser, await outside.idToken(change(claims(left))))
    const facts = { provider: 'With Issuer', step: 'id_token', problem }
    expect((await server.journalOf(stop)).refusal).toEqual({ reason: 'provider-answer-unusable', facts })
  })

  it('that was signed with the secret, or not at all, is refused', async () => {
    for (const sign of [
      (left: URL) => outside.idToken(claims(left), { alg: 'HS256' }),
      async (left: URL) =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ iss: outside.base, ...claims(left) })).toString('base64url')}.`,
      async () => undefined,
    ]) {
      const browser = testBrowser(server)
      const left = await leave(browser, name)
      const stop = await come(left, browser, await sign(left))
      expect((await server.journalOf(stop)).refusal).toMatchObject({
        reason: 'provider-answer-unusable',
        facts: { step: 'id_token' },
      })
    }
  })

  it('and userinfo of another person are refused', async () => {
    const both = fresh('Both')
    await addProvider(server, both, outside.base, { idTokenIssuer: outside.base, userMatching: 'FederationId' })
    const browser = testBrowser(server)
    const left = await leave(browser, both)
    outside.answers['/token'] = {
      body: { access_token: 'outside-token', id_token: await outside.idToken(claims(left)) },
    }
    outside.answers['/userinfo'] = { body: { sub: 'remote-2' } }
    const stop = await back(browser, left, {}, both)
    expect((await server.journalOf(stop)).refusal?.facts).toMatchObject({
      step: 'userinfo',
      problem: 'its sub is not the one of the ID token',
    })
  })

  it('is not even asked for where the answer names another issuer (mix-up)', async () => {
    const browser = testBrowser(server)
    const left = await leave(browser, name)
    const stop = await back(browser, left, { iss: 'https://evil.example' }, name)
    expect((await server.journalOf(stop)).refusal?.facts).toMatchObject({ step: 'iss' })
    expect(outside.requests).toEqual([])
  })
})
