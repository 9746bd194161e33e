import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { installPlatformCli } from '../../src/connected-apps/platform-cli.ts'
import { strictPosture } from '../../src/options.ts'
import { recordIds } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, fieldsOf, signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, consumerSecret, startTestServer, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from './http-server.ts'

// Requests as clients in use really write them, where they are not what the RFCs would have them be.

let server: TestServer
let user: User
let app: ConnectedApp
let trusted: ConnectedApp

beforeAll(async () => {
  server = await startHttpServer()
  const { now, seal } = server
  await installPlatformCli({ ...server.stores, seal, newId: recordIds(now), now })
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'web', 'openid', 'refresh_token'] })
  const profile = await server.profile('Standard User')
  trusted = await server.addApp('Trusted_App', {}, { isAdminApproved: true, profileIds: [profile.id] })
})

afterAll(() => server.close())

interface RawAnswer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

/** Sends the path, the headers and the body as they are; without a `content-length` the body goes in chunks. */
async function send(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.base)
  const outgoing = httpRequest({ hostname, port, method, path, headers })
  for (const line of body === undefined ? [] : [body.slice(0, 7), body.slice(7)]) outgoing.write(line)
  outgoing.end()
  const [incoming] = await once(outgoing, 'response')
  return { status: incoming.statusCode, type: incoming.headers['content-type'], body: await text(incoming) }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()
const credentials = () => ({ client_id: app.consumerKey, client_secret: consumerSecret })

async function exchange(parameters: Record<string, string> = {}): Promise<Record<string, string>> {
  return { ...(await codeParameters(parameters)), ...credentials() }
}

async function codeParameters(parameters: Record<string, string> = {}, consumerKey = app.consumerKey) {
  const callback = await authorizeAs(server, user.username, consumerKey, parameters)
  const code = callback.searchParams.get('code') ?? ''
  return { grant_type: 'authorization_code', code, redirect_uri: parameters['redirect_uri'] ?? callbackUrl }
}

async function tokens(): Promise<Record<string, string>> {
  const { body } = await send('POST', '/services/oauth2/token', form, query(await exchange()))
  return JSON.parse(body)
}

describe('assertions', () => {
  const now = () => Math.floor(Date.now() / 1000)

  it.each([
    ['the Salesforce CLI: exp in milliseconds', () => ({ exp: Date.now() + 300, iat: now() })],
    ['five minutes ahead', () => ({ exp: now() + 300 })],
    ['six minutes ahead', () => ({ exp: now() + 360 })],
    ['the audience with a slash', () => ({ aud: `${server.base}/` })],
    ["the org's own address with a slash", () => ({ aud: `http://127.0.0.1:${server.org.port}/` })],
    ['the token endpoint', () => ({ aud: `${server.base}/services/oauth2/token` })],
    ["Salesforce's own login host", () => ({ aud: 'https://login.salesforce.com' })],
  ])('of %s', async (_, claims) => {
    const assertion = server.assertion({ iss: trusted.consumerKey, sub: user.username, ...claims() })
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    const { status, body } = await send('POST', '/services/oauth2/token', form, query(grant))
    expect([status, Object.keys(JSON.parse(body))]).toEqual([
      200,
      ['access_token', 'scope', 'instance_url', 'id', 'token_type'],
    ])
  })
})

describe('token requests', () => {
  it.each<[string, (parameters: Record<string, string>) => Promise<RawAnswer>]>([
    ['in chunks', (parameters) => send('POST', '/services/oauth2/token', form, query(parameters))],
    ['as multipart/form-data', multipart('/services/oauth2/token')],
    [
      'in the query string, without a body',
      (parameters) => send('POST', `/services/oauth2/token?${query(parameters)}`),
    ],
    [
      'in the query string, with an empty form',
      (parameters) => send('POST', `/services/oauth2/token?${query(parameters)}`, { ...form, 'content-length': 0 }),
    ],
    [
      'beside an OAuth 1.0 header',
      (parameters) => {
        const authorization = `OAuth oauth_nonce="${randomBytes(8).toString('hex')}", oauth_version="1.0"`
        return send('POST', '/services/oauth2/token', { ...form, authorization }, query(parameters))
      },
    ],
    [
      'with two slashes before the path',
      (parameters) => send('POST', '//services/oauth2/token', form, query(parameters)),
    ],
    [
      'with parameters that nobody knows',
      (parameters) => send('POST', '/services/oauth2/token', form, query({ ...parameters, utm_source: 'x' })),
    ],
  ])('come %s', async (_, ask) => {
    const { status, body } = await ask(await exchange())
    expect([status, body]).toEqual([200, expect.stringContaining('"refresh_token":"5Aep861')])
  })

  it('have a verifier of 171 characters for a challenge without a method', async () => {
    const code_verifier = randomBytes(128).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const parameters = { ...(await exchange({ code_challenge })), code_verifier }
    expect(code_verifier).toHaveLength(171)
    expect((await send('POST', '/services/oauth2/token', form, query(parameters))).status).toBe(200)
  })

  it('carry the verifier of the code along when they refresh', async () => {
    const { refresh_token = '' } = await tokens()
    const code_verifier = randomBytes(128).toString('base64url')
    const refresh = { grant_type: 'refresh_token', refresh_token, code_verifier, ...credentials() }
    expect((await send('POST', '/services/oauth2/token', form, query(refresh))).status).toBe(200)
  })

  it('of the Salesforce CLI name the public app PlatformCLI and no secret, from sign-in to refresh', async () => {
    const code_verifier = randomBytes(128).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const redirect_uri = 'http://localhost:1717/OauthRedirect'
    const asked = { redirect_uri, code_challenge, scope: 'refresh_token api web', state: 'x', prompt: 'login' }
    const grant = await codeParameters(asked, 'PlatformCLI')
    const exchanged = await send(
      'POST',
      '/services/oauth2/token',
      form,
      query({ ...grant, client_id: 'PlatformCLI', code_verifier }),
    )
    const { access_token, refresh_token, id } = JSON.parse(exchanged.body)
    expect(access_token).toMatch(/^00D\w{12,15}![.\w]*$/)
    expect(refresh_token).toMatch(/^[a-zA-Z0-9._-]+={0,2}$/)
    expect(new URL(id).pathname.split('/').slice(-2)).toEqual([server.org.id, user.id])
    const userinfo = await send('GET', '/services/oauth2/userinfo', { authorization: `Bearer ${access_token}` })
    expect(JSON.parse(userinfo.body)).toMatchObject({ user_id: user.id, organization_id: server.org.id })
    const refresh = { grant_type: 'refresh_token', refresh_token, client_id: 'PlatformCLI' }
    expect((await send('POST', '/services/oauth2/token', form, query(refresh))).status).toBe(200)
  })
})

describe('the identity URL', () => {
  it.each<[string, (token: string) => [string, OutgoingHttpHeaders]]>([
    ['oauth_token and the Bearer header, both (jsforce)', (token) => [`&oauth_token=${token}`, bearer(token)]],
    ['access_token alone (passport-salesforce)', (token) => [`&access_token=${token}`, {}]],
    ['oauth_token alone', (token) => [`&oauth_token=${token}`, {}]],
    ['the OAuth scheme', (token) => ['', { authorization: `OAuth ${token}` }]],
    ['a JSON content type', (token) => ['', { ...bearer(token), 'content-type': 'application/json' }]],
  ])('is asked for with %s', async (_, by) => {
    const { access_token = '', id = '' } = await tokens()
    const [more, headers] = by(encodeURIComponent(access_token))
    const { status, body } = await send('GET', `${new URL(id).pathname}?format=json${more}`, headers)
    expect([status, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({ user_id: user.id, display_name: 'Ada Lovelace' }),
    ])
  })
})

describe('revocations', () => {
  it.each<[string, (token: string) => Promise<RawAnswer>]>([
    ['by POST', (token) => send('POST', '/services/oauth2/revoke', form, query({ token }))],
    ['by GET (nforce)', (token) => send('GET', `/services/oauth2/revoke?${query({ token })}`)],
    ['by POST with a query string', (token) => send('POST', `/services/oauth2/revoke?${query({ token })}`)],
    ['as multipart/form-data', (token) => multipart('/services/oauth2/revoke')({ token })],
    [
      'with a hint and credentials',
      (token) => {
        const body = query({ token, token_type_hint: 'refresh_token', ...credentials() })
        return send('POST', '/services/oauth2/revoke', form, body)
      },
    ],
  ])('come %s, and are answered by nothing, of JSON type', async (_, revoke) => {
    const { access_token = '', refresh_token = '' } = await tokens()
    expect(await revoke(refresh_token)).toEqual({ status: 200, type: 'application/json;charset=UTF-8', body: '' })
    expect((await send('GET', '/services/oauth2/userinfo', bearer(access_token))).status).toBe(403)
  })

  it('of a token that nobody knows are answered alike, and of what has not the form of one refused', async () => {
    const revoke = (token: string) => send('POST', '/services/oauth2/revoke', form, query({ token }))
    const { refresh_token = '' } = await tokens()
    const unknown = await revoke(`${refresh_token.slice(0, -4)}AAAA`)
    expect(unknown).toEqual({ status: 200, type: 'application/json;charset=UTF-8', body: '' })
    const { status, body } = await revoke('never-seen')
    expect([status, JSON.parse(body).error]).toEqual([400, 'unsupported_token_type'])
  })
})

describe('the REST API', () => {
  it.each(['/services/data', '/services/data/', '//services/data', '//services/data/'])(
    'lists its versions at %s to anybody',
    async (path) => {
      const { status, body } = await send('GET', path, { 'content-type': 'application/json' })
      const versions: { version: string }[] = JSON.parse(body)
      expect([status, versions.every(({ version }) => /^\d\d\.0$/.test(version))]).toEqual([200, true])
      expect(versions.map(({ version }) => version)).toContain('51.0')
    },
  )

  it.each<[string, string, string, OutgoingHttpHeaders, number]>([
    ['an address joined with two slashes', 'GET', '//services/data/v62.0/limits', {}, 200],
    ['an old version', 'GET', '/services/data/v51.0/limits', {}, 200],
    ['a JSON content type without a body', 'GET', '/services/data/v62.0', { 'content-type': 'application/json' }, 200],
    [
      'a DELETE of JSON type without a body',
      'DELETE',
      '/services/data/v62.0/limits',
      { 'content-type': 'application/json' },
      405,
    ],
  ])('takes %s', async (_, method, path, headers, expected) => {
    const { access_token = '' } = await tokens()
    const { status, type, body } = await send(method, path, { ...headers, ...bearer(access_token) })
    expect([status, type]).toEqual([expected, 'application/json;charset=UTF-8'])
    if (status !== 200) expect(JSON.parse(body)).toEqual([expect.objectContaining({ errorCode: 'METHOD_NOT_ALLOWED' })])
  })

  it('answers a dead token with 401 and an array, which is what clients refresh upon', async () => {
    const { status, body } = await send('GET', '/services/data/v62.0/limits', bearer('00D000000000001!AQ.dead'))
    expect([status, JSON.parse(body)]).toEqual([
      401,
      [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    ])
  })
})

describe('pages of other origins', () => {
  const origin = 'https://spa.example'

  it.each(['/.well-known/openid-configuration', '/id/keys', '/.well-known/auth-configuration'])(
    'may read %s',
    async (path) => {
      const response = await server.request(path, { headers: { origin } })
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    },
  )

  it.each(['token', 'revoke', 'introspect', 'userinfo'])(
    'may ask /services/oauth2/%s with an Authorization header, and read what it refuses',
    async (endpoint) => {
      const path = `/services/oauth2/${endpoint}`
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
      const preflight = await server.request(path, { method: 'OPTIONS', headers: { origin, ...asked } })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, PATCH, DELETE')
      expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, *')
      const refused = await server.request(path, { method: 'POST', headers: { origin } })
      expect(refused.status).toBeGreaterThanOrEqual(400)
      for (const { headers } of [preflight, refused]) expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(refused.headers.get('access-control-expose-headers')).toContain('x-request-id')
      expect(refused.headers.has('access-control-allow-credentials')).toBe(false)
    },
  )

  it('may not where the RFCs are followed: an allowed origin would have to be said first', async () => {
    const strict = await startTestServer({ posture: strictPosture })
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await strict.request('/services/oauth2/token', { method, headers: { origin } })
      expect(headers.has('access-control-allow-origin')).toBe(false)
    }
    await strict.close()
  })

  it('may read nothing that a cookie opens', async () => {
    for (const path of ['/', '/services/oauth2/authorize', '/secur/logout.jsp']) {
      const response = await server.request(path, { headers: { origin } })
      expect(response.headers.has('access-control-allow-origin')).toBe(false)
    }
  })
})

describe('the device flow as @salesforce/core runs it', () => {
  it('asks by multipart forms, waits while authorization_pending, and refreshes what it is given', async () => {
    const post = multipart('/services/oauth2/token')
    const client_id = 'PlatformCLI'
    const started = await post({ client_id, response_type: 'device_code', scope: 'refresh_token web api' })
    const { device_code, user_code, verification_uri, interval } = JSON.parse(started.body)
    expect([started.status, interval]).toEqual([200, 5])
    const ask = async () => {
      const { status, body } = await post({ client_id, grant_type: 'device', code: device_code })
      return { status, ...JSON.parse(body) }
    }
    expect(await ask()).toMatchObject({ status: 400, error: 'authorization_pending' })

    const browser = testBrowser(server)
    const type = async () => {
      const page = await browser.open(`${verification_uri}?user_code=${user_code}`)
      return browser.submit(verification_uri, fieldsOf(page.html, 'user_code'))
    }
    await signInOn(browser, await type(), user.username)
    await browser.submit(verification_uri, { ...fieldsOf((await type()).html, 'decision'), decision: 'allow' })

    const { access_token, refresh_token, instance_url, id } = await ask()
    expect([access_token, refresh_token, instance_url, id].every((text) => typeof text === 'string')).toBe(true)
    const again = await send(
      'POST',
      '/services/oauth2/token',
      form,
      query({ grant_type: 'refresh_token', refresh_token, client_id }),
    )
    expect(again.status).toBe(200)
  })
})

describe('hybrid flows as the Mobile SDK runs them', () => {
  it('asks with device_id in the query and format in the form, and refreshes for new sids', async () => {
    const scope = 'api lightning refresh_token visualforce web'
    const scopes = ['api', 'lightning', 'refresh_token', 'visualforce', 'web'] as const
    const isPublic = { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false }
    const mobile = await server.addApp('Mobile', { scopes, ...isPublic })
    const code_verifier = randomBytes(128).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const asked = { display: 'touch', scope, device_id: 'd-1', code_challenge }
    const { code, redirect_uri } = await codeParameters(asked, mobile.consumerKey)
    const client = { format: 'json', client_id: mobile.consumerKey }
    const path = '/services/oauth2/token?device_id=d-1'
    const exchange = { grant_type: 'hybrid_auth_code', ...client, redirect_uri, code, code_verifier }
    const answer = await send('POST', path, form, query(exchange))
    const first = JSON.parse(answer.body)
    const names = ['lightning_domain', 'lightning_sid', 'visualforce_domain', 'visualforce_sid', 'csrf_token']
    const more = ['cookie-clientSrc', 'cookie-sid_Client', 'sidCookieName', 'parent_sid', 'refresh_token']
    expect(Object.keys(first)).toEqual(expect.arrayContaining([...names, ...more]))
    const refresh = { grant_type: 'hybrid_refresh', ...client, refresh_token: first.refresh_token }
    const second = JSON.parse((await send('POST', path, form, query(refresh))).body)
    expect(second.parent_sid).not.toBe(first.parent_sid)
    const headers = { cookie: `${second.sidCookieName}=${second.parent_sid}` }
    const page = await server.request(`${second.instance_url}/personal`, { headers })
    expect(page.status).toBe(200)
  })
})

describe('a browser that is sent to sign in', () => {
  it('may be one that is asked for a page in a language and on a device', async () => {
    const url = `/services/oauth2/authorize?${query({
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: callbackUrl,
      display: 'touch',
      device_id: 'd-1',
      language: 'fr',
    })}`
    expect((await testBrowser(server).open(url)).html).toContain('name="pw"')
  })
})

function bearer(token: string): OutgoingHttpHeaders {
  return { authorization: `Bearer ${decodeURIComponent(token)}` }
}

/** As `FormData` is written by the device flow of the Salesforce CLI, and by Postman. */
function multipart(path: string): (parameters: Record<string, string>) => Promise<RawAnswer> {
  return (parameters) => {
    const parts = Object.entries(parameters).map(
      ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    return send('POST', path, { 'content-type': 'multipart/form-data; boundary=edge' }, `${parts.join('')}--edge--\r\n`)
  }
}
