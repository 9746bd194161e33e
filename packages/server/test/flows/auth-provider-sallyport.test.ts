import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strictPosture } from '../../src/options.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { authorizeAs, decideOn, signInOn, testBrowser } from './test-browser.ts'
import { addProvider } from './test-provider.ts'
import { consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'

// One org's people sign in to another with the accounts that they have there, each org at a server of its own.
describe.each([
  ['as Salesforce does it', {}],
  ['strictly', strictPosture],
])('another Sallyport as auth. provider, %s', (_, posture) => {
  let provider: TestServer
  let server: TestServer

  beforeAll(async () => {
    provider = await startHttpServer({ posture })
    server = await startTestServer({ clock: () => new Date() })
  })

  afterAll(() => Promise.all([provider.close(), server.close()]))

  it('signs people in, at once the second time, and an app gets its code', async () => {
    const callback = `${targetBase}/services/authcallback/Headquarters`
    const client = await provider.addApp('Branch_Office', { callbackUrls: [callback], scopes: ['openid', 'id'] })
    const discovery = await provider.request('/.well-known/openid-configuration')
    const { issuer, authorization_endpoint, token_endpoint, userinfo_endpoint } = JSON.parse(await discovery.text())
    await addProvider(server, 'Headquarters', provider.base, {
      consumerKey: client.consumerKey,
      consumerSecret,
      idTokenIssuer: issuer,
      authorizeUrl: authorization_endpoint,
      tokenUrl: token_endpoint,
      userInfoUrl: userinfo_endpoint,
      defaultScopes: 'openid id',
      userMatching: 'Username',
    })
    await provider.addUser('grace@acme.example')
    const grace = await server.addUser('grace@acme.example')

    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const left = await here.open(`${targetBase}/services/auth/sso/Headquarters?startURL=%2Fpersonal`)
    const consent = await signInOn(there, await there.open(left.url.href), grace.username)
    const returned = await decideOn(there, consent, 'allow')
    expect(returned.url.origin + returned.url.pathname).toBe(callback)
    const inside = await here.open(returned.url.href)
    expect([inside.status, inside.url.href]).toEqual([200, `${targetBase}/personal`])
    expect(inside.html).toContain(grace.username)

    const app = await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [grace.profileId] })
    const fresh = testBrowser(server)
    const again = await fresh.open(
      `${targetBase}/services/oauth2/authorize?${new URLSearchParams({
        response_type: 'code',
        client_id: app.consumerKey,
        redirect_uri: app.callbackUrls[0] ?? '',
        sso_provider: 'Headquarters',
      })}`,
    )
    const straight = await there.open(again.url.href)
    const called = await fresh.open(straight.url.href)
    expect(called.url.searchParams.get('code')).toMatch(/^aPrx/)
    expect(await authorizeAs(server, grace.username, app.consumerKey, {}, fresh)).toBeInstanceOf(URL)
  })
})
