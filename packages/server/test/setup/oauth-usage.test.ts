import { beforeEach, describe, expect, it } from 'vitest'
import { installApp } from '../../src/connected-apps/app-policies.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { isAlive, refresh, refusalOf, tokensFor } from '../flows/test-tokens.ts'
import { rowOf, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

const list = '/setup/oauth-usage'

let setup: SetupServer
let app: ConnectedApp

beforeEach(async () => {
  setup = await startSetupServer()
  app = await setup.server.addApp('Warehouse', { description: 'Counts what is there.' })
  return () => setup.server.close()
})

async function trail(orgId = setup.server.org.id): Promise<readonly (readonly [string, string | undefined])[]> {
  const entries = await setup.server.stores.auditTrail.list(orgId, { limit: 20 })
  return entries.map(({ display, createdById }) => [display, createdById])
}

describe('Connected Apps OAuth Usage', () => {
  it('lists an app from its first use on, with who uses it and how much', async () => {
    const { server, admin, standard } = setup
    expect((await admin.browser.open(list)).html).toContain('No app has been used yet')
    const { refresh_token } = await tokensFor(server, standard.user, app, { scope: 'api refresh_token' })
    server.advance(3600)
    await refresh(server, app, refresh_token)
    const row = rowOf((await admin.browser.open(list)).html, 'Warehouse')
    expect(row).toMatch(/Counts what is there\. Installed 1 2 2026-11-23 13:00 Manage App Policies Block/)
    const { html } = await admin.browser.open(`${list}/${app.id}`)
    expect(rowOf(html, standard.user.username)).toMatch(/2026-11-23 12:00 2026-11-23 13:00 2 .*refresh_token/)
  })

  it('blocks an app: its tokens are dead at once, and the next request is refused until it is unblocked', async () => {
    const { server, admin, standard } = setup
    const tokens = await tokensFor(server, standard.user, app)
    const done = await submitForm(admin, `${list}/${app.id}/block`)
    expect([done.url.pathname, done.html]).toEqual([list, expect.stringContaining('“Warehouse” is blocked.')])
    expect(rowOf(done.html, 'Counts')).toContain('Blocked')
    expect(await isAlive(server, tokens.access_token)).toBe(false)
    const refused = await refresh(server, app, tokens.refresh_token)
    expect(await refusalOf(server, refused)).toMatchObject({ reason: 'app-blocked' })
    expect(await trail()).toContainEqual([expect.stringContaining('Warehouse'), admin.user.id])

    const back = await submitForm(admin, `${list}/${app.id}/unblock`)
    expect(back.html).toContain('“Warehouse” is unblocked.')
    expect((await tokensFor(server, standard.user, app)).access_token).toBeTruthy()
  })

  it('revokes one user, and then all of them', async () => {
    const { server, admin, standard } = setup
    const [one, other] = [
      await tokensFor(server, standard.user, app),
      await tokensFor(server, await server.addUser('bob@target.example'), app),
    ]
    const done = await submitForm(admin, `${list}/${app.id}/revoke/${standard.user.id}`)
    expect(done.html).toContain(`“Warehouse” is revoked for ${standard.user.username}.`)
    expect([await isAlive(server, one.access_token), await isAlive(server, other.access_token)]).toEqual([false, true])
    expect((await refresh(server, app, one.refresh_token)).status).toBe(400)
    expect((await admin.browser.open(`${list}/${app.id}/revoke/${standard.user.id}`)).status).toBe(404)

    const all = await submitForm(admin, `${list}/${app.id}/revoke-all`)
    expect(all.html).toContain('“Warehouse” is revoked for one user.')
    expect(all.html).toContain('No app has been used yet')
    expect((await refresh(server, app, other.refresh_token)).status).toBe(400)
    // It is in use no more.
    expect((await admin.browser.open(`${list}/${app.id}`)).status).toBe(404)
  })

  it('shows an app of another org where it is used, and that org decides for itself', async () => {
    const { server, admin, stranger } = setup
    const { stores, org, otherOrg } = server
    const foreign = await server.addApp('Foreign', { orgId: otherOrg.id }, { orgId: otherOrg.id })
    const refusedUser = await server.addUser('eve@target.example')
    await expect(tokensFor(server, refusedUser, foreign)).rejects.toThrow()
    const row = rowOf((await admin.browser.open(list)).html, 'Foreign')
    expect(row).toMatch(/Not installed Users were refused 0 0 – Install Block/)

    expect((await submitForm(admin, `${list}/${foreign.id}/install`)).html).toContain('“Foreign” is installed.')
    const tokens = await tokensFor(server, refusedUser, foreign)
    const atHome = await tokensFor(server, await server.addUser('own@other.example', { orgId: otherOrg.id }), foreign)
    await submitForm(admin, `${list}/${foreign.id}/block`)
    expect([await isAlive(server, tokens.access_token), await isAlive(server, atHome.access_token)]).toEqual([
      false,
      true,
    ])
    expect(await stores.apps.findPolicies(foreign.id, otherOrg.id)).toMatchObject({ isBlocked: false })
    expect(rowOf((await stranger.browser.open(list)).html, 'Foreign')).not.toContain('Blocked')
    expect((await trail(otherOrg.id)).filter(([, by]) => by !== undefined)).toEqual([])

    const gone = await submitForm(admin, `${list}/${foreign.id}/uninstall`)
    expect(gone.html).toContain('“Foreign” is uninstalled.')
    expect(await stores.apps.findPolicies(foreign.id, org.id)).toMatchObject({ isInstalled: false, isBlocked: true })
  })

  it('does not uninstall an app where it was made, nor install one twice', async () => {
    const { server, admin, standard } = setup
    await tokensFor(server, standard.user, app)
    const refused = await submitForm(admin, `${list}/${app.id}/uninstall`)
    expect([refused.status, refused.html]).toEqual([422, expect.stringContaining('cannot be uninstalled there')])
    const foreign = await server.addApp('Foreign', { orgId: server.otherOrg.id }, { orgId: server.otherOrg.id })
    await installApp(server.stores, foreign, server.org)
    await tokensFor(server, standard.user, foreign)
    const twice = await submitForm(admin, `${list}/${foreign.id}/install`)
    expect([twice.status, twice.html]).toEqual([422, expect.stringContaining('already')])
  })

  it('lets those who manage users but not apps block and revoke, and not install', async () => {
    const { server, standard } = setup
    const profile = await server.addProfile({ name: 'Helpdesk', permissions: ['ViewSetup', 'ManageUsers'] })
    const helper = await setup.signIn(await server.addUser('help@target.example', { profileId: profile.id }))
    await tokensFor(server, standard.user, app)
    const { html } = await helper.browser.open(list)
    expect(rowOf(html, 'Warehouse')).toMatch(/2026-11-23 12:00 Block$/)
    expect((await helper.browser.open(`${list}/${app.id}/install`)).status).toBe(403)
    expect((await submitForm(helper, `${list}/${app.id}/block`)).html).toContain('is blocked')
  })

  it('finds apps by name, and turns the pages of many users', async () => {
    const { server, admin } = setup
    for (let index = 0; index < 51; index++) {
      const user = await server.addUser(`user-${index}@target.example`)
      await server.stores.approvals.allow(
        { orgId: user.orgId, userId: user.id, appId: app.id, scopes: ['api'] },
        server.now(),
      )
      server.advance(1)
    }
    expect((await admin.browser.open(`${list}?q=counts`)).html).toContain('Warehouse')
    expect((await admin.browser.open(`${list}?q=nothing`)).html).toContain('No app is found by “nothing”')
    const first = await admin.browser.open(`${list}/${app.id}`)
    expect(first.html).toContain('Page 1 of 2, 51 items')
    expect(first.html).toContain('user-50@')
    const second = await admin.browser.open(`${list}/${app.id}?page=2`)
    expect([second.html.includes('user-0@'), second.html.includes('user-1@')]).toEqual([true, false])
  })
})
