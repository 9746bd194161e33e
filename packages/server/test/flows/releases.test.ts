import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installApp } from '../../src/connected-apps/app-policies.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { newConnectedApp } from '../../src/connected-apps/new-connected-app.ts'
import { checkRelease, updatesUntil } from '../../src/connected-apps/release-check.ts'
import { defaultOrgSettings, type OrgSettings } from '../../src/orgs/org.ts'
import { recordIds } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { samlAssertion, sent, signXml } from './test-saml.ts'
import { answerOf, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { credentialsOf, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
})
afterEach(() => server.close())

/** Sets the release of the org that people sign in to. */
async function behave(settings: Partial<OrgSettings>): Promise<void> {
  await server.stores.orgs.update({ ...server.org, settings: { ...defaultOrgSettings, ...settings } })
}

/** An app of another org, which nobody here has installed. */
function foreignApp(details: Partial<ConnectedApp> = {}): Promise<ConnectedApp> {
  return server.addApp('Foreign_App', { orgId: server.otherOrg.id, ...details }, { orgId: server.otherOrg.id })
}

/** An app of another org that three production orgs have installed, this one among them. */
async function partnerApp(details: Partial<ConnectedApp> = {}): Promise<ConnectedApp> {
  const app = await foreignApp(details)
  const ids = recordIds(server.now)
  await installApp(server.stores, app, server.org)
  for (const name of ['Third', 'Fourth']) {
    const { myDomain, port, ...org } = server.org
    const another = { ...org, id: ids('organization'), name, myDomain: undefined, port: undefined }
    await server.stores.orgs.add(another)
    await installApp(server.stores, app, another)
  }
  return app
}

/** Signs in at the authorize endpoint; answers where that ended. */
async function ask(app: ConnectedApp): Promise<URL> {
  const browser = testBrowser(server)
  return (await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), user.username)).url
}

function jwt(app: ConnectedApp, aud?: string) {
  const assertion = server.assertion({
    iss: app.consumerKey,
    sub: user.username,
    ...(aud === undefined ? {} : { aud }),
  })
  return server.post('/services/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

describe('blockUninstalledApps', () => {
  it('lets anybody authorize an uninstalled app in an org of before', async () => {
    const app = await foreignApp()
    await behave({ release: '2025-09-01' })
    expect((await tokensFor(server, user, app)).access_token).toMatch(/^00D/)
    await behave({ release: '2025-09-02' })
    const another = await foreignApp({ fullName: 'Foreign_Too', consumerKey: '3MVG9ForeignToo' })
    expect((await ask(another)).searchParams.get('error_description')).toBe('app must be installed into org')
  })
})

describe('narrowUseAnyApiClient', () => {
  it('lets its holders authorize an uninstalled app until December 2025', async () => {
    const set = await server.addPermissionSet('Any_Client')
    await server.stores.permissionSets.update({ ...set, permissions: ['UseAnyApiClient'] })
    const holder = await server.addUser('holder@target.example', { permissionSetIds: [set.id] })
    const app = await foreignApp()
    await behave({ release: '2025-12-07' })
    expect((await tokensFor(server, holder, app)).access_token).toMatch(/^00D/)
    await behave({ release: '2025-12-08' })
    const another = await foreignApp({ fullName: 'Foreign_Too', consumerKey: '3MVG9ForeignToo' })
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(another.consumerKey)), holder.username)
    expect(stop.url.searchParams.get('error_description')).toBe('app must be installed into org')
  })
})

describe('what is asked of partner apps', () => {
  it('is a code challenge', async () => {
    const app = await partnerApp()
    const url = await ask(app)
    expect([url.searchParams.get('error'), url.searchParams.get('error_description')]).toEqual([
      'invalid_request',
      'missing required code challenge',
    ])
    await behave({ releaseUpdates: { requirePkceOfPartnerApps: false } })
    expect((await tokensFor(server, user, app)).access_token).toMatch(/^00D/)
  })

  it('is rotation, and that refresh tokens end after 30 days without use', async () => {
    const app = await partnerApp()
    await behave({ releaseUpdates: { requirePkceOfPartnerApps: false } })
    const { refresh_token } = await tokensFor(server, user, app)
    const first = await refresh(server, app, refresh_token)
    expect(first.body.refresh_token).toMatch(/^5Aep861/)
    expect(first.body.refresh_token).not.toBe(refresh_token)
    server.advance(30 * 86_400 + 1)
    expect(await refusalOf(server, await refresh(server, app, first.body.refresh_token))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
      reason: 'refresh-token-expired',
    })
  })

  it('is that it asks from listed addresses, where the org says so', async () => {
    const ipRanges = [{ start: '192.0.2.1', end: '192.0.2.9', description: '' }]
    const app = await partnerApp({ ipRanges })
    await behave({ releaseUpdates: { requirePkceOfPartnerApps: false } })
    const { refresh_token } = await tokensFor(server, user, app)
    const releaseUpdates = { requirePkceOfPartnerApps: false, listAddressesOfPartnerApps: true }
    await behave({ releaseUpdates })
    const asksFrom = async (address: string) => {
      const form = { grant_type: 'refresh_token', refresh_token, ...credentialsOf(app) }
      const init = { method: 'POST', body: new URLSearchParams(form) }
      return answerOf(await server.request('/services/oauth2/token', init, address))
    }
    expect(await refusalOf(server, await asksFrom('203.0.113.7'))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'ip restricted',
      reason: 'partner-address-unlisted',
    })
    expect((await asksFrom('192.0.2.5')).status).toBe(200)
    expect((await server.stores.loginHistory.list(server.org.id, {}, { limit: 2 }))[1]).toMatchObject({
      status: 'Restricted IP',
    })
  })

  it('is nothing in an org of before, nor of an app that two orgs use', async () => {
    await behave({ release: '2026-05-10' })
    const app = await partnerApp()
    const { refresh_token } = await tokensFor(server, user, app)
    expect((await refresh(server, app, refresh_token)).body).not.toHaveProperty('refresh_token')
    await behave({})
    const small = await foreignApp({ fullName: 'Small', consumerKey: '3MVG9Small' })
    await installApp(server.stores, small, server.org)
    expect((await tokensFor(server, user, small)).access_token).toMatch(/^00D/)
  })
})

describe('endLegacyHosts', () => {
  it('takes the org’s own address alone as audience, once it is switched on', async () => {
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [user.profileId] })
    expect((await jwt(app)).status).toBe(200)
    await behave({ releaseUpdates: { endLegacyHosts: true } })
    expect(await refusalOf(server, await jwt(app))).toMatchObject({
      error_description: 'audience is invalid',
      reason: 'audience-unknown',
    })
    expect(await refusalOf(server, await jwt(app, 'https://login.salesforce.com'))).toMatchObject({
      reason: 'audience-unknown',
    })
    expect((await jwt(app, targetBase)).status).toBe(200)
  })
})

describe('the day on which legacy hosts end', () => {
  const theDay = new Date('2026-02-15T00:00:00Z')
  const eve = new Date(theDay.getTime() - 1)
  const legacy = 'https://login.salesforce.com'

  it.each(['2026-02-14', '2026-02-15', "Spring '26", 'latest'])(
    'changes nothing by itself in an org that behaves as of %s, and all at once where the org switches it on',
    async (release) => {
      const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [user.profileId] })
      await behave({ release })
      expect((await jwt(app, legacy)).status).toBe(200)
      await behave({ release, releaseUpdates: { endLegacyHosts: true } })
      expect(await refusalOf(server, await jwt(app, legacy))).toMatchObject({ reason: 'audience-unknown' })
      expect(await refusalOf(server, await jwt(app, server.base))).toMatchObject({ reason: 'audience-unknown' })
      expect((await jwt(app, targetBase)).status).toBe(200)
      await behave({ release, releaseUpdates: { endLegacyHosts: false } })
      expect((await jwt(app, legacy)).status).toBe(200)
    },
  )

  it('is what SAML assertions meet, too', async () => {
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [user.profileId] })
    const ask = (audience: string, at = server.base) => {
      const claims = { issuer: app.consumerKey, nameId: user.username, audience }
      const assertion = sent(signXml(samlAssertion(claims, server.now(), at), server.signer))
      return server.post(`${at}/services/oauth2/token`, {
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
        assertion,
      })
    }
    expect((await ask(legacy)).status).toBe(200)
    await behave({ releaseUpdates: { endLegacyHosts: true } })
    expect(await refusalOf(server, await ask(legacy))).toMatchObject({
      error_description: 'audience is invalid',
      reason: 'saml-audience-unknown',
    })
    expect(await refusalOf(server, await ask(targetBase))).toMatchObject({ reason: 'saml-recipient-unknown' })
    expect((await ask(targetBase, targetBase)).status).toBe(200)
  })

  it('is from when check-release names what would break, and the audience that it names', async () => {
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [user.profileId] })
    await server.journalOf(await jwt(app, legacy))
    const at = (day: Date) => updatesUntil(server.org, server.now(), day).includes('endLegacyHosts')
    expect([at(eve), at(theDay)]).toEqual([false, true])
    expect(await checkRelease(server.stores, server.org, ['endLegacyHosts'])).toEqual([
      {
        update: 'endLegacyHosts',
        subject: 'Warehouse',
        why: `Its assertions name ${legacy} as their audience, which is not the org’s own address.`,
      },
    ])
  })
})

describe('announcePkce', () => {
  it('is in the discovery of an org that behaves as of September 2026', async () => {
    const announced = async () => {
      const answer = await server.request(`${targetBase}/.well-known/openid-configuration`)
      return (await answerOf(answer)).body.code_challenge_methods_supported
    }
    expect(await announced()).toEqual(['S256'])
    await behave({ release: "Spring '26" })
    expect(await announced()).toBeUndefined()
  })
})

describe('blockNewConnectedApps', () => {
  it('lets nobody make an app, once it is switched on', async () => {
    await behave({ releaseUpdates: { blockNewConnectedApps: true } })
    const org = await server.stores.orgs.find(server.org.id)
    if (org === undefined) throw new Error('The org is gone.')
    const needs = { ...server.stores, seal: server.seal, newId: recordIds(server.now), now: server.now }
    const entered = {
      fullName: 'New',
      contactEmail: 'a@b.example',
      callbackUrls: ['https://a.example'],
      scopes: ['api'],
    }
    expect(await newConnectedApp(needs, org, entered)).toEqual({
      ok: false,
      problems: [
        {
          field: 'fullName',
          message:
            'This org creates no connected apps any more: the release update blockNewConnectedApps is switched on in it. Make an external client app.',
        },
      ],
    })
  })
})

describe('checkRelease', () => {
  it('finds what will break by a day, and nothing that holds already', async () => {
    await behave({ release: '2025-08-31' })
    const foreign = await foreignApp()
    await tokensFor(server, user, foreign)
    const partner = await partnerApp({ fullName: 'Partner', label: 'Partner', consumerKey: '3MVG9Partner' })
    await server.addApp('Sync', { external: { distributionState: 'Local' } })
    await server.addApp('Old', { createdAt: new Date('2026-01-31T00:00:00Z') })
    const warehouse = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [user.profileId] })
    await server.journalOf(await jwt(warehouse, 'https://login.salesforce.com'))
    const org = await server.stores.orgs.find(server.org.id)
    if (org === undefined) throw new Error('The org is gone.')
    const updates = updatesUntil(org, server.now(), new Date('2026-05-31T00:00:00Z'))
    expect(updates).toEqual([
      'blockUninstalledApps',
      'blockDeviceFlowOfUninstalledApps',
      'blockSoapLoginByDefault',
      'narrowUseAnyApiClient',
      'endLegacyHosts',
      'blockNewConnectedApps',
      'requirePkceOfPartnerApps',
      'rotateRefreshTokensOfPartnerApps',
      'expireIdleRefreshTokensOfPartnerApps',
      'listAddressesOfPartnerApps',
    ])
    const found = await checkRelease(server.stores, org, updates)
    expect(found.map(({ update, subject }) => [update, subject])).toEqual([
      ['blockUninstalledApps', foreign.label],
      ['endLegacyHosts', 'Warehouse'],
      ['blockNewConnectedApps', 'Target'],
      ['blockNewConnectedApps', 'Warehouse'],
      ['requirePkceOfPartnerApps', partner.label],
      ['rotateRefreshTokensOfPartnerApps', partner.label],
      ['expireIdleRefreshTokensOfPartnerApps', partner.label],
      ['listAddressesOfPartnerApps', partner.label],
    ])
    expect(found[1]?.why).toContain('https://login.salesforce.com')
    expect(updatesUntil({ settings: defaultOrgSettings }, server.now(), new Date('2025-10-01T00:00:00Z'))).toEqual([])
  })
})
