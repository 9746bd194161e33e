import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { password } from '../flows/test-server.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { jwtBearer } from './journalled.ts'
import { formOn, rowOf, type SetupServer, sendForm, startSetupServer, submitForm, textOf } from './setup-server.ts'

let setup: SetupServer
beforeAll(async () => {
  setup = await startSetupServer()
})
afterAll(() => setup.server.close())

const path = '/setup/external-client-apps'
const least = { contactEmail: 'dev@sync.example', callbackUrls: 'https://sync.example/cb' }

async function open(url: string) {
  const { status, html } = await setup.admin.browser.open(url)
  return { status, html, text: textOf(html) }
}

/** Fills in a form as it stands and sends it. */
async function send(url: string, changes: Record<string, string | readonly string[]>) {
  const page = await setup.admin.browser.open(url)
  const { status, html } = await sendForm(setup.admin, page, changes)
  return { status, html, text: textOf(html) }
}

async function made(fullName: string, details: Partial<ConnectedApp> = {}): Promise<ConnectedApp> {
  return setup.server.addApp(fullName, { external: { distributionState: 'Local' }, ...details })
}

describe('New External Client App', () => {
  it('asks for what there is, and makes one for this org alone with PKCE', async () => {
    const form = formOn((await open(`${path}/new`)).html, `${path}/new`)
    expect([form.get('distributionState'), form.get('isPkceRequired')]).toEqual([['Local'], ['on']])
    const { html, text } = await send(`${path}/new`, { ...least, label: 'Sync', description: 'Brings orders.' })
    expect(text).toContain('The external client app “Sync” has been made.')
    expect(html).not.toMatch(/User-Agent Flow|Username-Password Flow/)
    const app = await setup.server.stores.apps.findByName(setup.server.org.id, 'Sync')
    expect(app).toMatchObject({ external: { distributionState: 'Local' }, isPkceRequired: true })
    expect(await setup.server.stores.apps.findPolicies(app?.id ?? '', setup.server.org.id)).toMatchObject({
      isEnabled: true,
      isOauthPluginEnabled: true,
    })
  })

  it.each(['isUserAgentEnabled', 'isUsernamePasswordEnabled'])('has no %s, not even if it is sent', async (field) => {
    const { status, html } = await send(`${path}/new`, { ...least, label: 'Old ways', [field]: 'on' })
    expect([status, html]).toEqual([400, expect.stringContaining('This form was refused')])
    expect(await setup.server.stores.apps.findByName(setup.server.org.id, 'Old_ways')).toBeUndefined()
  })

  it('says what is wrong beside the field', async () => {
    const { status, html } = await send(`${path}/new`, { ...least, label: 'Wrong', callbackUrls: 'sync' })
    expect([status, html]).toEqual([422, expect.stringContaining('id="f-callbackUrls-problem"')])
  })
})

describe('External Client App Manager', () => {
  it('lists what was made here and what is installed, and no connected app', async () => {
    const { server } = setup
    await made('Listed')
    await made('Elsewhere', { orgId: server.otherOrg.id, external: { distributionState: 'Packaged' } })
    await server.addApp('Connected')
    const { html } = await open(path)
    expect(rowOf(html, 'Listed')).toMatch(/Listed Listed Enabled Local .* View Edit Policies$/)
    expect(rowOf(html, 'Elsewhere')).toMatch(/Enabled Installed from another org .* View Policies$/)
    expect(html).not.toContain('>Connected</a>')
    expect((await open(`${path}?q=elsew`)).html).not.toContain('Listed')
  })

  it('shares App Manager with connected apps, each with its type and its own page', async () => {
    const { server } = setup
    const external = await made('Successor')
    const connected = await server.addApp('Forerunner')
    const { html } = await open('/setup/connected-apps')
    expect(rowOf(html, 'Successor')).toContain('External Client App')
    expect(rowOf(html, 'Forerunner')).toContain('Connected App')
    expect(html).toContain(`<a href="${path}/${external.id}">`)
    expect((await open(`/setup/connected-apps/${external.id}`)).status).toBe(404)
    expect((await open(`${path}/${connected.id}`)).status).toBe(404)
  })
})

describe('Settings and Policies of an external client app', () => {
  it('are two pages, each with the way to the other', async () => {
    const app = await made('Tabs')
    const settings = await open(`${path}/${app.id}`)
    expect(settings.html).toMatch(/aria-current="page">Settings<\/a><a class="tab" href="[^"]*\/policies">Policies</)
    expect(settings.text).toContain('Distribution State Local')
    expect(settings.text).not.toContain('Permitted Users')
    const policies = await open(`${path}/${app.id}/policies`)
    expect(policies.text).toMatch(/Enabled Yes Enable OAuth Yes .*Permitted Users All users may self-authorize/)
  })

  it('are changed by developer and admin, and the change is in the audit trail', async () => {
    const app = await made('Changed')
    const edited = await send(`${path}/${app.id}/edit`, { description: 'Does more.', distributionState: 'Packaged' })
    expect(edited.text).toContain('The external client app “Changed” has been changed.')
    const decided = await send(`${path}/${app.id}/policies/edit`, {
      permittedUsers: 'admin',
      sessionTimeout: '900',
      isClientCredentialsFlowEnabled: 'on',
      clientCredentialUser: setup.standard.user.username,
    })
    expect(decided.text).toContain('The policies of “Changed” have been changed.')
    const { stores, org } = setup.server
    expect((await stores.apps.find(app.id))?.external).toEqual({ distributionState: 'Packaged' })
    expect(await stores.apps.findPolicies(app.id, org.id)).toMatchObject({
      isAdminApproved: true,
      sessionTimeout: 900,
      isClientCredentialsFlowEnabled: true,
      clientCredentialUserId: setup.standard.user.id,
      isEnabled: true,
    })
    expect((await open('/setup/audit-trail')).text).toContain('external client app')
  })

  it('assign profiles and permission sets', async () => {
    const app = await made('Assigned')
    await setup.server.addPermissionSet('Sync_Access')
    const assigned = await send(`${path}/${app.id}/policies/permission-sets`, { names: ['Sync_Access'] })
    expect(assigned.text).toMatch(/Permission Sets .* Sync.Access/)
    expect((await send(`${path}/${app.id}/policies/profiles`, { names: ['Standard User'] })).text).toContain(
      'Standard User',
    )
  })

  it('switch it off for new tokens, which a warning and the Flow Log say', async () => {
    const { server, standard } = setup
    const app = await made('Switched')
    const claims = { iss: app.consumerKey, sub: standard.user.username }
    await tokensFor(server, standard.user, app)
    const off = await send(`${path}/${app.id}/policies/edit`, { isEnabled: [] })
    expect(off.text).toContain('This app is not enabled in this org: every request for a token is refused.')
    const refused = await jwtBearer(server, claims)
    expect(refused.status).toBe(400)
    const { html } = await open(`/setup/flow-log/${(await server.journalOf(refused)).requestId}`)
    expect(html).toContain(`href="${path}/${app.id}/policies"`)
    await send(`${path}/${app.id}/policies/edit`, { isEnabled: 'on' })
    expect((await jwtBearer(server, claims)).status).toBe(200)
  })

  it('show key and secret after one’s password', async () => {
    const app = await made('Secretive')
    const details = `${path}/${app.id}/consumer-details`
    expect((await open(details)).text).not.toContain(app.consumerKey)
    const shown = await send(details, { ownPassword: password })
    expect(shown.text).toContain(app.consumerKey)
  })

  it('end with the app, after one was told what breaks', async () => {
    const app = await made('Ended')
    expect((await open(`${path}/${app.id}/delete`)).text).toContain('The app is gone for good')
    expect((await send(`${path}/${app.id}/delete`, {})).text).toContain(
      'The external client app “Ended” has been deleted.',
    )
    expect(await setup.server.stores.apps.find(app.id)).toBeUndefined()
  })

  it('have no initial access token: none register under it', async () => {
    const app = await made('Childless')
    expect((await open(`${path}/${app.id}/initial-access-token`)).status).toBe(404)
    expect((await open(`/setup/connected-apps/${app.id}/initial-access-token`)).status).toBe(404)
  })
})

describe('an external client app of another org', () => {
  it('is installed from OAuth Usage once it is Packaged, decided about, and uninstalled', async () => {
    const { server, admin, standard } = setup
    const { id: orgId } = server.otherOrg
    const app = await server.addApp('Partner', { orgId, external: { distributionState: 'Packaged' } }, { orgId })
    const claims = { iss: app.consumerKey, sub: standard.user.username }
    expect((await jwtBearer(server, claims)).status).toBe(400)
    expect(rowOf((await open('/setup/oauth-usage')).html, 'Partner')).toContain('External Client App')
    await submitForm(admin, `/setup/oauth-usage/${app.id}/install`)
    const settings = await open(`${path}/${app.id}`)
    expect(settings.text).toContain('This app was made in another org and is installed here.')
    expect(settings.html).not.toContain('/edit"')
    expect((await open(`${path}/${app.id}/edit`)).status).toBe(404)
    const decided = await send(`${path}/${app.id}/policies/edit`, { permittedUsers: 'admin' })
    expect(decided.text).toContain('The policies of “Partner” have been changed.')
    const gone = await send(`${path}/${app.id}/uninstall`, {})
    expect(gone.text).toContain('“Partner” is uninstalled.')
    expect((await open(`${path}/${app.id}`)).status).toBe(404)
  })

  it('is mended nowhere in this org while it is Local', async () => {
    const { server, standard } = setup
    const { id: orgId } = server.otherOrg
    const app = await server.addApp('Far', { orgId, external: { distributionState: 'Local' } }, { orgId })
    const refused = await jwtBearer(server, { iss: app.consumerKey, sub: standard.user.username })
    const { html } = await open(`/setup/flow-log/${(await server.journalOf(refused)).requestId}`)
    expect(html).toContain('Local')
    expect(html).not.toContain(`/setup/oauth-usage/${app.id}`)
  })

  it('says why it cannot be installed while it is Local', async () => {
    const { server, admin, standard } = setup
    const { id: orgId } = server.otherOrg
    const app = await server.addApp('Homebody', { orgId, external: { distributionState: 'Packaged' } }, { orgId })
    const claims = { iss: app.consumerKey, sub: standard.user.username }
    expect((await jwtBearer(server, claims)).status).toBe(400)
    await server.stores.apps.update({ ...app, external: { distributionState: 'Local' } })
    expect((await open(`/setup/oauth-usage/${app.id}/install`)).text).toContain('It cannot be installed')
    const { status, html } = await submitForm(admin, `/setup/oauth-usage/${app.id}/install`)
    expect([status, html]).toEqual([422, expect.stringContaining('whose distribution state is Local')])
  })
})

describe('where connected apps are blocked', () => {
  it('External Client App Settings say so, New Connected App leads on, and the guide makes external client apps', async () => {
    const { server, admin } = setup
    const settings = '/setup/external-client-app-settings'
    await send(settings, { allowsConnectedApps: [] })
    expect((await server.stores.orgs.find(server.org.id))?.settings.releaseUpdates).toMatchObject({
      blockNewConnectedApps: true,
    })
    const form = await open('/setup/connected-apps/new')
    expect(form.text).toContain('This org creates no connected apps any more')
    expect(form.html).toContain(`<a href="${path}/new">`)
    expect(form.html).toContain(`<a href="${settings}">`)
    expect((await send('/setup/connected-apps/new', { ...least, label: 'Late' })).status).toBe(422)

    await submitForm(admin, '/setup/certificates/new-self-signed', { label: 'Server', name: 'Server', keySize: '2048' })
    const certificate = await server.stores.certificates.findByName(server.org.id, 'Server')
    const step = `/setup/connect-a-server/${certificate?.id}/app`
    expect((await open(step)).text).toMatch(/It becomes an external client app.*app create Server .*--external/)
    expect((await send(step, {})).text).toContain('The external client app Server has been made.')
    expect((await server.stores.apps.findByName(server.org.id, 'Server'))?.external).toBeDefined()

    await send(settings, { allowsConnectedApps: 'on' })
    expect((await send('/setup/connected-apps/new', { ...least, label: 'Late' })).text).toContain(
      'The connected app “Late” has been made.',
    )
  })

  it('saved as they are, the settings leave the org with its release', async () => {
    const { stores, org } = setup.server
    await stores.orgs.update({ ...org, settings: { ...org.settings, releaseUpdates: {} } })
    await send('/setup/external-client-app-settings', {})
    expect((await stores.orgs.find(org.id))?.settings.releaseUpdates).toEqual({})
  })
})
