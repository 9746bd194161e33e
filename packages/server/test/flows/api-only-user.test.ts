import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { Profile } from '../../src/users/profile.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, fieldsOf, type Stop, signedInBrowser, signInOn, testBrowser } from './test-browser.ts'
import {
  type Answer,
  answerOf,
  callbackUrl,
  password,
  startTestServer,
  type TestServer,
  targetBase,
} from './test-server.ts'
import { credentialsOf, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let profile: Profile
let app: ConnectedApp

beforeEach(async () => {
  server = await startTestServer()
  profile = await server.addProfile({ name: 'Robots', permissions: ['ApiEnabled', 'ApiUserOnly'] })
  app = await server.addApp('Warehouse', { isDeviceFlowEnabled: true })
})
afterEach(() => server.close())

const tokenPath = '/services/oauth2/token'

function robot(): Promise<User> {
  return server.addUser('robot@target.example', { profileId: profile.id })
}

async function setOrg(settings: Partial<TestServer['org']['settings']>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
}

/** Becomes a user whose programs alone may act for them, with what they were before. */
async function become(person: User): Promise<void> {
  const set = await server.addPermissionSet('Robots_Too')
  await server.stores.permissionSets.update({ ...set, permissions: ['ApiUserOnly'] })
  await server.stores.users.update(person.id, { ...person, permissionSetIds: [set.id] })
}

async function statuses(): Promise<readonly string[]> {
  return (await server.stores.loginHistory.list(server.org.id, {}, { limit: 9 })).map(({ status }) => status)
}

const alertOn = ({ html }: Stop) => /role="alert"[^>]*>(.*?)<\/p>/s.exec(html)?.[1]

const genericPage = {
  pathname: '/setup/secur/RemoteAccessErrorPage.apexp',
  error: 'OAUTH_APPROVAL_ERROR_GENERIC',
  error_description: 'An unexpected error has occurred during authentication. Please try again.',
}

function errorOn({ url }: Stop) {
  const [error, error_description] = ['error', 'error_description'].map((name) => url.searchParams.get(name))
  return { pathname: url.pathname, error, error_description }
}

describe('an API Only User', () => {
  it('does not sign in on the pages, and hears no more than with a wrong password', async () => {
    const { username } = await robot()
    const browser = testBrowser(server)
    const right = await signInOn(browser, await browser.open('/'), username)
    expect((await server.journalOf(right)).refusal).toEqual({
      reason: 'user-api-only',
      facts: { user: username, givenBy: 'the profile “Robots”' },
    })
    const wrong = await signInOn(browser, await browser.open('/'), username, 'wrong')
    expect([right.status, alertOn(right)]).toEqual([wrong.status, alertOn(wrong)])
    expect([right.status, alertOn(right)]).toEqual([401, expect.stringContaining('could not be signed in')])
    expect((await server.journalOf(wrong)).refusal?.reason).toBe('password-wrong')
    expect(await statuses()).toEqual(['Invalid password', 'Failed: API-only user'])
  })

  it.each([
    ['the web server flow', () => authorizeUrl(app.consumerKey)],
    ['the user-agent flow', () => authorizeUrl(app.consumerKey, { response_type: 'token' })],
    ['the code of a device', () => '/setup/connect?user_code=ABCD'],
  ])(
    'comes to the page of Salesforce on the way to allow an app by %s, once the password was right',
    async (_, path) => {
      const { username } = await robot()
      const browser = testBrowser(server)
      const page = () => browser.open(`/?${new URLSearchParams({ startURL: path() })}`)
      const wrong = await signInOn(browser, await page(), username, 'wrong')
      expect([wrong.status, wrong.url.pathname]).toEqual([401, '/'])
      const stop = await signInOn(browser, await page(), username)
      expect(errorOn(stop)).toEqual(genericPage)
      expect(stop.html).toContain('“robot@target.example” without the permission “API Only User”')
      expect((await server.journalOf(stop)).refusal?.reason).toBe('user-api-only')
      expect(await statuses()).toEqual(['Failed: API-only user', 'Invalid password'])
      expect((await browser.open('/personal')).html).toContain('name="pw"')
    },
  )

  it('is signed out with the next click, whoever gives the permission, and an app that asks silently hears of nobody', async () => {
    const ada = await server.addUser('ada@target.example')
    const browser = await signedInBrowser(server, ada.username)
    expect((await browser.open('/personal')).html).toContain('Advanced User Details')
    await become(ada)
    expect((await browser.open('/personal')).html).toContain('name="pw"')
    const silent = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'none' }))
    expect(silent.url.searchParams.get('error')).toBe('login_required')
    const stop = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), ada.username)
    expect((await server.journalOf(stop)).refusal?.facts).toEqual({
      user: ada.username,
      givenBy: 'the permission set “Robots_Too”',
    })
  })

  it('allows no device with a session of before', async () => {
    const ada = await server.addUser('ada@target.example')
    const { body } = await server.post(tokenPath, { response_type: 'device_code', client_id: app.consumerKey })
    const browser = await signedInBrowser(server, ada.username)
    const typed = await browser.open(`/setup/connect?user_code=${body.user_code}`)
    const asked = await browser.submit('/setup/connect', fieldsOf(typed.html, 'user_code'))
    await become(ada)
    await browser.submit('/setup/connect', { ...fieldsOf(asked.html, 'decision'), decision: 'allow' })
    const polled = await server.post(tokenPath, {
      grant_type: 'device',
      client_id: app.consumerKey,
      code: body.device_code,
    })
    expect(polled.body.error).toBe('authorization_pending')
  })

  it('does not sign in by the form of an app either (headless)', async () => {
    await setOrg({ oAuthCdCrdtFlowEnable: true })
    const own = await server.addApp('Own', { isCodeCredentialEnabled: true })
    const { username } = await robot()
    const form = {
      response_type: 'code_credentials',
      client_id: own.consumerKey,
      redirect_uri: callbackUrl,
      username,
      password,
    }
    const answer = await server.post('/services/oauth2/authorize', form, { 'auth-request-type': 'Named-User' })
    expect(answer.headers.get('location')).toContain('error=invalid_grant&error_description=authentication+failure')
    expect((await server.journalOf(answer)).refusal?.reason).toBe('user-api-only')
    expect(await statuses()).toEqual(['Failed: API-only user'])
  })

  it('gets no browser by an access token', async () => {
    const ada = await server.addUser('ada@target.example')
    const pages = await server.addApp('Pages', { scopes: ['api', 'web', 'refresh_token'] })
    const { access_token } = await tokensFor(server, ada, pages)
    const headers = { authorization: `Bearer ${access_token}` }
    const single = async () => answerOf(await server.request(`${targetBase}/services/oauth2/singleaccess`, { headers }))
    const { frontdoor_uri } = (await single()).body
    await become(ada)
    const { pathname: _, ...words } = genericPage
    expect(await refusalOf(server, await single())).toEqual({ status: 400, ...words, reason: 'user-api-only' })
    for (const url of [frontdoor_uri, `${targetBase}/secur/frontdoor.jsp?sid=${encodeURIComponent(access_token)}`]) {
      const opened = await server.request(url)
      expect([opened.status, opened.headers.getSetCookie()]).toEqual([400, []])
      expect(opened.headers.get('x-sallyport-cause')).toMatch(/^user-api-only:/)
    }
  })

  it('gets no sessions for web views: a hybrid refresh is refused, and leaves a refresh token that works', async () => {
    const ada = await server.addUser('ada@target.example')
    const { refresh_token } = await tokensFor(server, ada, app)
    await become(ada)
    expect(
      await refusalOf(server, await refresh(server, app, refresh_token, { grant_type: 'hybrid_refresh' })),
    ).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'authentication failure',
      reason: 'user-api-only',
    })
    expect((await statuses())[0]).toBe('Failed: API-only user')
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })

  const grants: readonly (readonly [string, (user: User) => Promise<Answer>])[] = [
    [
      'JWT bearer',
      async ({ username }) => {
        const own = await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [profile.id] })
        const assertion = server.assertion({ iss: own.consumerKey, sub: username })
        return server.post(tokenPath, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
      },
    ],
    [
      'client credentials',
      async ({ id }) => {
        const own = await server.addApp('Job', { isClientCredentialEnabled: true }, { clientCredentialUserId: id })
        return server.post(`${targetBase}${tokenPath}`, { grant_type: 'client_credentials', ...credentialsOf(own) })
      },
    ],
    [
      'username and password',
      async ({ username }) => {
        await setOrg({ blockOAuthUnPwFlow: false, trustedIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }] })
        const own = await server.addApp('Legacy', { isUsernamePasswordEnabled: true })
        return server.post(tokenPath, { grant_type: 'password', username, password, ...credentialsOf(own) })
      },
    ],
  ]

  it.each(grants)('has tokens by %s, and calls the API with them', async (_, ask) => {
    const answer = await ask(await robot())
    expect(answer.status).toBe(200)
    const headers = { authorization: `Bearer ${answer.body.access_token}` }
    expect((await server.request(`${targetBase}/services/data/v62.0/limits`, { headers })).status).toBe(200)
    expect(await statuses()).toEqual(['Success'])
  })
})
