import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import type { Stores } from '../../src/stores/stores.ts'
import type { User } from '../../src/users/user.ts'
import { answerOf, base, consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { credentialsOf, isAlive, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp
let stranger: ConnectedApp

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'openid', 'refresh_token'] })
  stranger = await server.addApp('Stranger')
})

afterAll(() => server.close())

const revokeUrl = '/services/oauth2/revoke'
const introspectUrl = '/services/oauth2/introspect'
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

describe('a revocation', () => {
  it.each([
    ['POST', (token: string) => server.post(revokeUrl, { token })],
    ['GET', async (token: string) => answerOf(await server.request(`${revokeUrl}?token=${token}`))],
    [
      'POST with the token in the query string',
      async (token: string) => answerOf(await server.request(`${revokeUrl}?token=${token}`, { method: 'POST' })),
    ],
    [
      'POST with a hint that is wrong',
      (token: string) => server.post(revokeUrl, { token, token_type_hint: 'refresh_token' }),
    ],
  ])('by %s ends the access token at once, with an empty answer of JSON type', async (_, revoke) => {
    const { access_token } = await tokensFor(server, user, app)
    expect(await isAlive(server, access_token)).toBe(true)
    const { status, text, headers } = await revoke(access_token)
    expect([status, text, headers.get('content-type')]).toEqual([200, '', 'application/json;charset=UTF-8'])
    expect(headers.get('cache-control')).toContain('no-store')
    expect(await isAlive(server, access_token)).toBe(false)
    const rest = { headers: { authorization: `Bearer ${access_token}` } }
    expect((await server.request(`${targetBase}/services/data/v67.0/limits`, rest)).status).toBe(401)
  })

  it('by GET from a page of elsewhere calls the function that the page names (JSONP)', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const revoked = await answerOf(await server.request(`${revokeUrl}?token=${access_token}&callback=my.done`))
    expect([revoked.status, revoked.text]).toEqual([200, 'my.done({});'])
    expect(revoked.headers.get('content-type')).toBe('application/javascript;charset=UTF-8')
    expect(revoked.headers.get('cache-control')).toContain('no-store')
    expect(await isAlive(server, access_token)).toBe(false)
  })

  it('by GET tells a function of a page also that it was refused, since browsers run no script that comes as an error', async () => {
    const refused = await answerOf(await server.request(`${revokeUrl}?token=junk&callback=done`))
    const words = '{"error":"unsupported_token_type","error_description":"this token type is not supported"}'
    expect([refused.status, refused.text]).toEqual([200, `done(${words});`])
    expect((await server.journalOf(refused)).refusal?.reason).toBe('token-form-unknown')
  })

  it('takes no script for the name of a function, and no callback from a form', async () => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    const script = await answerOf(await server.request(`${revokeUrl}?token=${access_token}&callback=alert(1)//`))
    expect([script.status, script.text]).toEqual([200, ''])
    const posted = await server.post(revokeUrl, { token: refresh_token, callback: 'done' })
    expect([posted.status, posted.text]).toEqual([200, ''])
  })

  it('of a refresh token takes its access tokens along', async () => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    const { body } = await refresh(server, app, refresh_token)
    await server.post(revokeUrl, { token: refresh_token })
    expect(await isAlive(server, access_token)).toBe(false)
    expect(await isAlive(server, body.access_token)).toBe(false)
    expect((await refresh(server, app, refresh_token)).body.error_description).toBe('expired access/refresh token')
  })

  it('of an access token leaves its refresh token and other access tokens alive', async () => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    const { body } = await refresh(server, app, refresh_token)
    await server.post(revokeUrl, { token: access_token })
    expect(await isAlive(server, body.access_token)).toBe(true)
    expect((await refresh(server, app, refresh_token)).status).toBe(200)
  })

  it.each([
    '00D000000000001!AQ.nothing',
    `5Aep861${'A'.repeat(80)}`,
    '5DelNothing',
    `${Buffer.from('{"alg":"RS256","tty":"sfdc-core-token","kid":"CORE_ATJWT.00D000000000001.1"}').toString('base64url')}.e30.AA`,
  ])('of an unknown token is no error: %s', async (token) => {
    const { status, text } = await server.post(revokeUrl, { token })
    expect([status, text]).toEqual([200, ''])
  })

  it('of what has the form of no token is refused, and taken for done in the strict posture', async () => {
    const { id_token } = await tokensFor(server, user, app)
    const strict = await startTestServer({ posture: strictPosture })
    for (const token of ['junk', id_token, '00D!', '0'.repeat(4000)]) {
      expect(await refusalOf(server, await server.post(revokeUrl, { token }))).toEqual({
        status: 400,
        error: 'unsupported_token_type',
        error_description: 'this token type is not supported',
        reason: 'token-form-unknown',
      })
      expect((await strict.post(revokeUrl, { token })).status).toBe(200)
    }
    await strict.close()
  })

  it('may come twice', async () => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    for (const token of [access_token, access_token, refresh_token, refresh_token]) {
      expect((await server.post(revokeUrl, { token })).status).toBe(200)
    }
  })

  it('without a token is refused', async () => {
    expect(await refusalOf(server, await server.post(revokeUrl, {}))).toEqual({
      status: 400,
      error: 'invalid_token',
      error_description: 'token not provided',
      reason: 'token-missing',
    })
  })

  it.each([
    ['its own secret', () => credentialsOf(stranger), {}],
    ['its own Basic header', () => ({}), { authorization: basic('3MVG9Stranger', consumerSecret) }],
    ['its own key alone', () => ({ client_id: stranger.consumerKey }), {}],
  ])('by another app with %s is refused, and the token lives on', async (_, credentials, headers) => {
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    for (const token of [access_token, refresh_token]) {
      const answer = await server.post(revokeUrl, { token, ...credentials() }, headers)
      expect(await refusalOf(server, answer)).toMatchObject({ status: 400, reason: 'token-of-another-app' })
    }
    expect(await isAlive(server, access_token)).toBe(true)
  })

  it('with credentials that are wrong is refused, and the token lives on', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const answer = await server.post(revokeUrl, { token: access_token, ...credentialsOf(app), client_secret: 'wrong' })
    expect(answer.body).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' })
    expect(await isAlive(server, access_token)).toBe(true)
  })

  it('with right credentials of its own app is done', async () => {
    const { access_token } = await tokensFor(server, user, app)
    expect((await server.post(revokeUrl, { token: access_token, ...credentialsOf(app) })).status).toBe(200)
    expect(await isAlive(server, access_token)).toBe(false)
  })

  it('that could not be stored is never answered with 200', async () => {
    const fail = () => Promise.reject(new Error('the disk is full'))
    const between = (stores: Stores): Stores => ({
      ...stores,
      accessTokens: { ...stores.accessTokens, revoke: fail },
      refreshTokens: { ...stores.refreshTokens, revoke: fail },
    })
    const failing = await startTestServer({ between })
    try {
      const one = await failing.addUser('one@target.example')
      const own = await failing.addApp('Own')
      const { access_token, refresh_token } = await tokensFor(failing, one, own)
      for (const token of [access_token, refresh_token]) {
        const answer = await failing.post(revokeUrl, { token })
        expect(answer).toMatchObject({
          status: 500,
          body: { error: 'server_error', error_description: 'unexpected error' },
        })
        expect(answer.text).not.toContain('disk')
      }
      expect(failing.takeErrors()).toHaveLength(2)
    } finally {
      await failing.close()
    }
  })

  it('comes by POST body alone in the strict posture', async () => {
    const strict = await startTestServer({ posture: strictPosture })
    try {
      const get = await answerOf(await strict.request(`${revokeUrl}?token=x`))
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
      const query = await answerOf(await strict.request(`${revokeUrl}?token=x`, { method: 'POST' }))
      expect(query.body.error_description).toBe('credentials are not accepted in the query string')
      expect((await strict.post(revokeUrl, { token: 'x' })).status).toBe(200)
    } finally {
      await strict.close()
    }
  })
})

function introspect(token: string, by: ConnectedApp = app, more: Record<string, string> = {}) {
  return server.post(introspectUrl, { token, ...credentialsOf(by), ...more })
}

describe('introspection', () => {
  it('tells of a live access token what RFC 7662 names, in seconds', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const now = server.now().getTime() / 1000
    const { status, body, headers } = await introspect(access_token)
    expect(status).toBe(200)
    expect(body).toEqual({
      active: true,
      scope: 'api openid refresh_token id',
      client_id: app.consumerKey,
      username: user.username,
      sub: `${base}/id/${server.org.id}/${user.id}`,
      token_type: 'access_token',
      exp: now + 7200,
      iat: now,
      nbf: now,
    })
    expect(headers.get('cache-control')).toContain('no-store')
  })

  it('tells of a live refresh token, which has no end', async () => {
    const { refresh_token } = await tokensFor(server, user, app)
    const { body } = await introspect(refresh_token)
    expect(body).toMatchObject({ active: true, token_type: 'refresh_token', client_id: app.consumerKey })
    expect(body.exp).toBeUndefined()
  })

  it('follows an end that moves ahead with use', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const issued = server.now().getTime() / 1000
    server.advance(3000)
    await isAlive(server, access_token)
    await introspect(access_token)
    expect((await introspect(access_token)).body.exp).toBe(issued + 7200)
    server.advance(1000)
    await isAlive(server, access_token)
    await server.journalOf(await introspect(access_token))
    expect((await introspect(access_token)).body.exp).toBe(issued + 4000 + 7200)
  })

  it('takes the Basic header and the assertion of private_key_jwt too', async () => {
    const { access_token } = await tokensFor(server, user, app)
    const header = { authorization: basic(app.consumerKey, consumerSecret) }
    expect((await server.post(introspectUrl, { token: access_token }, header)).body.active).toBe(true)
    const proof = {
      client_assertion: server.assertion({ iss: app.consumerKey, sub: app.consumerKey, jti: 'introspect-1' }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    expect((await server.post(introspectUrl, { token: access_token, ...proof })).body.active).toBe(true)
  })

  it.each([
    ['the secret is missing', { client_secret: '' }, 'client-secret-missing', 'invalid_client'],
    ['the secret is wrong', { client_secret: 'wrong' }, 'client-secret-wrong', 'invalid_client'],
    ['the app is unknown', { client_id: 'nobody' }, 'client-unknown', 'invalid_client_id'],
    ['nobody is named', { client_id: '', client_secret: '' }, 'client-id-missing', 'invalid_client_id'],
  ])('is for apps that show who they are: refused when %s', async (_, change, reason, error) => {
    const { access_token } = await tokensFor(server, user, app)
    const form = Object.entries({ token: access_token, ...credentialsOf(app), ...change }).filter(
      ([, value]) => value !== '',
    )
    const answer = await server.post(introspectUrl, Object.fromEntries(form))
    expect(await refusalOf(server, answer)).toMatchObject({ status: 400, error, reason })
    expect(answer.text).not.toContain('active')
  })

  it('wants a secret even of an app whose secret is optional', async () => {
    const open = await server.addApp('Public', {
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
    })
    const { access_token } = await tokensFor(server, user, open)
    const answer = await server.post(introspectUrl, { token: access_token, client_id: open.consumerKey })
    expect(answer.body).toEqual({ error: 'invalid_client', error_description: 'invalid client credentials' })
  })

  it('answers a program that shows nothing with 401 and a challenge in the strict posture', async () => {
    const strict = await startTestServer({ posture: strictPosture })
    try {
      for (const form of [{ token: 'x' }, { token: 'x', client_id: 'nobody' }]) {
        const answer = await strict.post(introspectUrl, form)
        expect(answer.status).toBe(401)
        expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Sallyport", charset="UTF-8"')
      }
    } finally {
      await strict.close()
    }
  })

  it('without a token is refused', async () => {
    const answer = await server.post(introspectUrl, credentialsOf(app))
    expect(await refusalOf(server, answer)).toMatchObject({ status: 400, reason: 'token-missing' })
  })

  it('is not asked by GET', async () => {
    const answer = await answerOf(await server.request(`${introspectUrl}?token=x`))
    expect(answer.body).toEqual({ error: 'invalid_request', error_description: 'must use HTTP POST' })
  })
})

describe('everything that is none of the asker’s business is inactive, all alike', () => {
  it.each<readonly [string, () => Promise<readonly [string, ConnectedApp]>]>([
    ['an unknown token', async () => ['junk', app]],
    ['an access token of another app', async () => [(await tokensFor(server, user, app)).access_token, stranger]],
    ['a refresh token of another app', async () => [(await tokensFor(server, user, app)).refresh_token, stranger]],
    ['an ID token', async () => [(await tokensFor(server, user, app, { scope: 'openid' })).id_token, app]],
    [
      'a revoked access token',
      async () => {
        const { access_token } = await tokensFor(server, user, app)
        await server.post(revokeUrl, { token: access_token })
        return [access_token, app]
      },
    ],
    [
      'a revoked refresh token',
      async () => {
        const { refresh_token } = await tokensFor(server, user, app)
        await server.post(revokeUrl, { token: refresh_token })
        return [refresh_token, app]
      },
    ],
    [
      'an access token whose refresh token was revoked',
      async () => {
        const { access_token, refresh_token } = await tokensFor(server, user, app)
        await server.post(revokeUrl, { token: refresh_token })
        return [access_token, app]
      },
    ],
    [
      'an access token that has expired',
      async () => {
        const { access_token } = await tokensFor(server, user, app)
        server.advance(7201)
        return [access_token, app]
      },
    ],
    [
      'a refresh token that the policy has ended',
      async () => {
        const own = await server.addApp(
          'Short',
          {},
          { refreshTokenPolicy: { kind: 'specific_lifetime', seconds: 3600 } },
        )
        const { refresh_token } = await tokensFor(server, user, own)
        server.advance(3601)
        return [refresh_token, own]
      },
    ],
    [
      'a refresh token that a rotation has replaced',
      async () => {
        const own = await server.addApp('Rotating', { isRefreshTokenRotationEnabled: true })
        const { refresh_token } = await tokensFor(server, user, own)
        await refresh(server, own, refresh_token)
        return [refresh_token, own]
      },
    ],
    [
      'a token of a user who was frozen',
      async () => {
        const frozen = await server.addUser('frozen@target.example')
        const { access_token } = await tokensFor(server, frozen, app)
        await server.stores.users.setFrozen(frozen.id, true)
        return [access_token, app]
      },
    ],
    [
      'a token under the id of another org',
      async () => {
        const { access_token } = await tokensFor(server, user, app)
        return [server.otherOrg.id.slice(0, 15) + access_token.slice(15), app]
      },
    ],
  ])('%s', async (_, prepare) => {
    const [token, by] = await prepare()
    const { status, text } = await introspect(token, by)
    expect([status, text]).toEqual([200, '{"active":false}'])
  })

  it('but an app that may introspect all tokens sees those of its own org, and of no other', async () => {
    const seer = await server.addApp('Seer', { isIntrospectAllTokens: true })
    const outsider = await server.addApp(
      'Outsider',
      { isIntrospectAllTokens: true, orgId: server.otherOrg.id },
      { orgId: server.otherOrg.id },
    )
    const { access_token, refresh_token } = await tokensFor(server, user, app)
    for (const token of [access_token, refresh_token]) {
      expect((await introspect(token, seer)).body).toMatchObject({ active: true, client_id: app.consumerKey })
      expect((await introspect(token, outsider)).text).toBe('{"active":false}')
    }
  })
})

it('refresh tokens of a closed org are inactive', async () => {
  const closing = await startTestServer()
  try {
    const one = await closing.addUser('one@closing.example')
    const own = await closing.addApp('Own')
    const { refresh_token } = await tokensFor(closing, one, own)
    await closing.stores.orgs.update({ ...closing.org, isActive: false })
    const { text } = await closing.post(introspectUrl, { token: refresh_token, ...credentialsOf(own) })
    expect(text).toBe('{"active":false}')
  } finally {
    await closing.close()
  }
})
