import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { readToken } from '../../src/secret.ts'
import { refreshTokenShape } from '../../src/tokens/refresh-token.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { type Answer, startTestServer, type TestServer } from './test-server.ts'
import { codeFor, exchange, isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let app: ConnectedApp
let ada: User
let names = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  app = await server.addApp(`Warehouse${++names}`)
  ada = await server.addUser(`ada${names}@target.example`)
})

/** What so many approvals of the user bring the app, one after another. */
async function approved(count: number, user = ada, of = app): Promise<readonly Answer['body'][]> {
  const all: Answer['body'][] = []
  for (let one = 0; one < count; one++) {
    server.advance(1)
    all.push(await tokensFor(server, user, of))
  }
  return all
}

const dead = { status: 400, error: 'invalid_grant', error_description: 'expired access/refresh token' }
const live = (user = ada, of = app) =>
  server.stores.refreshTokens.listLive({ userId: user.id, appId: of.id }, server.now())

describe('a sixth approval', () => {
  it('ends the oldest refresh token with its access tokens, and no other', async () => {
    const [first, ...others] = await approved(5)
    expect(await isAlive(server, first.access_token)).toBe(true)
    const answer = await exchange(server, app, await codeFor(server, ada, app))
    expect(await isAlive(server, first.access_token)).toBe(false)
    for (const { refresh_token } of [...others, answer.body]) {
      expect((await refresh(server, app, refresh_token)).status).toBe(200)
    }
    expect((await server.journalOf(answer)).passed).toContainEqual({
      check: 'approvals-kept',
      found: { ended: 1, most: 5 },
    })
  })

  it('is what whoever lost is told of: in Salesforce’s words on the wire, by its reason in the journal', async () => {
    const [first] = await approved(6)
    const lost = await refresh(server, app, first.refresh_token)
    expect(await refusalOf(server, lost)).toEqual({ ...dead, reason: 'refresh-token-displaced' })
    expect((await server.journalOf(lost)).refusal?.facts).toEqual({
      app: app.label,
      issued: new Date(server.now().getTime() - 5000).toISOString(),
      ended: server.now().toISOString(),
      most: 5,
    })
  })

  it('leaves other users, other apps, and approvals without a refresh token alone', async () => {
    const [first] = await approved(5)
    const bob = await server.addUser(`bob${names}@target.example`)
    const other = await server.addApp(`Other${names}`)
    await approved(2, bob)
    await approved(2, ada, other)
    await tokensFor(server, ada, app, { scope: 'api' })
    expect((await refresh(server, app, first.refresh_token)).status).toBe(200)
  })

  it('counts a rotated token once', async () => {
    const rotating = await server.addApp(`Rotating${names}`, { isRefreshTokenRotationEnabled: true })
    let [{ refresh_token }] = await approved(1, ada, rotating)
    for (let times = 0; times < 7; times++) {
      refresh_token = (await refresh(server, rotating, refresh_token)).body.refresh_token
    }
    expect(await live(ada, rotating)).toHaveLength(1)
  })

  it('counts none that the app’s policy has ended', async () => {
    const policies = { refreshTokenPolicy: { kind: 'specific_inactivity', seconds: 3600 } } as const
    const idle = await server.addApp(`Idle${names}`, {}, policies)
    const [used, ...unused] = await approved(5, ada, idle)
    server.advance(3000)
    await refresh(server, idle, used.refresh_token)
    server.advance(3000)
    expect(await live(ada, idle)).toHaveLength(1)
    await approved(4, ada, idle)
    expect((await refresh(server, idle, used.refresh_token)).status).toBe(200)
    expect(await refusalOf(server, await refresh(server, idle, unused[0].refresh_token))).toMatchObject({
      reason: 'refresh-token-expired',
    })
  })

  it('holds when 50 come at once: the five newest are alive, and nothing of the others', async () => {
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeFor(server, ada, app)))
    const answers = await Promise.all(codes.map((code) => exchange(server, app, code)))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const numbers = answers.map(({ body }) => readToken(refreshTokenShape, body.refresh_token)?.id ?? 0)
    const newest = numbers.toSorted((one, other) => other - one).slice(0, 5)
    expect((await live()).map(({ id }) => id)).toEqual(newest)
    const alive = await Promise.all(answers.map(({ body }) => isAlive(server, body.access_token)))
    expect(alive.filter((is) => is)).toHaveLength(5)
  })

  it('counts again from the first once the user has taken back what they allowed', async () => {
    await approved(5)
    await server.stores.approvals.revoke(ada.id, app.id, server.now())
    const again = await approved(5)
    for (const { refresh_token } of again) expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })
})

describe('the consent page', () => {
  const asked = async (parameters: Record<string, string> = {}) => {
    const browser = testBrowser(server)
    const page = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'consent', ...parameters }))
    return (await signInOn(browser, page, ada.username)).html
  }

  it('says which of five will go, when a sixth would have a refresh token', async () => {
    await approved(4)
    expect(await asked()).not.toContain('in five places')
    await approved(1)
    const html = await asked()
    expect(html).toContain('You have connected this app in five places.')
    expect(html).toMatch(/the one of <time datetime="2026-11-23T[^"]+"/)
    expect(await asked({ scope: 'api' })).not.toContain('in five places')
  })
})

describe('a refresh that comes to nothing', () => {
  it('counts as a use, as at Salesforce', async () => {
    const office = await server.addProfile({
      name: `Office${names}`,
      loginIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }],
    })
    const user = await server.addUser(`office${names}@target.example`, { profileId: office.id })
    const [{ refresh_token }] = await approved(1, user)
    server.advance(60)
    const form = {
      grant_type: 'refresh_token',
      refresh_token,
      client_id: app.consumerKey,
      client_secret: '0123456789ABCDEF0123456789ABCDEF',
    }
    const init = { method: 'POST', body: new URLSearchParams(form) }
    expect((await server.request('/services/oauth2/token', init, '192.0.2.1')).status).toBe(400)
    expect(await live(user)).toMatchObject([{ useCount: 1, lastUsedAt: server.now() }])
  })
})
