import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { salesforcePosture, strictPosture } from '../../src/options.ts'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { base, callbackUrl, consumerSecret, password, startTestServer, type TestServer } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

const postures = [
  ['Salesforce’s posture', salesforcePosture],
  ['the strict posture', strictPosture],
] as const
const servers = new Map<string, { readonly server: TestServer; readonly known: Known }>()

/** Values that open doors, so that junk gets past the first one. */
interface Known {
  readonly cookies: readonly string[]
  readonly values: readonly string[]
}

beforeAll(async () => {
  for (const [name, posture] of postures) {
    const server = await startTestServer({ posture })
    const user = await server.addUser('ada@target.example')
    const app = await server.addApp('Web_App', { scopes: ['api', 'openid', 'refresh_token', 'full'] })
    const { access_token, refresh_token, id_token } = await tokensFor(server, user, app)
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), user.username)
    const source = Buffer.from(new URL(authorizeUrl(app.consumerKey), base).search.slice(1)).toString('base64url')
    const identity = `/id/${server.org.id}/${user.id}`
    servers.set(name, {
      server,
      known: {
        cookies: [`sid-8787=${browser.cookies.get('sid-8787')}`, 'browser-8787=x', 'browser-8787-un=%E0'],
        values: [
          app.consumerKey,
          consumerSecret,
          callbackUrl,
          user.username,
          password,
          access_token,
          refresh_token,
          id_token,
          source,
          identity,
          server.assertion({ iss: app.consumerKey, sub: user.username }),
          server.assertion({ iss: app.consumerKey, sub: app.consumerKey }),
        ],
      },
    })
  }
})

afterAll(async () => {
  for (const { server } of servers.values()) await server.close()
})

const paths = [
  '/',
  '/services/oauth2/authorize',
  '/services/oauth2/token',
  '/services/oauth2/revoke',
  '/services/oauth2/introspect',
  '/services/oauth2/userinfo',
  '/services/oauth2/success',
  '/setup/secur/RemoteAccessAuthorizationPage.apexp',
  '/setup/secur/RemoteAccessErrorPage.apexp',
  '/secur/logout.jsp',
  '/services/auth/idp/oidc/logout',
  '/id/keys',
  '/id/00D000000000001AAA/005000000000001AAA',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/auth-configuration',
  '/services/data',
  '/services/data/v67.0',
  '/services/data/v67.0/limits',
  '/services/data/v67.0/sobjects/Account/listviews',
  '/services/data/v67.0/sobjects/Account/listviews/00B000000000002EAA/results',
  '/health/ready',
  '/assets/sallyport.css',
]

const parameterNames = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'prompt',
  'nonce',
  'max_age',
  'immediate',
  'display',
  'login_hint',
  'id_token_hint',
  'response_mode',
  'code_challenge',
  'code_challenge_method',
  'grant_type',
  'code',
  'code_verifier',
  'refresh_token',
  'assertion',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'token',
  'access_token',
  'oauth_token',
  'format',
  'callback',
  'version',
  'username',
  'pw',
  'startURL',
  'retURL',
  'source',
  'csrf_token',
  'decision',
  'post_logout_redirect_uri',
  'error',
  'error_description',
  'request',
  'limit',
  'offset',
  '__proto__',
  'constructor',
]

const words = [
  'code',
  'none',
  'login consent',
  'true',
  'xml',
  'form_post',
  'S256',
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'api refresh_token',
  'openid',
  'full',
  '0',
  '-1',
  '1e309',
  '{{7*7}}',
  '#{7*7}',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  '../../../etc/passwd',
  'a'.repeat(5000),
  '['.repeat(5000),
  '\u0000',
  '\ud800',
  '\u202e',
]

it.each(postures.map(([name]) => name))('no request, however made, is a fault of ours: %s', async (name) => {
  const { server, known } = servers.get(name) ?? { server: undefined, known: undefined }
  if (server === undefined) throw new Error('The server is not there.')

  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known.values) },
    { weight: 4, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: anyText({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc
        .json()
        .map((text) => `${Buffer.from(text).toString('base64url')}.${Buffer.from(text).toString('base64url')}.YQ`),
    },
  )
  const pairs = fc.dictionary(fc.constantFrom(...parameterNames), value, { maxKeys: 8, noNullPrototype: false })
  const form = pairs.map((given) => new URLSearchParams(given).toString())
  const rawQuery = fc.oneof(
    { weight: 8, arbitrary: form },
    { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{0,60}$/) },
  )
  const header = fc.oneof(
    fc.stringMatching(/^[ -~]{0,80}$/),
    fc.constantFrom(...known.values).map((text) => `Bearer ${text}`),
    fc.constantFrom(...known.values).map((text) => `Basic ${Buffer.from(`${text}:${text}`).toString('base64')}`),
  )
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'),
    path: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...paths) },
      { weight: 1, arbitrary: fc.webPath().map((path) => `/${path}`) },
    ),
    tail: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, fc.stringMatching(/^[!-~]{0,20}$/)),
    host: fc.constantFrom(
      base,
      base,
      'http://localhost:8789',
      'http://target.my.localhost:8787',
      'http://evil.example',
    ),
    query: rawQuery,
    body: fc.oneof(form, fc.json(), fc.uint8Array({ maxLength: 200 })),
    headers: fc.record(
      {
        accept: fc.constantFrom('text/html', 'application/xml', '*/*', 'application/json;q=0.x', ';;,,'),
        'content-type': fc.constantFrom(
          'application/x-www-form-urlencoded',
          'application/x-www-form-urlencoded',
          'application/json',
          'multipart/form-data; boundary=x',
          'text/plain;charset=utf-16',
        ),
        authorization: header,
        cookie: fc.oneof(fc.constantFrom(...known.cookies), header),
        'x-forwarded-for': header,
        'user-agent': header,
        origin: header,
        'accept-language': header,
        prettyprint: header,
      },
      { requiredKeys: [] },
    ),
  })

  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, tail, host, query, body, headers }) => {
      const url = `${host}${path}${tail}?${query}`
      const hasBody = method !== 'GET' && method !== 'HEAD'
      const answer = await server.request(url, {
        method,
        headers,
        ...(hasBody ? { body: body instanceof Uint8Array ? body.slice() : body } : {}),
      })
      await answer.text()
      expect(server.takeErrors()).toEqual([])
      expect(answer.status).toBeLessThan(500)
      const location = answer.headers.get('location')
      if (location === null) return
      const { origin } = new URL(location, url)
      expect([new URL(url).origin, new URL(callbackUrl).origin]).toContain(origin)
    }),
    { numRuns: 800 },
  )
})
