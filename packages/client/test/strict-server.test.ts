import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateInitialAccessToken } from '../../server/src/connected-apps/initial-access-token.ts'
import { strictPosture } from '../../server/src/options.ts'
import { decideOn, signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { consumerSecret, type TestServer } from '../../server/test/flows/test-server.ts'
import { anAssetApp } from '../../server/test/flows/test-things.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import {
  assetToken,
  clientCredentials,
  type DpopKey,
  deviceFlow,
  dpopKey,
  jwtBearer,
  memoryTokenStore,
  registerClient,
  type Signer,
  salesforceApi,
  signerFromKey,
  tokenCache,
  transport,
  webServerFlow,
} from '../src/index.ts'
import { faultServer, json } from './fault-server.ts'

const redirectUri = 'http://localhost:1717/OauthRedirect'
const username = 'ada@target.example'
const limits = '/services/data/v62.0/limits'

let server: TestServer
let signer: Signer

beforeAll(async () => {
  server = await startHttpServer({
    posture: { ...strictPosture, pushedRequests: 'required', dpopNeedsNonce: true, answersDevicesInFull: false },
  })
  const { id } = await server.addUser(username)
  const details = { callbackUrls: [redirectUri], isClientCredentialEnabled: true, isDeviceFlowEnabled: true }
  await server.addApp('Desk', details, { clientCredentialUserId: id })
  await server.addApp('Open', {
    callbackUrls: [redirectUri],
    isConsumerSecretOptional: true,
    isSecretRequiredForRefreshToken: false,
  })
  signer = signerFromKey(server.signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
})
afterAll(() => server.close())

const appOf = (consumerKey: string) => ({ consumerKey, loginHost: server.base, redirectUri })

/** Plays the person: signs in, allows, and brings back the address that the browser is sent to. */
async function goThrough(url: URL): Promise<URL> {
  const browser = testBrowser(server)
  let stop = await signInOn(browser, await browser.open(url.href), username)
  if (!stop.hasLeft) stop = await decideOn(browser, stop, 'allow')
  return stop.url
}

describe('an app that signs in place of showing its secret', () => {
  it('signs a person in, refreshes and introspects, with a new JWT for each', async () => {
    const app = webServerFlow({ ...appOf('3MVG9Desk'), signer })
    const signIn = await app.prepare()
    const token = await signIn.finish(await goThrough(signIn.url))
    const renewed = await app.refresh(token)
    expect((await app.introspect(renewed.accessToken)).get('client_id')).toBe('3MVG9Desk')
    await app.revoke(renewed.accessToken)
    expect((await app.introspect(renewed.accessToken)).get('active')).toBe(false)
  })

  it('gets a token of its own, and the codes of a device', async () => {
    const myDomain = `http://127.0.0.1:${server.org.port}`
    expect((await clientCredentials({ consumerKey: '3MVG9Desk', proof: signer, myDomain })).tokenType).toBe('Bearer')
    const signIn = await deviceFlow({ consumerKey: '3MVG9Desk', loginHost: server.base, signer }).begin()
    expect(signIn.userCode).toMatch(/^[A-Z0-9]{8}$/)
  })

  it('may have registered itself with the certificate of its key', async () => {
    const parent = await server.stores.apps.findByConsumerKey('3MVG9Desk')
    if (parent === undefined) throw new Error('The app is not there.')
    const needs = { registrations: server.stores.registrations, now: server.now }
    const initialAccessToken = await generateInitialAccessToken(needs, parent)
    const shows = { certificate: server.signer.pem }
    const registered = await registerClient({
      loginHost: server.base,
      initialAccessToken,
      redirectUris: [redirectUri],
      shows,
    })
    expect(registered.consumerSecret).toBeUndefined()
    const app = webServerFlow({ ...appOf(registered.consumerKey), signer })
    const signIn = await app.prepare()
    const token = await signIn.finish(await goThrough(signIn.url))
    expect((await app.refresh(token)).accessToken).toMatch(/^00D/)
  })

  it('is refused with another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const stranger = signerFromKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const app = webServerFlow({ ...appOf('3MVG9Desk'), signer: stranger })
    await expect(app.prepare()).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
  })
})

describe('a server that wants requests pushed', () => {
  it('gets them, and the link holds nothing but a reference', async () => {
    const app = webServerFlow({ ...appOf('3MVG9Desk'), consumerSecret, scope: ['api'] })
    const signIn = await app.prepare({ prompt: 'consent' })
    expect([...signIn.url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri'])
    const callback = await goThrough(signIn.url)
    expect(signIn.isFor(callback)).toBe(true)
    expect((await signIn.finish(callback)).scope).toContain('api')
  })

  it('says what is wrong at once', async () => {
    const app = webServerFlow({ ...appOf('3MVG9Desk'), consumerSecret, redirectUri: 'http://localhost:1/' })
    await expect(app.prepare()).rejects.toMatchObject({ error: 'redirect_uri_mismatch' })
  })

  it('always says who it is: an answer without that is not taken', async () => {
    const app = webServerFlow({ ...appOf('3MVG9Desk'), consumerSecret })
    const signIn = await app.prepare()
    const callback = await goThrough(signIn.url)
    callback.searchParams.delete('iss')
    await expect(signIn.finish(callback)).rejects.toMatchObject({ reason: 'issuer-differs' })
    const refused = new URL(`${redirectUri}?error=access_denied&state=${signIn.state}`)
    await expect(signIn.finish(refused)).rejects.toMatchObject({ reason: 'issuer-differs' })
  })
})

describe('a server without pushed requests', () => {
  it.each([
    ['says so', { issuer: undefined }],
    ['speaks for another issuer', { issuer: 'https://elsewhere.example' }],
    ['would have secrets sent elsewhere', { pushed_authorization_request_endpoint: 'https://elsewhere.example/par' }],
  ])('or one that %s gets the parameters in the link', async (_, change) => {
    await using fake = await faultServer(({ headers }, response) => {
      const issuer = `http://${headers.host}`
      json(response, 200, { issuer, authorization_response_iss_parameter_supported: true, ...change })
    })
    const app = webServerFlow({ ...appOf('3MVG9Desk'), consumerSecret, loginHost: fake.url })
    const { url } = await app.prepare()
    expect(url.searchParams.get('redirect_uri')).toBe(redirectUri)
  })
})

describe('tokens bound to a key', () => {
  let key: DpopKey

  beforeAll(() => {
    key = dpopKey()
  })

  it('come by browser and refresh, and open userinfo and the API with the key alone', async () => {
    const app = webServerFlow(appOf('3MVG9Open'))
    const signIn = await app.prepare({ dpop: key })
    const token = await signIn.finish(await goThrough(signIn.url))
    expect(token.tokenType).toBe('DPoP')
    expect((await app.userinfo(token, { dpop: key })).get('preferred_username')).toBe(username)
    const renewed = await app.refresh(token, { dpop: key })
    const cache = tokenCache({ store: memoryTokenStore() })
    const source = cache.source('bound', async () => renewed)
    expect((await salesforceApi(source, { dpop: key }).send({ method: 'GET', path: limits })).status).toBe(200)
    await expect(salesforceApi(source).send({ method: 'GET', path: limits })).rejects.toMatchObject({
      reason: 'key-missing',
    })
    await expect(app.userinfo(renewed, { dpop: dpopKey() })).rejects.toMatchObject({ status: 401 })
    await expect(app.refresh(renewed, { dpop: dpopKey() })).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
  })

  it('come by JWT bearer and client credentials', async () => {
    const { id } = await server.profile('Standard User')
    await server.addApp('Server_App', {}, { isAdminApproved: true, profileIds: [id] })
    const request = { consumerKey: '3MVG9Server_App', username, signer, loginHost: server.base }
    expect((await jwtBearer(request, { dpop: key })).tokenType).toBe('DPoP')
    const myDomain = `http://127.0.0.1:${server.org.port}`
    const own = await clientCredentials({ consumerKey: '3MVG9Desk', proof: signer, myDomain }, { dpop: key })
    expect(own.tokenType).toBe('DPoP')
  })

  it('get tokens for devices, which are bound to none of ours', async () => {
    const { id } = await server.addUser('robot@target.example')
    await anAssetApp(server, 'Things', { isClientCredentialEnabled: true })
    const app = await server.stores.apps.findByConsumerKey('3MVG9Things')
    const policies = await server.stores.apps.findPolicies(app?.id ?? '', server.org.id)
    if (policies !== undefined) await server.stores.apps.setPolicies({ ...policies, clientCredentialUserId: id })
    const myDomain = `http://127.0.0.1:${server.org.port}`
    const { accessToken } = await clientCredentials(
      { consumerKey: '3MVG9Things', proof: signer, myDomain },
      { dpop: key },
    )
    const request = { accessToken, loginHost: myDomain }
    expect((await assetToken(request, { dpop: key })).assetToken).toMatch(/^eyJ/)
    await expect(assetToken(request)).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
  })

  it('outlive the program with their key, which can be kept', async () => {
    const again = dpopKey(key.toJwk())
    expect(again.thumbprint).toBe(key.thumbprint)
    const kept = { ...key.toJwk(), x: 'AA' }
    expect(() => dpopKey(kept)).toThrow('private key of the curve P-256')
  })

  it('are not taken for bound where the server did not bind them', async () => {
    await using salesforce = await faultServer((_, response) =>
      json(response, 200, { access_token: 'x', token_type: 'Bearer', instance_url: 'https://acme.my.salesforce.com' }),
    )
    const request = { consumerKey: 'k', username, signer, loginHost: salesforce.url }
    await expect(jwtBearer(request, { dpop: key })).rejects.toMatchObject({ error: 'unusable_answer' })
  })

  it('are asked for twice at most, whatever nonce is wanted', async () => {
    let asked = 0
    await using never = await faultServer((_, response) => {
      asked += 1
      json(response, 400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': `n${asked}` })
    })
    const request = { consumerKey: 'k', username, signer, loginHost: never.url }
    const asking = { dpop: dpopKey(), transport: transport({ retries: 0 }) }
    await expect(jwtBearer(request, asking)).rejects.toMatchObject({ error: 'use_dpop_nonce' })
    expect(asked).toBe(2)
  })
})
