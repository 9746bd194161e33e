import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stores } from '../../src/stores/stores.ts'
import { Unavailable } from '../../src/unavailable.ts'
import { authorizeUrl, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, consumerSecret, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer

const tokenUrl = '/services/oauth2/token'

beforeAll(async () => {
  server = await startTestServer()
  await server.addApp('Web_App')
})

afterAll(() => server.close())

describe('every answer', () => {
  const paths = [
    '/',
    authorizeUrl('3MVG9Web_App'),
    authorizeUrl('nobody'),
    '/setup/secur/RemoteAccessAuthorizationPage.apexp?source=x',
    '/setup/secur/RemoteAccessErrorPage.apexp?error=invalid_scope',
    '/services/oauth2/success',
    '/services/oauth2/token',
    '/services/oauth2/revoke',
    '/services/oauth2/introspect',
    '/services/oauth2/userinfo',
    '/id/00D000000000001AAA/005000000000001AAA',
    '/id/keys',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/auth-configuration',
    '/secur/logout.jsp',
    '/services/auth/idp/oidc/logout',
    '/services/data/',
    '/services/data/v67.0/limits',
    '/health/live',
    '/health/ready',
    '/assets/sallyport.css',
    '/assets/submit.js',
    '/nothing/here',
  ]

  it.each(paths)('has an id and may not be guessed to be another type: %s', async (path) => {
    for (const accept of ['application/json', 'text/html']) {
      const { headers } = await server.request(path, { headers: { accept } })
      expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9]{12,40}$/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })

  it.each(paths)('that is a page is not stored, not framed, and runs nothing: %s', async (path) => {
    const { headers } = await server.request(path, { headers: { accept: 'text/html' } })
    if (!headers.get('content-type')?.startsWith('text/html')) return
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'self';.*frame-ancestors 'none'; base-uri 'none'$/,
      ),
    })
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|script-src/)
  })

  it('keeps other origins out of every endpoint that looks at a cookie', async () => {
    for (const path of ['/', authorizeUrl('3MVG9Web_App'), '/secur/logout.jsp', '/services/auth/idp/oidc/logout']) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await server.request(path, { method, headers: { origin: 'https://evil.example' } })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      }
    }
  })

  it('about an address that leads nowhere is JSON for programs and a page for people', async () => {
    const program = await answerOf(await server.request('/nothing'))
    expect([program.status, program.body.error]).toEqual([404, 'not_found'])
    const person = await answerOf(await server.request('/<b>nothing</b>', { headers: { accept: 'text/html' } }))
    expect([person.status, person.headers.get('content-type')]).toEqual([404, 'text/html;charset=UTF-8'])
    expect(person.text).not.toContain('<b>')
  })
})

describe('the token endpoint', () => {
  it('knows no tokens with a secret of their own (secret_type), whatever the grant', async () => {
    for (const grant_type of ['refresh_token', 'client_credentials', 'authorization_code']) {
      const answer = await server.post(tokenUrl, { grant_type, secret_type: 'hmac-sha256' })
      expect([answer.status, answer.body]).toEqual([
        400,
        { error: 'invalid_request', error_description: 'secret type not supported' },
      ])
      expect((await server.journalOf(answer)).refusal).toEqual({
        reason: 'secret-type-unsupported',
        facts: { found: 'hmac-sha256' },
      })
    }
  })

  it('says in words that clients know that too many passwords wait', async () => {
    const settings = { ...server.org.settings, blockOAuthUnPwFlow: false }
    await server.stores.orgs.update({ ...server.org, settings })
    await server.addApp('Legacy', { isUsernamePasswordEnabled: true })
    const form = { grant_type: 'password', client_id: '3MVG9Legacy', client_secret: consumerSecret, password: 'wrong' }
    const all = await Promise.all(
      Array.from({ length: 150 }, (_, number) =>
        server.post(tokenUrl, { ...form, username: `nobody${number}@x.example` }),
      ),
    )
    const busy = all.find(({ status }) => status === 503)
    expect([busy?.headers.get('retry-after'), busy?.body]).toEqual([
      '1',
      { error: 'service_unavailable', error_description: 'too many sign-ins at once, try again' },
    ])
  })
})

describe('a fault of our own', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('secret detail of the disk'))

  it.each<readonly [string, (stores: Stores) => Stores, (on: TestServer) => Promise<Response>]>([
    [
      'in a store',
      (stores) => ({ ...stores, apps: { ...stores.apps, findByConsumerKey: broken } }),
      (on) =>
        on.request(tokenUrl, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'x' }),
        }),
    ],
    [
      'before the endpoint is reached',
      (stores) => ({ ...stores, orgs: { ...stores.orgs, findByPort: broken } }),
      (on) => on.request('http://localhost:8789/id/keys'),
    ],
    [
      'in the REST API',
      (stores) => ({ ...stores, accessTokens: { ...stores.accessTokens, find: broken } }),
      (on) =>
        on.request('/services/data/v67.0/limits', {
          headers: { authorization: `Bearer ${'0'.repeat(15)}!AQ${'A'.repeat(94)}` },
        }),
    ],
  ])('%s is told as no more than that, with an id, and reported whole', async (_, between, ask) => {
    const failing = await startTestServer({ between })
    try {
      const answer = await answerOf(await ask(failing))
      expect([answer.status, answer.body]).toEqual([
        500,
        { error: 'server_error', error_description: 'unexpected error' },
      ])
      expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9]{12,40}$/)
      expect(failing.takeErrors().map(String)).toEqual(['Error: secret detail of the disk'])
    } finally {
      await failing.close()
    }
  })

  it('that will pass is told in words that clients know, with when to come again', async () => {
    const away = (): Promise<never> => Promise.reject(new Unavailable('The database is away.'))
    const between = (stores: Stores): Stores => ({
      ...stores,
      apps: { ...stores.apps, findByConsumerKey: away },
      accessTokens: { ...stores.accessTokens, find: away },
    })
    const failing = await startTestServer({ between })
    try {
      const token = await failing.post(tokenUrl, { grant_type: 'refresh_token', client_id: 'x' })
      expect([token.status, token.headers.get('retry-after'), token.body]).toEqual([
        503,
        '1',
        { error: 'service_unavailable', error_description: 'temporarily unavailable, try again' },
      ])
      const headers = { authorization: `Bearer ${'0'.repeat(15)}!AQ${'A'.repeat(94)}` }
      const rest = await answerOf(await failing.request('/services/data/v67.0/limits', { headers }))
      expect([rest.status, rest.headers.get('retry-after'), rest.body]).toEqual([
        503,
        '1',
        [{ message: 'temporarily unavailable, try again', errorCode: 'SERVER_UNAVAILABLE' }],
      ])
      expect(failing.takeErrors()).toHaveLength(2)
    } finally {
      await failing.close()
    }
  })

  it('is a page for people, with the same silence', async () => {
    const between = (stores: Stores) => ({ ...stores, users: { ...stores.users, findByUsername: broken } })
    const failing = await startTestServer({ between })
    try {
      const browser = testBrowser(failing)
      const stop = await signInOn(browser, await browser.open('/'), 'ada@target.example')
      expect([stop.status, stop.html.includes('Something went wrong')]).toEqual([500, true])
      expect(stop.html).not.toContain('disk')
      expect(failing.takeErrors()).toHaveLength(1)
    } finally {
      await failing.close()
    }
  })

  it('in the journal alone fails no request', async () => {
    const between = (stores: Stores) => ({ ...stores, journal: { ...stores.journal, add: broken } })
    const failing = await startTestServer({ between })
    try {
      expect((await failing.request('/')).status).toBe(200)
      expect(failing.takeErrors()).toHaveLength(1)
    } finally {
      await failing.close()
    }
  })
})
