import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/certificates/certificate.ts'
import { selfSigned } from '../../src/certificates/self-signed.ts'
import { blockApp } from '../../src/connected-apps/app-policies.ts'
import { signInOn, testBrowser } from '../flows/test-browser.ts'
import { jwtBearer } from './journalled.ts'
import { type SetupServer, startSetupServer } from './setup-server.ts'

const dayLong = 86_400

describe('Setup Home', () => {
  let setup: SetupServer
  beforeAll(async () => {
    setup = await startSetupServer()
  })
  afterAll(() => setup.server.close())

  // Signed in anew each time: tests let more time go by than a session lasts.
  const open = async () => (await (await setup.signIn(setup.admin.user)).browser.open('/setup')).html
  const card = (html: string, title: string) =>
    html.split('<section class="slds-card"').find((part) => part.includes(`>${title}</h2>`)) ?? ''
  const figures = (html: string, title: string) =>
    [...card(html, title).matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
      [...row.matchAll(/data-label="[^"]*"[^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) =>
        cell.replaceAll(/<[^>]*>/g, ''),
      ),
    )

  it('says at first that nothing needs attention, and what to do next', async () => {
    const html = await open()
    expect(card(html, 'Needs attention')).toContain('Nothing needs attention')
    expect(html).toContain('href="/setup/connect-a-server"')
    for (const empty of ['Nobody asked for a token', 'Nobody was refused', 'No app has a live token']) {
      expect(html).toContain(empty)
    }
    expect(figures(html, 'Sign-ins, last 7 days')).toContainEqual(['2026-11-23', '3', '0'])
  })

  it('counts token requests by hour and flow, and what was refused apart', async () => {
    const { server } = setup
    const { id } = await server.profile('Standard User')
    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [id] })
    const user = await server.addUser('ada@target.example')
    const claims = { iss: app.consumerKey, sub: user.username }
    await jwtBearer(server, claims)
    await jwtBearer(server, claims)
    const refused = await jwtBearer(server, { ...claims, exp: 1 })
    server.advance(3600)
    const newest = await jwtBearer(server, { ...claims, exp: 1 })
    const html = await open()
    expect(figures(html, 'Token requests, last 24 hours').slice(-2)).toEqual([
      ['2026-11-23 12:00', '2', '1'],
      ['2026-11-23 13:00', '0', '1'],
    ])
    expect(card(html, 'Token requests, last 24 hours')).toContain('JWT Bearer Flow')
    expect(figures(html, 'Causes of refusals, last 7 days')).toContainEqual(['expiry-past', '2'])
    expect(figures(html, 'Live tokens by app')).toContainEqual(['Warehouse', '2'])
    const attention = card(html, 'Needs attention')
    expect(attention).toContain('2 times')
    expect(attention).toContain(`/setup/flow-log/${newest.headers.get('x-request-id')}`)
    expect(attention).not.toContain(`${refused.headers.get('x-request-id')}`)
    server.advance(dayLong)
    const later = await open()
    expect(card(later, 'Needs attention')).not.toContain('expiry-past')
    expect(figures(later, 'Causes of refusals, last 7 days')).toContainEqual(['expiry-past', '2'])
    expect(later).toContain('Nobody asked for a token')
  })

  it('names apps in use that are blocked or not installed, and leads to where that is changed', async () => {
    const { server } = setup
    const blocked = await server.addApp('Blocked_<b>_App', { label: 'Blocked <b>' })
    await blockApp(server.stores, blocked, server.org)
    const attention = card(await open(), 'Needs attention')
    expect(attention).toContain(`<a href="/setup/oauth-usage/${blocked.id}">Blocked &lt;b&gt;</a> is blocked`)
  })

  it('names certificates that are expired or about to be, of the org and of its apps', async () => {
    const { server } = setup
    const made = await selfSigned({ name: 'Old', orgId: server.org.id, keySize: 2048, now: new Date('2025-12-20') })
    const reading = readCertificate(made.certificate)
    if (!reading.ok) throw new Error('The certificate cannot be read.')
    const app = await server.addApp('Aging', { certificate: reading.certificate })
    await server.addCertificate('Fresh_Certificate')
    const html = await open()
    const attention = card(html, 'Needs attention')
    expect(attention).toContain(`<a href="/setup/connected-apps/${app.id}/edit">App Aging</a> expires on`)
    expect(attention).not.toContain('Fresh Certificate')
    const states = figures(html, 'Certificates by expiry').map(([name, , state]) => [name, state])
    expect(states).toContainEqual(['App Aging', 'expires soon'])
    expect(states).toContainEqual(['Fresh Certificate', 'valid'])
    server.advance(60 * dayLong)
    expect(await open()).toContain('App Aging</a> expired on')
  })

  it('counts users who are locked out or frozen, and not those of another org', async () => {
    const own = await startSetupServer()
    const { server, admin, stranger } = own
    await server.addUser('frozen@target.example', { isFrozen: true })
    await server.addUser('gone@target.example', { isFrozen: true, isActive: false })
    await server.addUser('locked@target.example', { lockedUntil: new Date(server.now().getTime() + 60_000) })
    await server.addUser('free@target.example', { lockedUntil: new Date(server.now().getTime() - 60_000) })
    const { html } = await admin.browser.open('/setup')
    expect(html).toContain('One user is frozen by an admin')
    expect(html).toContain('One user is locked out by wrong passwords')
    expect((await stranger.browser.open('/setup')).html).toContain('Nothing needs attention')
    await server.close()
  })

  it('counts sign-ins that failed, by day, for seven days or thirty', async () => {
    const own = await startSetupServer()
    const { server, admin } = own
    const browser = testBrowser(server)
    // A failed attempt is noted after its answer, but before what the journal is asked.
    await server.journalOf(await signInOn(browser, await browser.open('/'), admin.user.username, 'wrong'))
    const { html } = await admin.browser.open('/setup?days=30')
    const signIns = figures(html, 'Sign-ins, last 30 days')
    expect(signIns).toContainEqual(['2026-11-23', '2', '1'])
    expect(html).toContain('href="/setup">Show 7 days')
    expect((await admin.browser.open('/setup?days=9')).html).toContain('Sign-ins, last 7 days')
    await server.close()
  })

  it('shows an admin of another org nothing of this one', async () => {
    const { html } = await (await setup.signIn(setup.stranger.user)).browser.open('/setup')
    expect(html).toContain('Setup Home')
    for (const text of ['Warehouse', 'expiry-past', 'Aging', 'Blocked']) expect(html).not.toContain(text)
  })
})
