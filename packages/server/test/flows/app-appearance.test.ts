import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { generateInitialAccessToken } from '../../src/connected-apps/initial-access-token.ts'
import { noMobileSettings } from '../../src/connected-apps/mobile-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, callbackUrl, startTestServer, type TestServer } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

let server: TestServer
let admin: User
beforeEach(async () => {
  server = await startTestServer()
  const { id } = await server.profile('System Administrator')
  admin = await server.addUser('admin@target.example', { profileId: id })
})
afterEach(() => server.close())

const looks: Partial<ConnectedApp> = {
  description: 'Counts what is there.',
  startUrl: 'https://app.example/start',
  logoUrl: 'https://pictures.example/logo.png',
  mobile: {
    startUrl: 'https://app.example/mobile',
    pushServiceType: 'apple',
    hasFullContentPush: true,
    app: {
      devicePlatform: 'ios',
      deviceType: 'tablet',
      version: '2.1',
      minimumOsVersion: '17',
      applicationBundleIdentifier: 'example.app',
      applicationInstallUrl: 'https://app.example/install',
      privateApp: true,
      applicationBinaryFile: undefined,
      applicationIconFile: undefined,
    },
  },
  canvas: {
    canvasUrl: 'https://app.example/canvas',
    accessMethod: 'Post',
    locations: ['Chatter', 'Visualforce'],
    options: ['HideHeader'],
    samlInitiationMethod: 'None',
    lifecycleClass: undefined,
  },
}

async function asked(app: ConnectedApp, user = admin) {
  const { access_token, id } = await tokensFor(server, user, app)
  const headers = { authorization: `Bearer ${access_token}`, accept: 'application/json' }
  const call = async (path: string, init: RequestInit = {}) => {
    const type = { ...headers, 'content-type': 'application/json' }
    const response = await server.request(path, { ...init, headers: type })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const query = async (soql: string) =>
    (await call(`/services/data/v62.0/query?q=${encodeURIComponent(soql)}`)).body.records
  return { call, query, identity: () => call(new URL(id).pathname) }
}

describe('what an app is told of its settings', () => {
  it('is the PIN that it is to ask for, and whose push messages it takes', async () => {
    const app = await server.addApp('Counter', looks, { mobilePolicy: { screenLock: 10, pinLength: 4 } })
    const { call, identity } = await asked(app)
    expect((await identity()).body).toMatchObject({
      mobile_policy: { screen_lock: 10, pin_length: 4 },
      push_service_type: 'apple',
    })
    expect((await call('/services/oauth2/userinfo')).body.mobile_policy).toEqual({ screen_lock: 10, pin_length: 4 })
    const plain = (await (await asked(await server.addApp('Plain'))).identity()).body
    expect(plain).not.toHaveProperty('mobile_policy')
    expect(plain).not.toHaveProperty('push_service_type')
  })

  it('stands in ConnectedApplication', async () => {
    const app = await server.addApp('Counter', looks, { mobilePolicy: { screenLock: 10, pinLength: 4 } })
    const { query } = await asked(app)
    const fields = 'PinLength, MobileSessionTimeout, MobileStartUrl, StartUrl, OptionsFullContentPushNotifications'
    expect(await query(`SELECT ${fields} FROM ConnectedApplication WHERE Name = 'Counter'`)).toMatchObject([
      {
        PinLength: 4,
        MobileSessionTimeout: 10,
        MobileStartUrl: 'https://app.example/mobile',
        StartUrl: 'https://app.example/start',
        OptionsFullContentPushNotifications: true,
      },
    ])
  })
})

describe('AppMenuItem', () => {
  it('shows an app as menus and devices need it, by the id that its tokens name', async () => {
    const app = await server.addApp('Counter', looks)
    const { query } = await asked(app)
    const [item] = await query('SELECT FIELDS(ALL) FROM AppMenuItem LIMIT 10')
    expect(item).toMatchObject({
      Id: expect.stringMatching(/^0DS/),
      ApplicationId: app.id.slice(0, 15),
      Name: 'Counter',
      Label: 'Counter',
      Type: 'ConnectedApplication',
      IsVisible: true,
      IsAccessible: true,
      IsUsingAdminAuthorization: false,
      SortOrder: 0,
      StartUrl: 'https://app.example/start',
      MobileStartUrl: 'https://app.example/mobile',
      LogoUrl: 'https://pictures.example/logo.png',
      CanvasEnabled: true,
      CanvasUrl: 'https://app.example/canvas',
      CanvasAccessMethod: 'Post',
      CanvasOptions: 'HideHeader',
      CanvasSelectedLocations: 'Chatter;Visualforce',
      CanvasReferenceId: 'Counter',
      MobilePlatform: 'ios',
      MobileDeviceType: 'tablet',
      MobileMinOsVer: '17',
      MobileAppVer: '2.1',
      MobileAppInstallUrl: 'https://app.example/install',
    })
    expect(await query('SELECT AppMenuItemId FROM OauthToken')).toMatchObject([{ AppMenuItemId: item.Id }])
  })

  it('says to each user which apps they may use', async () => {
    const app = await server.addApp('Counter', looks)
    const standard = await server.profile('Standard User')
    await server.addApp('Theirs', {}, { isAdminApproved: true, profileIds: [standard.id] })
    const set = await server.addPermissionSet('Team')
    await server.addApp('Team', {}, { isAdminApproved: true, permissionSetIds: [set.id] })
    const member = await server.addUser('member@target.example', { permissionSetIds: [set.id] })
    const accessible = async (user: User) => {
      const { query } = await asked(app, user)
      const rows = await query('SELECT Label FROM AppMenuItem WHERE IsAccessible = true ORDER BY Label')
      return rows.map(({ Label }: { Label: string }) => Label)
    }
    expect(await accessible(admin)).toEqual(['Counter'])
    expect(await accessible(member)).toEqual(['Counter', 'Team', 'Theirs'])
  })

  it('takes a place in the menu, of admins alone, and nothing else', async () => {
    const app = await server.addApp('Counter', looks)
    const { call, query } = await asked(app)
    const [{ Id }] = await query('SELECT Id FROM AppMenuItem')
    const patch = (asker: typeof call, fields: object) =>
      asker(`/services/data/v62.0/sobjects/AppMenuItem/${Id}`, { method: 'PATCH', body: JSON.stringify(fields) })
    expect((await patch(call, { IsVisible: false, SortOrder: 7 })).status).toBe(204)
    expect(await query('SELECT IsVisible, SortOrder FROM AppMenuItem')).toMatchObject([
      { IsVisible: false, SortOrder: 7 },
    ])
    expect((await patch(call, { StartUrl: 'https://evil.example' })).body[0].errorCode).toBe(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    )
    expect((await patch(call, { SortOrder: -1 })).body[0].errorCode).toBe('NUMBER_OUTSIDE_VALID_RANGE')
    const { call: theirs } = await asked(app, await server.addUser('user@target.example'))
    expect((await patch(theirs, { IsVisible: true })).status).toBe(403)
    const nobodys = '/services/data/v62.0/sobjects/AppMenuItem/0DS000000000001AAA'
    expect((await call(nobodys, { method: 'PATCH', body: '{"SortOrder":1}' })).status).toBe(404)
  })

  it('is revoked by its token as before', async () => {
    const { query } = await asked(await server.addApp('Counter', looks))
    const other = await server.addApp('Other')
    await tokensFor(server, admin, other)
    const [{ DeleteToken: token }] = await query("SELECT DeleteToken FROM OauthToken WHERE AppName = 'Other'")
    expect((await server.post('/services/oauth2/revoke', { token })).status).toBe(200)
    expect(await query("SELECT Id FROM OauthToken WHERE AppName = 'Other'")).toEqual([])
  })
})

describe('the App Launcher', () => {
  async function launcherOf(username: string) {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), username)
    return browser.open('/personal/app-launcher')
  }

  it('shows the apps that lead somewhere, in the order of the menu, with their pictures', async () => {
    await server.addApp('Counter', looks, { menu: { isVisible: true, sortOrder: 2 } })
    const initials = { startUrl: 'https://first.example/', mobile: noMobileSettings }
    await server.addApp('Very_First', initials, { menu: { isVisible: true, sortOrder: 1 } })
    await server.addApp('Hidden', looks, { menu: { isVisible: false, sortOrder: 0 } })
    await server.addApp('Blocked', looks, { isBlocked: true })
    await server.addApp('Not_Theirs', looks, { isAdminApproved: true })
    await server.addApp('Leads_Nowhere')
    await server.addUser('user@target.example')
    const { html, headers } = await launcherOf('user@target.example')
    const tiles = [...html.matchAll(/class="tile" href="([^"]*)"/g)].map(([, href]) => href)
    expect(tiles).toEqual(['https://first.example/', 'https://app.example/start'])
    expect(html).toContain('src="https://pictures.example/logo.png"')
    expect(html).toMatch(/class="initials"[^>]*>VF</)
    expect(headers.get('content-security-policy')).toContain("img-src 'self' data: https://pictures.example;")
  })
})

describe('the picture of an app on the consent page', () => {
  const logoUrl = 'https://pictures.example/logo.png'

  /** The page that asks the admin, and which pictures the browser may fetch for it. */
  async function asked(consumerKey: string) {
    const browser = testBrowser(server)
    const page = await signInOn(browser, await browser.open(authorizeUrl(consumerKey)), admin.username)
    expect(page.html).toContain('oaapprove')
    const policy = page.headers.get('content-security-policy') ?? ''
    return { hasPicture: page.html.includes('<img'), pictures: /img-src ([^;]*)/.exec(policy)?.[1] }
  }
  const none = { hasPicture: false, pictures: "'self' data:" }

  it('is fetched from its own host and no other', async () => {
    const { consumerKey } = await server.addApp('Pictured', { logoUrl })
    expect(await asked(consumerKey)).toEqual({
      hasPicture: true,
      pictures: "'self' data: https://pictures.example",
    })
  })

  it('is not shown in an org whose admins have not installed the app', async () => {
    const { consumerKey } = await server.addApp('Foreign', { logoUrl }, { isInstalled: false })
    expect(await asked(consumerKey)).toEqual(none)
  })

  it('is not shown where anybody on the way could change it', async () => {
    const { consumerKey } = await server.addApp('Plain', { logoUrl: 'http://pictures.example/logo.png' })
    expect(await asked(consumerKey)).toEqual(none)
  })

  it('is not shown of an app that registered itself, and says of itself what it likes', async () => {
    const { registrations } = server.stores
    const parent = await server.addApp('Parent')
    const token = await generateInitialAccessToken({ registrations, now: server.now }, parent)
    const metadata = { redirect_uris: [callbackUrl], client_name: 'Bank', contacts: ['a@b.example'], logo_uri: logoUrl }
    const { body } = await answerOf(
      await server.request('/services/oauth2/register', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(metadata),
      }),
    )
    expect((await server.stores.apps.findByConsumerKey(body.client_id))?.logoUrl).toBe(logoUrl)
    expect(await asked(body.client_id)).toEqual(none)
  })
})
