import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const blocked = {
  status: 400,
  error: 'app_blocked',
  error_description: 'this app is blocked by admin',
  reason: 'api-access-controlled',
}

async function control(enableAdminApprovedAppsOnly = true) {
  const { org, stores } = server
  await stores.orgs.update({ ...org, settings: { ...org.settings, enableAdminApprovedAppsOnly } })
}

async function world() {
  const { id } = await server.profile('Standard User')
  const user = await server.addUser('ada@target.example')
  const open = await server.addApp('Open', { isClientCredentialEnabled: true }, { clientCredentialUserId: user.id })
  const approved = await server.addApp('Approved', {}, { isAdminApproved: true, profileIds: [id] })
  return { user, open, approved }
}

describe('API Access Control', () => {
  it('ends, for as long as it is on, the tokens of apps that no admin approved, and no others', async () => {
    const { user, open, approved } = await world()
    const [ofOpen, ofApproved] = [await tokensFor(server, user, open), await tokensFor(server, user, approved)]
    await control()
    expect(await isAlive(server, ofOpen.access_token)).toBe(false)
    const headers = { authorization: `Bearer ${ofOpen.access_token}` }
    const call = await server.request('/services/data/v62.0/limits', { headers })
    expect([call.status, await call.json()]).toEqual([
      401,
      [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    ])
    expect(await refusalOf(server, await refresh(server, open, ofOpen.refresh_token))).toEqual(blocked)
    expect(await isAlive(server, ofApproved.access_token)).toBe(true)
    expect((await refresh(server, approved, ofApproved.refresh_token)).status).toBe(200)
    await control(false)
    expect(await isAlive(server, ofOpen.access_token)).toBe(true)
  })

  it('refuses new tokens in every flow, in the words of a block', async () => {
    const { open, user } = await world()
    await control()
    const assertion = server.assertion({ iss: open.consumerKey, sub: user.username })
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    expect(await refusalOf(server, await server.post('/services/oauth2/token', { grant_type, assertion }))).toEqual(
      blocked,
    )
    const robot = { grant_type: 'client_credentials', client_id: open.consumerKey, client_secret: consumerSecret }
    expect(await refusalOf(server, await server.post(`${targetBase}/services/oauth2/token`, robot))).toEqual(blocked)
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(open.consumerKey)), user.username)
    expect(Object.fromEntries(stop.url.searchParams)).toEqual({
      error: 'OAUTH_APP_BLOCKED',
      error_description: 'this app is blocked by admin',
    })
  })

  it('lets off users with the permission Use Any API Client', async () => {
    const { open, user } = await world()
    const { access_token } = await tokensFor(server, user, open)
    const set = await server.addPermissionSet('Any_Client')
    await server.stores.permissionSets.update({ ...set, permissions: ['UseAnyApiClient'] })
    await server.stores.users.update(user.id, { ...user, permissionSetIds: [set.id] })
    await control()
    expect(await isAlive(server, access_token)).toBe(true)
  })
})
