import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changePolicies, installApp, uninstallApp } from '../../src/connected-apps/app-policies.ts'
import type { AppPolicies, ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, decideOn, signInOn, testBrowser } from './test-browser.ts'
import { saml2Grant, samlAssertion, sent, signXml } from './test-saml.ts'
import { password, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { credentialsOf, exchange, isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
})
afterEach(() => server.close())

const tokenPath = '/services/oauth2/token'

/** An external client app of the org, or of the other one. */
function external(
  distributionState: 'Local' | 'Packaged',
  details: Partial<ConnectedApp> = {},
  policies: Partial<AppPolicies> = {},
): Promise<ConnectedApp> {
  return server.addApp('Sync', { external: { distributionState }, ...details }, policies)
}

function foreign(distributionState: 'Local' | 'Packaged', details: Partial<ConnectedApp> = {}): Promise<ConnectedApp> {
  const { id } = server.otherOrg
  return external(distributionState, { orgId: id, ...details }, { orgId: id })
}

function jwt(app: ConnectedApp, claims: Record<string, unknown> = {}, base = server.base) {
  const assertion = server.assertion({ iss: app.consumerKey, sub: user.username, jti: crypto.randomUUID(), ...claims })
  return server.post(base + tokenPath, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
}

const clientCredentials = (app: ConnectedApp) =>
  server.post(targetBase + tokenPath, { grant_type: 'client_credentials', ...credentialsOf(app) })

const deviceCode = (app: ConnectedApp) =>
  server.post(targetBase + tokenPath, { response_type: 'device_code', ...credentialsOf(app) })

const exchanged = (app: ConnectedApp) =>
  server.post(targetBase + tokenPath, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: 'a.b.c',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    ...credentialsOf(app),
  })

async function shownAfterSignIn(app: ConnectedApp) {
  const browser = testBrowser(server)
  const stop = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), user.username)
  const { searchParams } = stop.url
  return { hasLeft: stop.hasLeft, error: searchParams.get('error'), said: searchParams.get('error_description') }
}

const notHere = {
  status: 400,
  error: 'app_not_found',
  error_description: 'External client app is not installed in this org',
}

describe('an external client app in its own org', () => {
  it('signs people in, refreshes, and acts by JWT and by SAML', async () => {
    const app = await external('Local', { isPkceRequired: false }, { isAdminApproved: false })
    const tokens = await tokensFor(server, user, app)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    expect((await jwt(app)).status).toBe(200)
    const xml = samlAssertion({ issuer: app.consumerKey, nameId: user.username }, server.now(), server.base)
    const assertion = sent(signXml(xml, server.signer, {}))
    expect((await server.post(tokenPath, { grant_type: saml2Grant, assertion })).status).toBe(200)
  })

  it('has no user-agent flow, whatever its row says', async () => {
    const app = await external('Local', { isUserAgentEnabled: true })
    const url = authorizeUrl(app.consumerKey, { response_type: 'token' })
    const answer = await server.request(url)
    expect(await answer.text()).toBe(
      'error=oauth_flow_disabled&error_description=this%20oauth%20flow%20is%20not%20enabled',
    )
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^flow-not-of-external-apps: /)
  })

  it('has no username-password flow, and says no more of it than that it failed', async () => {
    const app = await external('Local', { isUsernamePasswordEnabled: true })
    const given = { username: user.username, password, ...credentialsOf(app) }
    expect(await refusalOf(server, await server.post(tokenPath, { grant_type: 'password', ...given }))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'authentication failure',
      reason: 'flow-not-of-external-apps',
    })
  })

  it('has the client credentials flow once its settings and the policies of the org allow it', async () => {
    const app = await external('Local', { isClientCredentialEnabled: true }, { clientCredentialUserId: user.id })
    expect(await refusalOf(server, await clientCredentials(app))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'client credentials flow not enabled',
      reason: 'client-credentials-not-allowed',
    })
    await changePolicies(server.stores, app, server.org, { isClientCredentialsFlowEnabled: true })
    expect((await clientCredentials(app)).status).toBe(200)
    await server.stores.apps.update({ ...app, isClientCredentialEnabled: false })
    expect(await refusalOf(server, await clientCredentials(app))).toMatchObject({ reason: 'client-credentials-off' })
  })

  it.each(['isEnabled', 'isOauthPluginEnabled'] as const)(
    'gets no new token once an admin has switched %s off, and those of before go on',
    async (policy) => {
      const app = await external('Local', {
        isClientCredentialEnabled: true,
        isDeviceFlowEnabled: true,
        isTokenExchangeEnabled: true,
      })
      await changePolicies(server.stores, app, server.org, {
        isClientCredentialsFlowEnabled: true,
        clientCredentialUser: user.username,
        isTokenExchangeFlowEnabled: true,
      })
      const tokens = await tokensFor(server, user, app)
      await changePolicies(server.stores, app, server.org, { [policy]: false })
      const off = {
        status: 400,
        error: 'oauth_flow_disabled',
        error_description: 'external client app is disabled in this org',
        reason: 'app-switched-off',
      }
      expect(await refusalOf(server, await refresh(server, app, tokens.refresh_token))).toEqual(off)
      expect(await refusalOf(server, await jwt(app))).toEqual(off)
      expect(await refusalOf(server, await clientCredentials(app))).toEqual(off)
      // Neither does a device get a code that nobody could allow, nor does a handler hear of the token.
      expect(await refusalOf(server, await deviceCode(app))).toEqual(off)
      expect(await refusalOf(server, await exchanged(app))).toEqual(off)
      expect(await shownAfterSignIn(app)).toEqual({
        hasLeft: false,
        error: 'oauth_flow_disabled',
        said: 'external client app is disabled in this org',
      })
      expect(await isAlive(server, tokens.access_token)).toBe(true)
      await changePolicies(server.stores, app, server.org, { [policy]: true })
      expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    },
  )

  it('is addressed by an audience of its org alone, once the org has ended the login hosts of all', async () => {
    const app = await external('Local')
    await tokensFor(server, user, app)
    const legacy = { aud: 'https://login.salesforce.com' }
    expect((await jwt(app, legacy)).status).toBe(200)
    const { settings } = server.org
    const ended = { ...settings, releaseUpdates: { ...settings.releaseUpdates, endLegacyHosts: true } }
    await server.stores.orgs.update({ ...server.org, settings: ended })
    expect(await refusalOf(server, await jwt(app, legacy))).toEqual({ ...notHere, reason: 'audience-of-all-orgs' })
    const elsewhere = { aud: 'https://elsewhere.example' }
    expect(await refusalOf(server, await jwt(app, elsewhere))).toMatchObject({ reason: 'audience-unknown' })
    expect((await jwt(app, { aud: targetBase }, targetBase)).status).toBe(200)
  })
})

describe('an external client app in another org', () => {
  it.each([
    ['Packaged', 'app-not-in-this-org'],
    ['Local', 'app-of-one-org'],
  ] as const)('that is %s and not installed is refused to every grant', async (state, reason) => {
    const app = await foreign(state, {
      isClientCredentialEnabled: true,
      isDeviceFlowEnabled: true,
      isTokenExchangeEnabled: true,
    })
    const refused = { ...notHere, reason }
    expect(await refusalOf(server, await jwt(app))).toEqual(refused)
    expect(await refusalOf(server, await clientCredentials(app))).toEqual(refused)
    const xml = samlAssertion({ issuer: app.consumerKey, nameId: user.username }, server.now(), server.base)
    const assertion = sent(signXml(xml, server.signer, {}))
    expect(await refusalOf(server, await server.post(tokenPath, { grant_type: saml2Grant, assertion }))).toEqual(
      refused,
    )
    expect(await refusalOf(server, await deviceCode(app))).toEqual(refused)
    expect(await refusalOf(server, await exchanged(app))).toEqual(refused)
  })

  it('that is Local works there no more, be it installed at the moment at which it became so', async () => {
    const app = await foreign('Packaged', { isClientCredentialEnabled: true })
    await installApp(server.stores, app, server.org)
    const tokens = await tokensFor(server, user, app)
    await server.stores.apps.update({ ...app, external: { distributionState: 'Local' } })
    const refused = { ...notHere, reason: 'app-of-one-org' }
    expect(await refusalOf(server, await refresh(server, app, tokens.refresh_token))).toEqual(refused)
    expect(await refusalOf(server, await jwt(app))).toEqual(refused)
    expect(await refusalOf(server, await clientCredentials(app))).toEqual(refused)
  })

  it('is refused on a page once it is known of which org the person is: with what a package would mend, or nothing', async () => {
    expect(await shownAfterSignIn(await foreign('Packaged'))).toEqual({
      hasLeft: false,
      error: 'OAUTH_EC_APP_NOT_FOUND',
      said: 'External client app is not installed in this org',
    })
    const local = { fullName: 'Here', label: 'Here', consumerKey: '3MVG9Here' }
    expect(await shownAfterSignIn(await foreign('Local', local))).toEqual({
      hasLeft: false,
      error: 'OAUTH_AUTHORIZATION_BLOCKED',
      said: 'Cross-org OAuth flows are not supported for this external client app',
    })
  })

  it('is used by no leave: neither a permission nor an older release stands in for the installation', async () => {
    const set = await server.addPermissionSet('Try_Apps')
    await server.stores.permissionSets.update({ ...set, permissions: ['ApproveUninstalledConnectedApps'] })
    user = await server.addUser('approver@target.example', { permissionSetIds: [set.id] })
    const app = await foreign('Packaged', { isDeviceFlowEnabled: true })
    expect(await refusalOf(server, await jwt(app))).toMatchObject(notHere)
    await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, release: '2025-08-01' } })
    expect(await refusalOf(server, await jwt(app))).toMatchObject(notHere)
    expect(await refusalOf(server, await deviceCode(app))).toMatchObject(notHere)
  })

  it('is noted for the admins where they can install it, and not where nobody can', async () => {
    const policies = (app: ConnectedApp) => server.stores.apps.findPolicies(app.id, server.org.id)
    const packaged = await foreign('Packaged')
    await jwt(packaged)
    expect(await policies(packaged)).toMatchObject({ isInstalled: false, lastRefusedAt: server.now() })
    const local = await foreign('Local', { fullName: 'Here', consumerKey: '3MVG9Here' })
    await jwt(local)
    expect(await policies(local)).toBeUndefined()
  })

  it('works once it is installed, and after it was uninstalled nobody gets a further token', async () => {
    const app = await foreign('Packaged')
    await installApp(server.stores, app, server.org)
    const tokens = await tokensFor(server, user, app)
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    expect((await jwt(app)).status).toBe(200)
    await uninstallApp(server.stores, app, server.org)
    const refused = { ...notHere, reason: 'app-not-in-this-org' }
    expect(await refusalOf(server, await refresh(server, app, tokens.refresh_token))).toEqual(refused)
    expect(await refusalOf(server, await jwt(app))).toEqual(refused)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
  })

  it('is not let in by a code that was given out before it was uninstalled', async () => {
    const app = await foreign('Packaged')
    await installApp(server.stores, app, server.org)
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), user.username)
    const back = await decideOn(browser, consent, 'allow')
    const code = back.url.searchParams.get('code') ?? ''
    await uninstallApp(server.stores, app, server.org)
    const answer = await exchange(server, app, code)
    expect(await refusalOf(server, answer)).toEqual({ ...notHere, reason: 'app-not-in-this-org' })
  })
})
