import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumerSecret, password, type TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { codeCredentials, singleAccessUrl, usernamePassword, webServerFlow } from '../src/index.ts'
import { faultServer, json } from './fault-server.ts'

let server: TestServer
const username = 'ada@target.example'

beforeAll(async () => {
  server = await startHttpServer()
  const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
  const settings = { blockOAuthUnPwFlow: false, oAuthCdCrdtFlowEnable: true, trustedIpRanges }
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...settings } })
  await server.addUser(username)
  const callbackUrls = [`${server.base}/services/oauth2/echo`, 'https://app.example/callback']
  const scopes = ['api', 'web', 'refresh_token'] as const
  await server.addApp('Own', { isCodeCredentialEnabled: true, isUsernamePasswordEnabled: true, callbackUrls, scopes })
  await server.addApp('Off', { callbackUrls, scopes: ['api'] })
})
afterAll(() => server.close())

const own = () => ({ consumerKey: '3MVG9Own', consumerSecret, loginHost: server.base })
const sent = () => Promise.reject(new Error('This was sent.'))

describe('usernamePassword', () => {
  it('gets a token, and puts the security token behind the password', async () => {
    expect(await usernamePassword({ ...own(), username, password })).toMatchObject({ refreshToken: undefined })
    const bodies: unknown[] = []
    const transport: typeof sent = async (...[request]: readonly unknown[]) => {
      bodies.push(request)
      return sent()
    }
    const asked = usernamePassword({ ...own(), username, password: 'p', securityToken: 's' }, { transport })
    await expect(asked).rejects.toThrow('This was sent.')
    expect(bodies).toEqual([expect.objectContaining({ body: expect.stringContaining('password=ps&') })])
  })

  it('says what a refusal means', async () => {
    const refused = usernamePassword({ ...own(), username, password: 'wrong' })
    await expect(refused).rejects.toMatchObject({
      error: 'invalid_grant',
      errorDescription: 'authentication failure',
      explanation: { meaning: expect.stringMatching(/./) },
    })
  })
})

describe('codeCredentials', () => {
  it.each([undefined, 'https://app.example/callback'])('gets tokens with the callback %s', async (redirectUri) => {
    const token = await codeCredentials({ ...own(), username, password, redirectUri })
    expect(token.refreshToken).toEqual(expect.any(String))
    const app = webServerFlow({ ...own(), redirectUri: 'https://app.example/callback' })
    expect((await app.userinfo(await app.refresh(token))).get('preferred_username')).toBe(username)
  })

  it('says what a refusal means', async () => {
    const wrong = codeCredentials({ ...own(), username, password: 'wrong' })
    await expect(wrong).rejects.toMatchObject({ error: 'invalid_grant', errorDescription: 'authentication failure' })
    const off = codeCredentials({ ...own(), consumerKey: '3MVG9Off', username, password })
    await expect(off).rejects.toMatchObject({ error: 'oauth_flow_disabled' })
    const unknown = codeCredentials({ ...own(), consumerKey: 'nobody', username, password })
    await expect(unknown).rejects.toMatchObject({ name: 'TokenError' })
  })

  it('takes the answer of its own request only', async () => {
    await using other = await faultServer((_, response) => {
      response.writeHead(302, { location: `${other.url}/services/oauth2/echo?code=c&state=other` }).end()
    })
    const asked = codeCredentials({ ...own(), loginHost: other.url, username, password })
    await expect(asked).rejects.toMatchObject({ reason: 'state-differs' })
  })

  it('sends no password over an open line', async () => {
    const asked = codeCredentials({ ...own(), loginHost: 'http://a.example', username, password }, { transport: sent })
    await expect(asked).rejects.toMatchObject({ name: 'InputError' })
  })
})

describe('singleAccessUrl', () => {
  it('opens a page as the user of a token, once', async () => {
    const url = await singleAccessUrl(await codeCredentials({ ...own(), username, password }), '/personal')
    expect(url.href).toContain(`:${server.org.port}/secur/frontdoor.jsp?otp=`)
    const first = await fetch(url, { redirect: 'manual' })
    expect([first.status, first.headers.get('location')]).toEqual([302, expect.stringContaining('/personal')])
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
  })

  it('says what a refusal means, and takes no page elsewhere', async () => {
    const token = await codeCredentials({ ...own(), username, password, scope: ['api'] })
    await expect(singleAccessUrl(token)).rejects.toMatchObject({ error: 'insufficient_scope', status: 403 })
    await using other = await faultServer((_, response) =>
      json(response, 200, { frontdoor_uri: 'https://evil.example/secur/frontdoor.jsp?otp=x' }),
    )
    const elsewhere = singleAccessUrl({ ...token, instanceUrl: other.url })
    await expect(elsewhere).rejects.toMatchObject({ error: 'unusable_answer' })
    await expect(singleAccessUrl({ ...token, instanceUrl: undefined })).rejects.toMatchObject({
      reason: 'not-signed-in',
    })
  })
})
