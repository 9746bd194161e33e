import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { LoginHours } from '../../src/users/login-hours.ts'
import type { Profile } from '../../src/users/profile.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, signedInBrowser, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { type Answer, password, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { addSamlApp, enableIdentityProvider } from './test-service-provider.ts'
import { codeFor, credentialsOf, exchange, refresh, refusalOf, tokensFor } from './test-tokens.ts'

// It is Monday, 12:00 in UTC.
const untilOne: LoginHours = { monday: { from: 480, until: 780 } }
const hour = 3600

let server: TestServer
let profile: Profile
let user: User
let app: ConnectedApp

beforeEach(async () => {
  server = await startTestServer()
  profile = await server.addProfile({ name: 'Day Shift', loginHours: untilOne })
  user = await server.addUser('ada@target.example', { profileId: profile.id })
  app = await server.addApp('Warehouse', { isUsernamePasswordEnabled: true, isDeviceFlowEnabled: true })
})
afterEach(() => server.close())

async function setOrg(settings: Partial<TestServer['org']['settings']>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
}

const signedIn = (): Promise<TestBrowser> => signedInBrowser(server, user.username)

async function lastLogin() {
  const [row] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
  return row
}

const refused = {
  status: 400,
  error: 'invalid_grant',
  error_description: 'ip restricted or invalid login hours',
  reason: 'login-hours',
}

describe('outside of the login hours of a profile', () => {
  it('nobody signs in, with the words for a wrong password and a status of its own', async () => {
    expect((await (await signedIn()).open('/personal')).status).toBe(200)
    server.advance(hour)
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open('/'), user.username)
    const wrong = await signInOn(browser, await browser.open('/'), user.username, 'wrong')
    const alertOn = ({ html }: { readonly html: string }) => /role="alert"[^>]*>(.*?)<\/(?:div|p)>/s.exec(html)?.[1]
    expect([stop.status, alertOn(stop)]).toEqual([401, expect.stringMatching(/\w/)])
    expect(alertOn(stop)).toBe(alertOn(wrong))
    const { refusal } = await server.journalOf(stop)
    expect(refusal).toMatchObject({
      reason: 'login-hours',
      facts: {
        profile: 'Day Shift',
        hours: 'Monday from 08:00 until 13:00',
        now: 'Monday 13:00',
        timeZone: 'UTC',
      },
    })
    const rows = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 2 })
    expect(rows.map(({ status }) => status)).toEqual(['Invalid password', 'Restricted time'])
  })

  it('a session ends with the next click, and is not there again in the morning', async () => {
    const browser = await signedIn()
    server.advance(hour - 1)
    expect((await browser.open('/personal')).html).toContain('Advanced User Details')
    server.advance(1)
    expect((await browser.open('/personal')).html).toContain('name="pw"')
    expect((await browser.open(authorizeUrl(app.consumerKey))).html).toContain('name="pw"')
    await server.stores.profiles.update({ ...profile, loginHours: {} })
    expect((await browser.open('/personal')).html).toContain('name="pw"')
  })

  it('a form that was open is not taken', async () => {
    const browser = await signedIn()
    const { html } = await browser.open('/personal/security-token')
    const token = /name="csrf_token" value="([^"]+)"/.exec(html.slice(html.indexOf('<main')))?.[1] ?? ''
    server.advance(hour)
    const stop = await browser.submit('/personal/security-token', { csrf_token: token })
    expect(stop.html).toContain('name="pw"')
  })

  const grants: readonly (readonly [string, () => Promise<() => Promise<Answer>>])[] = [
    [
      'JWT bearer',
      async () => async () => {
        const approved = { profileIds: [profile.id], isAdminApproved: true }
        const own = await server.addApp('Robot', {}, approved)
        return server.post('/services/oauth2/token', {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: server.assertion({ iss: own.consumerKey, sub: user.username }),
        })
      },
    ],
    [
      'an authorization code',
      async () => {
        server.advance(hour - 60)
        const code = await codeFor(server, user, app)
        return () => exchange(server, app, code)
      },
    ],
    [
      'a refresh token',
      async () => {
        const { refresh_token } = await tokensFor(server, user, app)
        return () => refresh(server, app, refresh_token)
      },
    ],
    [
      'client credentials',
      async () => {
        const own = await server.addApp(
          'Nightly',
          { isClientCredentialEnabled: true },
          { clientCredentialUserId: user.id },
        )
        const form = { grant_type: 'client_credentials', ...credentialsOf(own) }
        return () => server.post(`${targetBase}/services/oauth2/token`, form)
      },
    ],
  ]
  it.each(grants)('%s gets nothing, and gets it within them', async (_, begin) => {
    const ask = await begin()
    await server.stores.profiles.update({ ...profile, loginHours: { monday: { from: 0, until: 0 } } })
    expect(await refusalOf(server, await ask())).toEqual(refused)
    expect(await lastLogin()).toMatchObject({ status: 'Restricted time', loginType: 'Oauth2' })
  })

  it('name and password buy nothing, and say no more than ever', async () => {
    await setOrg({ blockOAuthUnPwFlow: false, trustedIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }] })
    const form = { grant_type: 'password', username: user.username, password, ...credentialsOf(app) }
    expect((await server.post('/services/oauth2/token', form)).status).toBe(200)
    server.advance(hour)
    expect(await refusalOf(server, await server.post('/services/oauth2/token', form))).toEqual({
      ...refused,
      error_description: 'authentication failure',
    })
    expect(await lastLogin()).toMatchObject({ status: 'Restricted time' })
  })

  it('SOAP login() says no', async () => {
    await setOrg({ enableSoapLogin: true, trustedIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }] })
    const words = `<username>${user.username}</username><password>${password}</password>`
    const body = `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body><login xmlns="urn:partner.soap.sforce.com">${words}</login></se:Body></se:Envelope>`
    const headers = { 'content-type': 'text/xml', soapaction: '""' }
    const ask = () => server.request('/services/Soap/u/60.0', { method: 'POST', headers, body })
    expect((await ask()).status).toBe(200)
    server.advance(hour)
    const answer = await ask()
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('INVALID_LOGIN')])
    expect((await server.journalOf(answer)).refusal?.reason).toBe('login-hours')
    expect(await lastLogin()).toMatchObject({ status: 'Restricted time', loginType: 'OtherApi' })
  })

  it('a token opens nothing, and opens it again when they have begun', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const get = (path: string) => server.request(path, { headers: { authorization: `Bearer ${access_token}` } })
    expect((await get('/services/data/v62.0/limits')).status).toBe(200)
    await server.stores.profiles.update({ ...profile, loginHours: { monday: { from: 780, until: 840 } } })
    const data = await get('/services/data/v62.0/limits')
    expect([data.status, await data.json()]).toEqual([
      401,
      [expect.objectContaining({ errorCode: 'INVALID_SESSION_ID' })],
    ])
    expect((await server.journalOf(data)).refusal?.reason).toBe('login-hours')
    expect((await get('/services/oauth2/userinfo')).status).toBe(403)
    server.advance(hour)
    expect((await get('/services/data/v62.0/limits')).status).toBe(200)
  })

  it('nobody is signed in to an app by SAML', async () => {
    await enableIdentityProvider(server)
    const wiki = await addSamlApp(server, 'Wiki', {}, { profileIds: [profile.id] })
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open(`${targetBase}/`), user.username)
    expect((await browser.open(`${targetBase}/idp/login?app=${wiki.id}`)).html).toContain('SAMLResponse')
    server.advance(hour)
    expect((await browser.open(`${targetBase}/idp/login?app=${wiki.id}`)).html).toContain('name="pw"')
  })
})

describe('login hours', () => {
  it('are told in the time zone of the org', async () => {
    // 07:00 in New York.
    await setOrg({ timeZone: 'America/New_York' })
    const browser = testBrowser(server)
    expect((await signInOn(browser, await browser.open('/'), user.username)).status).toBe(401)
    server.advance(hour)
    expect((await signInOn(browser, await browser.open('/'), user.username)).status).toBe(200)
  })

  it('hold for the days that they name alone', async () => {
    await server.stores.profiles.update({ ...profile, loginHours: { tuesday: { from: 0, until: 0 } } })
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open('/'), user.username)
    expect(stop.status).toBe(200)
    server.advance(12 * hour)
    expect((await browser.open('/personal')).html).toContain('name="pw"')
  })

  it('stand in the checklist of what was let in', async () => {
    const own = await server.addApp('Robot', {}, { profileIds: [profile.id], isAdminApproved: true })
    const answer = await server.post('/services/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: server.assertion({ iss: own.consumerKey, sub: user.username }),
    })
    const { passed } = await server.journalOf(answer)
    expect(passed).toContainEqual({ check: 'login-hours', found: { profile: 'Day Shift' } })
  })

  it('are asked again when a user is moved to another profile', async () => {
    const browser = await signedIn()
    const never = await server.addProfile({ name: 'Never', loginHours: { monday: { from: 0, until: 0 } } })
    await server.stores.users.update(user.id, { ...user, profileId: never.id })
    expect((await browser.open('/personal')).html).toContain('name="pw"')
  })
})
