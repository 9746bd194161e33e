import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import { hashSecret, tokenText } from '../../src/secret.ts'
import { noSession } from '../../src/sessions/session.ts'
import { accessTokenShape } from '../../src/tokens/access-token.ts'
import type { User } from '../../src/users/user.ts'
import { answerOf, base, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let colleague: User
let app: ConnectedApp
let token: string

const userinfoUrl = '/services/oauth2/userinfo'

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  colleague = await server.addUser('colleague@target.example', { firstName: undefined, lastName: 'Colleague' })
  app = await server.addApp('Web_App', { scopes: ['api', 'openid', 'refresh_token'] })
  token = (await tokensFor(server, user, app)).access_token
})

afterAll(() => server.close())

async function get(path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }, on = server) {
  return answerOf(await on.request(path, { headers }))
}

const identityOf = ({ orgId, id }: Pick<User, 'orgId' | 'id'>) => `/id/${orgId}/${id}`

/** A token with these scopes and no other: the flows give `id` along with anything. */
async function bareToken(scopes: readonly string[], on = server, of = user): Promise<string> {
  const secret = 'A'.repeat(85)
  const at = on.now()
  const purchase = await on.stores.issue.forAssertion(
    {
      orgId: of.orgId,
      userId: of.id,
      appId: (await on.addApp(`Bare_${Math.floor(at.getTime() / 1000)}_${scopes.join('_')}`)).id,
      scopes,
      epochs: { org: 1, user: 1, app: 1 },
      at,
      accessToken: {
        hash: hashSecret(secret),
        format: 'opaque',
        expiresAt: new Date(at.getTime() + 60_000),
        key: undefined,
        timeout: 60,
      },
      session: noSession,
      opens: [],
      mostLogins: undefined,
      refreshToken: undefined,
      login: {
        orgId: of.orgId,
        userId: of.id,
        at,
        loginType: 'Oauth2',
        loginSubType: undefined,
        status: 'Success',
        application: 'Bare',
        sourceIp: '127.0.0.1',
        loginUrl: base,
        browser: 'Unknown',
      },
    },
    undefined,
  )
  if (purchase.outcome !== 'issued') throw new Error('The token was not issued.')
  return tokenText(accessTokenShape(of.orgId), purchase.issued.accessTokenId, secret)
}

describe('userinfo', () => {
  it('says who the user is, under the names of OpenID Connect and of Salesforce', async () => {
    const { status, body, headers } = await get(userinfoUrl)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(headers.get('cache-control')).toContain('no-store')
    expect(body).toMatchObject({
      sub: `${base}${identityOf(user)}`,
      user_id: user.id,
      organization_id: server.org.id,
      preferred_username: 'ada@target.example',
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      zoneinfo: 'Europe/Paris',
      urls: { rest: `${targetBase}/services/data/v{version}/`, custom_domain: targetBase },
      active: true,
      utcOffset: 3_600_000,
    })
  })

  it.each([
    ['GET with the scheme Bearer', () => get(userinfoUrl)],
    ['GET with the scheme in small letters', () => get(userinfoUrl, { authorization: `bearer ${token}` })],
    ['GET with the scheme OAuth', () => get(userinfoUrl, { authorization: `OAuth ${token}` })],
    ['GET ?oauth_token=', () => get(`${userinfoUrl}?oauth_token=${token}`, {})],
    ['GET ?access_token=', () => get(`${userinfoUrl}?access_token=${token}`, {})],
    ['the same token twice, as jsforce sends it', () => get(`${userinfoUrl}?format=json&oauth_token=${token}`)],
    ['POST with the header', () => server.post(userinfoUrl, {}, { authorization: `Bearer ${token}` })],
    ['POST with the token in the form', () => server.post(userinfoUrl, { access_token: token })],
  ])('takes the token by %s', async (_, ask) => {
    const { status, body } = await ask()
    expect([status, body?.user_id]).toEqual([200, user.id])
  })

  it('speaks for the host it was asked at: at an org’s own address the sub stays the same', async () => {
    const { body } = await get(`${targetBase}${userinfoUrl}`)
    expect(body.sub).toBe(`${base}${identityOf(user)}`)
  })

  it.each([
    ['no token', () => get(userinfoUrl, {}), 'Missing_OAuth_Token', 'token-missing'],
    ['junk', () => get(userinfoUrl, { authorization: 'Bearer junk' }), 'Bad_OAuth_Token', 'token-unknown'],
    ['another scheme', () => get(userinfoUrl, { authorization: 'Basic eA==' }), 'Missing_OAuth_Token', 'token-missing'],
    ['two different tokens', () => get(`${userinfoUrl}?oauth_token=other`), 'Bad_OAuth_Token', 'token-twice'],
    [
      'a token under another org’s id',
      () => get(userinfoUrl, { authorization: `Bearer ${server.otherOrg.id.slice(0, 15)}${token.slice(15)}` }),
      'Bad_OAuth_Token',
      'token-unknown',
    ],
    ['a token of another org', () => get(`${otherBase}${userinfoUrl}`), 'Bad_OAuth_Token', 'token-of-another-org'],
  ])('refuses %s with 403 and a word as text', async (_, ask, word, reason) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([403, word])
    expect(answer.headers.get('content-type')).toBe('text/plain;charset=UTF-8')
    expect((await server.journalOf(answer)).refusal?.reason).toBe(reason)
  })

  it('refuses what is no access token: refresh tokens and ID tokens', async () => {
    const { refresh_token, id_token } = await tokensFor(server, user, app)
    for (const other of [refresh_token, id_token]) {
      expect((await get(userinfoUrl, { authorization: `Bearer ${other}` })).text).toBe('Bad_OAuth_Token')
    }
  })

  it('refuses a token that has ended, by time or by revocation', async () => {
    const own = await startTestServer()
    try {
      const one = await own.addUser('one@target.example')
      const its = await own.addApp('Its')
      const revoked = (await tokensFor(own, one, its)).access_token
      const expired = (await tokensFor(own, one, its)).access_token
      await own.post('/services/oauth2/revoke', { token: revoked })
      own.advance(7200)
      for (const ended of [revoked, expired]) {
        const answer = await get(userinfoUrl, { authorization: `Bearer ${ended}` }, own)
        expect([answer.status, answer.text]).toEqual([403, 'Bad_OAuth_Token'])
      }
    } finally {
      await own.close()
    }
  })

  it('refuses a token without any of the scopes that open it', async () => {
    const answer = await get(userinfoUrl, { authorization: `Bearer ${await bareToken(['api'])}` })
    expect([answer.status, answer.text]).toEqual([403, 'Bad_OAuth_Token'])
    expect((await server.journalOf(answer)).refusal).toEqual({
      reason: 'scope-missing',
      facts: { needed: 'id', granted: ['api'] },
    })
  })
})

describe('the identity URL', () => {
  it('answers what Salesforce answers, under its own id', async () => {
    const { status, body } = await get(identityOf(user))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: `${base}${identityOf(user)}`,
      asserted_user: true,
      user_id: user.id,
      organization_id: server.org.id,
      username: 'ada@target.example',
      display_name: 'Ada Lovelace',
      urls: { rest: `${targetBase}/services/data/v{version}/` },
      active: true,
      is_app_installed: true,
      last_modified_date: '2026-11-23T12:00:00Z',
    })
  })

  it.each([
    ['format=xml', '?format=xml', {}, 'application/xml;charset=UTF-8', /^<\?xml[^>]*\?><user[^>]*><id>http/],
    ['Accept: application/xml', '', { accept: 'application/xml' }, 'application/xml;charset=UTF-8', /<user_id>005/],
    [
      'format=json over Accept',
      '?format=json',
      { accept: 'application/xml' },
      'application/json;charset=UTF-8',
      /^\{"id"/,
    ],
    ['Accept: */*', '', { accept: '*/*' }, 'application/json;charset=UTF-8', /^\{"id"/],
    [
      'Accept: application/x-www-form-urlencoded',
      '',
      { accept: 'application/x-www-form-urlencoded' },
      'application/x-www-form-urlencoded;charset=UTF-8',
      /^id=http/,
    ],
    ['callback (JSONP)', '?callback=show.it', {}, 'application/javascript;charset=UTF-8', /^show\.it\(\{.*\}\);$/],
    ['X-PrettyPrint: 1', '', { 'x-prettyprint': '1' }, 'application/json;charset=UTF-8', /^\{\n {2}"id"/],
    ['PrettyPrint: 1', '', { prettyprint: '1' }, 'application/json;charset=UTF-8', /^\{\n {2}"id"/],
    ['version=29.0', '?version=29.0', {}, 'application/json;charset=UTF-8', /"rest":"[^"]*\/v29\.0\/"/],
    ['version=latest', '?version=latest', {}, 'application/json;charset=UTF-8', /"rest":"[^"]*\/v67\.0\/"/],
  ])('comes as asked: %s', async (_, query, headers, type, shape) => {
    const answer = await get(`${identityOf(user)}${query}`, { authorization: `Bearer ${token}`, ...headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.text).toMatch(shape)
  })

  it('takes ids of 15 characters, and the token as passport sends it', async () => {
    const short = `/id/${server.org.id.slice(0, 15)}/${user.id.slice(0, 15)}?access_token=${token}`
    expect((await get(short, {})).body.user_id).toBe(user.id)
  })

  it('is the URL that was asked, at an org’s own address too', async () => {
    expect((await get(`${targetBase}${identityOf(user)}`)).body.id).toBe(`${targetBase}${identityOf(user)}`)
  })

  it('shows a colleague to a token with api, and says that it is not the token’s own user', async () => {
    expect((await get(identityOf(colleague))).body).toMatchObject({ asserted_user: false, first_name: null })
    const narrow = await tokensFor(server, user, app, { scope: 'openid' })
    const refused = await get(identityOf(colleague), { authorization: `Bearer ${narrow.access_token}` })
    expect([refused.status, refused.text]).toEqual([404, 'No_Access'])
  })

  it.each([
    ['no token', () => get(identityOf(user), {}), 403, 'Missing_OAuth_Token'],
    ['a bad token', () => get(identityOf(user), { authorization: 'Bearer junk' }), 403, 'Bad_OAuth_Token'],
    ['another org’s id', () => get(`/id/${server.otherOrg.id}/${user.id}`), 403, 'Wrong_Org'],
    ['at another org’s address', () => get(`${otherBase}${identityOf(user)}`), 403, 'Bad_OAuth_Token'],
    ['an id of nobody', () => get(`/id/${server.org.id}/005000000000001AAA`), 404, 'Bad_Id'],
    ['ids that are none', () => get('/id/me/myself'), 404, 'Bad_Id'],
    ['ids the wrong way round', () => get(`/id/${user.id}/${server.org.id}`), 404, 'Bad_Id'],
    ['a version that is none', () => get(`${identityOf(user)}?version=new`), 406, 'Invalid_Version'],
    ['a callback that is script', () => get(`${identityOf(user)}?callback=alert(1)//`), 406, 'Invalid_Callback'],
    ['format=jsonp without a callback', () => get(`${identityOf(user)}?format=jsonp`), 406, 'Invalid_Callback'],
  ])('refuses %s', async (_, ask, status, word) => {
    const answer = await ask()
    expect([answer.status, answer.text]).toEqual([status, word])
    expect(answer.headers.get('content-type')).toBe('text/plain;charset=UTF-8')
  })

  it('shows no user who was deactivated, and nobody of another org', async () => {
    const gone = await server.addUser('gone@target.example', { isActive: false })
    expect((await get(identityOf(gone))).text).toBe('Inactive')
    const foreign = await server.addUser('foreign@other.example', { orgId: server.otherOrg.id })
    expect((await get(`/id/${server.org.id}/${foreign.id}`)).text).toBe('Bad_Id')
  })
})

describe('in the strict posture', () => {
  let strict: TestServer
  let strictToken: string
  let one: User

  beforeAll(async () => {
    strict = await startTestServer({ posture: strictPosture })
    one = await strict.addUser('one@target.example')
    strictToken = (await tokensFor(strict, one, await strict.addApp('Its'))).access_token
  })

  afterAll(() => strict.close())

  it('the token comes by header, or by the form of a POST', async () => {
    expect((await get(userinfoUrl, { authorization: `Bearer ${strictToken}` }, strict)).status).toBe(200)
    expect((await strict.post(userinfoUrl, { access_token: strictToken })).status).toBe(200)
  })

  it.each([
    ['no token', () => get(userinfoUrl, {}, strict), 401, 'Bearer realm="Sallyport"'],
    [
      'a token that is none',
      () => get(userinfoUrl, { authorization: 'Bearer junk' }, strict),
      401,
      'Bearer realm="Sallyport", error="invalid_token"',
    ],
    [
      'a token in the query string',
      () => get(`${userinfoUrl}?access_token=${strictToken}`, {}, strict),
      400,
      'Bearer realm="Sallyport", error="invalid_request"',
    ],
    [
      'a token by header and form',
      () => strict.post(userinfoUrl, { access_token: strictToken }, { authorization: `Bearer ${strictToken}` }),
      400,
      'Bearer realm="Sallyport", error="invalid_request"',
    ],
    [
      'a parameter that comes twice',
      () => get(`${userinfoUrl}?format=json&format=xml`, { authorization: `Bearer ${strictToken}` }, strict),
      400,
      'Bearer realm="Sallyport", error="invalid_request"',
    ],
    [
      'a token without the scope',
      async () => get(userinfoUrl, { authorization: `Bearer ${await bareToken(['api'], strict, one)}` }, strict),
      403,
      'Bearer realm="Sallyport", error="insufficient_scope"',
    ],
  ])('%s is answered as RFC 6750 says', async (_, ask, status, challenge) => {
    const answer = await ask()
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([status, challenge])
    expect(answer.headers.get('cache-control')).toContain('no-store')
  })
})
