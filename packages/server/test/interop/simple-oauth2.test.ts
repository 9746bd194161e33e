import { AuthorizationCode, type ModuleOptions } from 'simple-oauth2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs, decideOn, signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, consumerSecret, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from './http-server.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startHttpServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App')
})

afterAll(() => server.close())

async function userinfo(token: unknown): Promise<number> {
  return (await server.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } })).status
}

describe.each<NonNullable<ModuleOptions['options']>>([
  { authorizationMethod: 'header', credentialsEncodingMode: 'strict' },
  { authorizationMethod: 'header', credentialsEncodingMode: 'loose' },
  { authorizationMethod: 'body' },
])('simple-oauth2 with %j', (options) => {
  const clientFor = ({ consumerKey }: ConnectedApp) =>
    new AuthorizationCode({
      client: { id: consumerKey, secret: consumerSecret },
      auth: {
        tokenHost: server.base,
        authorizePath: '/services/oauth2/authorize',
        tokenPath: '/services/oauth2/token',
        revokePath: '/services/oauth2/revoke',
      },
      options,
    })

  async function tokensFor(client: AuthorizationCode) {
    const url = client.authorizeURL({ redirect_uri: callbackUrl, scope: ['api', 'refresh_token'], state: 'x1' })
    const browser = testBrowser(server)
    let stop = await signInOn(browser, await browser.open(url), user.username)
    if (!stop.hasLeft) stop = await decideOn(browser, stop, 'allow')
    expect(stop.url.searchParams.get('state')).toBe('x1')
    return client.getToken({ code: stop.url.searchParams.get('code') ?? '', redirect_uri: callbackUrl })
  }

  it('gets tokens for a code, refreshes, and revokes both', async () => {
    const first = await tokensFor(clientFor(app))
    expect(first.token).toMatchObject({ token_type: 'Bearer', instance_url: `http://127.0.0.1:${server.org.port}` })
    const second = await first.refresh()
    expect([await userinfo(first.token['access_token']), await userinfo(second.token['access_token'])]).toEqual([
      200, 200,
    ])

    await first.revokeAll()
    expect([await userinfo(first.token['access_token']), await userinfo(second.token['access_token'])]).toEqual([
      403, 403,
    ])
    await expect(first.refresh()).rejects.toMatchObject({
      data: { payload: { error: 'invalid_grant', error_description: 'expired access/refresh token' } },
    })
  })

  it('goes on with the refresh token of each rotation, and loses it by showing an old one', async () => {
    const rotating = await server.addApp(`Rotating_${JSON.stringify(options).length}`, {
      isRefreshTokenRotationEnabled: true,
    })
    const first = await tokensFor(clientFor(rotating))
    const second = await first.refresh()
    const third = await second.refresh()
    expect(new Set([first, second, third].map(({ token }) => token['refresh_token'])).size).toBe(3)
    await expect(first.refresh()).rejects.toThrow()
    await expect(third.refresh()).rejects.toThrow()
    expect(await userinfo(third.token['access_token'])).toBe(403)
  })
})

it('simple-oauth2 hands on what the server says of a code that was used before', async () => {
  const client = new AuthorizationCode({
    client: { id: app.consumerKey, secret: consumerSecret },
    auth: { tokenHost: server.base, tokenPath: '/services/oauth2/token' },
  })
  const callback = await authorizeAs(server, user.username, app.consumerKey)
  const code = callback.searchParams.get('code') ?? ''
  await client.getToken({ code, redirect_uri: callbackUrl })
  await expect(client.getToken({ code, redirect_uri: callbackUrl })).rejects.toMatchObject({
    output: { statusCode: 400 },
    data: { payload: { error: 'invalid_grant', error_description: 'expired authorization code' } },
  })
})
