import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import type { AppPolicies, ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { uninstalledPolicies } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import { hashSecret } from '../../src/secret.ts'
import { newUserCode, readUserCode } from '../../src/tokens/device-code.ts'
import type { User } from '../../src/users/user.ts'
import { fieldsOf, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { type Answer, base, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, credentialsOf, isAlive, refresh, refusalOf } from './test-tokens.ts'

let server: TestServer
let app: ConnectedApp
let ada: User
let names = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  app = await kiosk()
  ada = await server.addUser(`ada${++names}@target.example`)
})

function kiosk(details: Partial<ConnectedApp> = {}, policies: Partial<AppPolicies> = {}, at = server) {
  return at.addApp(`Kiosk${++names}`, { isDeviceFlowEnabled: true, ...details }, policies)
}

const tokenPath = '/services/oauth2/token'

function start(form: Record<string, string> = {}, host = base, at = server): Promise<Answer> {
  const fields = { response_type: 'device_code', client_id: app.consumerKey, ...form }
  return at.post(`${host}${tokenPath}`, fields)
}

function poll(code: string, form: Record<string, string> = {}, host = base): Promise<Answer> {
  return server.post(`${host}${tokenPath}`, { grant_type: 'device', client_id: app.consumerKey, code, ...form })
}

/** Goes to the page of a device as somebody, signing in on the way, and types a code. */
async function typeCode(userCode: string, who = ada, browser = testBrowser(server), host = base): Promise<Stop> {
  let stop = await browser.open(`${host}/setup/connect?user_code=${userCode}`)
  stop = await browser.submit(`${host}/setup/connect`, fieldsOf(stop.html, 'user_code'))
  if (!stop.html.includes('name="pw"')) return stop
  stop = await signInOn(browser, stop, who.username)
  return browser.submit(`${host}/setup/connect`, fieldsOf(stop.html, 'user_code'))
}

async function decide(browser: TestBrowser, page: Stop, decision: 'allow' | 'deny'): Promise<Stop> {
  return browser.submit(`${page.url.origin}/setup/connect`, { ...fieldsOf(page.html, 'decision'), decision })
}

/** A device that somebody has allowed, or denied. */
async function answered(decision: 'allow' | 'deny' = 'allow', form: Record<string, string> = {}): Promise<string> {
  const { device_code, user_code } = (await start(form)).body
  const browser = testBrowser(server)
  await decide(browser, await typeCode(user_code, ada, browser), decision)
  return device_code
}

describe('the codes of a device', () => {
  it('are answered in Salesforce’s form, and kept as hashes', async () => {
    const answer = await start({ scope: 'api refresh_token' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(Object.keys(answer.body)).toEqual(['device_code', 'user_code', 'verification_uri', 'interval'])
    expect(answer.body).toEqual({
      device_code: expect.stringMatching(/^[\w.]{64}==$/),
      user_code: expect.stringMatching(/^[BCDFGHJKMNPQRSTVWXZ3479]{8}$/),
      verification_uri: 'http://localhost:8787/setup/connect',
      interval: 5,
    })
    const found = await server.stores.deviceCodes.findByUserCode(
      hashSecret(answer.body.user_code),
      { limits: [], window: 1 },
      server.now(),
    )
    expect(found).toMatchObject({ state: 'pending', code: { appId: app.id, scopes: ['api', 'refresh_token', 'id'] } })
    expect(await server.journalOf(answer)).toMatchObject({
      endpoint: 'token',
      flow: 'device_code',
      appId: app.id,
      passed: [
        { check: 'client-known' },
        { check: 'client-authenticated' },
        { check: 'flow' },
        { check: 'scope', found: { scopes: ['api', 'refresh_token', 'id'] } },
      ],
    })
  })

  it('lead to the address that was asked', async () => {
    expect((await start({}, targetBase)).body.verification_uri).toBe(`${targetBase}/setup/connect`)
  })

  it('can be asked for by multipart form and by query string, and in XML', async () => {
    const form = new FormData()
    form.set('response_type', 'device_code')
    form.set('client_id', app.consumerKey)
    form.set('scope', 'api')
    const multipart = await server.request(tokenPath, { method: 'POST', body: form })
    expect(await multipart.json()).toMatchObject({ interval: 5 })
    const query = new URLSearchParams({ response_type: 'device_code', client_id: app.consumerKey, format: 'xml' })
    const inQuery = await server.request(`${tokenPath}?${query}`, { method: 'POST' })
    expect(await inQuery.text()).toMatch(/<OAuth><device_code>[\w.]{64}==<\/device_code><user_code>\w{8}<\/user_code>/)
  })

  it('say in strict posture how long they live, and the address with the code in it', async () => {
    const strict = await startTestServer({ posture: strictPosture })
    try {
      const own = await kiosk({}, {}, strict)
      const form = { response_type: 'device_code', ...credentialsOf(own) }
      const { body } = await strict.post(tokenPath, form)
      expect(body).toMatchObject({
        expires_in: 600,
        verification_uri_complete: `http://localhost:8787/setup/connect?user_code=${body.user_code}`,
      })
      const withoutSecret = await strict.post(tokenPath, { ...form, client_secret: '' })
      expect(withoutSecret.body).toMatchObject({ error: 'invalid_client' })
      const discovery = await (await strict.request('/.well-known/openid-configuration')).json()
      expect(discovery).toMatchObject({
        device_authorization_endpoint: 'http://localhost:8787/services/oauth2/token?response_type=device_code',
        grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:device_code']),
      })
    } finally {
      await strict.close()
    }
  })

  it('are refused to an app without the setting, with a wrong secret, or with scopes that are not its own', async () => {
    const off = await server.addApp(`Off${++names}`)
    expect(await refusalOf(server, await start({ client_id: off.consumerKey }))).toEqual({
      status: 400,
      error: 'oauth_flow_disabled',
      error_description: 'device flow not enabled',
      reason: 'device-flow-off',
    })
    expect(await refusalOf(server, await start({ client_secret: 'wrong' }))).toMatchObject({
      error: 'invalid_client',
      reason: 'client-secret-wrong',
    })
    expect(await refusalOf(server, await start({ client_id: 'nobody' }))).toMatchObject({
      error: 'invalid_client_id',
      error_description: 'client identifier invalid',
    })
    expect(await refusalOf(server, await start({ scope: 'api chatter_api' }))).toMatchObject({
      error: 'invalid_scope',
      error_description: 'requested scope is invalid, unknown, or malformed',
    })
    const get = await server.request(`${tokenPath}?response_type=device_code&client_id=${app.consumerKey}`)
    expect(await get.json()).toMatchObject({ error_description: 'must use HTTP POST' })
  })

  it('are refused at the address of an org in which the app is not installed, or is blocked', async () => {
    expect(await refusalOf(server, await start({}, otherBase))).toMatchObject({
      error: 'invalid_client',
      error_description: 'app must be installed into org',
      reason: 'app-not-installed',
    })
    app = await kiosk({}, { isBlocked: true })
    expect(await refusalOf(server, await start({}, targetBase))).toMatchObject({ error: 'app_blocked' })
  })
})

describe('polling', () => {
  it('is told to wait, to slow down, and at last given tokens, in Salesforce’s words', async () => {
    const { device_code, user_code } = (await start()).body
    expect(await refusalOf(server, await poll(device_code))).toEqual({
      status: 400,
      error: 'authorization_pending',
      error_description: 'end-user has not answered yet',
      reason: 'authorization-pending',
    })
    server.advance(3)
    const tooFast = await poll(device_code)
    expect(await refusalOf(server, tooFast)).toEqual({
      status: 400,
      error: 'slow_down',
      error_description: 'polling too fast',
      reason: 'polled-too-fast',
    })
    expect((await server.journalOf(tooFast)).refusal?.facts).toMatchObject({ interval: 10 })
    server.advance(8)
    expect((await poll(device_code)).body.error).toBe('slow_down')
    server.advance(14)
    expect((await poll(device_code)).body.error).toBe('authorization_pending')

    const browser = testBrowser(server)
    const consent = await typeCode(user_code, ada, browser)
    expect(consent.html).toContain(`the code <strong class="code">${user_code}</strong>`)
    expect(consent.html).toContain(app.label)
    const done = await decide(browser, consent, 'allow')
    expect(done.html).toContain('Device connected')

    const answer = await poll(device_code)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual([
      'access_token',
      'refresh_token',
      'signature',
      'scope',
      'id_token',
      'instance_url',
      'id',
      'token_type',
      'issued_at',
    ])
    expect(answer.body).toMatchObject({ scope: 'api openid refresh_token id', instance_url: targetBase })
    expect(claimsOf(answer.body.id_token)).toMatchObject({
      aud: app.consumerKey,
      auth_time: Math.floor(server.now().getTime() / 1000),
    })
    expect(await isAlive(server, answer.body.access_token)).toBe(true)
    expect((await refresh(server, app, answer.body.refresh_token)).status).toBe(200)
    const [login] = await server.stores.loginHistory.list(server.org.id, { userId: ada.id }, { limit: 3 })
    expect(login).toMatchObject({ status: 'Success', loginType: 'Oauth2' })
  })

  it('speaks as RFC 8628 does with its grant type', async () => {
    const urn = 'urn:ietf:params:oauth:grant-type:device_code'
    const { device_code } = (await start()).body
    const ask = (code: string) =>
      server.post(tokenPath, { grant_type: urn, client_id: app.consumerKey, device_code: code })
    expect((await ask(device_code)).body.error).toBe('authorization_pending')
    server.advance(600)
    expect(await refusalOf(server, await ask(device_code))).toMatchObject({
      error: 'expired_token',
      reason: 'device-code-expired',
    })
    expect((await poll(device_code)).body).toMatchObject({
      error: 'invalid_grant',
      error_description: 'expired device code',
    })
    expect((await ask(await answered())).status).toBe(200)
    expect(
      (await server.post(tokenPath, { grant_type: urn, client_id: app.consumerKey, code: device_code })).body,
    ).toEqual({
      error: 'invalid_request',
      error_description: 'device code not provided',
    })
  })

  it('brings a refresh token and an ID token with their scopes alone', async () => {
    const { body } = await poll(await answered('allow', { scope: 'api' }))
    expect(body).not.toHaveProperty('refresh_token')
    expect(body).not.toHaveProperty('id_token')
    expect(body.scope).toBe('api id')
  })

  it('is told of a denial', async () => {
    expect(await refusalOf(server, await poll(await answered('deny')))).toEqual({
      status: 400,
      error: 'access_denied',
      error_description: 'end-user denied authorization',
      reason: 'denied-by-user',
    })
  })

  it('never slows down without end, and forgives a second of network', async () => {
    const { device_code } = (await start()).body
    for (let asked = 0; asked < 30; asked++) await poll(device_code)
    expect((await server.journalOf(await poll(device_code))).refusal?.facts).toMatchObject({ interval: 60 })
    server.advance(59)
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })

  it('knows no code that is unknown, cut, of another app, or past', async () => {
    const { device_code } = (await start()).body
    for (const code of [
      'x',
      device_code.slice(0, -1),
      `${device_code.slice(0, 30)}${device_code[30] === 'A' ? 'B' : 'A'}${device_code.slice(31)}`,
      '='.repeat(66),
      'é'.repeat(66),
    ]) {
      expect((await poll(code)).body).toEqual({ error: 'invalid_grant', error_description: 'invalid device code' })
    }
    const other = await kiosk()
    expect(await refusalOf(server, await poll(device_code, { client_id: other.consumerKey }))).toMatchObject({
      error: 'invalid_grant',
      error_description: 'invalid device code',
      reason: 'device-code-of-another-app',
    })
    const allowed = await answered()
    server.advance(600)
    expect((await poll(allowed)).body.error_description).toBe('expired device code')
  })

  it('serves one of 50 devices that ask at once with an allowed code, and the others not', async () => {
    const code = await answered()
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(code)))
    const served = answers.filter(({ status }) => status === 200)
    expect(served).toHaveLength(1)
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ text }) => text))).toEqual(
      new Set(['{"error":"invalid_grant","error_description":"expired device code"}']),
    )
    expect(await isAlive(server, served[0]?.body.access_token)).toBe(true)
  })

  it('tells one of 50 that ask at once to wait, and the others to slow down', async () => {
    const { device_code } = (await start()).body
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(device_code)))
    expect(answers.filter(({ body }) => body.error === 'authorization_pending')).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'slow_down')).toHaveLength(49)
  })

  it('buys nothing once the user is frozen, the app blocked, or the approval taken back', async () => {
    const frozen = await answered()
    await server.stores.users.setFrozen(ada.id, true)
    expect((await poll(frozen)).body.error).toBe('inactive_user')
    await server.stores.users.setFrozen(ada.id, false)
    const revoked = await answered()
    await server.stores.approvals.revoke(ada.id, app.id, server.now())
    expect((await poll(revoked)).body.error_description).toBe('expired device code')
    const blocked = await answered()
    await server.stores.apps.endAll(app.id, server.org.id, true)
    expect((await poll(blocked)).body.error).toBe('app_blocked')
  })

  it('is the user’s own org’s: another org’s address serves nobody else’s people', async () => {
    const code = await answered()
    expect((await poll(code, {}, otherBase)).body.error).toBe('invalid_grant')
    expect((await poll(code, {}, targetBase)).status).toBe(200)
  })
})

describe('an external client app of another org', () => {
  it('gives a device no tokens, whoever types its code at the login host', async () => {
    const { id } = server.otherOrg
    app = await kiosk({ orgId: id, external: { distributionState: 'Packaged' } }, { orgId: id })
    const { device_code, user_code } = (await start()).body
    const page = await typeCode(user_code)
    expect(page.status).toBe(400)
    expect(page.html).toContain('External client app is not installed in this org')
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
  })
})

describe('an app that is not installed', () => {
  it('can never use the device flow, not even by somebody who allowed it before or who may approve such apps', async () => {
    const first = await poll(await answered())
    expect(first.status).toBe(200)
    const allowed = await answered()
    await server.stores.apps.uninstall(app.id, server.org.id)
    expect(await refusalOf(server, await poll(allowed))).toMatchObject({
      error: 'invalid_client',
      error_description: 'app must be installed into org',
      reason: 'app-not-installed',
    })
    const admin = await server.addUser(`admin${names}@target.example`, {
      profileId: (await server.profile('System Administrator')).id,
    })
    const { user_code } = (await start()).body
    for (const who of [ada, admin]) {
      const page = await typeCode(user_code, who)
      expect(page.status).toBe(400)
      expect(page.html).toContain('app must be installed into org')
    }
    expect(await server.stores.apps.findPolicies(app.id, server.org.id)).toEqual({
      ...uninstalledPolicies(app.id, server.org.id),
      epoch: 1,
      lastRefusedAt: server.now(),
    })
    // What a device was given before is refreshed like any other token.
    expect((await refresh(server, app, first.body.refresh_token)).status).toBe(200)
  })
})

describe('an org that behaves as Salesforce did before September 2025', () => {
  it('lets a device use an app that is not installed, as any other flow', async () => {
    await server.stores.apps.uninstall(app.id, server.org.id)
    const settings = { ...server.org.settings, release: '2025-08-01' }
    await server.stores.orgs.update({ ...server.org, settings })
    try {
      expect((await start({}, targetBase)).status).toBe(200)
      expect((await poll(await answered())).status).toBe(200)
    } finally {
      await server.stores.orgs.update(server.org)
    }
  })
})

describe('the page of a device', () => {
  it('looks nothing up before somebody is signed in, and brings the code along', async () => {
    const { user_code } = (await start()).body
    const browser = testBrowser(server)
    const form = await browser.open(`/setup/connect?user_code=${user_code}`)
    expect(form.html).toContain(`value="${user_code}"`)
    const signIn = await browser.submit('/setup/connect', fieldsOf(form.html, 'user_code'))
    expect(signIn.url.searchParams.get('startURL')).toBe(`/setup/connect?user_code=${user_code}`)
    const unknown = await browser.submit('/setup/connect', {
      ...fieldsOf(form.html, 'user_code'),
      user_code: 'BBBBBBBB',
    })
    expect(unknown.html).toContain('name="pw"')
  })

  it('takes a code in small letters, with dashes and spaces', async () => {
    const { user_code } = (await start()).body
    const page = await typeCode(`${user_code.slice(0, 4).toLowerCase()}-%20${user_code.slice(4)}`)
    expect(page.html).toContain('Allow Access?')
  })

  it('asks even whoever allowed the app before, and whom an admin has approved', async () => {
    await answered()
    expect((await typeCode((await start()).body.user_code)).html).toContain('Allow Access?')
    app = await kiosk({}, { isAdminApproved: true, profileIds: [ada.profileId] })
    expect((await typeCode((await start()).body.user_code)).html).toContain('Allow Access?')
    expect((await poll(await answered())).status).toBe(200)
  })

  it('takes one answer: of Allow and Deny at once the first', async () => {
    const { device_code, user_code } = (await start()).body
    const browser = testBrowser(server)
    const page = await typeCode(user_code, ada, browser)
    const stops = await Promise.all([decide(browser, page, 'allow'), decide(browser, page, 'deny')])
    expect(stops.filter(({ html }) => html.includes('No device is waiting'))).toHaveLength(1)
    expect((await decide(browser, page, 'deny')).html).toContain('No device is waiting')
    expect([200, 400]).toContain((await poll(device_code)).status)
  })

  it('takes no form of another browser, nor one for another code', async () => {
    const { user_code } = (await start()).body
    const browser = testBrowser(server)
    const page = await typeCode(user_code, ada, browser)
    const fields = fieldsOf(page.html, 'decision')
    const stranger = testBrowser(server)
    const forged = await stranger.submit('/setup/connect', { ...fields, decision: 'allow' })
    expect(forged.status).toBe(403)
    expect(await server.journalOf(forged)).toMatchObject({ endpoint: 'device', refusal: { reason: 'form-forged' } })
    const other = (await start()).body.user_code
    expect((await browser.submit('/setup/connect', { ...fields, source: other, decision: 'allow' })).status).toBe(403)
    expect((await browser.submit('/setup/connect', { user_code: other })).status).toBe(403)
  })

  it('lets somebody else sign in in between, and comes back with the code', async () => {
    const { user_code } = (await start()).body
    const browser = testBrowser(server)
    const page = await typeCode(user_code, ada, browser)
    const action = /action="([^"]+)"[^>]*><input[^>]*><input[^>]*><button class="link"/.exec(page.html)?.[1] ?? ''
    const stop = await browser.submit(action.replaceAll('&amp;', '&'), fieldsOf(page.html, 'source'))
    expect(stop.url.pathname + stop.url.search).toBe(`/setup/connect?user_code=${user_code}`)
  })

  it('refuses who guesses: ten wrong codes of a user, fifty of an address, in ten minutes', async () => {
    const browser = testBrowser(server)
    const { user_code } = (await start()).body
    for (let tries = 0; tries < 10; tries++) {
      const wrong = await typeCode(newUserCode(), ada, browser)
      expect(wrong.status).toBe(400)
      expect(wrong.html).toContain('No device is waiting with this code.')
    }
    const refused = await typeCode(user_code, ada, browser)
    expect(refused.status).toBe(429)
    expect(refused.html).toContain('Too many wrong codes were typed.')
    expect(await server.journalOf(refused)).toMatchObject({
      endpoint: 'device',
      flow: 'device',
      userId: ada.id,
      refusal: { reason: 'user-code-tried-too-often', facts: { by: 'user', most: 10, window: 600 } },
    })
    server.advance(600)
    const later = (await start()).body.user_code
    expect((await typeCode(later, ada, browser)).html).toContain('Allow Access?')
  })

  it('counts what many guess at once', async () => {
    const { deviceCodes } = server.stores
    const limits = [
      { by: `user ${ada.id}`, most: 10 },
      { by: 'address 192.0.2.7', most: 50 },
    ]
    const hash = hashSecret(newUserCode())
    const findings = await Promise.all(
      Array.from({ length: 60 }, () => deviceCodes.findByUserCode(hash, { limits, window: 600 }, server.now())),
    )
    expect(findings.filter(({ state }) => state === 'unknown')).toHaveLength(10)
    expect(findings.filter(({ state }) => state === 'too-many-tries')).toHaveLength(50)
    const [, address] = limits
    const more = { limits: [{ by: 'address 192.0.2.7', most: 50 }], window: 600 }
    for (let tries = 0; tries < 40; tries++) await deviceCodes.findByUserCode(hash, more, server.now())
    expect(await deviceCodes.findByUserCode(hash, more, server.now())).toEqual({
      state: 'too-many-tries',
      by: address?.by,
    })
  })

  it('survives junk', async () => {
    const browser = testBrowser(server)
    await typeCode('B', ada, browser)
    const { csrf_token = '' } = fieldsOf((await browser.open('/setup/connect')).html, 'user_code')
    for (const user_code of ['', '../../etc', 'B'.repeat(60_000), '\u0000', 'ＢＢＢＢＢＢＢＢ', '<b>']) {
      const stop = await browser.submit('/setup/connect', { csrf_token, user_code })
      expect(stop.status).toBe(400)
      expect(stop.html).not.toContain('<b>')
    }
  })
})

describe('user codes', () => {
  it('are read as they were made, whatever case, dashes and spaces', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom('-', ' ', '')), (between) => {
        const code = newUserCode()
        const typed = [...code].map((letter) => letter.toLowerCase() + (between.next().value ?? '')).join('')
        expect(readUserCode(typed)).toBe(code)
      }),
    )
  })

  it('are nothing else, whatever is typed', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const read = readUserCode(text)
        if (read !== undefined) expect(read).toMatch(/^[BCDFGHJKMNPQRSTVWXZ3479]{8}$/)
      }),
    )
  })
})

it('is cleared away', async () => {
  const { device_code } = (await start()).body
  server.advance(601)
  expect(await server.stores.deviceCodes.deleteExpired(server.now(), 500)).toBeGreaterThan(0)
  expect((await poll(device_code)).body.error_description).toBe('invalid device code')
  expect(await server.stores.deviceCodes.deleteTries(server.now(), 500)).toBeGreaterThan(0)
})
