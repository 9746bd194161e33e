import { beforeEach, describe, expect, it } from 'vitest'
import { weekdays } from '../../src/time-zone.ts'
import { tokensFor } from '../flows/test-tokens.ts'
import { rowOf, type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/profiles'

let setup: SetupServer
let standardId: string
let adminId: string

beforeEach(async () => {
  setup = await startSetupServer()
  standardId = setup.standard.user.profileId
  adminId = setup.admin.user.profileId
  return () => setup.server.close()
})

/** What stands in the form of a profile at first. */
const everyPermission = [
  'ApiEnabled',
  'ApproveUninstalledConnectedApps',
  'CustomizeApplication',
  'ManageConnectedApps',
  'ManageUsers',
  'ModifyAllData',
  'UseAnyApiClient',
  'ViewAllData',
  'ViewSetup',
]

describe('Profiles', () => {
  it('lists those of the org, and shows one with what it allows and who has it', async () => {
    const { admin } = setup
    const { html } = await admin.browser.open(path)
    expect(rowOf(html, 'Standard User')).toContain('API Enabled')
    const view = await admin.browser.open(`${path}/${standardId}`)
    expect(view.html).toContain('1 user')
    expect(view.html).toContain('Call the REST and SOAP APIs.')
    expect(view.html).toContain('2 hours, the org’s setting')
    expect(rowOf(view.html, 'Account')).toBe('Account read, created, edited, deleted')
    expect((await admin.browser.open(`${path}?q=nothing`)).html).toContain('No profile is found by “nothing”')
  })

  it('clones one: the new profile allows the same, and is deleted when nobody has it', async () => {
    const { admin, server } = setup
    const form = await admin.browser.open(`${path}/new?from=${standardId}`)
    expect(form.html).toMatch(new RegExp(`<option value="${standardId}" selected`))
    const made = await submitForm(admin, `${path}/new`, { existing: standardId, name: 'Robots' })
    expect(made.html).toContain('The profile “Robots” is made.')
    const [robots, source] = [await server.profile('Robots'), await server.profile('Standard User')]
    expect(robots).toEqual({ ...source, id: robots.id, name: 'Robots' })

    const twice = await submitForm(admin, `${path}/new`, { existing: standardId, name: 'Robots' })
    expect([twice.status, twice.html]).toEqual([422, expect.stringContaining('has a profile “Robots” already')])

    const robot = await server.addUser('robot@target.example', { profileId: robots.id })
    const kept = await submitForm(admin, `${path}/${robots.id}/delete`)
    expect([kept.status, kept.html]).toEqual([422, expect.stringContaining('one user has it')])
    await server.stores.users.update(robot.id, { ...robot, profileId: standardId })
    expect((await submitForm(admin, `${path}/${robots.id}/delete`)).html).toContain('The profile “Robots” is deleted.')
    const stays = await submitForm(admin, `${path}/${standardId}/delete`)
    expect([stays.status, stays.html]).toEqual([422, expect.stringContaining('standard profile')])
  })

  it('saves permissions, ranges, timeout and objects, and they hold at the next request', async () => {
    const { admin, server, standard } = setup
    const app = await server.addApp('Warehouse')
    const { access_token } = await tokensFor(server, standard.user, app, { scope: 'api' })
    const call = async () => {
      const headers = { authorization: `Bearer ${access_token}` }
      return (await server.request('http://localhost:8789/services/data/v67.0/limits', { headers })).status
    }
    expect(await call()).toBe(200)
    const saved = await submitForm(admin, `${path}/${standardId}/edit`, {
      permissions: ['ViewAllData'],
      loginIpRanges: '198.51.100.0-198.51.100.255 Office\n203.0.113.7',
      sessionTimeout: '900',
      objectPermissions: ['Account.allowRead', 'Contact.allowRead', 'Contact.allowEdit'],
    })
    expect(saved.html).toContain('The profile “Standard User” is saved.')
    const none = { allowCreate: false, allowEdit: false, allowDelete: false }
    expect(await server.profile('Standard User')).toMatchObject({
      permissions: ['ViewAllData'],
      loginIpRanges: [
        { start: '198.51.100.0', end: '198.51.100.255', description: 'Office' },
        { start: '203.0.113.7', end: '203.0.113.7' },
      ],
      sessionTimeout: 900,
      objectPermissions: [
        { object: 'Account', ...none, allowRead: true },
        { object: 'Contact', ...none, allowRead: true, allowEdit: true },
      ],
    })
    // Without API Enabled the token that was good opens nothing.
    expect(await call()).toBe(403)
    await expect(tokensFor(server, standard.user, app)).rejects.toThrow()
    const form = await admin.browser.open(`${path}/${standardId}/edit`)
    expect(form.html).toContain('198.51.100.0-198.51.100.255 Office\n203.0.113.7')
    expect(form.html).toMatch(/value="Contact.allowEdit" checked/)
    expect(form.html).toMatch(/<option value="900" selected[^>]*>15 minutes/)
  })

  it('says what is wrong and keeps what was entered', async () => {
    const { admin, server } = setup
    const refused = await submitForm(admin, `${path}/${standardId}/edit`, {
      permissions: ['ApiEnabled'],
      loginIpRanges: '10.0.0.9-10.0.0.1',
      objectPermissions: ['Account.allowEdit'],
    })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Line 1: A range has a start and an end')
    expect(refused.html).toContain('must read them, too')
    expect(refused.html).toContain('10.0.0.9-10.0.0.1')
    expect(refused.html).toMatch(/value="Account.allowEdit" checked/)
    const stranger = await submitForm(admin, `${path}/${standardId}/edit`, { objectPermissions: ['Secret.allowRead'] })
    expect([stranger.status, stranger.html]).toEqual([422, expect.stringContaining('There is no “Secret.allowRead”')])
    expect(await server.profile('Standard User')).toMatchObject({ loginIpRanges: [] })
  })

  it('does not let an admin lock themselves out by their own profile', async () => {
    const { admin, server } = setup
    const without = await submitForm(admin, `${path}/${adminId}/edit`, { permissions: ['ViewSetup'] })
    expect([without.status, without.html]).toEqual([422, expect.stringContaining('take ManageUsers from yourself')])
    const elsewhere = { permissions: everyPermission, loginIpRanges: '198.51.100.7' }
    const away = await submitForm(admin, `${path}/${adminId}/edit`, elsewhere)
    expect([away.status, away.html]).toEqual([422, expect.stringContaining('your address, 127.0.0.1')])
    expect(await server.profile('System Administrator')).toMatchObject({
      permissions: everyPermission,
      loginIpRanges: [],
    })
  })

  it('sets login hours day by day, and shows them', async () => {
    const { admin, server } = setup
    const page = await admin.browser.open(`${path}/${standardId}/edit`)
    const saved = await sendForm(admin, page, { monday: ['480', '1080'], sunday: ['0', '0'], friday: ['', ''] })
    expect(rowOf(saved.html, 'Monday')).toBe('Monday from 08:00 until 18:00')
    expect(rowOf(saved.html, 'Sunday')).toBe('Sunday never')
    expect((await server.profile('Standard User')).loginHours).toEqual({
      monday: { from: 480, until: 1080 },
      sunday: { from: 0, until: 0 },
    })
    const again = await admin.browser.open(`${path}/${standardId}/edit`)
    for (const [hours, problem] of [
      [['480', ''], 'Choose both ends'],
      [['1080', '480'], 'The end is before the begin'],
      [['490', '540'], 'Choose one of these hours'],
      [['480', '540', '600'], 'Choose one of these hours'],
    ] as const) {
      const refused = await sendForm(admin, again, { monday: hours })
      expect([refused.status, refused.html]).toEqual([422, expect.stringContaining(problem)])
      expect(refused.html).toMatch(/<a href="#f-monday">Monday<\/a>/)
    }
    await sendForm(admin, again, { monday: ['', ''], sunday: ['', ''] })
    expect((await server.profile('Standard User')).loginHours).toEqual({})
    const own = await admin.browser.open(`${path}/${adminId}/edit`)
    const closed = Object.fromEntries(weekdays.map((day) => [day, ['0', '0']]))
    const refused = await sendForm(admin, own, closed)
    expect([refused.status, refused.html]).toEqual([422, expect.stringContaining('You would be signed out at once')])
  })

  it('assigns connected apps: their policies let its users in', async () => {
    const { admin, server, standard } = setup
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true })
    await expect(tokensFor(server, standard.user, app)).rejects.toThrow()
    const done = await submitForm(admin, `${path}/${standardId}/connected-apps`, { apps: [app.id] })
    expect(done.html).toContain('The assigned connected apps are saved.')
    expect(rowOf(done.html, 'Warehouse')).toContain('pre-authorized')
    expect((await tokensFor(server, standard.user, app)).access_token).toBeTruthy()
    await submitForm(admin, `${path}/${standardId}/connected-apps`)
    expect(await server.stores.apps.findPolicies(app.id, server.org.id)).toMatchObject({ profileIds: [] })
  })
})
