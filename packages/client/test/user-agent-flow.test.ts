import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../test/chromium.ts'
import { decideOn, signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { loopbackListener, userAgentFlow } from '../src/index.ts'

let server: TestServer
const username = 'ada@target.example'
const scheme = 'phone://callback'

beforeAll(async () => {
  server = await startHttpServer()
  const settings = { ...server.org.settings, blockOAuthUsrAgtFlow: false }
  await server.stores.orgs.update({ ...server.org, settings })
  await server.addUser(username)
  const scopes = ['api', 'web', 'refresh_token'] as const
  await server.addApp('Phone', { isUserAgentEnabled: true, callbackUrls: [scheme], scopes: [...scopes] })
})
afterAll(() => server.close())

function flow(details: Partial<Parameters<typeof userAgentFlow>[0]> = {}) {
  const app = { consumerKey: '3MVG9Phone', consumerSecret, loginHost: server.base, redirectUri: scheme }
  return userAgentFlow({ ...app, ...details })
}

/** Plays the person: signs in, decides, and brings back the address that the browser is sent to. */
async function goThrough(url: URL, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  const browser = testBrowser(server)
  let stop = await signInOn(browser, await browser.open(url.href), username)
  if (!stop.hasLeft) stop = await decideOn(browser, stop, decision)
  return stop.url
}

describe('userAgentFlow', () => {
  it('reads the token out of the fragment, checks its signature, and refreshes it', async () => {
    const signIn = flow().begin()
    const callback = await goThrough(signIn.url)
    expect(signIn.isFor(callback)).toBe(true)
    const token = await signIn.finish(callback)
    expect(token).toMatchObject({ refreshToken: expect.any(String), scope: expect.arrayContaining(['api']) })
    expect((await flow().refresh(token)).accessToken).not.toBe(token.accessToken)
    await expect(signIn.finish(callback)).rejects.toMatchObject({ reason: 'already-finished' })
  })

  it('brings sessions for the web views of a hybrid app, new ones with each token', async () => {
    const hybrid = flow({ isHybrid: true })
    const signIn = hybrid.begin()
    const token = await signIn.finish(await goThrough(signIn.url))
    const { cookieName = '', sessions = [] } = token.webSessions ?? {}
    const [parent] = sessions
    expect(parent).toMatchObject({ kind: 'parent', domain: `127.0.0.1:${server.org.port}` })
    const page = await fetch(`${token.instanceUrl}/personal`, { headers: { cookie: `${cookieName}=${parent?.sid}` } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(username)])
    const renewed = await hybrid.refresh(token)
    expect(renewed.webSessions?.sessions[0]?.sid).not.toBe(parent?.sid)
  })

  it.each([
    ['of another sign-in', (words: URLSearchParams) => words.set('state', 'x'), 'state-differs'],
    ['without a token', (words: URLSearchParams) => words.delete('access_token'), 'token-missing'],
    ['with two tokens', (words: URLSearchParams) => words.append('access_token', 'x'), 'token-missing'],
    ['without the place of the API', (words: URLSearchParams) => words.delete('instance_url'), 'token-missing'],
    ['with another signature', (words: URLSearchParams) => words.set('signature', 'AAAA'), 'signature-wrong'],
    ['of another server', (words: URLSearchParams) => words.set('iss', 'https://evil.example'), 'issuer-differs'],
  ])('refuses an answer %s', async (_, change, reason) => {
    const signIn = flow().begin()
    const words = new URLSearchParams({
      access_token: '00D!x',
      instance_url: 'https://acme.my.salesforce.com',
      id: 'https://login.salesforce.com/id/1/2',
      issued_at: '1764000000000',
      state: signIn.state,
    })
    change(words)
    await expect(signIn.finish(`${scheme}#${words}`)).rejects.toMatchObject({ reason })
    await expect(signIn.finish(`${scheme}?${words}`)).rejects.toMatchObject({ reason: 'state-differs' })
    await expect(signIn.finish(`phone://other#state=${signIn.state}`)).rejects.toMatchObject({
      reason: 'callback-differs',
    })
  })

  it('says what a refusal means, and that there is nothing to refresh', async () => {
    const signIn = flow().begin({ prompt: 'consent' })
    await expect(signIn.finish(await goThrough(signIn.url, 'deny'))).rejects.toMatchObject({
      error: 'access_denied',
      explanation: { meaning: expect.stringContaining('clicked Deny') },
    })
    await expect(flow().refresh(undefined)).rejects.toThrow('Sign in again')
  })
})

describe('the listener that reads a fragment', () => {
  it('gets it from a browser, and leaves it in no address', async () => {
    await using listener = await loopbackListener({ port: 0, answerIn: 'fragment' })
    const signIn = flow({ redirectUri: listener.redirectUri }).begin()
    const waiting = listener.callback((url) => signIn.isFor(url))
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(`${listener.redirectUri}#access_token=00D%21a%2Bb&state=${signIn.state}`)
      await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
      expect(page.url()).toBe(listener.redirectUri)
      await page.goBack()
      expect(page.url()).not.toContain('access_token')
    } finally {
      await browser.close()
    }
    expect(new URLSearchParams((await waiting).hash.slice(1)).get('access_token')).toBe('00D!a+b')
  })

  it('takes it from its own page only, and only where it is wanted', async () => {
    await using listener = await loopbackListener({ port: 0, answerIn: 'fragment' })
    const { redirectUri } = listener
    const { origin } = new URL(redirectUri)
    const waiting = listener.callback((url) => url.hash === '#state=mine')
    const post = (fragment: string, headers: Record<string, string> = { origin }) =>
      fetch(redirectUri, { method: 'POST', body: new URLSearchParams({ fragment }), headers })
    expect((await post('state=mine', { origin: 'https://evil.example' })).status).toBe(405)
    expect((await post('state=mine', {})).status).toBe(405)
    expect((await post('state=other')).status).toBe(400)
    expect((await post('x'.repeat(70_000))).status).toBe(400)
    const page = await fetch(`${redirectUri}?state=mine`)
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/)
    expect((await post('state=mine')).status).toBe(200)
    expect((await waiting).hash).toBe('#state=mine')
    await using plain = await loopbackListener({ port: 0 })
    expect((await fetch(plain.redirectUri, { method: 'POST', headers: { origin } })).status).toBe(405)
  })
})
