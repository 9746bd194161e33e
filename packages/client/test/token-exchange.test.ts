import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../server/src/connected-apps/connected-app.ts'
import type { User } from '../../server/src/users/user.ts'
import { addHandler, believing } from '../../server/test/flows/test-handlers.ts'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { anAssetApp, aThing } from '../../server/test/flows/test-things.ts'
import { tokensFor } from '../../server/test/flows/test-tokens.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { assetToken, decodeJwt, signerFromKey, TokenError, tokenExchange } from '../src/index.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startHttpServer({ handlers: { code: { Believing: believing } } })
  user = await server.addUser('ada@target.example')
  app = await server.addApp(
    'Exchanger',
    { isTokenExchangeEnabled: true },
    { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [user.profileId] },
  )
  await addHandler(server, app, user)
})

afterAll(() => server.close())

const request = () => ({
  consumerKey: app.consumerKey,
  consumerSecret,
  subjectToken: `user:${user.username}`,
  subjectTokenType: 'jwt' as const,
  loginHost: server.base,
})

describe('tokenExchange', () => {
  it('gets a token for a token of another issuer, and a refresh token where it is asked for', async () => {
    const token = await tokenExchange(request())
    expect(token).toMatchObject({ scope: ['api', 'openid', 'id'], refreshToken: undefined })
    expect(token.id).toContain(user.id)
    const more = await tokenExchange({ ...request(), tokenHandler: 'Believing', scope: ['api', 'refresh_token'] })
    expect(more.refreshToken).toMatch(/^5Aep/)
  })

  it('gets sessions for the web views of a hybrid app', async () => {
    const policies = { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [user.profileId] }
    const scopes = ['api', 'web', 'refresh_token']
    const hybrid = await server.addApp('Hybrid Exchanger', { isTokenExchangeEnabled: true, scopes }, policies)
    await addHandler(server, hybrid, user, { developerName: 'Hybrid' })
    const asked = { ...request(), consumerKey: hybrid.consumerKey, isHybrid: true }
    const token = await tokenExchange({ ...asked, scope: ['web', 'refresh_token'] })
    expect(token.webSessions?.sessions.map(({ kind }) => kind)).toEqual(['parent', 'visualforce'])
  })

  it('takes a signed JWT in place of the secret', async () => {
    const privateKey = server.signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { consumerSecret: _, ...asked } = request()
    const token = await tokenExchange({ ...asked, signer: signerFromKey(privateKey) })
    expect(token.id).toContain(user.id)
  })

  it('says why it was refused, in the words of the handler', async () => {
    const refused = tokenExchange({ ...request(), subjectToken: 'other' })
    await expect(refused).rejects.toThrow(TokenError)
    await expect(refused).rejects.toMatchObject({
      error: 'invalid_grant',
      errorDescription: "This is no 'user' token.",
    })
  })
})

describe('assetToken', () => {
  it('gets a token for a device, by the access token of an app', async () => {
    const things = await anAssetApp(server, 'Things')
    const { access_token: accessToken } = await tokensFor(server, user, things)
    const before = Date.now()
    const { assetToken: token, expiresAt } = await assetToken({
      accessToken,
      actorToken: aThing().token(),
      loginHost: server.base,
    })
    expect(Object.fromEntries(decodeJwt(token)?.claims ?? [])).toMatchObject({
      did: 'thermostat-7',
      act: { sub: 'thermostat-7' },
    })
    expect(expiresAt?.getTime()).toBeGreaterThanOrEqual(before + 1_800_000)
  })

  it('says that the access token has ended', async () => {
    const gone = assetToken({ accessToken: '00D000000000001!gone', loginHost: server.base })
    await expect(gone).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
