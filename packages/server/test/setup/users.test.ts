import { beforeEach, describe, expect, it } from 'vitest'
import { sessionId } from '../../src/tokens/org-session.ts'
import { signInOn, testBrowser } from '../flows/test-browser.ts'
import { password } from '../flows/test-server.ts'
import { isAlive, refresh, refusalOf, tokensFor } from '../flows/test-tokens.ts'
import { rowOf, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/users'
const entered = {
  firstName: 'Grace',
  lastName: 'Hopper',
  email: 'grace@target.example',
  username: 'Grace@Target.example',
  nickname: '',
  profile: 'Standard User',
  timeZone: 'America/New_York',
  locale: 'en_US',
  language: 'en_US',
  country: '',
  mobilePhone: '',
  federationId: '',
}

let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

const stored = async (id: string) => {
  const user = await setup.server.stores.users.find(id)
  if (user === undefined) throw new Error('The user is gone.')
  return user
}

/** Signs in in a new browser; answers the page where that ends. */
async function signIn(username: string, secret = password) {
  const browser = testBrowser(setup.server)
  return { browser, page: await signInOn(browser, await browser.open('/'), username, secret) }
}

describe('the list of users', () => {
  it('searches, filters, sorts and pages', async () => {
    const { admin, server } = setup
    for (let index = 10; index < 65; index++)
      await server.addUser(`robot-${index}@target.example`, { isActive: index < 60 })
    const all = await admin.browser.open(`${path}?sort=username`)
    expect(all.html).toContain('Page 1 of 2, 57 items')
    expect(all.html.indexOf('robot-10@')).toBeLessThan(all.html.indexOf('robot-11@'))
    const last = await admin.browser.open(`${path}?sort=username&page=2`)
    expect(rowOf(last.html, 'user@target.example')).toContain('Standard User Active')
    const down = await admin.browser.open(`${path}?sort=-username`)
    expect(down.html.indexOf('robot-64@')).toBeLessThan(down.html.indexOf('robot-63@'))
    const found = await admin.browser.open(`${path}?q=ROBOT-6&active=no`)
    expect(found.html).toContain('5 items')
    const admins = await admin.browser.open(`${path}?profile=${admin.user.profileId}`)
    expect(admins.html).toContain('1 item')
    expect((await admin.browser.open(`${path}?q=nobody`)).html).toContain('No user is like that')
    // Users of the other org are nowhere here.
    expect((await admin.browser.open(`${path}?q=other.example`)).html).toContain('No user is like that')
  })
})

describe('a user', () => {
  it('is made with a password and can sign in at once', async () => {
    const { admin, server } = setup
    const set = await server.addPermissionSet('Everything')
    const form = { ...entered, permissionSets: ['Everything'], password: 'battery staple' }
    const made = await submitForm(admin, `${path}/new`, form)
    expect(made.html).toContain('The user grace@target.example is made.')
    expect(await server.stores.users.findByUsername('grace@target.example')).toMatchObject({
      firstName: 'Grace',
      nickname: 'grace',
      country: undefined,
      timeZone: 'America/New_York',
      permissionSetIds: [set.id],
    })
    const { page } = await signIn('grace@target.example', 'battery staple')
    expect(page.html).toContain('Grace Hopper')
  })

  it('is not made of what is wrong, and nothing but the password has to be entered again', async () => {
    const { admin, server, standard } = setup
    const wrong = { ...entered, username: standard.user.username, timeZone: 'Nowhere', password: 'short' }
    const refused = await submitForm(admin, `${path}/new`, wrong)
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('3 things have to be mended')
    expect(refused.html).toContain('This username is taken')
    expect(refused.html).toContain('value="Nowhere"')
    expect(refused.html).not.toContain('value="short"')
    const foreign = await submitForm(admin, `${path}/new`, { ...entered, profile: 'Secret' })
    expect([foreign.status, foreign.html]).toEqual([422, expect.stringContaining('Choose one of these.')])
    const assigned = await submitForm(admin, `${path}/new`, { ...entered, orgId: server.otherOrg.id })
    expect(assigned.status).toBe(400)
    expect(await server.stores.users.findByUsername('grace@target.example')).toBeUndefined()
  })

  it('is edited: what is emptied is cleared, what is not in the form stays', async () => {
    const { admin, standard } = setup
    const own = `${path}/${standard.user.id}`
    expect((await admin.browser.open(`${own}/edit`)).html).toContain('value="user@target.example"')
    const saved = await submitForm(admin, `${own}/edit`, { ...entered, isActive: 'on' })
    expect(saved.html).toContain('The user grace@target.example is saved.')
    expect(await stored(standard.user.id)).toMatchObject({
      username: 'grace@target.example',
      isActive: true,
      passwordHash: standard.user.passwordHash,
    })
  })

  it('has permission sets given and taken', async () => {
    const { admin, server, standard } = setup
    const set = await server.addPermissionSet('Everything')
    const form = `${path}/${standard.user.id}/permission-sets`
    const given = await submitForm(admin, form, { permissionSets: ['Everything'] })
    expect(given.html).toContain(`href="/setup/permission-sets/${set.id}"`)
    expect((await stored(standard.user.id)).permissionSetIds).toEqual([set.id])
    await submitForm(admin, form)
    expect((await stored(standard.user.id)).permissionSetIds).toEqual([])
  })

  it('is frozen: sessions and tokens are dead at once, and unfreezing brings none back', async () => {
    const { admin, server, standard } = setup
    const app = await server.addApp('Warehouse')
    const tokens = await tokensFor(server, standard.user, app)
    const done = await submitForm(admin, `${path}/${standard.user.id}/freeze`)
    expect(done.html).toContain('user@target.example is frozen.')
    expect(await isAlive(server, tokens.access_token)).toBe(false)
    const refused = await refusalOf(server, await refresh(server, app, tokens.refresh_token))
    expect(refused).toMatchObject({ reason: 'user-frozen' })
    expect((await standard.browser.open('/personal')).html).toContain('name="pw"')
    expect((await signIn(standard.user.username)).page.html).toContain('name="pw"')
    const entries = await server.stores.auditTrail.list(server.org.id, { limit: 1 })
    expect(entries).toMatchObject([{ display: 'Froze user user@target.example', createdById: admin.user.id }])

    await submitForm(admin, `${path}/${standard.user.id}/unfreeze`)
    expect(await isAlive(server, tokens.access_token)).toBe(false)
    expect((await signIn(standard.user.username)).page.html).toContain('You are signed in as')
  })

  it('is deactivated and activated', async () => {
    const { admin, server, standard } = setup
    const app = await server.addApp('Warehouse')
    const { access_token } = await tokensFor(server, standard.user, app)
    expect((await submitForm(admin, `${path}/${standard.user.id}/deactivate`)).html).toContain('is deactivated.')
    expect(await isAlive(server, access_token)).toBe(false)
    expect((await stored(standard.user.id)).isActive).toBe(false)
    expect((await submitForm(admin, `${path}/${standard.user.id}/activate`)).html).toContain('is active again.')
    expect((await stored(standard.user.id)).isActive).toBe(true)
  })

  it('is unlocked after too many wrong passwords', async () => {
    const { admin, standard } = setup
    for (let attempt = 0; attempt < 10; attempt++) await signIn(standard.user.username, 'wrong')
    const own = `${path}/${standard.user.id}`
    const { html } = await admin.browser.open(own)
    expect(html).toContain('Locked Until')
    expect((await submitForm(admin, `${own}/unlock`)).html).toContain('is unlocked.')
    expect((await signIn(standard.user.username)).page.html).toContain('You are signed in as')
  })

  it('gets a new password, which ends browser sessions when asked to, and tokens never', async () => {
    const { admin, server, standard } = setup
    const tokens = await tokensFor(server, standard.user, await server.addApp('Warehouse'))
    const form = `${path}/${standard.user.id}/reset-password`
    const short = await submitForm(admin, form, { password: 'short' })
    expect([short.status, short.html]).toEqual([422, expect.stringContaining('Use at least 8 characters.')])
    await submitForm(admin, form, { password: 'battery staple' })
    expect((await standard.browser.open('/personal')).html).toContain('User Detail')
    const done = await submitForm(admin, form, { password: 'staple battery', endsSessions: 'on' })
    expect(done.html).toContain('user@target.example has a new password')
    expect((await standard.browser.open('/personal')).html).toContain('name="pw"')
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    expect((await signIn(standard.user.username)).page.html).toContain('name="pw"')
    expect((await signIn(standard.user.username, 'staple battery')).page.html).toContain('You are signed in as')
  })

  it('shows apps, sessions and sign-ins, and each can be ended', async () => {
    const { admin, server, standard } = setup
    const app = await server.addApp('Warehouse')
    const tokens = await tokensFor(server, standard.user, app)
    const own = `${path}/${standard.user.id}`
    const { html } = await admin.browser.open(own)
    expect(rowOf(html, 'Oauth2')).toContain('Warehouse')
    expect(rowOf(html, 'Success')).toContain('Remote Access 2.0')
    const ends = [...html.matchAll(/href="(\/setup\/users\/[^"]*\/end\/[^"]*)"/g)].map(([, href]) => href ?? '')
    expect(ends).toHaveLength(3)
    for (const href of ends) expect((await submitForm(admin, href)).html).toContain('The session has ended.')
    expect(await isAlive(server, tokens.access_token)).toBe(false)
    expect((await standard.browser.open('/personal')).html).toContain('name="pw"')
    expect((await admin.browser.open(ends[0] ?? '')).status).toBe(404)
    const again = await refresh(server, app, tokens.refresh_token)
    expect(again.status).toBe(200)
    const revoked = await submitForm(admin, `${own}/revoke/${app.id}`)
    expect(revoked.html).toContain('“Warehouse” is revoked.')
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(400)
  })

  it('has sessions of their own: those of others are not found under them', async () => {
    const { admin, server, standard } = setup
    const { stores, org } = server
    const [session] = await stores.sessions.list(org.id, { userId: admin.user.id, now: server.now(), limit: 1 })
    const id = sessionId({ kind: 'browser', id: session?.id ?? 0 })
    expect((await admin.browser.open(`${path}/${admin.user.id}/end/${id}`)).html).toContain('the very session')
    expect((await admin.browser.open(`${path}/${standard.user.id}/end/${id}`)).status).toBe(404)
  })
})

describe('an admin', () => {
  it('can neither freeze, deactivate nor demote themselves, nor reset their own password', async () => {
    const { admin } = setup
    const own = `${path}/${admin.user.id}`
    const refusals = [
      [`${own}/freeze`, {}, 'You cannot freeze yourself'],
      [`${own}/deactivate`, {}, 'You cannot deactivate yourself'],
      [`${own}/edit`, { ...entered, isActive: 'on' }, 'take ViewSetup and ManageUsers from yourself'],
      [`${own}/edit`, { ...entered, profile: 'System Administrator' }, 'You cannot deactivate yourself'],
      [`${own}/reset-password`, { password: 'battery staple' }, 'Change your own password'],
    ] as const
    for (const [form, fields, words] of refusals) {
      const refused = await submitForm(admin, form, fields)
      expect([form, refused.status, refused.html]).toEqual([form, 422, expect.stringContaining(words)])
    }
    expect(await stored(admin.user.id)).toEqual({ ...admin.user, lastLoginAt: setup.server.now() })
  })
})
