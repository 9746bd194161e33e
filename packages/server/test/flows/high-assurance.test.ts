import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppPolicies } from '../../src/connected-apps/connected-app.ts'
import { hashSecret } from '../../src/secret.ts'
import { totpCode, totpStep } from '../../src/sessions/totp.ts'
import type { User } from '../../src/users/user.ts'
import {
  authorizeAs,
  authorizeUrl,
  decideOn,
  fieldsOf,
  type Stop,
  signInOn,
  type TestBrowser,
  testBrowser,
} from './test-browser.ts'
import { password, startTestServer, type TestServer } from './test-server.ts'
import { codeFor, exchange, refresh, refusalOf } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const page = '/_ui/identity/verification'
const username = 'ada@target.example'

/** What the authenticator app shows for the key on a page. */
function codeOn(html: string): string {
  const key = /<code class="key">([A-Z2-7 ]+)<\/code>/.exec(html)?.[1] ?? ''
  return totpCode(key.replaceAll(' ', ''), totpStep(server.now()))
}

function enter(browser: TestBrowser, at: Stop, fields: Record<string, string>): Promise<Stop> {
  return browser.submit(page, { ...fieldsOf(at.html, 'code'), ...fields })
}

/** A user with an authenticator app, whose secret the test knows. */
async function connected(details: Partial<User> = {}) {
  const user = await server.addUser(username, details)
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const sealed = server.seal.close(secret, `authenticator of ${user.id}`)
  await server.stores.verifications.register(user.id, sealed, 0, server.now())
  return { user, code: () => totpCode(secret, totpStep(server.now())) }
}

function highApp(policies: Partial<AppPolicies> = {}) {
  return server.addApp('High', {}, { requiresHighAssurance: true, assuranceAction: 'RaiseSessionLevel', ...policies })
}

async function history() {
  const { org, stores } = server
  const rows = await stores.verificationHistory.list(org.id, { limit: 100 })
  return rows.map(({ activity, policy, method, status }) => `${activity} ${policy} ${method} ${status}`)
}

describe('an app that requires a high assurance session', () => {
  it('has people verify their identity on the way, once, and its tokens carry it', async () => {
    const { user, code } = await connected()
    const app = await highApp()
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), username)
    expect(asked.url.pathname).toBe(page)
    expect(asked.html).toContain('to continue to <strong>High</strong>')
    const cookies = new Map(browser.cookies)
    const consent = await enter(browser, asked, { code: code() })
    expect(consent.html).toContain('oaapprove')
    expect([...browser.cookies]).not.toEqual([...cookies])
    const { url } = await decideOn(browser, consent, 'allow')
    const { body } = await exchange(server, app, url.searchParams.get('code') ?? '')
    expect((await refresh(server, app, body.refresh_token)).status).toBe(200)
    const again = await browser.open(authorizeUrl(app.consumerKey))
    expect(again.hasLeft).toBe(true)
    const sessions = await server.stores.accessTokens.list(server.org.id, { now: server.now(), limit: 10 })
    expect(sessions.map(({ sessionLevel }) => sessionLevel)).toEqual(['HIGH_ASSURANCE', 'HIGH_ASSURANCE'])
    expect(await history()).toEqual(['ConnectedApp HighAssurance Totp Succeeded'])
    expect((await server.stores.verificationHistory.list(server.org.id, { limit: 1 }))[0]).toMatchObject({
      userId: user.id,
      resourceId: app.id,
      sourceIp: '127.0.0.1',
    })
  })

  it('blocks sessions that a password alone began, where the policy says so', async () => {
    await connected()
    const app = await highApp({ assuranceAction: 'Block' })
    const browser = testBrowser(server)
    const stop = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), username)
    expect(stop.hasLeft).toBe(true)
    expect(Object.fromEntries(stop.url.searchParams)).toMatchObject({
      error: 'invalid_session_level',
      error_description: 'a high assurance session is required',
    })
  })

  it('tells a request that wants no page that one would be needed', async () => {
    await connected()
    const app = await highApp()
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), username)
    const stop = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'none' }))
    expect(stop.url.searchParams.get('error')).toBe('invalid_session_level')
  })

  it('refuses codes and refresh tokens that go back to a lesser session', async () => {
    const { user } = await connected()
    const app = await server.addApp('Later')
    const code = await codeFor(server, user, app)
    const other = await codeFor(server, user, app)
    const { body } = await exchange(server, app, other)
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies !== undefined) await server.stores.apps.setPolicies({ ...policies, requiresHighAssurance: true })
    const expected = {
      status: 400,
      error: 'invalid_session_level',
      error_description: 'a high assurance session is required',
      reason: 'session-level-too-low',
    }
    expect(await refusalOf(server, await exchange(server, app, code))).toEqual(expected)
    expect(await refusalOf(server, await refresh(server, app, body.refresh_token))).toEqual(expected)
  })

  it('has whoever has no authenticator app connect one, by key, code and password', async () => {
    await server.addUser(username)
    const app = await highApp()
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), username)
    expect(asked.html).toContain('Connect an authenticator app')
    expect(asked.html).toContain('<svg class="qr"')
    const wrong = await enter(browser, asked, { code: codeOn(asked.html), pw: 'wrong' })
    expect(wrong.html).toContain('This is not your password.')
    const unfit = await enter(browser, asked, { code: '000000', pw: password })
    expect(unfit.html).toContain('This is not the code that the app shows for this key.')
    // The key stays the one that was scanned.
    expect(codeOn(unfit.html)).toBe(codeOn(asked.html))
    const consent = await enter(browser, unfit, { code: codeOn(unfit.html), pw: password })
    expect(consent.html).toContain('oaapprove')
  })
})

describe('multi-factor authentication for user interface logins', () => {
  async function profileWith(...permissions: ('ForceTwoFactor' | 'BypassMFAForUiLogins')[]) {
    return (await server.addProfile({ name: 'Careful', permissions: ['ApiEnabled', ...permissions] })).id
  }

  it('signs nobody in by the password alone', async () => {
    const { code } = await connected({ profileId: await profileWith('ForceTwoFactor') })
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open('/personal'), username)
    expect(asked.url.pathname).toBe(page)
    expect((await browser.open('/personal')).html).toContain('name="pw"')
    const inside = await enter(browser, await browser.open(`${page}?startURL=%2Fpersonal`), { code: code() })
    expect(inside.html).toContain('Advanced User Details')
    const logins = await server.stores.loginHistory.list(server.org.id, {}, { limit: 10 })
    expect(logins.map(({ status }) => status)).toEqual(['Success', 'Two-factor required'])
    expect(await history()).toEqual(['Login TwoFactorAuthentication Totp Succeeded'])
  })

  it('has a new user connect an app at the first sign-in, without the password again', async () => {
    await server.addUser(username, { profileId: await profileWith('ForceTwoFactor') })
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open('/personal'), username)
    expect(asked.html).not.toContain('name="pw"')
    const inside = await enter(browser, asked, { code: codeOn(asked.html) })
    expect(inside.html).toContain('Advanced User Details')
  })

  it('is asked by a permission set as well, waived for the exempt, and never of programs', async () => {
    const profileId = await profileWith('ForceTwoFactor', 'BypassMFAForUiLogins')
    const user = await server.addUser(username, { profileId })
    const browser = testBrowser(server)
    expect((await signInOn(browser, await browser.open('/personal'), username)).url.pathname).toBe('/personal')
    const app = await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [profileId] })
    const assertion = server.assertion({ iss: app.consumerKey, sub: user.username })
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    expect((await server.post('/services/oauth2/token', { grant_type, assertion })).status).toBe(200)
  })

  it('is asked of everybody whose profile wants high assurance at login, the exempt too, and never of programs', async () => {
    const exempt = ['ApiEnabled', 'BypassMFAForUiLogins'] as const
    const profile = { name: 'Strict', permissions: exempt, requiresHighAssurance: true }
    const { id: profileId } = await server.addProfile(profile)
    const { user, code } = await connected({ profileId })
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open('/personal'), username)
    expect(asked.url.pathname).toBe(page)
    expect((await enter(browser, asked, { code: code() })).html).toContain('Advanced User Details')
    expect(await history()).toEqual(['Login ProfilePolicy Totp Succeeded'])
    const [session] = await server.stores.sessions.list(server.org.id, { now: server.now(), limit: 1 })
    expect(session?.level).toBe('HIGH_ASSURANCE')
    const app = await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [profileId] })
    const assertion = server.assertion({ iss: app.consumerKey, sub: user.username })
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    expect((await server.post('/services/oauth2/token', { grant_type, assertion })).status).toBe(200)
  })

  it('ends the unfinished sign-in with Sign out', async () => {
    await connected({ profileId: await profileWith('ForceTwoFactor') })
    const browser = testBrowser(server)
    const asked = await signInOn(browser, await browser.open('/personal'), username)
    const leave = asked.html.slice(asked.html.indexOf('/secur/logout.jsp'))
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(leave)?.[1] ?? ''
    await browser.submit('/secur/logout.jsp', { csrf_token })
    expect((await browser.open(page)).html).toContain('name="pw"')
  })
})

describe('codes', () => {
  async function asked() {
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), username)
    return { browser, stop: await browser.open(page) }
  }

  it('are taken once, however many show them at once', async () => {
    const { code } = await connected()
    const one = await asked()
    const answers = await Promise.all(Array.from({ length: 9 }, () => enter(one.browser, one.stop, { code: code() })))
    expect(answers.filter(({ html }) => !html.includes('name="code"'))).toHaveLength(1)
  })

  it('run out after ten wrong ones in a row, for every browser, also if asked at once; and come back', async () => {
    const { code } = await connected()
    const one = await asked()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => enter(one.browser, one.stop, { code: '000000' })),
    )
    expect(answers.filter(({ html }) => html.includes('was used already'))).toHaveLength(10)
    const other = await asked()
    const locked = await enter(other.browser, other.stop, { code: code() })
    expect(locked.html).toContain('too many wrong codes')
    expect((await server.journalOf(locked)).refusal?.reason).toBe('verification-locked')
    server.advance(901)
    expect((await enter(other.browser, other.stop, { code: code() })).html).not.toContain('name="code"')
  })

  it('of an admin are good until they expire', async () => {
    const user = await server.addUser(username)
    const expiresAt = new Date(server.now().getTime() + 3_600_000)
    await server.stores.verifications.setTemporaryCode(user.id, { hash: hashSecret('1234567890'), expiresAt })
    const one = await asked()
    expect((await enter(one.browser, one.stop, { code: '123 456 7890' })).html).not.toContain('name="code"')
    server.advance(3601)
    const two = await asked()
    expect(two.stop.html).toContain('Connect an authenticator app')
    expect(await history()).toEqual(['Login HighAssurance TempCode Succeeded'])
  })

  it('are not asked of nobody, nor taken from a form of another browser', async () => {
    const { code } = await connected()
    expect((await testBrowser(server).open(page)).html).toContain('name="pw"')
    const [one, two] = [await asked(), await asked()]
    const forged = await one.browser.submit(page, { ...fieldsOf(two.stop.html, 'code'), code: code() })
    expect(forged.status).toBe(403)
  })
})

it('shows levels of sessions and verifications to queries', async () => {
  const admin = await server.profile('System Administrator')
  const { code } = await connected({ profileId: admin.id })
  const app = await highApp()
  const browser = testBrowser(server)
  const asked = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), username)
  await enter(browser, asked, { code: code() })
  const callback = await authorizeAs(server, username, app.consumerKey, {}, browser)
  const { body } = await exchange(server, app, callback.searchParams.get('code') ?? '')
  const query = async (soql: string) => {
    const response = await server.request(`/services/data/v62.0/query?q=${encodeURIComponent(soql)}`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    return ((await response.json()) as { records: Record<string, unknown>[] }).records
  }
  expect(await query('SELECT SessionType, SessionSecurityLevel FROM AuthSession ORDER BY SessionType')).toMatchObject([
    { SessionType: 'Oauth2', SessionSecurityLevel: 'HIGH_ASSURANCE' },
    { SessionType: 'UI', SessionSecurityLevel: 'HIGH_ASSURANCE' },
  ])
  expect(await query('SELECT Id, Policy, Status, ResourceId FROM VerificationHistory')).toMatchObject([
    { Policy: 'HighAssurance', Status: 'Succeeded', ResourceId: app.id },
  ])
})
