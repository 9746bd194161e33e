import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { decideOn, signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, consumerSecret, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from './http-server.ts'

const insecure = { [oauth.allowInsecureRequests]: true }

describe.each([
  ['without a nonce', false],
  ['with a nonce in every proof', true],
])('oauth4webapi against a strict server, %s', (_, dpopNeedsNonce) => {
  let server: TestServer
  let user: User
  let app: ConnectedApp
  let as: oauth.AuthorizationServer
  let client: oauth.Client
  let DPoP: oauth.DPoPHandle
  let authentication: oauth.ClientAuth

  beforeAll(async () => {
    server = await startHttpServer({ posture: { ...strictPosture, pushedRequests: 'required', dpopNeedsNonce } })
    user = await server.addUser('ada@target.example')
    const details = { isClientCredentialEnabled: true, isPkceRequired: true }
    app = await server.addApp('Web_App', details, { clientCredentialUserId: user.id })
    as = await discovered(server.base, 'oauth2')
    client = { client_id: app.consumerKey }
    DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const der = server.signer.privateKey.export({ type: 'pkcs8', format: 'der' })
    authentication = oauth.PrivateKeyJwt(await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']))
  })

  afterAll(() => server.close())

  /** What a server says of itself, by RFC 8414 or by OpenID Connect Discovery. */
  async function discovered(base: string, algorithm: 'oauth2' | 'oidc') {
    const issuer = new URL(base)
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }))
  }

  /** Asks again with the nonce that the server has said, as this library leaves to its callers. */
  async function again<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error
      return ask()
    }
  }

  /** Pushes a request, sends a person along, and exchanges what they come back with. */
  async function signIn() {
    const verifier = oauth.generateRandomCodeVerifier()
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const parameters = {
      response_type: 'code',
      redirect_uri: callbackUrl,
      scope: 'openid api refresh_token',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      prompt: 'login consent',
    }
    const pushed = await again(async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP, ...insecure }),
      ),
    )
    const url = new URL(as.authorization_endpoint ?? '')
    url.search = new URLSearchParams({ client_id: app.consumerKey, request_uri: pushed.request_uri }).toString()
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(url.href), user.username)
    const { url: callback } = await decideOn(browser, consent, 'allow')
    const back = oauth.validateAuthResponse(as, client, callback, state)
    const tokens = await again(async () =>
      oauth.processAuthorizationCodeResponse(
        as,
        client,
        await oauth.authorizationCodeGrantRequest(as, client, authentication, back, callbackUrl, verifier, {
          DPoP,
          ...insecure,
        }),
        { expectedNonce: nonce, requireIdToken: true },
      ),
    )
    return { tokens, callback, state }
  }

  it('finds the same metadata by both ways', async () => {
    expect(await discovered(server.base, 'oidc')).toEqual(as)
    expect(as).toMatchObject({
      require_pushed_authorization_requests: true,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256']),
    })
  })

  it('signs a person in, calls, refreshes, introspects and revokes, all bound to its key', async () => {
    const { tokens } = await signIn()
    expect(tokens.token_type).toBe('dpop')
    const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
    const who = await again(async () =>
      oauth.processUserInfoResponse(
        as,
        client,
        sub,
        await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...insecure }),
      ),
    )
    expect(who['preferred_username']).toBe(user.username)
    const limits = new URL(`${server.base}/services/data/v62.0/limits`)
    const call = (token: string) =>
      oauth.protectedResourceRequest(token, 'GET', limits, undefined, undefined, { DPoP, ...insecure })
    expect((await again(() => call(tokens.access_token))).status).toBe(200)

    const refreshed = await again(async () =>
      oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token ?? '', {
          DPoP,
          ...insecure,
        }),
      ),
    )
    const introspected = await oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, authentication, refreshed.access_token, insecure),
    )
    expect(introspected).toMatchObject({ active: true, cnf: { jkt: await DPoP.calculateThumbprint() } })
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, authentication, tokens.refresh_token ?? '', insecure),
    )
    await expect(again(() => call(refreshed.access_token))).rejects.toMatchObject({ status: 401 })
  })

  it('takes no answer that another server could have made', async () => {
    const { callback, state } = await signIn()
    callback.searchParams.set('iss', 'https://attacker.example')
    expect(() => oauth.validateAuthResponse(as, client, callback, state)).toThrow()
    callback.searchParams.delete('iss')
    expect(() => oauth.validateAuthResponse(as, client, callback, state)).toThrow()
  })

  it('gets a token of its own at the address of the org', async () => {
    const own = await discovered(`http://127.0.0.1:${server.org.port}`, 'oidc')
    const tokens = await again(async () =>
      oauth.processClientCredentialsResponse(
        own,
        client,
        await oauth.clientCredentialsGrantRequest(own, client, authentication, {}, { DPoP, ...insecure }),
      ),
    )
    expect(tokens.token_type).toBe('dpop')
  })

  it('gets the codes of a device, and polls', async () => {
    const device = await server.addApp('Kiosk', { isDeviceFlowEnabled: true })
    const kiosk = { client_id: device.consumerKey }
    const secret = oauth.ClientSecretPost(consumerSecret)
    const codes = await oauth.processDeviceAuthorizationResponse(
      as,
      kiosk,
      await oauth.deviceAuthorizationRequest(as, kiosk, secret, { scope: 'api' }, insecure),
    )
    expect(codes.verification_uri).toMatch(/\/setup\/connect$/)
    const polled = await oauth.deviceCodeGrantRequest(as, kiosk, secret, codes.device_code, insecure)
    await expect(oauth.processDeviceCodeResponse(as, kiosk, polled)).rejects.toMatchObject({
      error: 'authorization_pending',
    })
  })
})
