import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changePolicies, installApp, uninstallApp } from '../../src/connected-apps/app-policies.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, decideOn, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp
beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  // Made in the other org; what its users may do with it is decided there.
  app = await server.addApp(
    'Foreign_App',
    { orgId: server.otherOrg.id, isClientCredentialEnabled: true },
    { orgId: server.otherOrg.id },
  )
})
afterEach(() => server.close())

const policies = (orgId = server.org.id) => server.stores.apps.findPolicies(app.id, orgId)
const install = () => installApp(server.stores, app, server.org)
const uninstall = () => uninstallApp(server.stores, app, server.org)

const notInstalled = {
  status: 400,
  error: 'invalid_client',
  error_description: 'app must be installed into org',
  reason: 'app-not-installed',
}

function jwt(sub = user.username) {
  const assertion = server.assertion({ iss: app.consumerKey, sub, jti: crypto.randomUUID() })
  return server.post('/services/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

function clientCredentials() {
  return server.post(`${targetBase}/services/oauth2/token`, {
    grant_type: 'client_credentials',
    client_id: app.consumerKey,
    client_secret: consumerSecret,
  })
}

/** A user of whom a permission set says that they may approve what is not installed. */
async function approver(): Promise<User> {
  const set = await server.addPermissionSet('Try_Apps')
  await server.stores.permissionSets.update({ ...set, permissions: ['ApproveUninstalledConnectedApps'] })
  return server.addUser('approver@target.example', { permissionSetIds: [set.id] })
}

describe('an app that is not installed', () => {
  it('is refused to a user who comes to it for the first time, on a page of ours', async () => {
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), user.username)
    expect([stop.hasLeft, stop.url.searchParams.get('error'), stop.url.searchParams.get('error_description')]).toEqual([
      false,
      'invalid_client',
      'app must be installed into org',
    ])
  })

  it('is refused to assertions and to client credentials', async () => {
    expect(await refusalOf(server, await jwt())).toEqual(notInstalled)
    expect(await refusalOf(server, await clientCredentials())).toEqual(notInstalled)
  })

  it('is known in the org once it was refused, and an hour of attempts makes one note', async () => {
    expect(await policies()).toBeUndefined()
    await jwt()
    const first = server.now()
    expect(await policies()).toMatchObject({ isInstalled: false, lastRefusedAt: first })
    server.advance(3599)
    await jwt()
    await clientCredentials()
    expect(await policies()).toMatchObject({ lastRefusedAt: first })
    server.advance(1)
    await jwt()
    expect(await policies()).toMatchObject({ isInstalled: false, lastRefusedAt: server.now() })
  })

  it('is not known for an assertion that the app did not sign', async () => {
    const assertion = `${server.assertion({ iss: app.consumerKey, sub: user.username }).slice(0, -4)}AAAA`
    await server.post('/services/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    })
    expect(await policies()).toBeUndefined()
  })

  it('is open to who has the permission Approve Uninstalled Connected Apps, which is written into the journal', async () => {
    const admin = await approver()
    const tokens = await tokensFor(server, admin, app)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    const refreshed = await refresh(server, app, tokens.refresh_token)
    expect(refreshed.status).toBe(200)
    expect((await server.journalOf(refreshed)).passed).toContainEqual({
      check: 'app-installed',
      found: { app: 'Foreign App', org: 'Target', uninstalled: 'the user authorized it before' },
    })
    expect(await policies()).toMatchObject({ isInstalled: false, lastRefusedAt: undefined })
  })

  it('says in userinfo whether it is installed', async () => {
    const admin = await approver()
    const { access_token } = await tokensFor(server, admin, app, { scope: 'api openid' })
    const headers = { authorization: `Bearer ${access_token}` }
    const me = await server.request(`${targetBase}/services/oauth2/userinfo`, { headers })
    expect(Object.keys((await answerOf(me)).body)).not.toContain('is_app_installed')
    await install()
    const again = await server.request(`${targetBase}/services/oauth2/userinfo`, { headers })
    expect((await answerOf(again)).body).toMatchObject({ is_app_installed: true })
  })

  it('asks with a permission alone for the approval that a JWT stands on', async () => {
    const admin = await approver()
    expect(await refusalOf(server, await jwt(admin.username))).toMatchObject({ reason: 'not-approved' })
    await tokensFor(server, admin, app)
    expect((await jwt(admin.username)).status).toBe(200)
  })

  it('is refused as blocked where an admin blocked it, whatever else', async () => {
    const admin = await approver()
    await tokensFor(server, admin, app)
    await server.stores.apps.endAll(app.id, server.org.id, true)
    expect(await refusalOf(server, await jwt(admin.username))).toMatchObject({ reason: 'app-blocked' })
    expect(await refusalOf(server, await clientCredentials())).toMatchObject({ reason: 'app-blocked' })
  })
})

describe('an app that was uninstalled', () => {
  it('goes on for who authorized it, by refresh and by JWT, and for nobody else', async () => {
    await install()
    const tokens = await tokensFor(server, user, app)
    const other = await server.addUser('bob@target.example')
    await uninstall()
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    expect((await jwt()).status).toBe(200)
    expect((await tokensFor(server, user, app)).access_token).toMatch(/^00D/)
    expect(await refusalOf(server, await jwt(other.username))).toEqual(notInstalled)
  })

  it('is refused once what the user had authorized was taken back', async () => {
    await install()
    const tokens = await tokensFor(server, user, app)
    await uninstall()
    await server.stores.approvals.revoke(user.id, app.id, server.now())
    expect(await refusalOf(server, await refresh(server, app, tokens.refresh_token))).toEqual(notInstalled)
    expect(await refusalOf(server, await jwt())).toEqual(notInstalled)
  })

  it('is not authorized any more by a consent page that was open before', async () => {
    await install()
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), user.username)
    await uninstall()
    const stop = await decideOn(browser, consent, 'allow')
    expect(stop.url.searchParams.get('error_description')).toBe('app must be installed into org')
    expect(await server.stores.approvals.find(user.id, app.id)).toBeUndefined()
  })

  it('has no Run As user left', async () => {
    await install()
    const runAs = await changePolicies(server.stores, app, server.org, { clientCredentialUser: user.username })
    expect(runAs.ok).toBe(true)
    expect((await clientCredentials()).status).toBe(200)
    await uninstall()
    expect(await refusalOf(server, await clientCredentials())).toEqual(notInstalled)
  })
})

describe('an app of another org that is installed', () => {
  it("follows the policies of the user's own org, not those of its home", async () => {
    await install()
    await changePolicies(server.stores, app, server.org, { isAdminApproved: true })
    expect(await refusalOf(server, await jwt())).toMatchObject({ reason: 'not-admin-approved' })
    const native = await server.addUser('eve@other.example', {
      orgId: server.otherOrg.id,
      profileId: (await server.stores.profiles.findByName(server.otherOrg.id, 'Standard User'))?.id ?? '',
    })
    expect((await tokensFor(server, native, app)).access_token).toMatch(/^00D/)
    expect(await policies(server.otherOrg.id)).toMatchObject({ isAdminApproved: false })
    await changePolicies(server.stores, app, server.org, { profiles: ['Standard User'] })
    expect((await jwt()).status).toBe(200)
  })
})
