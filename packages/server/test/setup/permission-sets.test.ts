import { beforeEach, describe, expect, it } from 'vitest'
import { refresh, refusalOf, tokensFor } from '../flows/test-tokens.ts'
import { rowOf, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/permission-sets'

let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

const userIds = async (permissionSetId: string) => {
  const page = { sort: 'username', direction: 'asc', offset: 0, limit: 10 } as const
  const found = await setup.server.stores.users.search(setup.server.org.id, { permissionSetId }, page)
  return found.map(({ id }) => id)
}

describe('Permission Sets', () => {
  it('begins empty, makes one and changes it', async () => {
    const { admin, server } = setup
    expect((await admin.browser.open(path)).html).toContain('No permission set yet')
    const entered = { label: 'Integration Access', name: 'Integration_Access', permissions: ['ApiEnabled'] }
    const made = await submitForm(admin, `${path}/new`, entered)
    expect(made.html).toContain('The permission set “Integration Access” is made.')
    expect(rowOf((await admin.browser.open(path)).html, 'Integration Access')).toContain('API Enabled')
    const own = made.url.pathname
    const changed = await submitForm(admin, `${own}/edit`, {
      label: 'Integrations',
      permissions: ['ApiEnabled', 'ViewAllData'],
      objectPermissions: ['Lead.allowRead'],
    })
    expect(changed.html).toContain('The permission set “Integrations” is saved.')
    expect(await server.stores.permissionSets.findByName(server.org.id, 'Integration_Access')).toMatchObject({
      label: 'Integrations',
      permissions: ['ApiEnabled', 'ViewAllData'],
      objectPermissions: [{ object: 'Lead', allowRead: true }],
    })
  })

  it('says what is wrong with a new one and keeps what was entered', async () => {
    const { admin } = setup
    await submitForm(admin, `${path}/new`, { label: 'One', name: 'One' })
    const taken = await submitForm(admin, `${path}/new`, { label: 'Kept', name: 'One', permissions: ['ViewSetup'] })
    expect([taken.status, taken.html]).toEqual([422, expect.stringContaining('has a permission set “One” already')])
    expect(taken.html).toMatch(/value="Kept"/)
    expect(taken.html).toMatch(/value="ViewSetup" checked/)
    const empty = await submitForm(admin, `${path}/new`)
    expect(empty.html).toContain('2 things have to be mended')
  })

  it('is assigned to several users by username, all of them or none', async () => {
    const { admin, server, standard, stranger } = setup
    const { id } = await server.addPermissionSet('Everything')
    const form = `${path}/${id}/assignments/new`
    const names = [standard.user.username, 'nobody@target.example', stranger.user.username, standard.user.username]
    const refused = await submitForm(admin, form, { users: names.join('\n') })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Line 2: This org has no user “nobody@target.example”.')
    // A user of another org is as unknown as nobody.
    expect(refused.html).toContain(`Line 3: This org has no user “${stranger.user.username}”.`)
    expect(refused.html).toContain('Line 4: “user@target.example” is listed already.')
    expect(await userIds(id)).toEqual([])

    const done = await submitForm(admin, form, { users: `USER@target.example\n${admin.user.username}` })
    expect(done.html).toContain('2 users have the permission set now.')
    expect(await userIds(id)).toEqual([admin.user.id, standard.user.id])
    expect((await submitForm(admin, form, { users: admin.user.username })).html).toContain('already')
    const found = await admin.browser.open(`${path}/${id}/assignments?q=user@`)
    expect([found.html.includes('user@target.example'), found.html.includes('1 item')]).toEqual([true, true])
  })

  it('opens an app to those who have it, and closes it when it is taken away', async () => {
    const { admin, server, standard } = setup
    const { id } = await server.addPermissionSet('Everything')
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true })
    await submitForm(admin, `${path}/${id}/connected-apps`, { apps: [app.id] })
    await submitForm(admin, `${path}/${id}/assignments/new`, { users: standard.user.username })
    const { refresh_token } = await tokensFor(server, standard.user, app)
    const used = await submitForm(admin, `${path}/${id}/delete`)
    expect([used.status, used.html]).toEqual([422, expect.stringContaining('one user has it')])

    const done = await submitForm(admin, `${path}/${id}/assignments/${standard.user.id}/remove`)
    expect(done.html).toContain('“Everything” is taken from user@target.example.')
    const refused = await refusalOf(server, await refresh(server, app, refresh_token))
    expect(refused).toMatchObject({ reason: 'not-admin-approved' })
    expect((await submitForm(admin, `${path}/${id}/assignments/${standard.user.id}/remove`)).status).toBe(422)
    const assigned = await submitForm(admin, `${path}/${id}/delete`)
    expect(assigned.html).toContain('it is assigned to “Warehouse”')
    await submitForm(admin, `${path}/${id}/connected-apps`)
    expect((await submitForm(admin, `${path}/${id}/delete`)).html).toContain('“Everything” is deleted.')
    expect(await server.stores.permissionSets.find(id)).toBeUndefined()
  })

  it('cannot be taken from an admin who manages users only by it, by themselves', async () => {
    const { server } = setup
    const set = await server.addPermissionSet('Admin')
    await server.stores.permissionSets.update({ ...set, permissions: ['ViewSetup', 'ManageUsers'] })
    const helper = await setup.signIn(await server.addUser('help@target.example', { permissionSetIds: [set.id] }))
    const taken = await submitForm(helper, `${path}/${set.id}/assignments/${helper.user.id}/remove`)
    expect([taken.status, taken.html]).toEqual([422, expect.stringContaining('from yourself')])
    const less = await submitForm(helper, `${path}/${set.id}/edit`, { label: 'Admin', permissions: ['ViewSetup'] })
    expect([less.status, less.html]).toEqual([422, expect.stringContaining('ManageUsers')])
    expect((await helper.browser.open(path)).status).toBe(200)
  })
})
