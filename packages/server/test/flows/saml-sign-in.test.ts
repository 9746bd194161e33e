import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { id15 } from '../../src/record-id.ts'
import type { EnteredSamlSsoConfig } from '../../src/saml/new-sso-config.ts'
import { weekdays } from '../../src/time-zone.ts'
import type { User } from '../../src/users/user.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { fieldsOf, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { addIdentityProvider, type SamlClaims, samlAssertion, signXml } from './test-saml.ts'
import { base, otherBase, password, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { addSamlApp, enableIdentityProvider, makeCertificate } from './test-service-provider.ts'

let server: TestServer
let user: User

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  user = await server.addUser('grace@acme.example')
})

afterAll(() => server.close())

const acs = () => `${targetBase}?so=${server.org.id}`
const lastLogin = async (userId = user.id) =>
  (await server.stores.loginHistory.list(server.org.id, { userId }, { limit: 1 }))[0]

describe.each([
  ['by redirect', true],
  ['by post', false],
])('another Sallyport as identity provider, asked %s', (_, redirectBinding) => {
  let provider: TestServer
  let providerBase: string
  const name = `Headquarters_${redirectBinding ? 'R' : 'P'}`

  beforeAll(async () => {
    provider = await startHttpServer()
    providerBase = `http://127.0.0.1:${provider.org.port}`
    const held = await server.stores.certificates.findByName(server.org.id, 'Requests')
    const certificate = held?.certificate.pem ?? (await makeCertificate(server, 'Requests'))
    const idpCert = await enableIdentityProvider(provider)
    await addSamlApp(provider, 'Branch', { entityUrl: 'https://branch.example', acsUrl: acs(), certificate })
    await provider.addUser(user.username)
    await addIdentityProvider(server, {
      fullName: name,
      issuer: providerBase,
      samlEntityId: 'https://branch.example',
      validationCert: idpCert,
      loginUrl: `${providerBase}/idp/endpoint/${redirectBinding ? 'HttpRedirect' : 'HttpPost'}`,
      redirectBinding,
      requestSigningCertId: 'Requests',
    })
  })

  afterAll(() => provider.close())

  /** Goes from the page of the org to its provider; answers where the provider has them sign in. */
  async function across(there: TestBrowser, left: Stop): Promise<Stop> {
    if (redirectBinding) return there.open(left.url.href)
    return there.submit(`${providerBase}/idp/endpoint/HttpPost`, fieldsOf(left.html, 'SAMLRequest'))
  }

  it('signs people in by a button of the sign-in page, and at once the second time', async () => {
    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const page = await here.open(`${targetBase}/?startURL=%2Fpersonal`)
    const [, href = ''] = /href="(\/saml\/authn-request\.jsp[^"]*)"/.exec(page.html) ?? []
    expect(page.html).toContain(name.replaceAll('_', ' '))
    const button = `${targetBase}${href.replaceAll('&amp;', '&')}`
    const start = `${targetBase}/saml/authn-request.jsp?samlSsoConfig=${name}&RelayState=%2Fpersonal`
    expect(new URL(button).searchParams.get('RelayState')).toBe('/personal')
    const answered = await signInOn(there, await across(there, await here.open(start)), user.username, password)
    const inside = await here.submit(acs(), fieldsOf(answered.html, 'SAMLResponse'))
    expect([inside.status, inside.url.href]).toEqual([200, `${targetBase}/personal`])
    expect(inside.html).toContain(user.username)
    expect(await lastLogin()).toMatchObject({ status: 'Success', loginType: 'Saml2', loginUrl: targetBase })

    const again = await across(there, await testBrowser(server).open(start))
    const fresh = testBrowser(server)
    expect((await fresh.submit(acs(), fieldsOf(again.html, 'SAMLResponse'))).html).toContain(user.username)
  })

  it('signs people in who begin there', async () => {
    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const asked = await there.open(`${providerBase}/idp/login?apiName=Branch&RelayState=%2Fpersonal`)
    const answered = await signInOn(there, asked, user.username, password)
    const inside = await here.submit(acs(), fieldsOf(answered.html, 'SAMLResponse'))
    expect(inside.url.href).toBe(`${targetBase}/personal`)
    expect(await lastLogin()).toMatchObject({ status: 'Success', loginType: 'Saml' })
  })

  it('is gone to at once where an app names it (sso_provider), and the app gets its code', async () => {
    const app = await server.addApp(`App_${name}`, {}, { isAdminApproved: true, profileIds: [user.profileId] })
    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: app.callbackUrls[0] ?? '',
      sso_provider: name,
    })
    const left = await here.open(`${targetBase}/services/oauth2/authorize?${query}`)
    const answered = await signInOn(there, await across(there, left), user.username, password)
    const called = await here.submit(acs(), fieldsOf(answered.html, 'SAMLResponse'))
    expect(called.url.searchParams.get('code')).toMatch(/^aPrx/)
  })
})

describe('a response that a browser brings', () => {
  let own: EnteredSamlSsoConfig & { readonly id: string }

  beforeAll(async () => {
    const config = await addIdentityProvider(server, { loginUrl: 'https://idp.example/sso' })
    await addIdentityProvider(server, {
      fullName: 'Other_IdP',
      issuer: 'https://other.example',
      loginUrl: 'https://other.example/sso',
    })
    own = { id: config.id }
  })

  const signed = (claims: SamlClaims = {}) => {
    const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: acs() }
    const assertion = samlAssertion({ ...usual, nameId: user.username, ...claims }, new Date(), base)
    return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${signXml(assertion, server.signer)}</samlp:Response>`
  }

  const bring = (xml: string, { at = acs(), relayState = '' } = {}) =>
    testBrowser(server).submit(at, { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: relayState })

  async function refusalOf(stop: Stop) {
    expect(stop.html).toContain('Single Sign-On Error')
    const entry = await server.journalOf(stop)
    return { status: stop.status, endpoint: entry.endpoint, reason: entry.refusal?.reason }
  }

  /** The ID of a request that the org makes. */
  async function requestId(settings = own.id): Promise<string> {
    const { inflateRawSync } = await import('node:zlib')
    const left = await testBrowser(server).open(`${targetBase}/saml/authn-request.jsp?samlSsoConfig=${id15(settings)}`)
    const xml = inflateRawSync(Buffer.from(left.url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
    expect(xml).toContain(`AssertionConsumerServiceURL="${acs()}"`)
    expect(left.url.searchParams.has('Signature')).toBe(false)
    return / ID="([^"]+)"/.exec(xml)?.[1] ?? ''
  }

  it.each([
    ['the own address', () => ({ at: `${targetBase}/`, recipient: targetBase })],
    ['the own address with so', () => ({ at: acs(), recipient: `${targetBase}/?so=${id15(server.org.id)}` })],
    [
      'the login host with so',
      () => ({ at: `${base}/?so=${server.org.id}`, recipient: `${base}?so=${server.org.id}` }),
    ],
  ])('is taken at %s', async (_, where) => {
    const { at, recipient } = where()
    const stop = await bring(signed({ recipient }), { at, relayState: '/personal' })
    expect([stop.status, stop.url.pathname, stop.url.origin]).toEqual([200, '/personal', new URL(at).origin])
  })

  it('leads to a page of the org and nowhere else', async () => {
    for (const relayState of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', '\\\\evil.example']) {
      const stop = await bring(signed(), { relayState })
      expect([stop.hasLeft, stop.url.href]).toEqual([false, `${targetBase}/`])
    }
  })

  it('counts once, and so does the request that it answers', async () => {
    const xml = signed()
    expect((await bring(xml)).status).toBe(200)
    expect(await refusalOf(await bring(xml))).toEqual({ status: 400, endpoint: 'sign-in', reason: 'saml-replayed' })
    expect(await lastLogin()).toMatchObject({ status: 'Failed: Replay Detected', loginType: 'Saml' })
    const inResponseTo = await requestId()
    expect((await bring(signed({ inResponseTo }))).status).toBe(200)
    expect(await refusalOf(await bring(signed({ inResponseTo })))).toMatchObject({
      reason: 'saml-response-unrequested',
    })
    expect(await lastLogin()).toMatchObject({ status: 'Failed: InResponseTo Invalid' })
  })

  it('counts once of fifty browsers at once, and so does the request', async () => {
    const inResponseTo = await requestId()
    const all: readonly (readonly string[])[] = [
      Array.from({ length: 50 }, () => signed({ id: '_one-for-all' })),
      Array.from({ length: 50 }, (_, number) => signed({ id: `_one-of-many-${number}`, inResponseTo })),
    ]
    for (const xmls of all) {
      const stops = await Promise.all(xmls.map((xml) => bring(xml)))
      expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(stops.filter(({ status }) => status === 400)).toHaveLength(49)
    }
  })

  it('answers a request that the org made to this provider, or none', async () => {
    const [, other] = (await server.stores.samlSsoConfigs.list(server.org.id)).filter(({ issuer }) =>
      /example$/.test(issuer),
    )
    const toAnother = await requestId(other?.id)
    for (const inResponseTo of ['_made-up', toAnother]) {
      expect(await refusalOf(await bring(signed({ inResponseTo })))).toMatchObject({
        reason: 'saml-response-unrequested',
      })
    }
  })

  it('is refused as Login History of Salesforce says it', async () => {
    const past = new Date(Date.now() - 3_600_000)
    const xml = signed()
    for (const [brought, reason, status] of [
      [signed({ audience: 'https://elsewhere.example' }), 'saml-audience-unknown', 'Failed: Audience Invalid'],
      [signed({ recipient: `${otherBase}/` }), 'saml-recipient-unknown', 'Failed: Recipient Mismatched'],
      [signed({ notOnOrAfter: past }), 'saml-expired', 'Failed: Assertion Expired'],
      [xml.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, ''), 'saml-unsigned', 'Failed: Signature Invalid'],
      [signed({ method: undefined }), 'saml-subject-missing', 'Failed: Subject Confirmation Error'],
    ] as const) {
      expect(await refusalOf(await bring(brought))).toMatchObject({ reason })
      expect(await lastLogin()).toMatchObject({ status, loginType: 'Saml' })
    }
    expect(await refusalOf(await bring(signed({ issuer: 'https://nobody.example' })))).toMatchObject({
      reason: 'saml-issuer-unknown',
    })
    expect(await refusalOf(await bring('junk'))).toMatchObject({ reason: 'saml-malformed' })
    expect(await refusalOf(await bring(signed({ nameId: 'nobody@target.example' })))).toMatchObject({
      reason: 'sso-user-unknown',
    })
  })

  it('lets nobody in who may not sign in with a password either', async () => {
    const frozen = await server.addUser('frozen@acme.example', { isFrozen: true })
    expect(await refusalOf(await bring(signed({ nameId: frozen.username })))).toMatchObject({ reason: 'user-frozen' })
    expect(await lastLogin(frozen.id)).toMatchObject({ status: 'User is frozen', loginType: 'Saml' })
    const ranges = [{ start: '192.0.2.0', end: '192.0.2.255' }]
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: ranges })
    const clerk = await server.addUser('clerk@acme.example', { profileId: profile.id })
    expect(await refusalOf(await bring(signed({ nameId: clerk.username })))).toMatchObject({ reason: 'ip-restricted' })
    expect(await lastLogin(clerk.id)).toMatchObject({ status: 'Restricted IP' })
    const permissions = ['ApiEnabled', 'ApiUserOnly'] as const
    const robots = await server.addProfile({ name: 'Robots', permissions })
    const robot = await server.addUser('robot@acme.example', { profileId: robots.id })
    expect(await refusalOf(await bring(signed({ nameId: robot.username })))).toMatchObject({ reason: 'user-api-only' })
    expect(await lastLogin(robot.id)).toMatchObject({ status: 'Failed: API-only user', loginType: 'Saml' })
    const loginHours = Object.fromEntries(weekdays.map((day) => [day, { from: 0, until: 0 }]))
    const closed = await server.addProfile({ name: 'Closed', loginHours })
    const guard = await server.addUser('guard@acme.example', { profileId: closed.id })
    expect(await refusalOf(await bring(signed({ nameId: guard.username })))).toMatchObject({ reason: 'login-hours' })
    expect(await lastLogin(guard.id)).toMatchObject({ status: 'Restricted time', loginType: 'Saml' })
  })

  it('is for the org of the address, and for one that is there', async () => {
    for (const at of [`${otherBase}/?so=${server.org.id}`, `${base}/`, `${base}/?so=00D000000000009AAA`]) {
      expect(await refusalOf(await bring(signed(), { at }))).toMatchObject({ reason: 'sso-org-unknown' })
    }
  })

  it('is not begun for settings that nobody knows, or that have no login URL', async () => {
    const { id } = await addIdentityProvider(server, { fullName: 'Mute', issuer: 'https://mute.example' })
    for (const url of [
      `${targetBase}/saml/authn-request.jsp?samlSsoConfig=${id}`,
      `${targetBase}/saml/authn-request.jsp`,
      `${base}/saml/authn-request.jsp?samlSsoConfig=${own.id}`,
    ]) {
      expect(await refusalOf(await testBrowser(server).open(url))).toMatchObject({ reason: 'sso-settings-unknown' })
    }
  })

  it('is told of to mobile apps', async () => {
    const answer = await server.request(`${targetBase}/.well-known/auth-configuration`)
    expect(JSON.parse(await answer.text()).SamlProviders).toContainEqual({
      Name: 'Acme IdP',
      SsoUrl: `${targetBase}/saml/authn-request.jsp?samlSsoConfig=${id15(own.id)}`,
    })
  })
})
