import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { isAlive, refresh, tokensFor } from '../flows/test-tokens.ts'
import { type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer
let app: ConnectedApp

beforeAll(async () => {
  setup = await startSetupServer()
  app = await setup.server.addApp('Warehouse')
})

afterAll(() => setup.server.close())

const path = '/setup/sessions'

const tokens = () => tokensFor(setup.server, setup.standard.user, app)

/** Where the first `End` of the list goes whose label has these words. */
async function endOf(words: string, query = ''): Promise<string> {
  const { html } = await setup.admin.browser.open(path + query)
  const link = [...html.matchAll(/<a href="([^"]*)" aria-label="([^"]*)"/g)].find(([, , label]) =>
    label?.includes(words),
  )
  if (link?.[1] === undefined) throw new Error(`There is no End of ${words}.`)
  return link[1]
}

describe('Session Management', () => {
  it('shows who is signed in, which tokens are live, and which session is one’s own', async () => {
    await tokens()
    const { html } = await setup.admin.browser.open(path)
    for (const shown of ['user@target.example', 'Remote Access 2.0', 'Warehouse', '127.0.0.1', '2026-11-23 14:00']) {
      expect(html).toContain(shown)
    }
    expect(html.match(/>Current</g)).toHaveLength(1)
    expect(html).not.toContain('other.example')
  })

  it('is filtered by user and kind', async () => {
    const open = async (query: string) => (await setup.admin.browser.open(path + query)).html
    const people = await open('?type=UI&user=admin%40target.example')
    expect([people.includes('Browser sessions'), people.includes('Access tokens</h2>')]).toEqual([true, false])
    expect(people).not.toContain('user@target.example')
    const apps = await open('?type=Oauth2&user=user%40target.example')
    expect([apps.includes('Browser sessions'), apps.includes('Access tokens</h2>')]).toEqual([false, true])
    expect(await open('?user=admin%40other.example')).toContain('This org has no user')
  })

  it('ends a session: its browser has to sign in with the next click', async () => {
    const { signIn, standard, admin } = setup
    const { browser } = await signIn(standard.user)
    expect((await browser.open('/setup/connected-apps')).status).toBe(403)
    const confirm = await endOf('of user@target.example', '?type=UI')
    expect((await admin.browser.open(confirm)).html).toContain('has to sign in again')
    const { html } = await submitForm(admin, confirm)
    expect(html).toContain('A session of user@target.example has ended.')
    expect((await browser.open('/setup/connected-apps')).url.pathname).toBe('/')
    // What has ended is no more than what never was.
    expect((await admin.browser.open(confirm)).status).toBe(404)
  })

  it('ends an access token at once, and leaves the refresh token', async () => {
    const { server, admin } = setup
    const { access_token: accessToken, refresh_token: refreshToken } = await tokens()
    expect(await isAlive(server, accessToken)).toBe(true)
    const { html } = await submitForm(admin, await endOf('of Warehouse for user@target.example'))
    expect(html).toContain('An access token of Warehouse for user@target.example has ended.')
    expect(await isAlive(server, accessToken)).toBe(false)
    const refreshed = await refresh(server, app, refreshToken)
    expect(refreshed.status).toBe(200)
    expect(await isAlive(server, refreshed.body.access_token)).toBe(true)
    const trail = await admin.browser.open('/setup/audit-trail')
    expect(trail.html).toContain('Ended a session of connected app Warehouse')
  })

  it('ends everything of a user: sessions, access tokens and refresh tokens', async () => {
    const { server, admin, standard } = setup
    const { access_token: accessToken, refresh_token: refreshToken } = await tokens()
    const { html } = await submitForm(admin, `${path}/of/${standard.user.id}/end`)
    expect(html).toContain('Every session and token of user@target.example has ended.')
    expect(await isAlive(server, accessToken)).toBe(false)
    expect((await standard.browser.open('/setup/connected-apps')).url.pathname).toBe('/')
    const refreshed = await refresh(server, app, refreshToken)
    expect(refreshed.body).toMatchObject({ error: 'invalid_grant' })
    expect((await admin.browser.open(`${path}?user=user%40target.example`)).html).toContain('No app holds a live')
  })

  it('ends nothing of another org', async () => {
    const { stranger, admin } = setup
    const own = await endOf('of admin@target.example', '?type=UI')
    const answers = await Promise.all([
      stranger.browser.open(own),
      stranger.browser.open(`${path}/999999999/end`),
      stranger.browser.open(`${path}/of/${admin.user.id}/end`),
      stranger.browser.open(`${path}/0x1/end`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  it('ends one’s own session, too, and says so before', async () => {
    const { admin, signIn } = setup
    const { browser } = await signIn(admin.user)
    const { html } = await browser.open(path)
    const current = html.split('<tr').find((row) => row.includes('Current'))
    const own = /href="([^"]*\/end)"/.exec(current ?? '')?.[1] ?? 'nowhere'
    expect((await browser.open(own)).html).toContain('your own session')
    const after = await submitForm({ browser }, own)
    expect(after.url.pathname).toBe('/')
    expect(after.html).toContain('name="pw"')
  })
})
