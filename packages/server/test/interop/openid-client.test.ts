import { createHash, type KeyObject } from 'node:crypto'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { generateInitialAccessToken } from '../../src/connected-apps/initial-access-token.ts'
import { type Posture, salesforcePosture, strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { decideOn, fieldsOf, signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, consumerSecret, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from './http-server.ts'

const scope = 'openid api refresh_token'

describe.each<[string, Posture]>([
  ["Salesforce's posture", salesforcePosture],
  ['the strict posture', strictPosture],
])('openid-client against %s', (_, posture) => {
  let server: TestServer
  let user: User
  let app: ConnectedApp
  let publicApp: ConnectedApp

  beforeAll(async () => {
    server = await startHttpServer({ posture })
    user = await server.addUser('ada@target.example')
    app = await server.addApp('Web_App')
    publicApp = await server.addApp('Public_App', {
      isConsumerSecretOptional: true,
      isSecretRequiredForRefreshToken: false,
      isPkceRequired: true,
    })
  })

  afterAll(() => server.close())

  /** What the client knows of the server, after it asked; signatures of ID tokens are held against `/id/keys`. */
  async function discovered(authentication: openid.ClientAuth, issuer = server.base, client = app) {
    const config = await openid.discovery(new URL(issuer), client.consumerKey, {}, authentication, {
      execute: [openid.allowInsecureRequests],
    })
    openid.enableNonRepudiationChecks(config)
    return config
  }

  it('registers itself, and then signs people in', async () => {
    const { registrations } = server.stores
    const token = await generateInitialAccessToken({ registrations, now: server.now }, app)
    const config = await openid.dynamicClientRegistration(
      new URL(server.base),
      { redirect_uris: [callbackUrl], client_name: 'By itself', scope: 'openid api refresh_token' },
      undefined,
      { initialAccessToken: token, execute: [openid.allowInsecureRequests] },
    )
    openid.enableNonRepudiationChecks(config)
    const { tokens } = await signIn(config)
    expect(tokens.claims()?.aud).toBe(config.clientMetadata().client_id)
  })

  /** Sends a person through sign-in and consent. */
  async function answered(config: openid.Configuration, parameters: Record<string, string> = {}) {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const expectedNonce = openid.randomNonce()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callbackUrl,
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      prompt: 'login consent',
      ...parameters,
    })
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(url.href), user.username)
    const { url: callback } = await decideOn(browser, consent, 'allow')
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
    return { callback, checks, browser }
  }

  /** The same, and exchanges what they come back with. */
  async function signIn(config: openid.Configuration, parameters: Record<string, string> = {}) {
    const back = await answered(config, parameters)
    return { ...back, tokens: await openid.authorizationCodeGrant(config, back.callback, back.checks) }
  }

  it.each<[string, () => Promise<openid.ClientAuth>, () => ConnectedApp]>([
    ['client_secret_basic', async () => openid.ClientSecretBasic(consumerSecret), () => app],
    ['client_secret_post', async () => openid.ClientSecretPost(consumerSecret), () => app],
    ['private_key_jwt', async () => openid.PrivateKeyJwt(await webCryptoKey(server.signer.privateKey)), () => app],
    ['none', async () => openid.None(), () => publicApp],
  ])('signs a person in, asks who it is, refreshes and revokes, authenticating by %s', async (method, by, client) => {
    const config = await discovered(await by(), server.base, client())
    const { tokens } = await signIn(config)
    const claims = tokens.claims()
    const subject = `${server.base}/id/${server.org.id}/${user.id}`
    expect(claims).toMatchObject({ iss: server.base, sub: subject, aud: client().consumerKey })
    const halfHash = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16)
    expect(claims?.['at_hash']).toBe(halfHash.toString('base64url'))

    const who = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')
    expect(who).toMatchObject({ sub: subject, preferred_username: user.username, email_verified: true })

    const refreshToken = tokens.refresh_token ?? ''
    const refreshed = await openid.refreshTokenGrant(config, refreshToken)
    expect(refreshed.claims()?.sub).toBe(subject)
    expect(refreshed.access_token).not.toBe(tokens.access_token)
    const rotates = posture.rotatesForPublicApps && method === 'none'
    expect(refreshed.refresh_token === undefined).toBe(!rotates)

    if (method !== 'none') {
      expect(await openid.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
        active: true,
        client_id: client().consumerKey,
        username: user.username,
        sub: subject,
        token_type: 'access_token',
      })
    }
    await openid.tokenRevocation(config, refreshed.refresh_token ?? refreshToken)
    await expect(openid.fetchUserInfo(config, refreshed.access_token, subject)).rejects.toThrow()
    await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? refreshToken)).rejects.toMatchObject({
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired access/refresh token',
    })
    if (method !== 'none') {
      expect(await openid.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false })
    }
  })

  it("signs a person in at the org's own address, whose issuer it is", async () => {
    const address = `http://127.0.0.1:${server.org.port}`
    const config = await discovered(openid.ClientSecretBasic(consumerSecret), address)
    const { tokens } = await signIn(config)
    expect(tokens.claims()?.iss).toBe(address)
    const who = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')
    expect(who['user_id']).toBe(user.id)
    expect(tokens['instance_url']).toBe(address)
  })

  it('is told by iss who answers, where the server says so, and refuses the answer of another', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const announced = config.serverMetadata().authorization_response_iss_parameter_supported
    expect(announced).toBe(posture.answersIssuer ? true : undefined)
    const { callback, checks } = await signIn(config)
    expect(callback.searchParams.get('iss')).toBe(posture.answersIssuer ? server.base : null)
    callback.searchParams.set('iss', 'https://attacker.example')
    await expect(openid.authorizationCodeGrant(config, callback, checks)).rejects.toThrow()
  })

  it('pushes its request where the server offers it', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const endpoint = config.serverMetadata().pushed_authorization_request_endpoint
    if (posture.pushedRequests === 'off') return expect(endpoint).toBe(undefined)
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const url = await openid.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: callbackUrl,
      scope,
      state: expectedState,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      prompt: 'login consent',
    })
    expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri'])
    const browser = testBrowser(server)
    const consent = await signInOn(browser, await browser.open(url.href), user.username)
    const { url: callback } = await decideOn(browser, consent, 'allow')
    const tokens = await openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState })
    expect(tokens.claims()?.aud).toBe(app.consumerKey)
  })

  it('binds its tokens to a key where the server offers it', async () => {
    const config = await discovered(openid.None(), server.base, publicApp)
    const algorithms = config.serverMetadata().dpop_signing_alg_values_supported
    if (!posture.acceptsDpop) return expect(algorithms).toBe(undefined)
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    const jkt = await DPoP.calculateThumbprint()
    const { callback, checks } = await answered(config, { dpop_jkt: jkt })
    const tokens = await openid.authorizationCodeGrant(config, callback, checks, undefined, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    const subject = tokens.claims()?.sub ?? ''
    const who = await openid.fetchUserInfo(config, tokens.access_token, subject, { DPoP })
    expect(who.sub).toBe(subject)
    const url = new URL(`${server.base}/services/data/v62.0/limits`)
    const limits = await openid.fetchProtectedResource(config, tokens.access_token, url, 'GET', undefined, undefined, {
      DPoP,
    })
    expect(limits.status).toBe(200)
    await expect(openid.fetchUserInfo(config, tokens.access_token, subject)).rejects.toThrow()
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })
    expect(refreshed.token_type).toBe('dpop')
    const stolen = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
    await expect(
      openid.refreshTokenGrant(config, refreshed.refresh_token ?? '', undefined, { DPoP: stolen }),
    ).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
  })

  it('hears of a denial by access_denied at its callback', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const expectedState = openid.randomState()
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const parameters = {
      redirect_uri: callbackUrl,
      scope,
      state: expectedState,
      prompt: 'consent',
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    const browser = testBrowser(server)
    const page = await browser.open(openid.buildAuthorizationUrl(config, parameters).href)
    const { url } = await decideOn(browser, await signInOn(browser, page, user.username), 'deny')
    await expect(openid.authorizationCodeGrant(config, url, { expectedState, pkceCodeVerifier })).rejects.toMatchObject(
      { error: 'access_denied', error_description: 'end-user denied authorization' },
    )
  })

  it('reads the answer that the browser posts to it (form_post)', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const browser = testBrowser(server)
    const expectedState = openid.randomState()
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callbackUrl,
      response_mode: 'form_post',
      scope,
      state: expectedState,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      prompt: 'consent',
    })
    const consent = await signInOn(browser, await browser.open(url.href), user.username)
    const { html } = await decideOn(browser, consent, 'allow')
    const posted = new Request(callbackUrl, { method: 'POST', body: new URLSearchParams(fieldsOf(html, 'code')) })
    const tokens = await openid.authorizationCodeGrant(config, posted, { expectedState, pkceCodeVerifier })
    expect(tokens.claims()?.sub).toContain(user.id)
  })

  it('exchanges no code twice, and loses what it had bought when it tries', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const { callback, checks, tokens } = await signIn(config)
    await expect(openid.authorizationCodeGrant(config, callback, checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(openid.fetchUserInfo(config, tokens.access_token, openid.skipSubjectCheck)).rejects.toThrow()
  })

  it('signs a device in where the server says how, and is told when the person says no', async () => {
    const kiosk = await server.addApp('Kiosk', { isDeviceFlowEnabled: true })
    const config = await discovered(openid.ClientSecretPost(consumerSecret), server.base, kiosk)
    if (!posture.answersDevicesInFull) {
      // As at Salesforce, whose devices begin at the token endpoint.
      await expect(openid.initiateDeviceAuthorization(config, { scope })).rejects.toThrow(
        'device_authorization_endpoint',
      )
      return
    }
    const answered = async (decision: 'allow' | 'deny') => {
      const codes = await openid.initiateDeviceAuthorization(config, { scope })
      const browser = testBrowser(server)
      const type = async () => {
        const page = await browser.open(codes.verification_uri_complete ?? '')
        return browser.submit('/setup/connect', fieldsOf(page.html, 'user_code'))
      }
      await signInOn(browser, await type(), user.username)
      await browser.submit('/setup/connect', { ...fieldsOf((await type()).html, 'decision'), decision })
      // The person has been quick: there is nothing to wait for.
      return openid.pollDeviceAuthorizationGrant(config, { ...codes, interval: 0.01 })
    }
    const tokens = await answered('allow')
    expect(tokens.claims()?.sub).toContain(user.id)
    expect((await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toMatch(/^00D/)
    await expect(answered('deny')).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('is told that its secret is wrong', async () => {
    const config = await discovered(openid.ClientSecretBasic('wrong'))
    await expect(openid.refreshTokenGrant(config, 'whatever')).rejects.toMatchObject(
      posture.usesRfcStatuses ? { status: 401 } : { status: 400, error: 'invalid_client' },
    )
  })

  it('signs the person out, who comes back to the app', async () => {
    const config = await discovered(openid.ClientSecretBasic(consumerSecret))
    const { tokens, browser } = await signIn(config)
    const logout = openid.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: callbackUrl,
      state: 'bye',
    })
    const { url } = await browser.open(logout.href)
    expect(url.href).toBe(`${callbackUrl}?state=bye`)
    expect((await browser.open('/')).html).toContain('name="pw"')
  })
})

async function webCryptoKey(key: KeyObject): Promise<openid.CryptoKey> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return crypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign'])
}
