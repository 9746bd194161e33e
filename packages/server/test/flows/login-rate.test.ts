import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { OrgSettings } from '../../src/orgs/org.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs } from './test-browser.ts'
import { callbackUrl, password, startTestServer, type TestServer } from './test-server.ts'
import { refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

// The clock of the tests begins with an hour.
const nextHour = '2026-11-23T13:00:00.000Z'
const exceeded = { error: 'rate_limit_exceeded', error_description: 'number of logins exceeded' }

beforeEach(async () => {
  server = await startTestServer()
  const { id } = await server.profile('Standard User')
  user = await server.addUser('integration@target.example')
  const details = { isUserAgentEnabled: true, isRefreshTokenRotationEnabled: true }
  app = await server.addApp('Warehouse', details, { isAdminApproved: true, profileIds: [id] })
  await allow({ maxLoginsPerHour: 3 })
})
afterEach(() => server.close())

async function allow(settings: Partial<OrgSettings>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
}

function ask(of = app, sub = user.username) {
  const assertion = server.assertion({ iss: of.consumerKey, sub })
  return server.post('/services/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

async function askTimes(count: number): Promise<void> {
  for (let times = 0; times < count; times++) expect((await ask()).status).toBe(200)
}

describe('the login rate', () => {
  it('refuses a user who has had as many logins in the hour as the org allows, and lets them in with the next', async () => {
    await askTimes(3)
    const answer = await ask()
    expect(await refusalOf(server, answer)).toEqual({ status: 400, ...exceeded, reason: 'login-rate-exceeded' })
    expect((await server.journalOf(answer)).refusal?.facts).toEqual({
      user: user.username,
      org: 'Target',
      most: 3,
      until: nextHour,
    })
    server.advance(3599)
    expect((await ask()).body).toEqual(exceeded)
    server.advance(1)
    const again = await ask()
    expect(again.status).toBe(200)
    expect((await server.journalOf(again)).passed.at(-1)).toEqual({ check: 'login-rate' })
  })

  it('counts all apps of the user together, and nobody else’s', async () => {
    const { id } = await server.profile('Standard User')
    const other = await server.addApp('Dock', {}, { isAdminApproved: true, profileIds: [id] })
    const bob = await server.addUser('bob@target.example')
    await askTimes(2)
    expect((await ask(other)).status).toBe(200)
    expect((await ask(other)).body).toEqual(exceeded)
    expect((await ask(other, bob.username)).status).toBe(200)
  })

  it('is 3,600 for a new org, and none where the org wants none', async () => {
    expect(server.org.settings.maxLoginsPerHour).toBe(3600)
    await allow({ maxLoginsPerHour: undefined })
    await askTimes(5)
    await allow({ maxLoginsPerHour: 5 })
    expect((await ask()).body).toEqual(exceeded)
  })

  it('leaves a refresh token as it was, so that it serves in the next hour', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    await askTimes(2)
    expect((await refresh(server, app, refresh_token)).body).toEqual(exceeded)
    server.advance(3600)
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })

  it('tells an app of the user-agent flow at its callback', async () => {
    await allow({ maxLoginsPerHour: 3, blockOAuthUsrAgtFlow: false })
    await askTimes(3)
    const wanted = { response_type: 'token', state: 'x' }
    const callback = await authorizeAs(server, user.username, app.consumerKey, wanted)
    expect(callback.origin + callback.pathname).toBe(callbackUrl)
    expect(Object.fromEntries(new URLSearchParams(callback.hash.slice(1)))).toEqual({ ...exceeded, state: 'x' })
    const [latest] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Login Rate Exceeded', application: 'Warehouse', userId: user.id })
  })

  it('is told to SOAP login() by a fault of its own', async () => {
    const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
    await allow({ maxLoginsPerHour: 3, enableSoapLogin: true, trustedIpRanges })
    await askTimes(3)
    const names = `<username>${user.username}</username><password>${password}</password>`
    const body = `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Body><login xmlns="urn:partner.soap.sforce.com">${names}</login></se:Body></se:Envelope>`
    const answer = await server.request('/services/Soap/u/60.0', {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body,
    })
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('<faultstring>LOGIN_RATE_EXCEEDED: Login Rate Exceeded</faultstring>')
  })

  it('writes one row of Login History for a user and hour, however often they ask', async () => {
    await askTimes(3)
    for (let times = 0; times < 20; times++) await server.journalOf(await ask())
    server.advance(3600)
    await askTimes(3)
    for (let times = 0; times < 20; times++) await server.journalOf(await ask())
    const rows = await server.stores.loginHistory.list(server.org.id, {}, { limit: 100 })
    expect(rows.filter(({ status }) => status === 'Login Rate Exceeded')).toHaveLength(2)
    expect(rows).toHaveLength(8)
  })
})
