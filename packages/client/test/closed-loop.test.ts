import { createHash, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../../server/src/certificates/certificate.ts'
import { installApp } from '../../server/src/connected-apps/app-policies.ts'
import type { ConnectedApp } from '../../server/src/connected-apps/connected-app.ts'
import { generateInitialAccessToken } from '../../server/src/connected-apps/initial-access-token.ts'
import type { EnteredSamlConfig } from '../../server/src/connected-apps/saml-config.ts'
import { type Reason, reasons } from '../../server/src/oauth/refusal.ts'
import { strictPosture } from '../../server/src/options.ts'
import { recordIds } from '../../server/src/record-id.ts'
import { weekdays } from '../../server/src/time-zone.ts'
import type { Profile } from '../../server/src/users/profile.ts'
import type { User } from '../../server/src/users/user.ts'
import { type DpopKey, dpopKey } from '../../server/test/flows/dpop-key.ts'
import {
  authorizeUrl,
  fieldsOf,
  signInOn,
  type TestBrowser,
  testBrowser,
} from '../../server/test/flows/test-browser.ts'
import { addHandler, believing } from '../../server/test/flows/test-handlers.ts'
import { addProvider, startTestProvider, type TestProvider } from '../../server/test/flows/test-provider.ts'
import {
  addIdentityProvider,
  dsig,
  type SamlClaims,
  type Signing,
  saml2Grant,
  samlAssertion,
  sent,
  signXml,
} from '../../server/test/flows/test-saml.ts'
import {
  answerOf,
  base,
  callbackUrl,
  consumerSecret,
  newSigner,
  otherBase,
  password,
  startTestServer,
  type TestServer,
  targetBase,
} from '../../server/test/flows/test-server.ts'
import { addSamlApp, enableIdentityProvider } from '../../server/test/flows/test-service-provider.ts'
import { anAssetApp, aThing } from '../../server/test/flows/test-things.ts'
import { codeFor, credentialsOf, tokensFor } from '../../server/test/flows/test-tokens.ts'
import { tokenOn } from '../../server/test/setup/setup-server.ts'
import { diagnoseEvidence } from '../src/diagnosis/diagnose.ts'
import { isCauseName } from '../src/diagnosis/rank.ts'

// Refusals as Salesforce tells them: the header that names the cause is off, and all that is looked at is request and answer.
let server: TestServer
let strict: TestServer
let pushing: TestServer
let nonces: TestServer
let world: World
let outside: TestProvider

/** What most refusals need: an app, and somebody who may use it. */
interface World {
  readonly app: ConnectedApp
  readonly approved: ConnectedApp
  readonly user: User
}

beforeAll(async () => {
  const silent = { ...believing, validateIncomingToken: () => ({ isValid: false }) }
  const code = { Believing: believing, Silent: silent, Stern: { authorize: () => false } }
  server = await startTestServer({ showsCauses: false, handlers: { code } })
  strict = await startTestServer({ showsCauses: false, posture: strictPosture })
  pushing = await startTestServer({ showsCauses: false, posture: { pushedRequests: 'required', registrationLimit: 0 } })
  nonces = await startTestServer({ showsCauses: false, posture: { acceptsDpop: true, dpopNeedsNonce: true } })
  world = await newWorld(server)
  await addIdentityProvider(server)
  await enableIdentityProvider(server)
  outside = await startTestProvider()
})

afterAll(() => Promise.all([server.close(), strict.close(), pushing.close(), nonces.close(), outside.close()]))

let names = 0
const fresh = (name: string) => `${name}${++names}`

async function newWorld(at: TestServer): Promise<World> {
  const { id } = await at.profile('Standard User')
  return {
    app: await at.addApp(fresh('Warehouse')),
    approved: await at.addApp(fresh('Approved'), {}, { isAdminApproved: true, profileIds: [id] }),
    user: await at.addUser(`${fresh('ada')}@target.example`),
  }
}

/** A request and its answer, as a HAR file keeps them. */
interface Wire {
  readonly at: TestServer
  readonly entry: object
  readonly headers: Headers
  readonly words: string
}

interface Sending {
  readonly at?: TestServer
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly from?: string
}

async function send(path: string, { at = server, method, headers = {}, body, from }: Sending = {}): Promise<Wire> {
  const url = new URL(path, at.base)
  const verb = method ?? (body === undefined ? 'GET' : 'POST')
  const response = await at.request(url.href, { method: verb, headers, ...(body === undefined ? {} : { body }) }, from)
  const text = await response.text()
  const pairs = (all: Iterable<readonly [string, string]>) => Array.from(all, ([name, value]) => ({ name, value }))
  const entry = {
    startedDateTime: at.now().toISOString(),
    request: {
      method: verb,
      url: url.href,
      headers: pairs(Object.entries(headers)),
      ...(body === undefined
        ? {}
        : {
            postData: {
              mimeType: headers['content-type'] ?? '',
              text: typeof body === 'string' ? body : Buffer.from(body).toString('utf8'),
            },
          }),
    },
    response: {
      status: response.status,
      headers: pairs(response.headers),
      content: { text },
      redirectURL: response.headers.get('location') ?? '',
    },
  }
  const location = response.headers.get('location')
  const errorPage = location === null ? '' : location.replace(/^[^?]*\?/, '').replace(/&(?:request|state)=[^&]*/g, '')
  const words = /You could not be signed in/.test(text) ? 'sign-in refused' : text === '' ? errorPage : text
  return { at, entry, headers: response.headers, words: `${response.status} ${words}` }
}

const registrable = JSON.stringify({ redirect_uris: [callbackUrl] })

async function initialToken(at = server): Promise<string> {
  const app = await at.addApp(fresh('Parent'))
  return generateInitialAccessToken({ registrations: at.stores.registrations, now: at.now }, app)
}

function register(token: string, body = registrable, sending: Sending = {}): Promise<Wire> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return send('/services/oauth2/register', { ...sending, headers, body })
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const tokenPath = '/services/oauth2/token'

function post(form: Record<string, string>, sending: Sending & { readonly path?: string } = {}): Promise<Wire> {
  const { path = tokenPath, headers = {}, ...more } = sending
  const fields = Object.entries(form).filter(([, value]) => value !== '')
  return send(path, { ...more, headers: { ...formType, ...headers }, body: new URLSearchParams(fields).toString() })
}

const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A JWT of the app for the user, with other claims; what is `undefined` is left out. */
function jwt(
  claims: Record<string, unknown> = {},
  more: Parameters<TestServer['assertion']>[1] = {},
  at = server,
  own = world,
) {
  return at.assertion({ iss: own.approved.consumerKey, sub: own.user.username, ...claims }, more)
}

function bearer(
  claims: Record<string, unknown> = {},
  more?: Parameters<TestServer['assertion']>[1],
  path = tokenPath,
): Promise<Wire> {
  return post({ grant_type: bearerGrant, assertion: jwt(claims, more) }, { path })
}

/** A SAML assertion of the app for the user, with other claims. */
function saml(claims: SamlClaims = {}, signing: Signing = {}, signer = server.signer): string {
  const usual = { issuer: world.approved.consumerKey, nameId: world.user.username }
  return signXml(samlAssertion({ ...usual, ...claims }, server.now(), server.base), signer, signing)
}

const samlBearer = (xml: string): Promise<Wire> => post({ grant_type: saml2Grant, assertion: sent(xml) })

const minutes = (count: number) => new Date(server.now().getTime() + count * 60_000)

const ssoTypes = {
  grant_type: 'assertion',
  assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser',
}

/** An assertion of the org's identity provider, posted to the org. */
async function sso(
  claims: SamlClaims = {},
  more: Record<string, string> = {},
  wrap = (xml: string) => xml,
  signer = server.signer,
): Promise<Wire> {
  const recipient = `${server.base}/services/oauth2/token?so=${server.org.id}`
  const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient }
  const named = { ...usual, nameId: world.user.username, ...claims }
  const xml = wrap(signXml(samlAssertion(named, server.now(), server.base), signer))
  return post({ ...ssoTypes, assertion: sent(xml), ...more }, { path: `${tokenPath}?so=${server.org.id}` })
}

/** Somebody whom nobody knows, of an identity provider whose users are made by signing in. */
async function provisioned(
  attributes: Record<string, string>,
  more: { readonly samlJitHandlerId?: string; readonly executionUserId?: string } = {},
): Promise<Wire> {
  const issuer = `https://${fresh('jit')}.example`
  const settings = { fullName: fresh('Jit'), issuer, identityMapping: 'FederationId', userProvisioning: true, ...more }
  await addIdentityProvider(server, settings)
  const claims = { issuer, audience: 'https://target.example', recipient: targetBase, nameId: fresh('person') }
  const xml = signXml(samlAssertion({ ...claims, attributes }, server.now(), server.base), server.signer)
  const body = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64') }).toString()
  return send(`${targetBase}/`, { headers: formType, body })
}

async function exchange(
  more: Record<string, string> = {},
  asked: Record<string, string> = {},
  app = world.app,
): Promise<Wire> {
  const code = await codeFor(server, world.user, app, asked)
  return post({ grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(app), ...more })
}

function refresh(refresh_token: string, more: Record<string, string> = {}, app = world.app): Promise<Wire> {
  return post({ grant_type: 'refresh_token', refresh_token, ...credentialsOf(app), ...more })
}

/** An external client app of an org. */
function externalApp(
  distributionState: 'Local' | 'Packaged',
  details: Partial<ConnectedApp> = {},
  home = server.org,
  policies: Parameters<TestServer['addApp']>[2] = {},
): Promise<ConnectedApp> {
  const app = { external: { distributionState }, orgId: home.id, ...details }
  return server.addApp(fresh('Sync'), app, { orgId: home.id, ...policies })
}

function robot(app: ConnectedApp, base = targetBase): Promise<Wire> {
  return post({ grant_type: 'client_credentials', ...credentialsOf(app) }, { path: `${base}${tokenPath}` })
}

/** An app of the org, which people sign in to by SAML. */
function serviceApp(entered: EnteredSamlConfig = {}, policies: Parameters<TestServer['addApp']>[2] = {}) {
  const name = fresh('Wiki')
  return addSamlApp(server, name, { entityUrl: `https://${name}.example`, ...entered }, policies)
}

function messageOf(kind: string, issuer: string, at: Date, attributes: Record<string, string>, content = ''): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`)
  return `<samlp:${kind} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${fresh('m')}" Version="2.0" IssueInstant="${at.toISOString()}"${written.join('')}><saml:Issuer>${issuer}</saml:Issuer>${content}</samlp:${kind}>`
}

function requestOf(issuer: string, attributes: Record<string, string> = {}): string {
  return messageOf('AuthnRequest', issuer, server.now(), attributes)
}

/** A request to sign somebody out, signed with the key of the test. */
function logoutOf(issuer: string, nameId: string, at: Date): string {
  const xml = messageOf('LogoutRequest', issuer, at, {}, `<saml:NameID>${nameId}</saml:NameID>`)
  return signXml(xml, server.signer, { element: 'LogoutRequest' })
}

const providerLogoutPath = `${targetBase}/services/auth/sp/saml2/logout`

/** A provider's request to sign somebody out, unsigned. */
function providerLogoutRequest(Destination = providerLogoutPath): string {
  const attributes = { Destination }
  return messageOf('LogoutRequest', 'https://idp.example', server.now(), attributes, '<saml:NameID>ada</saml:NameID>')
}

function postToOrg(xml: string): Promise<Wire> {
  return send(providerLogoutPath, { headers: formType, body: posted(xml) })
}

/** A service provider's request by redirect. */
function askIdp(issuer: string, attributes: Record<string, string> = {}, at = targetBase): Promise<Wire> {
  const packed = deflateRawSync(requestOf(issuer, attributes)).toString('base64')
  return send(`${at}/idp/endpoint/HttpRedirect?${new URLSearchParams({ SAMLRequest: packed })}`)
}

const posted = (xml: string) => new URLSearchParams({ SAMLRequest: Buffer.from(xml).toString('base64') }).toString()

function postToIdp(path: string, xml: string): Promise<Wire> {
  return send(targetBase + path, { headers: formType, body: posted(xml) })
}

/** Somebody who is signed in wants into an app. */
async function openSaml({ id }: { readonly id: string }): Promise<Wire> {
  return send(`${targetBase}/idp/login?app=${id}`, {
    headers: { cookie: await cookieOf(world.user, server, targetBase) },
  })
}

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

function deviceApp(): Promise<ConnectedApp> {
  return server.addApp(fresh('Kiosk'), { isDeviceFlowEnabled: true })
}

function startDevice(app: ConnectedApp, at = server): Promise<Wire> {
  return post({ response_type: 'device_code', ...credentialsOf(app) }, { at })
}

async function devicePair(app: ConnectedApp, at = server): Promise<{ device_code: string; user_code: string }> {
  return JSON.parse((await startDevice(app, at)).words.slice('200 '.length))
}

async function aDevice(app?: ConnectedApp, at = server): Promise<string> {
  return (await devicePair(app ?? (await deviceApp()), at)).device_code
}

function poll(code: string, sending: Sending, app: ConnectedApp): Promise<Wire> {
  return post({ grant_type: 'device', code, ...credentialsOf(app) }, sending)
}

/** Somebody types the code of a device, and answers what they are asked. */
async function typeCode(user_code: string, decision?: 'allow' | 'deny', who = world.user): Promise<Wire> {
  const cookie = await cookieOf(who)
  const headers = { cookie, accept: 'text/html' }
  const page = await (await server.request('/setup/connect', { headers })).text()
  const typed = await post({ ...fieldsOf(page, 'user_code'), user_code }, { path: '/setup/connect', headers })
  if (decision === undefined) return typed
  return post({ ...fieldsOf(typed.words, 'decision'), decision }, { path: '/setup/connect', headers })
}

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const typeOf = (name: string) => `urn:ietf:params:oauth:token-type:${name}`

/** An app that exchanges tokens, with a handler. */
async function exchanger(
  details: Partial<ConnectedApp> = {},
  policies: Parameters<TestServer['addApp']>[2] = {},
  handler: Parameters<typeof addHandler>[3] = {},
): Promise<ConnectedApp> {
  const { id } = await server.profile('Standard User')
  const app = await server.addApp(
    fresh('Exchanger'),
    { isTokenExchangeEnabled: true, ...details },
    { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [id], ...policies },
  )
  await addHandler(server, app, world.user, { developerName: fresh('Corporate'), ...handler })
  return app
}

function swap(app: ConnectedApp, more: Record<string, string> = {}): Promise<Wire> {
  const subject = { subject_token: `user:${world.user.username}`, subject_token_type: typeOf('jwt') }
  return post({ grant_type: exchangeGrant, ...credentialsOf(app), ...subject, ...more })
}

async function assetToken(app: ConnectedApp, more: Record<string, string> = {}): Promise<Wire> {
  const { access_token } = await tokensFor(server, world.user, app)
  const subject = { subject_token: access_token, subject_token_type: typeOf('access_token') }
  return post({ grant_type: exchangeGrant, ...subject, ...more })
}

const thing = aThing()

async function actor(claims: Record<string, unknown>): Promise<Wire> {
  const actorToken = { actor_token: thing.token(claims), actor_token_type: typeOf('jwt') }
  return assetToken(await anAssetApp(server, fresh('Things')), actorToken)
}

/** The authorize endpoint, asked by a browser in which nobody or somebody is signed in. */
async function authorize(parameters: Record<string, string>, who?: User, app = world.app): Promise<Wire> {
  const cookie = who === undefined ? '' : await cookieOf(who)
  return send(authorizeUrl(app.consumerKey, parameters), { headers: cookie === '' ? {} : { cookie } })
}

async function authorizeStrictly(parameters: Record<string, string>): Promise<Wire> {
  const { app } = await newWorld(strict)
  return send(authorizeUrl(app.consumerKey, { ...challenge, ...parameters }), { at: strict })
}

const parPath = '/services/oauth2/par'
const authorizeOf = (client_id: string, request_uri: string) =>
  `/services/oauth2/authorize?${new URLSearchParams({ client_id, request_uri })}`

/** A browser that comes with a request that was pushed, and with which something happened meanwhile. */
async function withRequestUri(
  happens: (requestUri: string, consumerKey: string) => string | Promise<string>,
  client?: string,
): Promise<Wire> {
  const { app } = await newWorld(pushing)
  const asked = { response_type: 'code', redirect_uri: callbackUrl, prompt: 'none', ...credentialsOf(app) }
  const { body } = await pushing.post(parPath, asked)
  const requestUri = await happens(body.request_uri, app.consumerKey)
  return send(authorizeOf(client ?? app.consumerKey, requestUri), { at: pushing })
}

/** A request for tokens with a proof of a key, which need not be right. */
async function proved(
  claims: Record<string, unknown>,
  {
    by = dpopKey(),
    at = strict,
    header = {},
  }: { by?: DpopKey; at?: TestServer; header?: Record<string, unknown> } = {},
): Promise<Wire> {
  const { app } = await newWorld(at)
  const dpop = by.proof({ url: `${at.base}${tokenPath}`, now: at.now() }, claims, header)
  return post({ ...anyRefresh, ...credentialsOf(app) }, { at, headers: { dpop } })
}

/** The tokens of an app without a secret, bound to a key. */
async function boundTokens(by = dpopKey()) {
  const { user } = await newWorld(strict)
  const details = { isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false }
  const app = await strict.addApp(fresh('Public'), details)
  const form = {
    grant_type: 'authorization_code',
    code: await codeFor(strict, user, app, challenge),
    redirect_uri: callbackUrl,
    client_id: app.consumerKey,
    code_verifier: verifier,
  }
  const dpop = by.proof({ url: `${strict.base}${tokenPath}`, now: strict.now() })
  const { body } = await strict.post(tokenPath, form, { dpop })
  return { ...body, client_id: app.consumerKey }
}

async function boundRefresh({ by }: { by?: DpopKey }): Promise<Wire> {
  const { refresh_token, client_id } = await boundTokens()
  const headers = by === undefined ? {} : { dpop: by.proof({ url: `${strict.base}${tokenPath}`, now: strict.now() }) }
  return post({ grant_type: 'refresh_token', refresh_token, client_id }, { at: strict, headers })
}

/** Back from an auth. provider that somebody went to. */
async function fromProvider(
  answer: Record<string, string>,
  entered: { readonly tokenUrl?: string } = {},
): Promise<Wire> {
  const name = fresh('Provider')
  await addProvider(server, name, outside.base, entered)
  const browser = testBrowser(server)
  const { url } = await browser.open(`${targetBase}/services/auth/sso/${name}`)
  return backFrom(browser, name, { state: url.searchParams.get('state') ?? '', ...answer })
}

function backFrom({ cookies }: TestBrowser, name: string, answer: Record<string, string>): Promise<Wire> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  return send(`${targetBase}/services/authcallback/${name}?${new URLSearchParams(answer)}`, { headers: { cookie } })
}

async function cookieOf({ username }: User, at = server, host = at.base): Promise<string> {
  const browser = testBrowser(at)
  await signInOn(browser, await browser.open(`${host}/`), username)
  return [...browser.cookies].map((pair) => pair.join('=')).join('; ')
}

async function robotName(): Promise<string> {
  const { id } = await server.addProfile({ name: fresh('Robots'), permissions: ['ApiEnabled', 'ApiUserOnly'] })
  return (await server.addUser(`${fresh('robot')}@target.example`, { profileId: id })).username
}

async function signIn(
  username: string,
  pw: string,
  { forged = false, at = server, startUrl = '/' } = {},
): Promise<Wire> {
  const browser = testBrowser(at)
  const fields = fieldsOf((await browser.open(startUrl)).html, 'pw')
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const form = { ...fields, ...(forged ? { csrf_token: 'another' } : {}), username, pw }
  const answer = await post(form, { at, path: '/', headers: { cookie, accept: 'text/html' } })
  const refused = answer.headers.getSetCookie().find((line) => /^[^=]*-refused=[^;]/.test(line))
  if (refused === undefined) return answer
  // What people see of it is the page that they are sent to.
  const headers = { cookie: [cookie, refused.split(';')[0]].join('; '), accept: 'text/html' }
  const page = await send(answer.headers.get('location') ?? '/', { at, headers })
  return { ...page, headers: answer.headers }
}

/** Somebody who has to verify their identity and enters wrong codes. */
async function wrongCode(tries: number): Promise<Wire> {
  const user = await server.addUser(`${fresh('verified')}@target.example`)
  await server.stores.verifications.setTemporaryCode(user.id, {
    hash: Buffer.alloc(32),
    expiresAt: new Date('9999-01-01'),
  })
  const browser = testBrowser(server)
  await signInOn(browser, await browser.open('/'), user.username)
  const page = await browser.open('/_ui/identity/verification')
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const form = { ...fieldsOf(page.html, 'code'), code: '000000' }
  const enter = () => post(form, { path: '/_ui/identity/verification', headers: { cookie, accept: 'text/html' } })
  for (let count = 1; count < tries; count++) await enter()
  return enter()
}

function userAgentApp(): Promise<ConnectedApp> {
  return server.addApp(fresh('Agent'), { isUserAgentEnabled: true })
}

const ownForm = { isCodeCredentialEnabled: true }

/** Headless login, where app and org allow it. */
function headless(
  sent: { readonly username?: string; readonly password?: string },
  more: {
    readonly kind?: string
    readonly inHeader?: boolean
    readonly details?: Partial<ConnectedApp>
    readonly user?: Partial<User>
    readonly permissions?: Profile['permissions']
    readonly loginIpRanges?: Profile['loginIpRanges']
    readonly loginHours?: Profile['loginHours']
    readonly isOrgOpen?: boolean
  } = {},
): Promise<Wire> {
  return elsewhere(async (at) => {
    const settings = { ...at.org.settings, oAuthCdCrdtFlowEnable: true }
    await at.stores.orgs.update({ ...at.org, settings, isActive: more.isOrgOpen ?? true })
    const app = await at.addApp(fresh('Own'), { ...ownForm, ...more.details })
    const { permissions = ['ApiEnabled'], loginIpRanges = [], loginHours = {} } = more
    const details = { name: fresh('Special'), permissions, loginIpRanges, loginHours }
    const { id: profileId } = await at.addProfile(details)
    const user = await at.addUser(`${fresh('eve')}@target.example`, { profileId, ...more.user })
    const { username = user.username, password: given = password } = sent
    const request = { response_type: 'code_credentials', client_id: app.consumerKey, redirect_uri: callbackUrl }
    const basic = `Basic ${Buffer.from(`${username}:${given}`).toString('base64')}`
    return post(more.inHeader === true ? request : { ...request, username, password: given }, {
      at,
      path: '/services/oauth2/authorize',
      headers: {
        'auth-request-type': more.kind ?? 'Named-User',
        ...(more.inHeader === true ? { authorization: basic } : {}),
      },
    })
  })
}

/** The username-password flow, where app and org allow it. @param details of the user */
function byPassword(
  sent: (own: World) => { readonly username: string; readonly password?: string },
  { isTrusted = true, details = {} }: { readonly isTrusted?: boolean; readonly details?: Partial<User> } = {},
): Promise<Wire> {
  return elsewhere(async (at, own) => {
    const trustedIpRanges = isTrusted ? [{ start: '127.0.0.1', end: '127.0.0.1' }] : []
    const settings = { ...at.org.settings, blockOAuthUnPwFlow: false, trustedIpRanges }
    await at.stores.orgs.update({ ...at.org, settings })
    const app = await at.addApp(fresh('Legacy'), { isUsernamePasswordEnabled: true })
    const user = await at.addUser(`${fresh('eve')}@target.example`, details)
    return post({ grant_type: 'password', password, ...sent({ ...own, user }), ...credentialsOf(app) }, { at })
  })
}

const limits = '/services/data/v62.0/limits'
const userinfo = '/services/oauth2/userinfo'
const withToken = (token: string) => ({ authorization: `Bearer ${token}` })

async function accessToken(at = server, own = world, scope?: string): Promise<string> {
  const { access_token } = await tokensFor(at, own.user, own.app, scope === undefined ? {} : { scope })
  return access_token
}

const singleAccess = '/services/oauth2/singleaccess'

/** A world with an app whose tokens open pages. */
async function webWorld(at = server, own = world): Promise<World> {
  return { ...own, app: await at.addApp(fresh('Pages'), { scopes: ['web'] }) }
}

/** A URL that opens a page once. */
async function frontdoorUrl(at = server, own = world): Promise<string> {
  const headers = withToken(await accessToken(at, await webWorld(at, own)))
  const { body } = await answerOf(await at.request(singleAccess, { headers }))
  return body.frontdoor_uri
}

/** What a user sees who was let in once, and then something happened. */
async function afterwards(
  happens: (own: World) => Promise<unknown>,
): Promise<(path: string, base?: string) => Promise<Wire>> {
  const own = await newWorld(server)
  const token = await accessToken(server, own)
  await happens(own)
  return (path, base = '') => send(`${base}${path}`, { headers: withToken(token) })
}

async function bearerOf(details: Partial<User>): Promise<Wire> {
  const user = await server.addUser(`${fresh('other')}@target.example`, details)
  return bearer({ sub: user.username })
}

/** An app whose custom handler lets nobody in. */
function handledApp(): Promise<ConnectedApp> {
  const pluginExecutionUserId = world.user.id
  return server.addApp(fresh('Handled'), {}, { isAdminApproved: true, plugin: 'Stern', pluginExecutionUserId })
}

/** A user of a profile that lets in from one office alone. */
async function officeUser(): Promise<User> {
  const { id } = await server.addProfile({
    name: fresh('Office'),
    loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }],
  })
  return server.addUser(`${fresh('office')}@target.example`, { profileId: id })
}

/** A user of a profile that lets in at no hour of any day. */
async function nightUser(at: TestServer = server): Promise<User> {
  const { id } = await at.addProfile({ name: fresh('Night'), loginHours: neverOpen })
  return at.addUser(`${fresh('night')}@target.example`, { profileId: id })
}

/** A server of its own, for what would spoil the others. */
async function elsewhere(happens: (at: TestServer, own: World) => Promise<Wire>): Promise<Wire> {
  const at = await startTestServer({ showsCauses: false })
  closing.push(at)
  return happens(at, await newWorld(at))
}
const closing: TestServer[] = []
const neverOpen = Object.fromEntries(weekdays.map((day) => [day, { from: 0, until: 0 }]))

/** A server that callers reach by https, at a proxy. */
async function proxied(happens: (at: TestServer) => Promise<Wire>): Promise<Wire> {
  const place = { base: 'https://login.target.example', targetPort: 8789, otherPort: 8788 }
  const at = await startTestServer({ showsCauses: false, trustedProxies: ['127.0.0.1'], place })
  closing.push(at)
  return happens(at)
}
const plain = { 'x-forwarded-proto': 'http' }

/** What a user is told who has had the one login that the org lets them have in an hour. */
function beyondRate(ask: (at: TestServer, own: World) => Promise<Wire>): Promise<Wire> {
  return elsewhere(async (at, own) => {
    await at.stores.orgs.update({ ...at.org, settings: { ...at.org.settings, maxLoginsPerHour: 1 } })
    await ask(at, own)
    return ask(at, own)
  })
}

/** A server whose org has API Access Control. */
function controlled(happens: (at: TestServer, own: World) => Promise<Wire>): Promise<Wire> {
  return elsewhere(async (at, own) => {
    await at.stores.orgs.update({ ...at.org, settings: { ...at.org.settings, enableAdminApprovedAppsOnly: true } })
    return happens(at, own)
  })
}
afterAll(() => Promise.all(closing.map((at) => at.close())))

const verifier = randomBytes(32).toString('base64url')
const challenge = {
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}
const anyRefresh = { grant_type: 'refresh_token', refresh_token: 'x' }
const seconds = () => Math.floor(server.now().getTime() / 1000)
const basic = (key: string) => `Basic ${Buffer.from(`${key}:${consumerSecret}`).toString('base64')}`
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** An app with a certificate of this day, and its key. */
async function certified(at: Date) {
  const signer = await newSigner(at)
  const reading = readCertificate(signer.pem)
  const app = await server.addApp(fresh('Dated'), { certificate: reading.ok ? reading.certificate : undefined })
  return { app, more: { key: signer.privateKey } }
}

async function bearerOfDay(at: Date): Promise<Wire> {
  const { app, more } = await certified(at)
  return bearer({ iss: app.consumerKey }, more)
}

async function clientOfDay(at: Date): Promise<Wire> {
  const { app, more } = await certified(at)
  return asClient({}, more, app)
}

/** A request of an app that signs in place of showing its secret (`private_key_jwt`). */
function asClient(
  claims: Record<string, unknown> = {},
  more: Parameters<TestServer['assertion']>[1] = {},
  { consumerKey } = world.app,
  at = server,
): Promise<Wire> {
  const own = { iss: consumerKey, sub: consumerKey, jti: fresh('jti'), ...claims }
  const form = { ...anyRefresh, client_assertion: at.assertion(own, more), client_assertion_type: assertionType }
  return post(form, { at })
}

/** A refresh of an app that three production orgs use, in one that lets such apps ask from listed addresses alone. */
async function refreshOfPartnerApp(): Promise<Wire> {
  const orgId = server.otherOrg.id
  const app = await server.addApp(fresh('Partner'), { orgId }, { orgId })
  const ids = recordIds(server.now)
  for (const name of [undefined, fresh('Third'), fresh('Fourth')]) {
    const another = { ...server.org, id: ids('organization'), name: name ?? '', myDomain: undefined, port: undefined }
    if (name !== undefined) await server.stores.orgs.add(another)
    await installApp(server.stores, app, name === undefined ? server.org : another)
  }
  const behave = (listAddressesOfPartnerApps: boolean) => {
    const releaseUpdates = { requirePkceOfPartnerApps: false, listAddressesOfPartnerApps }
    return server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, releaseUpdates } })
  }
  await behave(false)
  const { refresh_token } = await tokensFor(server, world.user, app)
  await behave(true)
  const wire = await post({ grant_type: 'refresh_token', refresh_token, ...credentialsOf(app) })
  await server.stores.orgs.update(server.org)
  return wire
}

/** How each refusal comes about. A reason without a line here does not compile, and fails below. */
const scenarios: { readonly [R in Reason]: readonly (() => Promise<Wire>)[] } = {
  'method-not-post': [() => send(tokenPath)],
  'https-required': [
    () => proxied((at) => post(anyRefresh, { at, headers: plain })),
    () => proxied((at) => send(authorizeUrl('3MVG9Any'), { at, headers: plain })),
    () => proxied((at) => send(userinfo, { at, headers: plain })),
  ],
  'method-not-get': [() => send(authorizeUrl(world.app.consumerKey), { method: 'PUT' })],
  'body-not-form': [
    () =>
      send(tokenPath, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant_type: 'password' }),
      }),
    () => send(tokenPath, { headers: { 'content-type': 'text/plain' }, body: 'grant_type=refresh_token' }),
  ],
  'body-too-large': [() => post({ grant_type: 'refresh_token', padding: 'x'.repeat(70_000) })],
  'body-malformed': [() => send(tokenPath, { headers: formType, body: new Uint8Array([0x61, 0x3d, 0xff]) })],
  'parameter-repeated': [
    () => send(`${tokenPath}?grant_type=password`, { headers: formType, body: 'grant_type=refresh_token' }),
  ],
  'parameter-malformed': [() => send(tokenPath, { headers: formType, body: 'grant_type=%zz' })],
  'secret-type-unsupported': [() => bearer({}, {}, `${tokenPath}?secret_type=hmac-sha256`)],
  'credentials-in-query': [
    () => post({ grant_type: 'refresh_token' }, { at: strict, path: `${tokenPath}?client_secret=x` }),
  ],
  'grant-type-unknown': [() => post({ grant_type: 'magic' }), () => post({ client_id: 'x' })],

  'client-id-missing': [
    () => post({ grant_type: 'refresh_token', refresh_token: 'x' }),
    () => authorize({ client_id: '' }),
  ],
  'client-unknown': [
    () => post({ grant_type: 'refresh_token', refresh_token: 'x', client_id: '3MVG9nobody' }),
    () => authorize({ client_id: '3MVG9nobody' }),
    () => bearer({ iss: '3MVG9nobody' }),
    () => robot({ ...world.app, consumerKey: '3MVG9nobody' }),
  ],
  'client-secret-missing': [() => exchange({ client_secret: '' })],
  'client-secret-wrong': [
    () => exchange({ client_secret: 'wrong' }),
    () =>
      post(
        { token: 'x', ...credentialsOf(world.app), client_secret: 'wrong' },
        { path: '/services/oauth2/introspect' },
      ),
  ],
  'basic-header-malformed': [() => post({ grant_type: 'refresh_token' }, { headers: { authorization: 'Basic !' } })],
  'client-authenticated-twice': [
    async () => {
      const { app } = await newWorld(strict)
      const form = { grant_type: 'refresh_token', refresh_token: 'x', ...credentialsOf(app) }
      return post(form, { at: strict, headers: { authorization: basic(app.consumerKey) } })
    },
  ],
  'client-assertion-type-unknown': [() => post({ grant_type: 'refresh_token', client_assertion: jwt() })],
  'client-assertion-mismatch': [
    () => post({ grant_type: 'refresh_token', client_assertion: jwt(), client_assertion_type: assertionType }),
  ],
  'client-assertion-replayed': [
    async () => {
      const jti = fresh('jti')
      await asClient({ jti })
      return asClient({ jti })
    },
  ],
  'client-assertion-unnumbered': [async () => asClient({ jti: undefined }, {}, (await newWorld(strict)).app, strict)],

  'assertion-missing': [() => post({ grant_type: bearerGrant })],
  'assertion-malformed': [
    () => post({ grant_type: bearerGrant, assertion: 'none.at.all' }),
    () => post({ grant_type: bearerGrant, assertion: 'two.parts' }),
    () => bearer({ exp: 'soon' }),
    () => bearer({ aud: 7 }),
  ],
  'algorithm-not-allowed': [() => bearer({}, { header: { alg: 'HS256' } })],
  'critical-header-unknown': [() => bearer({}, { header: { alg: 'RS256', crit: ['b64'] } })],
  'issuer-missing': [() => bearer({ iss: undefined })],
  'certificate-missing': [
    async () => bearer({ iss: (await server.addApp(fresh('Bare'), { certificate: undefined })).consumerKey }),
    async () => asClient({}, {}, await server.addApp(fresh('Bare'), { certificate: undefined })),
  ],
  'certificate-not-yet-valid': [
    () => bearerOfDay(new Date(server.now().getTime() + 86_400_000)),
    () => clientOfDay(new Date(server.now().getTime() + 86_400_000)),
  ],
  'certificate-expired': [
    () => bearerOfDay(new Date('2020-01-01T00:00:00Z')),
    () => clientOfDay(new Date('2020-01-01T00:00:00Z')),
  ],
  'signature-wrong': [
    async () => bearer({}, { key: (await newSigner()).privateKey }),
    async () => asClient({}, { key: (await newSigner()).privateKey }),
    // Salesforce's own command line writes milliseconds, and is taken.
    async () => bearer({ exp: server.now().getTime() }, { key: (await newSigner()).privateKey }),
  ],
  'audience-unknown': [
    () => bearer({ aud: 'https://test.salesforce.com' }),
    () => bearer({ aud: undefined }),
    () => asClient({ aud: 'https://test.salesforce.com' }),
  ],
  'audience-of-all-orgs': [
    async () => {
      const { consumerKey } = await externalApp('Local')
      const org = await server.stores.orgs.find(server.org.id)
      if (org === undefined) throw new Error('The org is gone.')
      const releaseUpdates = { endLegacyHosts: true }
      await server.stores.orgs.update({ ...org, settings: { ...org.settings, releaseUpdates } })
      const wire = await bearer({ iss: consumerKey, aud: 'https://login.salesforce.com' })
      await server.stores.orgs.update(org)
      return wire
    },
  ],
  'audience-not-issuer': [
    async () => asClient({ aud: `${strict.base}/services/oauth2/token` }, {}, (await newWorld(strict)).app, strict),
  ],
  'expiry-missing': [() => bearer({ exp: undefined })],
  'expiry-past': [() => bearer({ exp: seconds() - 600 }), () => asClient({ exp: seconds() - 600 })],
  'expiry-too-far': [
    async () => {
      const own = await newWorld(strict)
      const assertion = jwt({ exp: strict.now().getTime() }, {}, strict, own)
      return post({ grant_type: bearerGrant, assertion }, { at: strict })
    },
  ],
  'not-yet-valid': [() => bearer({ nbf: seconds() + 3600 }), () => bearer({ iat: seconds() + 3600 })],
  'assertion-replayed': [
    async () => {
      const form = { grant_type: bearerGrant, assertion: jwt({ jti: fresh('jti') }) }
      await post(form)
      return post(form)
    },
  ],
  'saml-malformed': [
    () => samlBearer('no XML'),
    () => samlBearer(saml().replace('<saml:Subject>', '<saml:Subject><!---->')),
    () => samlBearer(saml({ version: '1.1' })),
    () => post({ grant_type: saml2Grant, assertion: jwt() }),
  ],
  'saml-decryption-failed': [
    () =>
      sso(
        {},
        {},
        () =>
          '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0"><saml:Issuer>https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:EncryptedAssertion/></samlp:Response>',
      ),
  ],
  'saml-unsigned': [
    () => sso({}, {}, (xml) => xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '')),
    () => samlBearer(samlAssertion({ issuer: world.approved.consumerKey }, server.now(), server.base)),
  ],
  'saml-signature-unfit': [
    () => samlBearer(saml().replace(/URI="#[^"]+"/, 'URI=""')),
    () => sso({}, {}, (xml) => xml.replace(/URI="#[^"]+"/, 'URI=""')),
  ],
  'saml-algorithm-not-allowed': [
    () => samlBearer(saml().replace('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256')),
    async () => {
      const { approved, user } = await newWorld(strict)
      const claims = { issuer: approved.consumerKey, nameId: user.username }
      const old = { signatureAlgorithm: `${dsig}rsa-sha1`, digestAlgorithm: `${dsig}sha1` }
      const xml = signXml(samlAssertion(claims, strict.now(), strict.base), strict.signer, old)
      return post({ grant_type: saml2Grant, assertion: sent(xml) }, { at: strict })
    },
  ],
  'saml-signature-wrong': [
    async () => samlBearer(saml({}, {}, await newSigner())),
    async () => sso({}, {}, undefined, await newSigner()),
  ],
  'saml-altered': [
    () => samlBearer(saml().replace('<saml:Subject>', ' <saml:Subject>')),
    () => sso({}, {}, (xml) => xml.replace('<saml:Subject>', ' <saml:Subject>')),
  ],
  'saml-subject-missing': [
    () => samlBearer(saml({ nameId: undefined })),
    () => samlBearer(saml({ method: undefined })),
  ],
  'saml-audience-unknown': [
    () => samlBearer(saml({ audience: 'https://test.salesforce.com' })),
    () => samlBearer(saml({ audience: undefined })),
  ],
  'saml-recipient-unknown': [() => samlBearer(saml({ recipient: base }))],
  'saml-expiry-missing': [() => samlBearer(saml({ notOnOrAfter: undefined, conditionsEnd: undefined }))],
  'saml-expired': [() => samlBearer(saml({ notOnOrAfter: minutes(-10) }))],
  'saml-expiry-too-far': [() => samlBearer(saml({ notOnOrAfter: minutes(60), conditionsEnd: minutes(60) }))],
  'saml-not-yet-valid': [() => samlBearer(saml({ notBefore: minutes(10) }))],
  'saml-replayed': [
    async () => {
      const xml = saml()
      await samlBearer(xml)
      return samlBearer(xml)
    },
    async () => {
      const id = `_${fresh('once')}`
      await sso({ id })
      return sso({ id })
    },
  ],
  'saml-profile-unknown': [() => sso({}, { assertion_type: '' }), () => sso({}, { assertion_type: 'other' })],
  'sso-org-unknown': [() => post({ ...ssoTypes, assertion: sent(saml()) })],
  'sso-settings-missing': [
    () => post({ ...ssoTypes, assertion: sent(saml()) }, { path: `${tokenPath}?so=${server.otherOrg.id}` }),
  ],
  'saml-issuer-unknown': [() => sso({ issuer: 'https://idp.example/' })],
  'saml-status-not-success': [
    () =>
      sso(
        {},
        {},
        (xml) =>
          `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>${xml}</samlp:Response>`,
      ),
  ],
  'saml-certificate-invalid': [
    () =>
      elsewhere(async (at) => {
        await addIdentityProvider(at, { validationCert: (await newSigner(new Date('2020-01-01T00:00:00Z'))).pem })
        const xml = signXml(samlAssertion({ issuer: 'https://idp.example' }, at.now(), at.base), at.signer)
        return post({ ...ssoTypes, assertion: sent(xml) }, { at, path: `${tokenPath}?so=${at.org.id}` })
      }),
  ],
  'sso-user-unknown': [() => sso({ nameId: 'nobody@target.example' })],
  'subject-missing': [() => bearer({ sub: undefined })],
  'user-unknown': [() => bearer({ sub: 'nobody@target.example' })],
  'user-of-another-org': [() => bearer({}, {}, `${otherBase}${tokenPath}`)],
  'refresh-scope-missing': [
    async () => bearer({ iss: (await server.addApp(fresh('Without'), { scopes: ['api'] })).consumerKey }),
  ],
  'not-approved': [async () => bearer({ iss: (await server.addApp(fresh('Self'))).consumerKey })],

  'code-missing': [
    () => post({ grant_type: 'authorization_code', redirect_uri: callbackUrl, ...credentialsOf(world.app) }),
  ],
  'code-unknown': [
    () =>
      post({
        grant_type: 'authorization_code',
        code: 'aPrxNobodysCode',
        redirect_uri: callbackUrl,
        ...credentialsOf(world.app),
      }),
  ],
  'code-of-another-app': [() => exchange(credentialsOf(world.approved))],
  'code-expired': [
    async () => {
      const code = await codeFor(server, world.user, world.app)
      server.advance(901)
      return post({ grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(world.app) })
    },
  ],
  'code-spent': [
    async () => {
      const code = await codeFor(server, world.user, world.app)
      const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(world.app) }
      await post(form)
      return post(form)
    },
  ],
  'redirect-uri-missing': [() => exchange({ redirect_uri: '' }), () => authorize({ redirect_uri: '' })],
  'redirect-out-of-band': [() => authorize({ redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' })],
  'redirect-uri-mismatch': [() => authorize({ redirect_uri: `${callbackUrl}/` })],
  'redirect-uri-changed': [() => exchange({ redirect_uri: `${callbackUrl}/` })],
  'challenge-missing': [
    async () => authorize({}, undefined, await server.addApp(fresh('Pkce'), { isPkceRequired: true })),
  ],
  'challenge-malformed': [() => authorize({ code_challenge: 'short', code_challenge_method: 'S256' })],
  'challenge-method-unknown': [() => authorize({ code_challenge: verifier, code_challenge_method: 'plain' })],
  'verifier-missing': [() => exchange({}, challenge)],
  'verifier-unexpected': [() => exchange({ code_verifier: verifier })],
  'verifier-malformed': [
    () => exchange({ code_verifier: 'too short' }, challenge),
    () => exchange({ code_verifier: `${randomBytes(32).toString('base64')}+/` }, challenge),
    async () => {
      const { app, user } = await newWorld(strict)
      const code = await codeFor(strict, user, app, challenge)
      const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, code_verifier: 'v'.repeat(171) }
      return post({ ...form, ...credentialsOf(app) }, { at: strict })
    },
  ],
  'verifier-wrong': [() => exchange({ code_verifier: `${verifier}x` }, challenge)],

  'domain-not-own': [
    async () => robot(await server.addApp(fresh('Robot'), { isClientCredentialEnabled: true }), server.base),
  ],
  'client-credentials-off': [async () => robot(await server.addApp(fresh('Robot')))],
  'client-credentials-not-allowed': [
    async () => robot(await externalApp('Local', { isClientCredentialEnabled: true })),
  ],
  'run-as-missing': [async () => robot(await server.addApp(fresh('Robot'), { isClientCredentialEnabled: true }))],
  'scopes-missing': [
    async () => {
      const details = { isClientCredentialEnabled: true, scopes: ['refresh_token'] } as const
      return robot(await server.addApp(fresh('Robot'), details, { clientCredentialUserId: world.user.id }))
    },
  ],

  'initial-token-unknown': [() => register('nobody')],
  'registration-malformed': [async () => register(await initialToken(), 'redirect_uris=https://app.example')],
  'registration-refused': [
    async () => register(await initialToken(), '{}'),
    async () => register(await initialToken(), JSON.stringify({ redirect_uris: [callbackUrl], scope: 'full' })),
  ],
  'registration-limit': [async () => register(await initialToken(pushing), registrable, { at: pushing })],
  'registration-token-unknown': [
    () => send('/services/oauth2/register/3MVG9Nobody', { headers: { authorization: 'Bearer nobody' } }),
  ],

  'device-flow-off': [async () => startDevice(world.app), async () => poll(await aDevice(), {}, world.app)],
  'device-code-missing': [async () => poll('', {}, await deviceApp())],
  'device-code-unknown': [async () => poll('AAAAAAAAA', {}, await deviceApp())],
  'device-code-of-another-app': [async () => poll(await aDevice(), {}, await deviceApp())],
  'device-code-expired': [
    () =>
      elsewhere(async (at) => {
        const app = await at.addApp('Kiosk', { isDeviceFlowEnabled: true })
        const code = await aDevice(app, at)
        at.advance(600)
        return poll(code, { at }, app)
      }),
    () =>
      elsewhere(async (at) => {
        const app = await at.addApp('Kiosk', { isDeviceFlowEnabled: true })
        const device_code = await aDevice(app, at)
        at.advance(600)
        return post({ grant_type: deviceGrant, device_code, ...credentialsOf(app) }, { at })
      }),
  ],
  'device-code-spent': [
    async () => {
      const app = await deviceApp()
      const { device_code, user_code } = await devicePair(app)
      await typeCode(user_code, 'allow')
      await poll(device_code, {}, app)
      return poll(device_code, {}, app)
    },
  ],
  'authorization-pending': [
    async () => {
      const app = await deviceApp()
      return poll(await aDevice(app), {}, app)
    },
  ],
  'polled-too-fast': [
    async () => {
      const app = await deviceApp()
      const code = await aDevice(app)
      await poll(code, {}, app)
      return poll(code, {}, app)
    },
  ],
  'user-code-unknown': [() => typeCode('BBBBBBBB')],
  'user-code-tried-too-often': [
    async () => {
      const guesser = await server.addUser(`${fresh('guesser')}@target.example`)
      for (let tries = 0; tries < 10; tries++) await typeCode('CCCCCCCC', undefined, guesser)
      return typeCode('CCCCCCCC', undefined, guesser)
    },
  ],

  'token-exchange-off': [
    async () => swap(await exchanger({ isTokenExchangeEnabled: false })),
    async () => swap(await exchanger({}, { isTokenExchangeFlowEnabled: false })),
  ],
  'subject-token-missing': [async () => swap(await exchanger(), { subject_token: '' })],
  'token-type-unknown': [async () => swap(await exchanger(), { subject_token_type: '' })],
  'actor-token-unexpected': [async () => swap(await exchanger(), { actor_token: 'x' })],
  'target-unknown': [async () => swap(await exchanger(), { audience: 'https://elsewhere.example' })],
  'token-handler-missing': [async () => swap(await exchanger(), { token_handler: 'Nobody' })],
  'token-handler-broken': [async () => swap(await exchanger({}, {}, { tokenHandlerApex: 'Gone' }))],
  'token-refused': [
    async () => swap(await exchanger(), { subject_token: 'other' }),
    async () => swap(await exchanger({}, {}, { tokenHandlerApex: 'Silent' })),
  ],
  'exchange-user-unknown': [async () => swap(await exchanger(), { subject_token: 'user:nobody@target.example' })],
  'user-not-made': [
    async () =>
      swap(await exchanger({}, {}, { isUserCreationAllowed: true }), { subject_token: 'user:nobody@target.example' }),
  ],
  'subject-token-replayed': [
    async () => {
      const app = await exchanger()
      const once = { subject_token: `user:${world.user.username}#${fresh('jti')}` }
      await swap(app, once)
      return swap(app, once)
    },
  ],
  'asset-tokens-off': [async () => assetToken(world.app)],
  'subject-token-dead': [
    async () =>
      assetToken(await anAssetApp(server, fresh('Things')), { subject_token: `${fresh('00D000000000001!')}x` }),
    async () => {
      const app = await anAssetApp(server, fresh('Things'))
      const { access_token: subject_token } = await tokensFor(server, world.user, app)
      await post({ token: subject_token }, { path: '/services/oauth2/revoke' })
      return assetToken(app, { subject_token })
    },
  ],
  'asset-certificate-unusable': [
    async () => {
      const app = await anAssetApp(server, fresh('Things'))
      const { assetTokenConfig } = app
      if (assetTokenConfig === undefined) throw new Error('The app makes no asset tokens.')
      await server.stores.apps.update({ ...app, assetTokenConfig: { ...assetTokenConfig, certificate: 'Gone' } })
      return assetToken(app)
    },
  ],
  'actor-token-malformed': [() => actor({ did: undefined })],
  'actor-token-signature-wrong': [() => actor({ cnf: { jwk: aThing().jwk } })],
  'actor-token-not-valid-now': [() => actor({ exp: 1 })],
  'actor-token-replayed': [
    async () => {
      const once = { jti: fresh('jti') }
      await actor(once)
      return actor(once)
    },
  ],

  'refresh-token-missing': [() => refresh('')],
  'refresh-token-unknown': [() => refresh('5AepNobodysToken')],
  'refresh-token-of-another-app': [
    async () => refresh((await tokensFor(server, world.user, world.app)).refresh_token, {}, world.approved),
  ],
  'refresh-token-revoked': [
    async () => {
      const { refresh_token } = await tokensFor(server, world.user, world.app)
      await post({ token: refresh_token }, { path: '/services/oauth2/revoke' })
      return refresh(refresh_token)
    },
  ],
  'refresh-token-displaced': [
    async () => {
      const { refresh_token } = await tokensFor(server, world.user, world.app)
      for (let more = 0; more < 5; more++) await tokensFor(server, world.user, world.app)
      return refresh(refresh_token)
    },
  ],
  'hybrid-jwt-rotating': [
    async () => {
      const details = { isNamedUserJwtEnabled: true, isRefreshTokenRotationEnabled: true }
      return exchange({ grant_type: 'hybrid_auth_code' }, {}, await server.addApp(fresh('Hybrid'), details))
    },
  ],
  'refresh-token-rotated-out': [
    async () => {
      const app = await server.addApp(fresh('Rotating'), { isRefreshTokenRotationEnabled: true })
      const { refresh_token } = await tokensFor(server, world.user, app)
      await refresh(refresh_token, {}, app)
      return refresh(refresh_token, {}, app)
    },
  ],
  'refresh-token-expired': [
    async () => {
      const app = await server.addApp(fresh('Ending'), {}, { refreshTokenPolicy: { kind: 'zero' } })
      return refresh((await tokensFor(server, world.user, app)).refresh_token, {}, app)
    },
  ],

  'flow-not-of-external-apps': [
    async () => authorize({ response_type: 'token' }, undefined, await externalApp('Local')),
  ],
  'flow-off-for-app': [() => authorize({ response_type: 'token' })],
  'flow-off-in-org': [
    async () => authorize({ response_type: 'token' }, world.user, await userAgentApp()),
    async () => send(`${targetBase}${authorizeUrl((await userAgentApp()).consumerKey, { response_type: 'token' })}`),
  ],
  'page-not-offered': [
    async () => authorize({ response_type: 'code_credentials' }, undefined, await server.addApp(fresh('Own'), ownForm)),
  ],
  'auth-request-type-unknown': [() => headless({}, { kind: 'passwordless-login' })],
  'credentials-in-header': [() => headless({}, { details: { isCodeCredentialPostOnly: true }, inHeader: true })],
  'api-second-factor-needed': [
    () =>
      elsewhere(async (at) => {
        const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
        const settings = { ...at.org.settings, blockOAuthUnPwFlow: false, trustedIpRanges }
        await at.stores.orgs.update({ ...at.org, settings })
        const app = await at.addApp(fresh('Legacy'), { isUsernamePasswordEnabled: true })
        const { id } = await at.addProfile({ name: fresh('Careful'), permissions: ['ApiEnabled', 'TwoFactorApi'] })
        const { username } = await at.addUser(`${fresh('eve')}@target.example`, { profileId: id })
        return post({ grant_type: 'password', username, password, ...credentialsOf(app) }, { at })
      }),
  ],
  'second-factor-needed': [() => headless({}, { permissions: ['ApiEnabled', 'ForceTwoFactor'] })],
  'nonce-missing': [async () => authorize({ response_type: 'token id_token' }, undefined, await userAgentApp())],
  'openid-missing': [
    () =>
      elsewhere(async (at, own) => {
        await at.stores.orgs.update({ ...at.org, settings: { ...at.org.settings, blockOAuthUsrAgtFlow: false } })
        const app = await at.addApp(fresh('Agent'), { isUserAgentEnabled: true })
        const parameters = { response_type: 'token id_token', scope: 'api', nonce: 'n1' }
        const cookie = await cookieOf(own.user, at)
        return send(authorizeUrl(app.consumerKey, parameters), { at, headers: { cookie } })
      }),
  ],
  'response-type-unknown': [() => authorize({ response_type: 'id_token' }), () => authorize({ response_type: '' })],
  'branding-malformed': [() => authorize({ expid: 'holidays/2026' })],
  'branding-unknown': [() => authorize({ expid: 'holidays' })],
  'response-mode-unknown': [() => authorize({ response_mode: 'web_message' })],
  'request-object-unsupported': [() => authorizeStrictly({ request: 'a.b.c' })],
  'request-uri-unsupported': [() => authorizeStrictly({ request_uri: 'https://app.example/request.jwt' })],
  'push-required': [
    async () => {
      const { app } = await newWorld(pushing)
      return send(authorizeUrl(app.consumerKey), { at: pushing })
    },
  ],
  'request-uri-pushed': [
    async () => {
      const { app } = await newWorld(pushing)
      return post({ ...credentialsOf(app), request_uri: 'urn:x' }, { at: pushing, path: parPath })
    },
  ],
  'request-uri-unknown': [() => withRequestUri(() => 'urn:ietf:params:oauth:request_uri:nothing')],
  'request-uri-expired': [
    () =>
      withRequestUri((requestUri) => {
        pushing.advance(61)
        return requestUri
      }),
  ],
  'request-uri-spent': [
    () =>
      withRequestUri(async (requestUri, consumerKey) => {
        await send(authorizeOf(consumerKey, requestUri), { at: pushing })
        return requestUri
      }),
  ],
  'request-uri-of-another-app': [
    async () => {
      const { approved } = await newWorld(pushing)
      return withRequestUri((requestUri) => requestUri, approved.consumerKey)
    },
  ],
  'prompt-contradictory': [() => authorize({ prompt: 'none login' })],
  'prompt-unknown': [() => authorize({ prompt: 'dance' })],
  'scope-not-allowed': [
    () => authorize({ scope: 'everything' }, world.user),
    async () =>
      refresh((await tokensFor(server, world.user, world.app, { scope: 'api refresh_token' })).refresh_token, {
        scope: 'full',
      }),
  ],
  'sso-settings-unknown': [
    () => send(`${targetBase}/saml/authn-request.jsp?samlSsoConfig=Nobody`),
    () => send(`${base}/saml/authn-request.jsp?samlSsoConfig=Acme_IdP`),
  ],
  'saml-session-ended': [
    async () => {
      const { username } = world.user
      const content = `<saml:NameID>${username}</saml:NameID><samlp:SessionIndex>over</samlp:SessionIndex>`
      const attributes = { Destination: providerLogoutPath }
      const ended = messageOf('LogoutRequest', 'https://idp.example', server.now(), attributes, content)
      await postToOrg(signXml(ended, server.signer, { element: 'LogoutRequest' }))
      const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: targetBase }
      const xml = samlAssertion({ ...usual, nameId: username }, server.now(), server.base)
      const late = signXml(xml.replace('<saml:AuthnStatement', '$& SessionIndex="over"'), server.signer)
      const body = new URLSearchParams({ SAMLResponse: Buffer.from(late).toString('base64') }).toString()
      return send(`${targetBase}/`, { headers: formType, body })
    },
  ],
  'saml-jit-attribute-missing': [() => provisioned({ 'User.Email': 'grace@target.example' })],
  'saml-jit-attribute-invalid': [
    () => {
      const named = { 'User.Username': `${fresh('jit')}@target.example`, 'User.LastName': 'Hopper' }
      return provisioned({ ...named, 'User.Email': 'grace@target.example', 'User.ProfileId': 'Nobody' })
    },
  ],
  'saml-jit-handler-failed': [
    () => provisioned({}, { samlJitHandlerId: 'Nobody', executionUserId: world.user.username }),
  ],
  'saml-response-unrequested': [
    () => {
      const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: targetBase }
      const claims = { ...usual, nameId: world.user.username, inResponseTo: '_made-up' }
      const xml = signXml(samlAssertion(claims, server.now(), server.base), server.signer)
      const body = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64') }).toString()
      return send(`${targetBase}/`, { headers: formType, body })
    },
  ],
  'saml-logout-unproved': [() => postToOrg(providerLogoutRequest())],
  'saml-logout-misdirected': [
    () => {
      const xml = providerLogoutRequest('https://other.example/slo')
      return postToOrg(signXml(xml, server.signer, { element: 'LogoutRequest' }))
    },
  ],
  'saml-logout-replayed': [
    async () => {
      const xml = signXml(providerLogoutRequest(), server.signer, { element: 'LogoutRequest' })
      await postToOrg(xml)
      return postToOrg(xml)
    },
  ],
  'saml-idp-off': [() => askIdp('https://wiki.example', {}, otherBase), () => askIdp('https://wiki.example', {}, base)],
  'saml-request-malformed': [
    () => send(`${targetBase}/idp/endpoint/HttpRedirect?SAMLRequest=AAAA`),
    () => send(`${targetBase}/idp/login?app=x&request=made-up`),
  ],
  'saml-app-unknown': [() => askIdp('https://nobody.example'), () => send(`${targetBase}/idp/login?apiName=Nobody`)],
  'saml-request-unsigned': [async () => askIdp((await serviceApp({ certificate: server.signer.pem })).saml.entityUrl)],
  'saml-request-signature-wrong': [
    async () => {
      const { saml } = await serviceApp({ certificate: (await newSigner(server.now())).pem })
      const xml = signXml(requestOf(saml.entityUrl), server.signer, { element: 'AuthnRequest' })
      return postToIdp('/idp/endpoint/HttpPost', xml)
    },
  ],
  'saml-request-unfit': [
    async () =>
      askIdp((await serviceApp()).saml.entityUrl, { AssertionConsumerServiceURL: 'https://evil.example/acs' }),
  ],
  'saml-request-expired': [
    async () => {
      const { saml } = await serviceApp({ certificate: server.signer.pem })
      const issued = minutes(-20)
      return postToIdp('/services/auth/idp/saml2/logout', logoutOf(saml.entityUrl, world.user.username, issued))
    },
  ],
  'saml-app-not-assigned': [async () => openSaml(await serviceApp({}, { profileIds: [] }))],
  'saml-subject-unset': [async () => openSaml(await serviceApp({ samlSubjectType: 'FederationId' }))],
  'saml-idp-certificate-unusable': [
    async () => {
      const app = await serviceApp()
      const held = await server.stores.certificates.findByName(server.org.id, 'Provider')
      if (held === undefined) throw new Error('The certificate is gone.')
      await server.stores.certificates.update({ ...held, sealedPrivateKey: undefined })
      const wire = await openSaml(app)
      await server.stores.certificates.update(held)
      return wire
    },
  ],
  'saml-logout-mismatch': [
    async () => {
      const { saml } = await serviceApp({ certificate: server.signer.pem })
      const path = '/services/auth/idp/saml2/logout'
      const headers = { ...formType, cookie: await cookieOf(world.user, server, targetBase) }
      const xml = logoutOf(saml.entityUrl, 'somebody@else.example', server.now())
      const asked = await server.request(targetBase + path, { method: 'POST', headers, body: posted(xml) })
      return send(`${targetBase}${asked.headers.get('location')}`, { headers: { cookie: headers.cookie } })
    },
  ],
  'provider-unknown': [() => send(`${targetBase}/services/auth/sso/Nobody`)],
  'provider-state-wrong': [() => fromProvider({ state: 'made up' })],
  'provider-refused': [() => fromProvider({ error: 'access_denied' })],
  'provider-answer-unusable': [
    () => fromProvider({}),
    () => fromProvider({ code: 'x' }, { tokenUrl: `${outside.base}/nowhere` }),
  ],
  'provider-user-unknown': [() => fromProvider({ code: 'x' })],
  'account-linked-elsewhere': [
    async () => {
      const name = fresh('Provider')
      const provider = await addProvider(server, name, outside.base)
      const about = { orgId: server.org.id, providerId: provider.id, createdAt: server.now() }
      await server.stores.accountLinks.add({ ...about, remoteId: 'remote-1', userId: world.user.id })
      const thief = await server.addUser(`${fresh('thief')}@target.example`)
      const browser = testBrowser(server)
      const asked = await browser.open(`${targetBase}/services/auth/link/${name}`)
      const page = await signInOn(browser, asked, thief.username)
      const left = await browser.submit(targetBase + page.url.pathname, fieldsOf(page.html, 'csrf_token'))
      return backFrom(browser, name, { code: 'x', state: left.url.searchParams.get('state') ?? '' })
    },
  ],
  'login-required': [() => authorize({ prompt: 'none' })],
  'consent-required': [async () => authorize({ prompt: 'none' }, world.user, await server.addApp(fresh('Unasked')))],
  'immediate-impossible': [() => authorize({ immediate: 'true' })],
  'denied-by-user': [
    async () => {
      const app = await server.addApp(fresh('Denied'))
      const browser = testBrowser(server)
      const page = await signInOn(browser, await browser.open(authorizeUrl(app.consumerKey)), world.user.username)
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
      return post(
        { ...fieldsOf(page.html, 'decision'), decision: 'deny' },
        { path: page.url.pathname, headers: { cookie } },
      )
    },
    async () => {
      const app = await deviceApp()
      const { device_code, user_code } = await devicePair(app)
      await typeCode(user_code, 'deny')
      return poll(device_code, {}, app)
    },
  ],

  'verification-code-wrong': [() => wrongCode(1)],
  'verification-locked': [() => wrongCode(11)],
  'username-unknown': [
    () => signIn('nobody@target.example', password),
    () => byPassword(() => ({ username: 'nobody@target.example' })),
    () => headless({ username: 'nobody@target.example' }),
  ],
  'password-wrong': [
    () => signIn(world.user.username, 'wrong'),
    () => byPassword(({ user }) => ({ username: user.username, password: 'wrong' })),
    () => headless({ password: 'wrong' }),
  ],
  'credentials-missing': [() => byPassword(({ user }) => ({ username: user.username, password: '' }))],
  'password-flow-off': [
    () => post({ grant_type: 'password', username: world.user.username, password, ...credentialsOf(world.app) }),
  ],
  'security-token-missing': [() => byPassword(({ user }) => ({ username: user.username }), { isTrusted: false })],
  'security-token-wrong': [
    () =>
      byPassword(({ user }) => ({ username: user.username, password: `${password}${'x'.repeat(24)}` }), {
        isTrusted: false,
      }),
  ],
  'password-busy': [
    () =>
      elsewhere(async (at) => {
        const user = await at.addUser('crowd@target.example')
        const browser = testBrowser(at)
        const fields = fieldsOf((await browser.open('/')).html, 'pw')
        const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
        const form = { ...fields, username: user.username, pw: 'wrong' }
        const all = await Promise.all(
          Array.from({ length: 150 }, () => post(form, { at, path: '/', headers: { cookie, accept: 'text/html' } })),
        )
        const busy = all.find(({ words }) => words.startsWith('503'))
        if (busy === undefined) throw new Error('The passwords were never busy.')
        return busy
      }),
  ],
  'form-forged': [() => signIn(world.user.username, password, { forged: true })],

  'setup-permission-missing': [
    async () => send('/setup/connected-apps', { headers: { cookie: await cookieOf(world.user), accept: 'text/html' } }),
  ],
  'form-field-unknown': [
    async () => {
      const path = '/setup/certificates/new-self-signed'
      const { id } = await server.profile('System Administrator')
      const admin = await server.addUser(`${fresh('admin')}@target.example`, { profileId: id })
      const browser = testBrowser(server)
      await signInOn(browser, await browser.open('/'), admin.username)
      const csrf_token = tokenOn((await browser.open(path)).html, path)
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
      return post({ csrf_token, stranger: 'x' }, { path, headers: { cookie, accept: 'text/html' } })
    },
  ],

  'dpop-proof-missing': [() => boundRefresh({})],
  'dpop-key-changed': [() => boundRefresh({ by: dpopKey() })],
  'dpop-proof-malformed': [() => proved({}, { header: { typ: 'JWT' } })],
  'dpop-signature-wrong': [() => proved({}, { by: dpopKey(dpopKey().privateKey) })],
  'dpop-proof-misdirected': [() => proved({ htm: 'GET' }), () => proved({ htu: `${strict.base}/elsewhere` })],
  'dpop-proof-stale': [() => proved({ iat: 1 })],
  'dpop-proof-replayed': [
    async () => {
      const by = dpopKey()
      const jti = fresh('jti')
      await proved({ jti }, { by })
      return proved({ jti }, { by })
    },
  ],
  'dpop-nonce-needed': [() => proved({}, { at: nonces }), () => proved({ nonce: 'of-another-server' }, { at: nonces })],
  'token-bound-to-key': [
    async () => send(userinfo, { at: strict, headers: withToken((await boundTokens()).access_token) }),
    async () => send(limits, { at: strict, headers: withToken((await boundTokens()).access_token) }),
  ],
  'token-not-bound': [
    async () => {
      const token = await accessToken(strict, await newWorld(strict))
      return send(userinfo, { at: strict, headers: { authorization: `DPoP ${token}`, dpop: 'a.b.c' } })
    },
  ],

  'frontdoor-empty': [() => send('/secur/frontdoor.jsp')],
  'otp-unknown': [() => send(`/secur/frontdoor.jsp?otp=${'A'.repeat(52)}`)],
  'otp-spent': [
    async () => {
      const url = await frontdoorUrl()
      await send(url)
      return send(url)
    },
  ],
  'otp-expired': [
    () =>
      elsewhere(async (at, own) => {
        const url = await frontdoorUrl(at, own)
        at.advance(61)
        return send(url, { at })
      }),
  ],
  'path-not-local': [
    async () => {
      const headers = withToken(await accessToken(server, await webWorld()))
      return send(`${singleAccess}?redirect_uri=https%3A%2F%2Fevil.example`, { headers })
    },
  ],
  'token-form-unknown': [() => post({ token: 'not a token' }, { path: '/services/oauth2/revoke' })],
  'token-opens-no-page': [
    async () => {
      const own = { ...world, app: await server.addApp(fresh('Jwt'), { scopes: ['web'], isNamedUserJwtEnabled: true }) }
      return send(singleAccess, { headers: withToken(await accessToken(server, own)) })
    },
  ],
  'token-missing': [
    () => send(userinfo),
    () => send(limits),
    () => post({ client_id: '' }, { path: '/services/oauth2/revoke' }),
    () => send(userinfo, { at: strict }),
  ],
  'token-twice': [
    () => send(`${userinfo}?access_token=one`, { headers: withToken('two') }),
    () => send(`${userinfo}?access_token=one`, { at: strict, headers: withToken('two') }),
  ],
  'token-unknown': [
    () => send(userinfo, { headers: withToken('5AepARefreshToken') }),
    () => send(limits, { headers: withToken(`${server.org.id.slice(0, 15)}!unknown`) }),
  ],
  'token-expired': [
    async () => (await afterwards(async () => server.advance(7201)))(userinfo),
    async () => (await afterwards(async () => server.advance(7201)))(limits),
  ],
  'token-revoked': [
    async () =>
      (await afterwards((own) => server.stores.approvals.revoke(own.user.id, own.app.id, server.now())))(userinfo),
    async () =>
      (await afterwards((own) => server.stores.approvals.revoke(own.user.id, own.app.id, server.now())))(limits),
  ],
  'token-of-another-org': [
    async () => (await afterwards(async () => undefined))(userinfo, otherBase),
    async () => (await afterwards(async () => undefined))(limits, otherBase),
  ],
  'token-of-another-app': [
    async () => {
      const { refresh_token } = await tokensFor(server, world.user, world.app)
      return post({ token: refresh_token, ...credentialsOf(world.approved) }, { path: '/services/oauth2/revoke' })
    },
  ],
  'scope-missing': [
    async () => {
      const own = await newWorld(server)
      return send(limits, { headers: withToken(await accessToken(server, own, 'openid')) })
    },
  ],
  'token-in-query': [() => send(`${userinfo}?access_token=one`, { at: strict })],

  'org-inactive': [
    () => headless({}, { isOrgOpen: false }),
    () =>
      elsewhere(async (at, own) => {
        await at.stores.orgs.update({ ...at.org, isActive: false })
        return post({ grant_type: bearerGrant, assertion: jwt({}, {}, at, own) }, { at })
      }),
    () =>
      elsewhere(async (at, own) => {
        await at.stores.orgs.update({ ...at.org, isActive: false })
        return signIn(own.user.username, password, { at })
      }),
    () =>
      elsewhere(async (at, own) => {
        const settings = { ...at.org.settings, blockOAuthUnPwFlow: false }
        await at.stores.orgs.update({ ...at.org, settings, isActive: false })
        const app = await at.addApp(fresh('Legacy'), { isUsernamePasswordEnabled: true })
        const { username } = own.user
        return post({ grant_type: 'password', username, password, ...credentialsOf(app) }, { at })
      }),
  ],
  'user-inactive': [
    () => headless({}, { user: { isActive: false } }),
    () => byPassword(({ user }) => user, { details: { isActive: false } }),
    () => bearerOf({ isActive: false }),
    async () =>
      signIn((await server.addUser(`${fresh('gone')}@target.example`, { isActive: false })).username, password),
  ],
  'user-frozen': [
    () => headless({}, { user: { isFrozen: true } }),
    () => byPassword(({ user }) => user, { details: { isFrozen: true } }),
    () => bearerOf({ isFrozen: true }),
    async () =>
      signIn((await server.addUser(`${fresh('cold')}@target.example`, { isFrozen: true })).username, password),
  ],
  'user-locked': [
    () => headless({}, { user: { lockedUntil: new Date('2030-01-01') } }),
    () => byPassword(({ user }) => user, { details: { lockedUntil: new Date('2030-01-01') } }),
    () => bearerOf({ lockedUntil: new Date('2030-01-01') }),
    async () =>
      signIn(
        (await server.addUser(`${fresh('lock')}@target.example`, { lockedUntil: new Date('2030-01-01') })).username,
        password,
      ),
  ],
  'user-api-only': [
    () => headless({}, { permissions: ['ApiEnabled', 'ApiUserOnly'] }),
    async () => signIn(await robotName(), password),
    async () => signIn(await robotName(), password, { startUrl: authorizeUrl(world.app.consumerKey) }),
    async () => {
      const profile = await server.addProfile({ name: fresh('People'), permissions: ['ApiEnabled'] })
      const robot = await server.addUser(`${fresh('robot')}@target.example`, { profileId: profile.id })
      const { refresh_token } = await tokensFor(server, robot, world.app)
      await server.stores.profiles.update({ ...profile, permissions: ['ApiEnabled', 'ApiUserOnly'] })
      return refresh(refresh_token, { grant_type: 'hybrid_refresh' })
    },
  ],
  'app-not-installed': [
    async () => {
      const profile = await server.stores.profiles.findByName(server.otherOrg.id, 'Standard User')
      const stranger = await server.addUser(`${fresh('stranger')}@other.example`, {
        orgId: server.otherOrg.id,
        profileId: profile?.id ?? '',
      })
      return bearer({ sub: stranger.username })
    },
    async () => {
      const profile = await server.stores.profiles.findByName(server.otherOrg.id, 'Standard User')
      const details = { orgId: server.otherOrg.id, profileId: profile?.id ?? '' }
      return authorize({}, await server.addUser(`${fresh('stranger')}@other.example`, details))
    },
  ],
  'app-not-in-this-org': [
    async () => bearer({ iss: (await externalApp('Packaged', {}, server.otherOrg)).consumerKey }),
    async () => robot(await externalApp('Packaged', { isClientCredentialEnabled: true }, server.otherOrg)),
    async () => authorize({}, world.user, await externalApp('Packaged', {}, server.otherOrg)),
  ],
  'app-of-one-org': [
    async () => bearer({ iss: (await externalApp('Local', {}, server.otherOrg)).consumerKey }),
    async () => robot(await externalApp('Local', { isClientCredentialEnabled: true }, server.otherOrg)),
    async () => authorize({}, world.user, await externalApp('Local', {}, server.otherOrg)),
  ],
  'app-switched-off': [
    async () => bearer({ iss: (await externalApp('Local', {}, server.org, { isEnabled: false })).consumerKey }),
    async () => authorize({}, world.user, await externalApp('Local', {}, server.org, { isOauthPluginEnabled: false })),
  ],
  'app-blocked': [
    async () => bearer({ iss: (await server.addApp(fresh('Blocked'), {}, { isBlocked: true })).consumerKey }),
    async () => authorize({}, world.user, await server.addApp(fresh('Blocked'), {}, { isBlocked: true })),
  ],
  'api-access-controlled': [
    () =>
      controlled((at, own) => {
        const assertion = jwt({ iss: own.app.consumerKey }, {}, at, own)
        return post({ grant_type: bearerGrant, assertion }, { at })
      }),
    () =>
      controlled(async (at, own) => {
        const browser = testBrowser(at)
        await signInOn(browser, await browser.open('/'), own.user.username)
        const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
        return send(authorizeUrl(own.app.consumerKey), { at, headers: { cookie } })
      }),
  ],
  'not-admin-approved': [
    async () => bearer({ iss: (await server.addApp(fresh('Admin'), {}, { isAdminApproved: true })).consumerKey }),
    async () => authorize({}, world.user, await server.addApp(fresh('Admin'), {}, { isAdminApproved: true })),
  ],
  'app-handler-refused': [
    async () => bearer({ iss: (await handledApp()).consumerKey }),
    async () => authorize({}, world.user, await handledApp()),
  ],
  'login-hours': [
    () => headless({}, { loginHours: neverOpen }),
    async () => bearer({ sub: (await nightUser()).username }),
    async () => signIn((await nightUser()).username, password),
    async () =>
      elsewhere(async (at) => {
        await at.stores.orgs.update({ ...at.org, settings: { ...at.org.settings, blockOAuthUnPwFlow: false } })
        const app = await at.addApp(fresh('Legacy'), { isUsernamePasswordEnabled: true })
        const { username } = await nightUser(at)
        return post({ grant_type: 'password', username, password, ...credentialsOf(app) }, { at })
      }),
  ],
  'ip-restricted': [
    () => headless({}, { loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] }),
    () =>
      elsewhere(async (at) => {
        await at.stores.orgs.update({ ...at.org, settings: { ...at.org.settings, blockOAuthUnPwFlow: false } })
        const app = await at.addApp(fresh('Legacy'), { isUsernamePasswordEnabled: true })
        const loginIpRanges = [{ start: '10.0.0.1', end: '10.0.0.9' }]
        const { id } = await at.addProfile({ name: fresh('Office'), loginIpRanges })
        const { username } = await at.addUser(`${fresh('office')}@target.example`, { profileId: id })
        return post({ grant_type: 'password', username, password, ...credentialsOf(app) }, { at })
      }),
    async () => bearer({ sub: (await officeUser()).username }),
    async () => signIn((await officeUser()).username, password),
  ],
  'login-rate-exceeded': [
    () =>
      beyondRate(async (at, own) => post({ grant_type: bearerGrant, assertion: jwt({}, undefined, at, own) }, { at })),
    () =>
      beyondRate(async (at, own) => {
        const code = await codeFor(at, own.user, own.app)
        const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentialsOf(own.app) }
        return post(form, { at })
      }),
  ],
  'partner-address-unlisted': [refreshOfPartnerApp],
  'high-assurance-required': [
    async () => {
      const { id } = await server.profile('Standard User')
      const policies = { isAdminApproved: true, profileIds: [id], requiresHighAssurance: true }
      return bearer({ iss: (await server.addApp(fresh('High'), {}, policies)).consumerKey })
    },
  ],
  'session-level-too-low': [
    async () => {
      const policies = { requiresHighAssurance: true, assuranceAction: 'Block' } as const
      return authorize({}, world.user, await server.addApp(fresh('High'), {}, policies))
    },
  ],
  'api-not-enabled': [
    async () => {
      const { id } = await server.profile('Minimum Access')
      const minimal = await server.addUser(`${fresh('minimal')}@target.example`, { profileId: id })
      const app = await server.addApp(fresh('Open'), {}, { isAdminApproved: true, profileIds: [id] })
      return bearer({ iss: app.consumerKey, sub: minimal.username })
    },
  ],
}

interface Outcome {
  readonly reason: Reason
  readonly happened: string | undefined
  readonly words: string
  readonly verdict: string
  /** The causes among which the wire alone cannot tell; the cause alone when it can. */
  readonly named: readonly string[]
  readonly told: string
}

async function outcomesOf(reason: Reason): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const scenario of scenarios[reason]) {
    const { at, entry, headers, words } = await scenario()
    const evidence = JSON.stringify({ log: { version: '1.2', entries: [entry] } })
    const { exchanges } = diagnoseEvidence(evidence, { now: new Date(0) })
    const diagnosis = exchanges.at(-1)
    outcomes.push({
      reason,
      happened: (await at.journalOf({ headers })).refusal?.reason,
      words,
      verdict: diagnosis?.verdict ?? 'nothing',
      named: (diagnosis?.causes ?? []).slice(0, diagnosis?.tied).map(({ cause }) => cause),
      told: JSON.stringify(diagnosis),
    })
  }
  return outcomes
}

describe('every refusal that the server can answer, told from request and answer alone', () => {
  const all: Outcome[] = []

  beforeAll(async () => {
    for (const reason of reasons) all.push(...(await outcomesOf(reason)))
  }, 240_000)

  it('came about as it was meant to', () => {
    expect(all.filter(({ reason, happened }) => reason !== happened)).toEqual([])
    expect(new Set(all.map(({ reason }) => reason))).toEqual(new Set(reasons))
  })

  it('has its true cause named first, or among those that nobody could tell from each other', () => {
    const right = all.filter(({ reason, named }) => named.includes(reason))
    const certain = right.filter(({ verdict }) => verdict === 'certain')
    const share = Math.round((100 * right.length) / all.length)
    process.stdout.write(
      `diagnosed right: ${right.length} of ${all.length} refusals (${share} %), ${certain.length} of them for certain; ${reasons.length} reasons\n`,
    )
    expect(all.filter((one) => !right.includes(one))).toEqual([])
    expect(share).toBe(100)
  })

  it('is never called one of several where the words of these differ', () => {
    const wordsOf = (name: string) => all.filter(({ reason }) => reason === name).map(({ words }) => words)
    const lazy = all.flatMap(({ reason, words, named }) =>
      named
        .filter((name) => !wordsOf(name).includes(words))
        .map((name) => `${reason}: ${name} has other words than ${words}`),
    )
    expect(lazy).toEqual([])
  })

  it('has a cause of the same name, so that both halves speak of one thing', () => {
    expect(reasons.filter((reason) => !isCauseName(reason))).toEqual([])
  })

  it('shows no secret of what was sent', () => {
    const shown = all.map(({ told }) => told).join('\n')
    expect(shown).not.toContain(consumerSecret)
    expect(shown).not.toContain(password)
    expect(shown).not.toContain(verifier)
    expect(shown).not.toMatch(/eyJ\w{10}|00D\w{12,15}![\w.]{8}|5Aep|aPrx/)
  })
})
