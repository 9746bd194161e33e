import { beforeEach, describe, expect, it } from 'vitest'
import { password } from '../flows/test-server.ts'
import { rowOf, type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

describe('OAuth Custom Scopes', () => {
  it('makes one, assigns it, offers it where scopes are selected, and deletes it', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Warehouse')
    const path = '/setup/oauth-custom-scopes'
    const entered = { name: 'Read_Orders', label: 'Orders', description: 'Read the orders', assignedTo: ['Warehouse'] }
    expect((await submitForm(admin, `${path}/new`, entered)).html).toContain('“Read_Orders” has been made')
    expect(rowOf((await admin.browser.open(path)).html, 'Read_Orders')).toContain('Warehouse')
    const form = await admin.browser.open(`/setup/connected-apps/${app.id}/edit`)
    expect(form.html).toMatch(/value="Read_Orders" checked/)
    await sendForm(admin, form, { attributes: 'mail = LOWER($User.Email)', isNamedUserJwtEnabled: 'on' })
    expect(await server.stores.apps.find(app.id)).toMatchObject({
      scopes: ['api', 'refresh_token', 'openid', 'Read_Orders'],
      attributes: [{ key: 'mail', formula: 'LOWER($User.Email)' }],
      isNamedUserJwtEnabled: true,
    })
    expect((await admin.browser.open(`/setup/connected-apps/${app.id}`)).html).toContain('Orders (Read_Orders)')
    const [scope] = await server.stores.customScopes.list(server.org.id)
    await submitForm(admin, `${path}/${scope?.id}/edit`, { label: 'Orders', description: 'Read all orders' })
    expect((await server.stores.apps.find(app.id))?.scopes).not.toContain('Read_Orders')
    expect((await submitForm(admin, `${path}/${scope?.id}/delete`)).html).toContain('has been deleted')
  })

  it('says where a formula is wrong, and keeps what was entered', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Warehouse')
    const form = await admin.browser.open(`/setup/connected-apps/${app.id}/edit`)
    const answer = await sendForm(admin, form, { attributes: 'mail = $User.Mail' })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('has no field “Mail”. Did you mean “Email”?')
    expect(answer.html).toContain('mail = $User.Mail')
  })
})

describe('Custom Permissions', () => {
  it('makes one for an app, and gives it by a permission set and a profile', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Warehouse')
    const permissionSet = await server.addPermissionSet('Approvers')
    const entered = { name: 'Approve', label: 'Approve orders', connectedApp: 'Warehouse' }
    await submitForm(admin, '/setup/custom-permissions/new', entered)
    const [made] = await server.stores.customPermissions.list(server.org.id)
    expect(made).toMatchObject({ appId: app.id, profileIds: [], permissionSetIds: [] })
    const own = `/setup/permission-sets/${permissionSet.id}`
    await submitForm(admin, `${own}/custom-permissions`, { permissions: made?.id ?? '' })
    expect((await admin.browser.open(own)).html).toContain('Approve orders')
    const profile = await server.profile('Standard User')
    await submitForm(admin, `/setup/profiles/${profile.id}/custom-permissions`, { permissions: made?.id ?? '' })
    expect(await server.stores.customPermissions.list(server.org.id)).toMatchObject([
      { profileIds: [profile.id], permissionSetIds: [permissionSet.id] },
    ])
    await submitForm(admin, `${own}/custom-permissions`)
    expect(await server.stores.customPermissions.list(server.org.id)).toMatchObject([{ permissionSetIds: [] }])
  })
})

describe('the initial access token of an app', () => {
  it('is shown once, after one’s own password, and lets apps register that stand beside it', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Partners')
    const own = `/setup/connected-apps/${app.id}`
    expect((await submitForm(admin, `${own}/initial-access-token`, { ownPassword: 'wrong' })).status).toBe(422)
    const shown = await submitForm(admin, `${own}/initial-access-token`, { ownPassword: password })
    const [token = ''] = /IAT[\w.]+/.exec(shown.html) ?? []
    const answer = await server.request('/services/oauth2/register', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://partner.example/cb'], client_name: 'A partner' }),
    })
    expect(answer.status).toBe(201)
    const page = await admin.browser.open(own)
    expect(page.html).not.toContain(token)
    expect(rowOf(page.html, 'A partner')).toContain('3MVG9')
    const [child] = await server.stores.registrations.childrenOf(app.id)
    expect((await admin.browser.open(`/setup/connected-apps/${child?.appId}`)).html).toContain('Registered Under')
    expect((await submitForm(admin, `${own}/initial-access-token/delete`)).html).toContain('has been deleted')
    expect(await server.stores.registrations.initialTokenOf(app.id)).toBeUndefined()
  })
})
