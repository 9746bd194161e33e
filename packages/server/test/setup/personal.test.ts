import { beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import { sessionId } from '../../src/tokens/org-session.ts'
import { signInOn, testBrowser } from '../flows/test-browser.ts'
import { password } from '../flows/test-server.ts'
import { isAlive, refresh, tokensFor } from '../flows/test-tokens.ts'
import { rowOf, type SetupServer, type SignedIn, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

async function sessionOf({ user }: SignedIn): Promise<string> {
  const { stores, now } = setup.server
  const [session] = await stores.sessions.list(user.orgId, { userId: user.id, now: now(), limit: 1 })
  return sessionId({ kind: 'browser', id: session?.id ?? 0 })
}

describe('personal settings', () => {
  it('show a Standard User themselves, and no way into Setup', async () => {
    const { standard } = setup
    const { html } = await standard.browser.open('/personal')
    expect(html).toContain('user@target.example')
    expect(html).not.toContain('href="/setup')
    const front = await standard.browser.open('/')
    expect([front.html.includes('href="/personal"'), front.html.includes('href="/setup"')]).toEqual([true, false])
    expect((await setup.admin.browser.open('/')).html).toContain('href="/setup"')
  })

  it('list the apps that act for one, and revoke one', async () => {
    const { server, standard, admin } = setup
    const app = await server.addApp('Warehouse')
    const [own, other] = [await tokensFor(server, standard.user, app), await tokensFor(server, admin.user, app)]
    const { html } = await standard.browser.open('/personal/oauth-connected-apps')
    expect(rowOf(html, 'Warehouse')).toContain('refresh_token')
    const done = await submitForm(standard, `/personal/oauth-connected-apps/${app.id}/revoke`)
    expect(done.html).toContain('“Warehouse” is revoked.')
    expect(done.html).toContain('No app acts for this user')
    expect((await refresh(server, app, own.refresh_token)).status).toBe(400)
    expect(await isAlive(server, other.access_token)).toBe(true)
    // What is done to what is one's own is no change of the org's setup.
    const trail = await server.stores.auditTrail.list(server.org.id, { limit: 50 })
    expect(trail.filter(({ createdById }) => createdById !== undefined)).toEqual([])
  })

  it('list each refresh token, and end one of them alone', async () => {
    const { server, standard } = setup
    const app = await server.addApp('Warehouse')
    const [first, second] = [await tokensFor(server, standard.user, app), await tokensFor(server, standard.user, app)]
    const { html } = await standard.browser.open('/personal/oauth-connected-apps')
    const revokes = [...html.matchAll(/href="(\/personal\/oauth-connected-apps\/tokens\/\d+\/revoke)"/g)]
    expect(revokes).toHaveLength(2)
    const done = await submitForm(standard, revokes[1]?.[1] ?? '')
    expect(done.html).toContain('A refresh token of “Warehouse” is revoked.')
    expect((await refresh(server, app, first.refresh_token)).status).toBe(400)
    expect((await refresh(server, app, second.refresh_token)).status).toBe(200)
    const stranger = await setup.stranger.browser.open(revokes[0]?.[1] ?? '')
    expect(stranger.status).toBe(404)
  })

  it('end other sessions of one, and mark the one that one is in', async () => {
    const { server, standard } = setup
    const elsewhere = await setup.signIn(standard.user)
    const app = await server.addApp('Warehouse')
    const { access_token } = await tokensFor(server, standard.user, app)
    const { html } = await standard.browser.open('/personal/sessions')
    expect(rowOf(html, 'This session')).toContain('Browser')
    const ends = [...html.matchAll(/href="(\/personal\/sessions\/[^"]*\/end)"/g)].map(([, href]) => href ?? '')
    // The other browser, that in which the app was let in, and the app.
    expect(ends).toHaveLength(3)
    for (const href of ends) await submitForm(standard, href)
    expect((await elsewhere.browser.open('/personal')).html).toContain('name="pw"')
    expect(await isAlive(server, access_token)).toBe(false)
    expect((await standard.browser.open('/personal/sessions')).html).not.toContain('/end"')
  })

  it('tell nothing of others: their sessions and apps are as unknown as nobody’s', async () => {
    const { server, standard, admin, stranger } = setup
    const app = await server.addApp('Warehouse')
    await tokensFor(server, admin.user, app)
    const nobodys = sessionId({ kind: 'browser', id: 999_999 })
    const answers = await Promise.all(
      [await sessionOf(admin), await sessionOf(stranger), nobodys].map((id) =>
        standard.browser.open(`/personal/sessions/${id}/end`),
      ),
    )
    const [unknown] = answers.slice(-1)
    for (const answer of answers) expect([answer.status, words(answer.html)]).toEqual([404, words(unknown?.html ?? '')])
    expect((await standard.browser.open(`/personal/oauth-connected-apps/${app.id}/revoke`)).status).toBe(404)
    const guessed = await standard.browser.open('/personal/oauth-connected-apps/0H4000000000000AAA/revoke')
    expect(guessed.status).toBe(404)
    expect((await admin.browser.open('/personal')).status).toBe(200)
  })

  it('show one’s own sign-ins, right and wrong, and nobody else’s', async () => {
    const { server, standard, admin } = setup
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), standard.user.username, 'wrong')
    // The note of a failure is not waited for; a write that is waited for comes after it.
    await server.stores.assertions.deleteExpired(new Date(0), 1)
    const { html } = await standard.browser.open('/personal/login-history')
    expect(rowOf(html, 'Invalid password')).toContain('127.0.0.1')
    expect((await admin.browser.open('/personal/login-history')).html).not.toContain('Invalid password')
  })
})

describe('Change My Password', () => {
  const path = '/personal/password'

  it('takes the new password, ends other browser sessions and keeps this one', async () => {
    const { server, standard } = setup
    const elsewhere = await setup.signIn(standard.user)
    const { access_token } = await tokensFor(server, standard.user, await server.addApp('Warehouse'))
    const done = await submitForm(standard, path, { currentPassword: password, password: 'battery staple' })
    expect(done.html).toContain('Your password is changed.')
    expect((await elsewhere.browser.open('/personal')).html).toContain('name="pw"')
    expect((await standard.browser.open('/personal')).html).toContain('User Detail')
    expect(await isAlive(server, access_token)).toBe(true)
    const browser = testBrowser(server)
    const page = await signInOn(browser, await browser.open('/'), standard.user.username, 'battery staple')
    expect(page.html).toContain('You are signed in as')
  })

  it('wants the current one, and locks out who guesses it', async () => {
    const { server, standard } = setup
    const short = await submitForm(standard, path, { currentPassword: password, password: 'short' })
    expect([short.status, short.html]).toEqual([422, expect.stringContaining('Use at least 8 characters.')])
    for (let guess = 0; guess < 10; guess++) {
      const wrong = await submitForm(standard, path, { currentPassword: `guess ${guess}`, password: 'battery staple' })
      expect([wrong.status, wrong.html]).toEqual([422, expect.stringContaining('This is not your password.')])
      expect(wrong.html).not.toContain(`guess ${guess}`)
    }
    const locked = await submitForm(standard, path, { currentPassword: password, password: 'battery staple' })
    expect([locked.status, locked.html]).toEqual([422, expect.stringContaining('locked out after too many')])
    expect(await server.stores.users.find(standard.user.id)).toMatchObject({
      passwordHash: standard.user.passwordHash,
      lockedUntil: new Date(server.now().getTime() + 900_000),
    })
  })
})

describe('Reset My Security Token', () => {
  const path = '/personal/security-token'

  it('wants the password, shows the new token this once, and keeps its hash alone', async () => {
    const { server, standard } = setup
    const wrong = await submitForm(standard, path, { currentPassword: 'guess' })
    expect([wrong.status, wrong.html]).toEqual([422, expect.stringContaining('This is not your password.')])
    const { html } = await submitForm(standard, path, { currentPassword: password })
    const [token = ''] = /(?<=>|value=")[A-Za-z0-9]{24}(?=<|")/.exec(html) ?? []
    const user = await server.stores.users.find(standard.user.id)
    expect(user?.securityTokenHash).toEqual(hashSecret(token))
    expect((await standard.browser.open(path)).html).not.toContain(token)
    expect((await standard.browser.open('/personal')).html).toContain('Security Token')
    await server.stores.users.setPassword(standard.user.id, user?.passwordHash ?? '', server.now())
    expect((await server.stores.users.find(standard.user.id))?.securityTokenHash).toBeUndefined()
  })
})

function words(html: string): string {
  return html.replaceAll(/<code>[^<]*<\/code>/g, '')
}
