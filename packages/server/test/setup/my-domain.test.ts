import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Org } from '../../src/orgs/org.ts'
import { signInOn, testBrowser } from '../flows/test-browser.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

beforeEach(() => setup.server.stores.orgs.update(setup.server.org))

afterAll(() => setup.server.close())

const path = '/setup/my-domain'

async function org(): Promise<Org> {
  const found = await setup.server.stores.orgs.find(setup.server.org.id)
  if (found === undefined) throw new Error('The org is gone.')
  return found
}

describe('My Domain', () => {
  it('shows the addresses of the org, and what it takes as audience', async () => {
    const { html } = await setup.admin.browser.open(path)
    for (const url of ['http://localhost:8789', 'http://localhost:8787', 'http://target.my.localhost:8787']) {
      expect(html).toContain(`<code>${url}</code>`)
    }
    expect(html).not.toContain('8788')
  })

  it('moves the org: tokens name the new address at once, and the old one is nobody’s', async () => {
    const { server, admin, standard } = setup
    const app = await server.addApp('Moved')
    expect((await tokensFor(server, standard.user, app)).instance_url).toBe('http://localhost:8789')
    expect((await admin.browser.open(`${path}/edit`)).html).toContain('<strong>http://localhost:8789</strong>')
    const saved = await submitForm(admin, `${path}/edit`, { myDomain: 'Moved', port: '' })
    expect(saved.html).toContain('My Domain is saved.')
    expect(await org()).toMatchObject({ myDomain: 'moved', port: undefined })
    expect((await tokensFor(server, standard.user, app)).instance_url).toBe('http://moved.my.localhost:8787')
    const configuration = async (base: string) =>
      (await server.request(`${base}/.well-known/auth-configuration`)).json()
    expect(await configuration('http://localhost:8789')).toMatchObject({ OrgId: null })
    expect(await configuration('http://moved.my.localhost:8787')).toMatchObject({ OrgId: server.org.id.slice(0, 15) })
  })

  it('leads on to the new address when one is at the old', async () => {
    const { server, admin } = setup
    const browser = testBrowser({ base: 'http://localhost:8789', request: server.request })
    await signInOn(browser, await browser.open('/'), admin.user.username)
    const saved = await submitForm({ browser }, `${path}/edit`, { myDomain: 'target', port: '8790' })
    expect([saved.status, saved.html.includes('href="http://localhost:8790/setup/my-domain"')]).toEqual([200, true])
  })

  it('refuses what another org has, and what is no name or port, and keeps what was entered', async () => {
    const { admin } = setup
    const taken = await submitForm(admin, `${path}/edit`, { myDomain: 'other', port: '8788' })
    expect(taken.status).toBe(422)
    expect(taken.html).toContain('Another org has the My Domain “other”.')
    expect(taken.html).toContain('Another org has the port 8788.')
    const wrong = await submitForm(admin, `${path}/edit`, { myDomain: 'a.b', port: '70000' })
    expect(wrong.html).toContain('A My Domain is one label of a host name')
    expect(wrong.html).toContain('Enter a port from 1 to 65535.')
    expect(wrong.html).toContain('value="a.b"')
    expect(await org()).toMatchObject({ myDomain: 'target', port: 8789 })
  })
})

describe('the settings of the org', () => {
  it('OAuth and OpenID Connect Settings: PKCE for every app', async () => {
    const { admin, server } = setup
    await server.addApp('Unproven')
    await submitForm(admin, '/setup/oauth-settings', { isPkceRequired: 'on' })
    expect((await org()).settings.isPkceRequired).toBe(true)
    const query = 'response_type=code&client_id=3MVG9Unproven&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback'
    const answer = await server.request(`/services/oauth2/authorize?${query}`)
    expect(answer.status).toBe(302)
    const { browser } = await setup.signIn(setup.standard.user)
    const { url } = await browser.open(`/services/oauth2/authorize?${query}`)
    expect(url.searchParams.get('error_description')).toBe('missing required code challenge')
  })

  it('OAuth and OpenID Connect Settings: what is ticked is allowed, where metadata say what is blocked', async () => {
    const { admin } = setup
    const path = '/setup/oauth-settings'
    await submitForm(admin, path, { allowsUserAgent: 'on', oAuthCdCrdtFlowEnable: 'on' })
    expect((await org()).settings).toMatchObject({
      blockOAuthUsrAgtFlow: false,
      blockOAuthUnPwFlow: true,
      oAuthCdCrdtFlowEnable: true,
      isPkceRequired: false,
    })
    await submitForm(admin, path, { allowsUsernamePassword: 'on' })
    expect((await org()).settings).toMatchObject({ blockOAuthUsrAgtFlow: true, blockOAuthUnPwFlow: false })
  })

  it('Network Access: ranges are checked line by line', async () => {
    const { admin } = setup
    const refused = await submitForm(admin, '/setup/network-access', { trustedIpRanges: '192.0.2.9-192.0.2.1' })
    expect([refused.status, refused.html]).toEqual([422, expect.stringContaining('A range has a start and an end')])
    await submitForm(admin, '/setup/network-access', { trustedIpRanges: '192.0.2.0-192.0.2.255 Office\n::1' })
    expect((await org()).settings.trustedIpRanges).toEqual([
      { start: '192.0.2.0', end: '192.0.2.255', description: 'Office' },
      { start: '::1', end: '::1' },
    ])
  })

  it('Session Settings: the next session ends so much sooner', async () => {
    const { admin, server, standard, signIn } = setup
    const { html } = await submitForm(admin, '/setup/session-settings', { sessionTimeout: '900' })
    expect(html).toContain('Session Settings: saved.')
    await signIn(standard.user)
    const now = server.now()
    const [session] = await server.stores.sessions.list(server.org.id, { userId: standard.user.id, now, limit: 1 })
    expect(session?.expiresAt).toEqual(new Date(now.getTime() + 900_000))
  })

  it('Session Settings: keeps a value that is none of Salesforce’s, and takes no other', async () => {
    const { admin, server } = setup
    await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, sessionTimeout: 61 } })
    expect((await admin.browser.open('/setup/session-settings')).html).toContain('selected="">61 seconds')
    expect((await submitForm(admin, '/setup/session-settings', { sessionTimeout: '62' })).status).toBe(422)
  })

  it('Password Policies: length, guesses and lockout', async () => {
    const { admin } = setup
    const entered = { minimumPasswordLength: '12', maxLoginAttempts: 'none', lockoutInterval: 'none' }
    await submitForm(admin, '/setup/password-policies', entered)
    const { settings } = await org()
    expect(settings).toMatchObject({ minimumPasswordLength: 12 })
    expect([settings.maxLoginAttempts, settings.lockoutInterval]).toEqual([undefined, undefined])
    const short = await submitForm(admin, '/setup/password-policies', { ...entered, minimumPasswordLength: '4' })
    expect([short.status, short.html.includes('Enter a whole number of characters from 5 to 50.')]).toEqual([422, true])
  })

  it('Company Information: so many API requests, or any number', async () => {
    const { admin } = setup
    await submitForm(admin, '/setup/company-information', { timeZone: 'Europe/Paris', dailyApiRequests: '50' })
    expect((await org()).settings.dailyApiRequests).toBe(50)
    const none = await submitForm(admin, '/setup/company-information', { timeZone: 'UTC', dailyApiRequests: '0' })
    expect([none.status, none.html.includes('Enter a whole number of requests from 1 to 100000000.')]).toEqual([
      422,
      true,
    ])
    await submitForm(admin, '/setup/company-information', { timeZone: 'UTC', dailyApiRequests: '' })
    expect((await org()).settings.dailyApiRequests).toBeUndefined()
    const nowhere = await submitForm(admin, '/setup/company-information', { timeZone: 'nowhere' })
    expect([nowhere.status, nowhere.html]).toEqual([422, expect.stringContaining('Enter a time zone')])
  })

  it('CORS: each origin is checked, and the wrong line is named', async () => {
    const { admin } = setup
    const corsAllowedOrigins = 'https://app.example\nhttp://app.example'
    const refused = await submitForm(admin, '/setup/cors', { corsAllowedOrigins })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Line 2: Give the origin of a web app')
    await submitForm(admin, '/setup/cors', { corsAllowedOrigins: 'https://app.example\n\nhttps://*.app.example' })
    expect((await org()).settings.corsAllowedOrigins).toEqual(['https://app.example', 'https://*.app.example'])
  })

  it('are noted, and nobody’s without the right', async () => {
    const { admin, standard } = setup
    await submitForm(admin, '/setup/oauth-settings')
    expect((await admin.browser.open('/setup/audit-trail')).html).toContain('org Target')
    expect((await standard.browser.open('/setup/cors')).status).toBe(403)
  })
})
