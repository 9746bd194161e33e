import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { recordIds } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { storedRecord } from '../account.ts'
import { type Answer, answerOf, base, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { refresh, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp
let token: string

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
  token = (await tokensFor(server, user, app)).access_token
  const newId = recordIds(server.now)
  for (const [orgId, Name] of [
    [server.org.id, 'Burlington Textiles'],
    [server.org.id, 'Edge Communications'],
    [server.otherOrg.id, 'Nobody’s business'],
  ] as const) {
    const at = server.now()
    const id = newId('Account')
    await server.stores.records.add(storedRecord(id, { orgId, ownerId: user.id, at }, { Name }))
  }
})

afterAll(() => server.close())

async function ask(path: string, init: RequestInit = {}, accessToken = token): Promise<Answer> {
  const headers = new Headers(init.headers)
  if (accessToken !== '') headers.set('authorization', `Bearer ${accessToken}`)
  return answerOf(await server.request(path.startsWith('http') ? path : targetBase + path, { ...init, headers }))
}

const deadSession = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]
const notFound = [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }]

describe('the REST API', () => {
  it.each(['/services/data', '/services/data/', '//services/data', '///services/data/'])(
    'lists its versions to anybody at %s',
    async (path) => {
      const { status, body } = await ask(path, {}, '')
      expect(status).toBe(200)
      expect(body.at(-1)).toEqual({ label: "Summer '26", url: '/services/data/v67.0', version: '67.0' })
      expect(body.map(({ version }: { version: string }) => version)).toContain('51.0')
    },
  )

  it('names resources that are there, in every version that it lists', async () => {
    const { body: versions } = await ask('/services/data', {}, '')
    expect(versions.length).toBeGreaterThan(40)
    for (const { url } of versions) {
      const { status, body } = await ask(url)
      expect([url, status]).toEqual([url, 200])
      const query = await ask(`${url}/query?q=SELECT+Name+FROM+Organization`)
      expect([url, query.body.records]).toEqual([url, [expect.objectContaining({ Name: 'Target' })]])
      const named = Object.values<string>(body).filter((path) => path.startsWith('/'))
      const statuses = await Promise.all(named.map(async (path) => [path, (await ask(path)).status]))
      // What is not supported says so, and so does what wants a parameter.
      expect(statuses.filter(([, found]) => found !== 200 && found !== 400)).toEqual([])
    }
  })

  it.each(['v67.0', 'v67.0/', 'v51.0'])('names the resources of %s', async (version) => {
    const { status, body } = await ask(`/services/data/${version}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      limits: `/services/data/${version.replace('/', '')}/limits`,
      identity: `${base}/id/${server.org.id}/${user.id}`,
      query: `/services/data/${version.replace('/', '')}/query`,
    })
  })

  it('tells the limits, and counts each request in them and in a header', async () => {
    const first = await ask('/services/data/v67.0/limits')
    const second = await ask('/services/data/v67.0/limits')
    const remaining = ({ body }: Answer) => body.DailyApiRequests.Remaining
    expect(remaining(second)).toBe(remaining(first) - 1)
    expect(second.headers.get('sforce-limit-info')).toBe(`api-usage=${15_000 - remaining(second)}/15000`)
    expect(second.headers.get('cache-control')).toContain('no-store')
  })

  it('lists list views, and the records of one, which are those of the token’s org', async () => {
    const { body } = await ask('/services/data/v67.0/sobjects/Account/listviews')
    expect(body.listviews.map(({ label }: { label: string }) => label)).toContain('All Accounts')
    const all = body.listviews.find(({ developerName }: { developerName: string }) => developerName === 'AllAccounts')
    const results = await ask(all.resultsUrl)
    const names = results.body.records.map(({ columns }: Answer['body']) => columns[0].value)
    expect(names).toEqual(['Burlington Textiles', 'Edge Communications'])
    expect((await ask(all.describeUrl)).body.query).toContain('SELECT')
    expect((await ask(all.url)).body.developerName).toBe('AllAccounts')
  })

  it('is asked at the login host, too, and with the scheme OAuth of old clients', async () => {
    expect((await ask(`${base}/services/data/v67.0/limits`)).status).toBe(200)
    const headers = { authorization: `OAuth ${token}` }
    expect((await ask('/services/data/v67.0/limits', { headers }, '')).status).toBe(200)
  })

  it('answers paths with two slashes, as the Salesforce CLI asks for them', async () => {
    expect((await ask('//services/data/v67.0/limits')).status).toBe(200)
  })

  it('writes XML where that is accepted, and indents where that is asked for', async () => {
    const xml = await ask('/services/data/v67.0/limits', { headers: { accept: 'application/xml' } })
    expect(xml.headers.get('content-type')).toBe('application/xml;charset=UTF-8')
    expect(xml.text).toMatch(/^<\?xml[^>]*\?><LimitsSnapshot>.*<DailyApiRequests><Max>15000<\/Max>/)
    const pretty = await ask('/services/data/v67.0', { headers: { 'x-prettyprint': '1' } })
    expect(pretty.text).toMatch(/^\{\n {2}"chatter"/)
  })

  it.each([
    ['/limits', 'LimitsSnapshot'],
    ['', 'urls'],
    ['/sobjects', 'DescribeGlobal'],
    ['/sobjects/Account/listviews', 'ListViews'],
    ['/sobjects/Account/listviews/00B000000000001EAA/results', 'ListViewResults'],
    ['/sobjects/Account/001000000000001AAA', 'Errors'],
  ])('writes what a path ends in, whatever else is accepted: %s', async (path, root) => {
    const written = async (suffix: string, accept: string) =>
      (await ask(`/services/data/v67.0${path}${suffix}`, { headers: { accept } })).text
    expect(await written('.xml', 'application/json')).toMatch(new RegExp(`^<\\?xml[^>]*\\?><${root}[ >]`))
    expect(await written('.json', 'application/xml')).toMatch(/^[{[]/)
  })

  it('does not mind a JSON content type without a body', async () => {
    expect((await ask('/services/data/v67.0/limits', { headers: { 'content-type': 'application/json' } })).status).toBe(
      200,
    )
  })
})

describe('a session is refused in Salesforce’s words', () => {
  it.each<readonly [string, () => Promise<string>, string]>([
    ['no token', async () => '', 'token-missing'],
    ['junk', async () => 'junk', 'token-unknown'],
    ['a token that was never given', async () => token.slice(0, 40) + 'A'.repeat(token.length - 40), 'token-unknown'],
    ['a refresh token', async () => (await tokensFor(server, user, app)).refresh_token, 'token-unknown'],
    ['an ID token', async () => (await tokensFor(server, user, app)).id_token, 'token-unknown'],
    [
      'a revoked token',
      async () => {
        const { access_token } = await tokensFor(server, user, app)
        await server.post('/services/oauth2/revoke', { token: access_token })
        return access_token
      },
      'token-revoked',
    ],
    [
      'a token of an app that was blocked',
      async () => {
        const blocked = await server.addApp('Blocked')
        const { access_token } = await tokensFor(server, user, blocked)
        expect((await ask('/services/data/v67.0/limits', {}, access_token)).status).toBe(200)
        await server.stores.apps.endAll(blocked.id, server.org.id, true)
        return access_token
      },
      'token-revoked',
    ],
    [
      'a token of a user who was frozen',
      async () => {
        const frozen = await server.addUser('frozen@target.example')
        const { access_token } = await tokensFor(server, frozen, app)
        await server.stores.users.setFrozen(frozen.id, true)
        return access_token
      },
      'token-revoked',
    ],
  ])('%s', async (_, tokenOf, reason) => {
    const answer = await ask('/services/data/v67.0/limits', {}, await tokenOf())
    expect([answer.status, answer.body]).toEqual([401, deadSession])
    expect(answer.headers.get('www-authenticate')).toBe('Token')
    expect((await server.journalOf(answer)).refusal?.reason).toBe(reason)
  })

  it('a token that has expired, which lives as long as it is used', async () => {
    const own = await server.addApp('Short', {}, { sessionTimeout: 900 })
    const { access_token, refresh_token } = await tokensFor(server, user, own)
    for (let use = 0; use < 4; use++) {
      server.advance(600)
      const used = await ask('/services/data/v67.0/limits', {}, access_token)
      expect(used.status).toBe(200)
      await server.journalOf(used)
    }
    server.advance(900)
    const answer = await ask('/services/data/v67.0/limits', {}, access_token)
    expect([answer.status, answer.body]).toEqual([401, deadSession])
    expect((await server.journalOf(answer)).refusal?.reason).toBe('token-expired')
    const fresh = await refresh(server, own, refresh_token)
    expect((await ask('/services/data/v67.0/limits', {}, fresh.body.access_token)).status).toBe(200)
    token = (await tokensFor(server, user, app)).access_token
  })

  it('a token of another org', async () => {
    const answer = await ask(`${otherBase}/services/data/v67.0/limits`)
    expect([answer.status, answer.body]).toEqual([401, deadSession])
    expect((await server.journalOf(answer)).refusal).toEqual({
      reason: 'token-of-another-org',
      facts: { org: 'Other' },
    })
  })

  it('a token without api', async () => {
    const { access_token } = await tokensFor(server, user, app, { scope: 'openid' })
    const answer = await ask('/services/data/v67.0/limits', {}, access_token)
    expect([answer.status, answer.body]).toEqual([
      401,
      [{ message: 'This session is not valid for use with the REST API', errorCode: 'INVALID_SESSION_ID' }],
    ])
  })

  it('but chatter_api opens what the Connect REST API is', async () => {
    const social = await server.addApp('Social', { scopes: ['chatter_api', 'refresh_token'] })
    const { access_token } = await tokensFor(server, user, social)
    const me = await ask('/services/data/v67.0/chatter/users/me', {}, access_token)
    expect([me.status, me.body.username]).toEqual([200, 'ada@target.example'])
    expect((await ask(me.body.url, {}, access_token)).body).toEqual(me.body)
    expect((await ask('/services/data/v67.0/limits', {}, access_token)).status).toBe(401)
    const others = await server.addUser('eve@other.example', { orgId: server.otherOrg.id })
    expect((await ask(`/services/data/v67.0/chatter/users/${others.id}`, {}, access_token)).status).toBe(404)
  })

  it.each(['web', 'visualforce', 'chatter_api', 'openid', 'id', 'custom_permissions'])(
    'a token with %s alone',
    async (scope) => {
      const own = await server.addApp(`Only_${scope}`, { scopes: [scope, 'refresh_token'] })
      const { access_token } = await tokensFor(server, user, own)
      const answer = await ask('/services/data/v67.0/sobjects', {}, access_token)
      expect([answer.status, answer.body[0].message]).toEqual([
        401,
        'This session is not valid for use with the REST API',
      ])
    },
  )

  it('but full is enough', async () => {
    const full = await server.addApp('Full', { scopes: ['full', 'refresh_token'] })
    const { access_token } = await tokensFor(server, user, full)
    expect((await ask('/services/data/v67.0/limits', {}, access_token)).status).toBe(200)
  })

  it('a user who may not use the API', async () => {
    const profile = await server.profile('Minimum Access')
    const minimal = await server.addUser('minimal@target.example', { profileId: profile.id })
    const { access_token } = await tokensFor(server, minimal, app)
    const answer = await ask('/services/data/v67.0/limits', {}, access_token)
    expect([answer.status, answer.body]).toEqual([
      403,
      [{ message: 'The REST API is not enabled for this Organization.', errorCode: 'API_DISABLED_FOR_ORG' }],
    ])
  })

  it.each(['Bearer', 'Bearer a b', 'Bearer "quoted"', 'Token x', 'Basic eA=='])(
    'a header that is none: %s',
    async (authorization) => {
      const answer = await ask('/services/data/v67.0/limits', { headers: { authorization } }, '')
      expect(answer.status).toBe(401)
      expect(answer.body).toHaveLength(1)
    },
  )

  it('a token in the query string, which only the identity services take', async () => {
    expect((await ask(`/services/data/v67.0/limits?access_token=${token}`, {}, '')).body).toEqual(deadSession)
  })

  it('as XML where that is accepted', async () => {
    const answer = await ask('/services/data/v67.0/limits', { headers: { accept: 'application/xml' } }, '')
    expect(answer.headers.get('content-type')).toBe('application/xml;charset=UTF-8')
    expect(answer.text).toContain(
      '<Errors><Error><message>Session expired or invalid</message><errorCode>INVALID_SESSION_ID</errorCode></Error></Errors>',
    )
  })

  it('never as a page, not even to browsers', async () => {
    const answer = await ask('/services/data/v67.0/nothing', { headers: { accept: 'text/html' } })
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8')
  })
})

describe('what does not exist', () => {
  it.each([
    '/services/data/v99.0/limits',
    '/services/data/v67/limits',
    '/services/data/67.0',
    '/services/data/v67.0/nothing',
    '/services/data/v67.0/sobjects/Nothing/listviews',
    '/services/data/v67.0/sobjects/Account/listviews/00B000000000009EAA',
    '/services/data/v67.0/sobjects/Account/listviews/x/results',
    '/services/data/v31.0/sobjects/Account/listviews',
    '/services/data/v67.0/sobjects/..%2F..%2Flimits/listviews',
  ])('is 404: %s', async (path) => {
    const answer = await ask(path)
    expect([answer.status, answer.body]).toEqual([404, notFound])
  })

  it('is not told apart from what does exist to whoever has no token', async () => {
    for (const path of ['/services/data/v67.0/nothing', '/services/data/v99.0', '/services/data/v67.0/limits']) {
      expect((await ask(path, {}, '')).body).toEqual(deadSession)
    }
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is not allowed on what is only read', async (method) => {
    const answer = await ask('/services/data/v67.0/limits', { method, headers: { 'content-type': 'application/json' } })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
    expect(answer.body).toEqual([
      { message: `HTTP Method '${method}' not allowed. Allowed are GET,HEAD`, errorCode: 'METHOD_NOT_ALLOWED' },
    ])
  })

  it.each(['limit=0', 'limit=2001', 'limit=x', 'offset=-1'])('is no page of results: %s', async (query) => {
    const { body } = await ask('/services/data/v67.0/sobjects/Account/listviews')
    const answer = await ask(`${body.listviews[0].resultsUrl}?${query}`)
    expect([answer.status, answer.body[0].errorCode]).toEqual([400, 'ILLEGAL_QUERY_PARAMETER_VALUE'])
  })
})
