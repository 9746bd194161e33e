import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl, fieldsOf, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { callbackUrl, startTestServer, type TestServer } from './test-server.ts'
import { isAlive, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp
let hint: string
let browser: TestBrowser

const endSessionPath = '/services/auth/idp/oidc/logout'

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
  hint = (await tokensFor(server, user, app, { scope: 'openid' })).id_token
})

afterAll(() => server.close())

async function signIn(username = user.username): Promise<void> {
  browser = testBrowser(server)
  await signInOn(browser, await browser.open('/'), username)
}

/** Whether the server still knows who is at the browser, asked as conformance tests do: by `prompt=none`. */
async function isSignedIn(): Promise<boolean> {
  const { url } = await browser.open(authorizeUrl(app.consumerKey, { prompt: 'none' }))
  return url.searchParams.has('code')
}

const endSession = (parameters: Record<string, string> = {}) =>
  browser.open(`${endSessionPath}?${new URLSearchParams(parameters)}`)

/** Says yes on the page that asks. */
function confirm(page: Stop): Promise<Stop> {
  const action = /<form[^>]*action="([^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  return browser.submit(action, { ...fieldsOf(page.html, 'csrf_token'), decision: 'sign-out' })
}

const asks = (page: Stop) => page.html.includes('Sign out of Target?')
const saysSignedOut = (page: Stop) => page.html.includes('You are signed out')

describe('/secur/logout.jsp', () => {
  it('signs out and says so; tokens of apps live on', async () => {
    const { access_token } = await tokensFor(server, user, app)
    await signIn()
    const page = await browser.open('/secur/logout.jsp')
    expect([page.status, saysSignedOut(page)]).toEqual([200, true])
    expect(browser.cookies.has('sid-8787')).toBe(false)
    expect(await isSignedIn()).toBe(false)
    expect(await isAlive(server, access_token)).toBe(true)
  })

  it('goes on to a path of this server', async () => {
    await signIn()
    const page = await browser.open('/secur/logout.jsp?retURL=%2Fservices%2Foauth2%2Fsuccess')
    expect(page.url.pathname).toBe('/services/oauth2/success')
    expect(await isSignedIn()).toBe(false)
  })

  it('is as well with nobody signed in', async () => {
    browser = testBrowser(server)
    expect(saysSignedOut(await browser.open('/secur/logout.jsp'))).toBe(true)
  })

  it('signs out by the button of the front page, with its token alone', async () => {
    await signIn()
    const fields = fieldsOf((await browser.open('/')).html, 'csrf_token')
    const forged = await browser.submit('/secur/logout.jsp', { csrf_token: 'forged' })
    expect([forged.status, await isSignedIn()]).toEqual([403, true])
    expect(saysSignedOut(await browser.submit('/secur/logout.jsp', fields))).toBe(true)
    expect(await isSignedIn()).toBe(false)
  })
})

describe('"Not you?"', () => {
  it('signs out and comes back to the sign-in page of the same request', async () => {
    await signIn()
    const fresh = await server.addApp('Not_You')
    const consent = await browser.open(authorizeUrl(fresh.consumerKey, { state: 'kept' }))
    const [, form = ''] = consent.html.split('action="/secur/logout.jsp"')
    const fields = fieldsOf(`<form ${form}`, 'source')
    const page = await browser.submit('/secur/logout.jsp', fields)
    expect(page.html).toContain('name="pw"')
    expect(page.html).toContain('Not You')
    const colleague = await server.addUser('colleague@target.example')
    const next = await signInOn(browser, page, colleague.username)
    expect(next.html).toContain(colleague.username)
    expect(next.html).toContain('oaapprove')
  })

  it('wants the token of its own form', async () => {
    await signIn()
    const { csrf_token = '' } = fieldsOf((await browser.open('/')).html, 'csrf_token')
    const page = await browser.submit('/secur/logout.jsp', { csrf_token, source: 'YQ' })
    expect([page.status, await isSignedIn()]).toEqual([403, true])
  })
})

// The cases of the OpenID Foundation's plan for RP-initiated logout.
describe('RP-initiated logout', () => {
  it('is where the metadata says', async () => {
    const metadata = await (await server.request('/.well-known/openid-configuration')).json()
    expect(metadata).toMatchObject({ end_session_endpoint: `http://localhost:8787${endSessionPath}` })
  })

  it('goes back to the app at once with a hint for the person signed in, with the state', async () => {
    await signIn()
    const stop = await endSession({ id_token_hint: hint, post_logout_redirect_uri: callbackUrl, state: 's p+ä%' })
    expect(stop.hasLeft).toBe(true)
    expect(stop.url.origin + stop.url.pathname).toBe(callbackUrl)
    expect([...stop.url.searchParams]).toEqual([['state', 's p+ä%']])
    expect(await isSignedIn()).toBe(false)
  })

  it('goes back without a state when none came', async () => {
    await signIn()
    const stop = await endSession({ id_token_hint: hint, post_logout_redirect_uri: callbackUrl })
    expect(stop.url.href).toBe(callbackUrl)
  })

  it('takes a hint whose time is over, and the request by POST', async () => {
    server.advance(3600)
    await signIn()
    const stop = await browser.submit(endSessionPath, { id_token_hint: hint, post_logout_redirect_uri: callbackUrl })
    expect([stop.status, stop.url.href]).toEqual([303, callbackUrl])
  })

  it.each([
    ['another address', 'https://evil.example/'],
    ['an address with a query added', `${callbackUrl}?more=1`],
    ['an address with a slash added', `${callbackUrl}/`],
    ['a script', 'javascript:alert(1)'],
    ['an address of another app', 'https://other.example/bye'],
  ])('signs out, and never goes to %s', async (_, post_logout_redirect_uri) => {
    await server.stores.apps
      .findByName(server.org.id, 'Other_App')
      .then((known) => known ?? server.addApp('Other_App', { callbackUrls: ['https://other.example/bye'] }))
    await signIn()
    const page = await endSession({ id_token_hint: hint, post_logout_redirect_uri, state: 's' })
    expect([page.hasLeft, page.status, saysSignedOut(page)]).toEqual([false, 200, true])
    expect(page.html).not.toContain('evil')
    expect(await isSignedIn()).toBe(false)
  })

  it.each([
    ['no hint', () => ({})],
    [
      'a hint that was changed to need no signature',
      () => {
        const none = Buffer.from('{"alg":"none"}').toString('base64url')
        return { id_token_hint: `${none}.${hint.split('.')[1]}.` }
      },
    ],
    [
      'a hint signed with a foreign key',
      () => {
        const [head, body] = hint.split('.')
        return { id_token_hint: `${head}.${body}.${server.assertion({}).split('.')[2]}` }
      },
    ],
    ['a hint that is junk', () => ({ id_token_hint: 'e30.e30.e30' })],
    ['an access token for a hint', async () => ({ id_token_hint: (await tokensFor(server, user, app)).access_token })],
  ])('asks the person first with %s, and goes nowhere after a yes', async (_, parameters) => {
    await signIn()
    const given = { ...(await parameters()), post_logout_redirect_uri: callbackUrl, state: 's' }
    const page = await endSession(given)
    expect([page.hasLeft, page.status, asks(page)]).toEqual([false, 200, true])
    expect(await isSignedIn()).toBe(true)
    const after = await confirm(page)
    expect([after.hasLeft, saysSignedOut(after)]).toEqual([false, true])
    expect(await isSignedIn()).toBe(false)
  })

  it.each([
    ['no parameters', () => ({})],
    ['a state alone', () => ({ state: 's' })],
  ])('signs out on its own page after a yes, with %s', async (_, parameters) => {
    await signIn()
    const after = await confirm(await endSession(parameters()))
    expect(saysSignedOut(after)).toBe(true)
    expect(await isSignedIn()).toBe(false)
  })

  it('signs out without a question when there is a hint and no address', async () => {
    await signIn()
    expect(saysSignedOut(await endSession({ id_token_hint: hint }))).toBe(true)
    expect(await isSignedIn()).toBe(false)
  })

  it('asks the person first where only the app is named, and goes back after a yes', async () => {
    await signIn()
    const page = await endSession({ client_id: app.consumerKey, post_logout_redirect_uri: callbackUrl, state: 's' })
    expect(page.html).toContain('Web App')
    const after = await confirm(page)
    expect(after.url.href).toBe(`${callbackUrl}?state=s`)
  })

  it('asks the person first when the hint is for somebody else', async () => {
    const other = await server.addUser('other@target.example')
    await signIn(other.username)
    expect(asks(await endSession({ id_token_hint: hint, post_logout_redirect_uri: callbackUrl }))).toBe(true)
  })

  it('goes nowhere when hint and client_id name different apps', async () => {
    const second = await server.addApp('Second')
    await signIn()
    const given = { id_token_hint: hint, client_id: second.consumerKey, post_logout_redirect_uri: callbackUrl }
    const page = await endSession(given)
    expect([page.hasLeft, asks(page)]).toEqual([false, true])
  })

  it.each([
    ['a forged token', () => 'forged'],
    [
      'the token of another request',
      async () => fieldsOf((await endSession({ state: 'another' })).html, 'csrf_token')['csrf_token'] ?? '',
    ],
  ])('takes no yes with %s', async (_, token) => {
    await signIn()
    const csrf_token = await token()
    const page = await browser.submit(endSessionPath, { csrf_token, decision: 'sign-out', state: 'mine' })
    expect([asks(page), await isSignedIn()]).toEqual([true, true])
  })

  it('has nothing to ask when nobody is signed in', async () => {
    browser = testBrowser(server)
    expect(saysSignedOut(await endSession())).toBe(true)
    const stop = await endSession({ client_id: app.consumerKey, post_logout_redirect_uri: callbackUrl })
    expect(stop.url.href).toBe(callbackUrl)
  })
})
