import { request as rawRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideOn, signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import {
  type AccessToken,
  isSignedBy,
  loopbackListener,
  memoryTokenStore,
  SignInError,
  salesforceApi,
  tokenCache,
  type WebServerFlow,
  webServerFlow,
} from '../src/index.ts'
import { faultServer, json } from './fault-server.ts'

let server: TestServer
const redirectUri = 'http://localhost:1717/OauthRedirect'
const username = 'ada@target.example'

beforeAll(async () => {
  server = await startHttpServer()
  await server.addUser(username)
  await server.addApp('Desk', { callbackUrls: [redirectUri] })
})
afterAll(() => server.close())

function flow(details: Partial<Parameters<typeof webServerFlow>[0]> = {}): WebServerFlow {
  return webServerFlow({ consumerKey: '3MVG9Desk', consumerSecret, loginHost: server.base, redirectUri, ...details })
}

/** Plays the person: signs in, decides, and brings back the address that the browser is sent to. */
async function goThrough(url: URL, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  const browser = testBrowser(server)
  let stop = await signInOn(browser, await browser.open(url.href), username)
  if (!stop.hasLeft) stop = await decideOn(browser, stop, decision)
  return stop.url
}

describe('a sign-in', () => {
  it('brings a token that opens the API, can be refreshed, looked at and ended', async () => {
    const app = flow({ scope: ['api', 'refresh_token', 'openid'] })
    const signIn = app.begin()
    const token = await signIn.finish(await goThrough(signIn.url))
    expect(token).toMatchObject({ refreshToken: expect.stringMatching(/./), scope: expect.arrayContaining(['api']) })
    expect(isSignedBy(token, consumerSecret)).toBe(true)
    expect((await app.userinfo(token)).get('preferred_username')).toBe(username)
    const renewed = await app.refresh(token)
    expect(renewed.accessToken).not.toBe(token.accessToken)
    expect((await app.introspect(renewed.accessToken)).get('active')).toBe(true)
    await app.revoke(token.refreshToken ?? '')
    await expect(app.refresh(token)).rejects.toMatchObject({
      error: 'invalid_grant',
      explanation: { meaning: expect.stringContaining('revoked') },
    })
  })

  it('sends PKCE, a state of its own each time, and what it is asked to', async () => {
    const app = flow({ scope: ['api', 'id'] })
    const first = app.begin({ prompt: 'login', loginHint: 'ada@target.example', parameters: { display: 'page' } })
    const second = app.begin()
    const asked = Object.fromEntries(first.url.searchParams)
    expect(asked).toEqual({
      response_type: 'code',
      client_id: '3MVG9Desk',
      redirect_uri: redirectUri,
      state: first.state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      scope: 'api id',
      prompt: 'login',
      login_hint: 'ada@target.example',
      display: 'page',
    })
    expect(second.state).not.toBe(first.state)
    expect(second.url.searchParams.get('code_challenge')).not.toBe(asked['code_challenge'])
  })

  it('is finished by its own answer only, and once', async () => {
    const app = flow()
    const [one, other] = [app.begin(), app.begin()]
    const callback = await goThrough(one.url)
    await expect(other.finish(callback)).rejects.toMatchObject({ reason: 'state-differs' })
    await expect(one.finish(callback)).resolves.toHaveProperty('accessToken')
    await expect(one.finish(callback)).rejects.toMatchObject({ reason: 'already-finished' })
  })

  it('tells that the person said no', async () => {
    const signIn = flow().begin({ prompt: 'consent' })
    const callback = await goThrough(signIn.url, 'deny')
    await expect(signIn.finish(callback)).rejects.toMatchObject({
      name: 'TokenError',
      error: 'access_denied',
      explanation: { meaning: expect.stringContaining('clicked Deny') },
    })
  })

  it.each([
    ['from another server', (url: URL) => url.searchParams.set('iss', 'https://evil.example'), 'issuer-differs'],
    ['at another address', (url: URL) => Object.assign(url, { pathname: '/other' }), 'callback-differs'],
    ['without a code', (url: URL) => url.searchParams.delete('code'), 'code-missing'],
    ['with two codes', (url: URL) => url.searchParams.append('code', 'x'), 'code-missing'],
    ['without a state', (url: URL) => url.searchParams.delete('state'), 'state-differs'],
  ])('refuses an answer %s, and sends its code to nobody', async (_, change, reason) => {
    const signIn = flow().begin()
    const callback = new URL(`${redirectUri}?code=c&state=${signIn.state}`)
    change(callback)
    const transport = () => Promise.reject(new Error('This was sent.'))
    const refused = signIn.finish(callback, { transport })
    await expect(refused).rejects.toBeInstanceOf(SignInError)
    await expect(refused).rejects.toMatchObject({ reason })
  })

  it('takes an answer with the issuer that was asked', async () => {
    const signIn = flow().begin()
    const callback = await goThrough(signIn.url)
    callback.searchParams.set('iss', server.base)
    await expect(signIn.finish(callback)).resolves.toHaveProperty('accessToken')
  })

  it('refuses an answer whose signature does not fit the secret', async () => {
    await using other = await faultServer((_, response) =>
      json(response, 200, {
        access_token: 'x',
        instance_url: 'https://acme.my.salesforce.com',
        id: 'https://login.salesforce.com/id/1/2',
        issued_at: '1764000000000',
        signature: 'AAAA',
      }),
    )
    const signIn = flow({ loginHost: other.url }).begin()
    const callback = `${redirectUri}?code=c&state=${signIn.state}`
    await expect(signIn.finish(callback)).rejects.toMatchObject({ reason: 'signature-wrong' })
  })

  it('says what a wrong secret leads to', async () => {
    const signIn = flow({ consumerSecret: 'wrong' }).begin()
    const callback = await goThrough(signIn.url)
    await expect(signIn.finish(callback)).rejects.toMatchObject({ error: 'invalid_client', status: 400 })
  })

  it('needs a refresh token to refresh', async () => {
    await expect(flow().refresh(undefined)).rejects.toMatchObject({ reason: 'not-signed-in' })
  })
})

describe('the listener on this machine', () => {
  it('takes the answer of the sign-in it waits for, and passes over all else', async () => {
    await using listener = await loopbackListener({ port: 0, path: '/cb' })
    const app = flow({ redirectUri: listener.redirectUri })
    const signIn = app.begin()
    const waiting = listener.callback((url) => signIn.isFor(url))
    const get = (path: string) => fetch(new URL(path, listener.redirectUri))
    expect((await get('/favicon.ico')).status).toBe(404)
    expect((await get('/cb?code=x&state=other')).status).toBe(400)
    expect((await fetch(`${listener.redirectUri}?state=${signIn.state}`, { method: 'POST' })).status).toBe(405)
    const page = await get(`/cb?code=c&state=${signIn.state}`)
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("'none'")])
    expect(await page.text()).toContain('<h1>You are signed in</h1>')
    expect((await waiting).searchParams.get('code')).toBe('c')
    expect((await get(`/cb?code=c&state=${signIn.state}`)).status).toBe(400)
  })

  it('is not there for pages that call this machine by another name', async () => {
    await using listener = await loopbackListener({ port: 0 })
    const { port, pathname } = new URL(listener.redirectUri)
    const status = await new Promise((resolve) => {
      rawRequest({ port, path: pathname, headers: { host: `evil.example:${port}` } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end()
    })
    expect(status).toBe(404)
  })

  it('says when the port is taken, when nobody came, and when it is told to end', async () => {
    await using listener = await loopbackListener({ port: 0 })
    const port = Number(new URL(listener.redirectUri).port)
    await expect(loopbackListener({ port })).rejects.toMatchObject({ reason: 'port-taken' })
    await expect(listener.callback(() => true, { timeout: 10 })).rejects.toMatchObject({ reason: 'nobody-came' })
    const stop = new AbortController()
    const waiting = listener.callback(() => true, { signal: stop.signal })
    stop.abort(new Error('Ctrl-C'))
    await expect(waiting).rejects.toThrow('Ctrl-C')
  })
})

describe('the API', () => {
  async function signedIn() {
    const app = flow()
    const signIn = app.begin()
    const token = await signIn.finish(await goThrough(signIn.url))
    const store = memoryTokenStore()
    await store.renew('ada', async () => token)
    return { app, token, source: tokenCache({ store }).source('ada', (held) => app.refresh(held)) }
  }

  it('is called with a token, and with another when that one has ended', async () => {
    const { app, token, source } = await signedIn()
    const api = salesforceApi(source)
    const path = '/services/data/v62.0/sobjects/Account/listviews'
    expect((await api.send({ method: 'GET', path })).status).toBe(200)
    await app.revoke(token.accessToken)
    expect((await api.send({ method: 'GET', path })).status).toBe(200)
    expect((await source.token()).accessToken).not.toBe(token.accessToken)
  })

  it('is asked twice at most, whatever it answers', async () => {
    let count = 0
    const answered: string[] = []
    await using other = await faultServer((request, response) => {
      answered.push(request.headers.authorization ?? '')
      json(response, 401, [])
    })
    const source = tokenCache({ store: memoryTokenStore() }).source('x', async () => {
      count += 1
      return { ...bare, accessToken: `t${count}`, instanceUrl: other.url }
    })
    expect((await salesforceApi(source).send({ method: 'GET', path: '/' })).status).toBe(401)
    expect([answered, count]).toEqual([['Bearer t1', 'Bearer t2'], 2])
  })

  it.each(['//evil.example/x', 'https://evil.example/x', '/\\evil.example', 'services/data', '/\t/evil.example'])(
    'does not send the token to %j',
    async (path) => {
      const source = { token: async () => ({ ...bare, instanceUrl: 'https://acme.my.salesforce.com' }) }
      const transport = () => Promise.reject(new Error('This was sent.'))
      await expect(salesforceApi(source, { transport }).send({ method: 'GET', path })).rejects.toThrow(TypeError)
    },
  )
})

const bare: AccessToken = {
  accessToken: 'x',
  tokenType: 'Bearer',
  instanceUrl: undefined,
  id: undefined,
  scope: [],
  refreshToken: undefined,
  idToken: undefined,
  signature: undefined,
  issuedAtText: undefined,
  issuedAt: new Date(0),
  expiresAt: undefined,
}
