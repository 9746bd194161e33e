import { randomUUID } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SAML } from '@node-saml/node-saml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SamlSsoConfig } from '../../src/saml/sso-config.ts'
import type { User } from '../../src/users/user.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { fieldsOf, type Stop, signInOn, type TestBrowser, testBrowser } from './test-browser.ts'
import { addIdentityProvider, dsig, rsaSha256, samlAssertion, signXml } from './test-saml.ts'
import {
  base,
  newSigner,
  otherBase,
  password,
  type Signer,
  startTestServer,
  type TestServer,
  targetBase,
} from './test-server.ts'
import {
  addSamlApp,
  enableIdentityProvider,
  makeCertificate,
  profileOf,
  serviceProvider,
} from './test-service-provider.ts'

let server: TestServer
let user: User
let requestCert: string

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  user = await server.addUser('grace@acme.example')
  requestCert = await makeCertificate(server, 'Requests')
})

afterAll(() => server.close())

const acs = () => `${targetBase}?so=${server.org.id}`
const logoutPlace = `${targetBase}/services/auth/sp/saml2/logout`
const slo = 'https://idp.example/slo'
const at = ({ url }: Stop) => url.origin + url.pathname

/** Whether somebody is signed in at the org with a browser. */
const isIn = async (browser: TestBrowser, where = targetBase) =>
  !(await browser.open(`${where}/personal`)).html.includes('name="pw"')

async function reasonOf(stop: Stop) {
  const entry = await server.journalOf(stop)
  return entry.refusal?.reason
}

let names = 0
const fresh = () => `n${++names}`

/** An assertion of the provider of the tests, in a response. */
function response(
  nameId: string,
  sessionIndex = '',
  { issuer = 'https://idp.example', signer = server.signer, at = new Date() } = {},
) {
  const usual = { issuer, audience: 'https://target.example', recipient: acs(), nameId: user.username }
  const plain = samlAssertion({ ...usual, attributes: { uid: user.username } }, at, base)
  const named = plain.replace(/<saml:NameID>[^<]*/, `<saml:NameID>${nameId}`)
  return signXml(
    sessionIndex === ''
      ? named
      : named.replace('<saml:AuthnStatement', `<saml:AuthnStatement SessionIndex="${sessionIndex}"`),
    signer,
  )
}

/** A browser that somebody is signed in with, as the provider of the tests vouches. */
async function broughtIn(
  nameId: string,
  sessionIndex?: string,
  from?: Parameters<typeof response>[2],
): Promise<TestBrowser> {
  const browser = testBrowser(server)
  const SAMLResponse = Buffer.from(response(nameId, sessionIndex, from)).toString('base64')
  await browser.submit(acs(), { SAMLResponse })
  expect(await isIn(browser)).toBe(true)
  return browser
}

interface Wish {
  readonly kind?: 'LogoutRequest' | 'LogoutResponse'
  readonly id?: string
  readonly issuer?: string
  readonly destination?: string | undefined
  readonly issued?: Date
  readonly attributes?: string
  readonly content?: string
  readonly signer?: Signer | undefined
}

/** A message of the provider, signed with its key unless something else is said. */
function message(nameId: string, wish: Wish = {}): string {
  const { kind = 'LogoutRequest', id = `_${randomUUID()}`, issuer = 'https://idp.example', issued = new Date() } = wish
  const { attributes = '', content = `<saml:NameID>${nameId}</saml:NameID>` } = wish
  const destination = 'destination' in wish ? wish.destination : logoutPlace
  const named = destination === undefined ? '' : ` Destination="${destination.replaceAll('&', '&amp;')}"`
  const xml = `<samlp:${kind} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${issued.toISOString()}"${named}${attributes}><saml:Issuer>${issuer}</saml:Issuer>${content}</samlp:${kind}>`
  const signer = 'signer' in wish ? wish.signer : server.signer
  return signer === undefined ? xml : signXml(xml, signer, { element: kind })
}

const index = (value: string) => `<samlp:SessionIndex>${value}</samlp:SessionIndex>`

function bring(
  xml: string,
  { browser = testBrowser(server), where = logoutPlace, relayState = 'r', parameter = 'SAMLRequest' } = {},
) {
  return browser.submit(where, { [parameter]: Buffer.from(xml).toString('base64'), RelayState: relayState })
}

/** What the org sends by redirect. */
function xmlOf({ url }: Stop, parameter: 'SAMLRequest' | 'SAMLResponse'): string {
  return inflateRawSync(Buffer.from(url.searchParams.get(parameter) ?? '', 'base64')).toString()
}

const idOf = (xml: string) => / ID="([^"]+)"/.exec(xml)?.[1] ?? ''
const statusesIn = (xml: string) => [...xml.matchAll(/status:(\w+)"/g)].map(([, status]) => status)

describe.each([
  ['by redirect', 'RedirectBinding'],
  ['by post', 'PostBinding'],
] as const)('another Sallyport as identity provider, %s', (_, binding) => {
  let provider: TestServer
  let providerBase: string
  const name = `Headquarters_${binding}`
  const home = `https://home-of-${binding.toLowerCase()}.example/`

  beforeAll(async () => {
    provider = await startHttpServer()
    providerBase = `http://127.0.0.1:${provider.org.port}`
    const idpCert = await enableIdentityProvider(provider)
    await addSamlApp(provider, 'Branch', {
      entityUrl: 'https://branch.example',
      acsUrl: acs(),
      certificate: requestCert,
      samlSloUrl: logoutPlace,
      samlIdpSLOBindingEnum: binding,
    })
    await provider.addUser(user.username)
    await addIdentityProvider(server, {
      fullName: name,
      issuer: providerBase,
      samlEntityId: 'https://branch.example',
      validationCert: idpCert,
      loginUrl: `${providerBase}/idp/endpoint/HttpRedirect`,
      requestSigningCertId: 'Requests',
      singleLogoutUrl: `${providerBase}/services/auth/idp/saml2/logout`,
      singleLogoutBinding: binding,
      logoutUrl: home,
    })
  })

  afterAll(() => provider.close())

  /** Somebody who is signed in at both, each with a browser that stands for one half of theirs. */
  async function signedIn() {
    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const asked = await there.open(`${providerBase}/idp/login?apiName=Branch`)
    const answered = await signInOn(there, asked, user.username, password)
    await here.submit(acs(), fieldsOf(answered.html, 'SAMLResponse'))
    expect([await isIn(here), await isIn(there, providerBase)]).toEqual([true, true])
    return { here, there }
  }

  /** Takes a message from where a browser came to rest to the other server. */
  async function across(stop: Stop, to: TestBrowser, parameter: 'SAMLRequest' | 'SAMLResponse'): Promise<Stop> {
    if (binding === 'RedirectBinding') return to.open(stop.url.href)
    const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(stop.html) ?? []
    return to.submit(action, fieldsOf(stop.html, parameter))
  }

  it('signs people out here who sign out there', async () => {
    const { here, there } = await signedIn()
    const told = await there.open(`${providerBase}/secur/logout.jsp`)
    const answer = await across(told, here, 'SAMLRequest')
    expect(await isIn(here)).toBe(false)
    const end = await across(answer, there, 'SAMLResponse')
    expect([end.status, end.html.includes('signed out')]).toEqual([200, true])
    expect(await isIn(there, providerBase)).toBe(false)
  })

  it('signs people out there who sign out here, and leads them home', async () => {
    const { here, there } = await signedIn()
    const told = await here.open(`${targetBase}/secur/logout.jsp`)
    expect(await isIn(here)).toBe(false)
    const answer = await across(told, there, 'SAMLRequest')
    expect(await isIn(there, providerBase)).toBe(false)
    expect((await across(answer, here, 'SAMLResponse')).url.href).toBe(home)
  })

  it('leads to where somebody was to go who signed out here', async () => {
    const { here, there } = await signedIn()
    const told = await here.open(`${targetBase}/secur/logout.jsp?retURL=%2Fpersonal`)
    const end = await across(await across(told, there, 'SAMLRequest'), here, 'SAMLResponse')
    expect(end.url.searchParams.get('startURL')).toBe('/personal')
  })
})

describe('a provider that others wrote', () => {
  let config: SamlSsoConfig
  let stranger: SAML

  beforeAll(async () => {
    config = await addIdentityProvider(server, {
      identityLocation: 'Attribute',
      attributeName: 'uid',
      loginUrl: 'https://idp.example/sso',
      requestSigningCertId: 'Requests',
      singleLogoutUrl: slo,
    })
    stranger = new SAML({
      issuer: 'https://idp.example',
      entryPoint: logoutPlace,
      logoutUrl: logoutPlace,
      callbackUrl: slo,
      idpCert: requestCert,
      idpIssuer: 'https://target.example',
      privateKey: server.signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      signatureAlgorithm: 'sha256',
    })
  })

  const validated = ({ url }: Stop) =>
    stranger.validateRedirectAsync(Object.fromEntries(url.searchParams), url.search.slice(1))

  it('ends the session that it names and no other, and is answered', async () => {
    const nameID = fresh()
    const [one, other, another] = [
      await broughtIn(nameID, 'i1'),
      await broughtIn(nameID, 'i2'),
      await broughtIn(`${nameID}x`, 'i1'),
    ]
    const profile = { nameID, nameIDFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', issuer: '' }
    const stop = await testBrowser(server).open(
      await stranger.getLogoutUrlAsync({ ...profile, sessionIndex: 'i1' }, 'state=1', {}),
    )
    expect([at(stop), stop.url.searchParams.get('RelayState')]).toEqual([slo, 'state=1'])
    expect(await validated(stop)).toMatchObject({ loggedOut: true })
    expect([await isIn(one), await isIn(other), await isIn(another)]).toEqual([false, true, true])
  })

  it('ends every session of a name where it names none, and clears the cookie of the browser that comes', async () => {
    const nameId = fresh()
    const [one, other] = [await broughtIn(nameId, 'i1'), await broughtIn(nameId)]
    const stop = await bring(message(nameId), { browser: one })
    expect(at(stop)).toBe(slo)
    expect([...one.cookies.keys()].some((cookie) => /session|sid/i.test(cookie))).toBe(false)
    expect([await isIn(one), await isIn(other)]).toEqual([false, false])
  })

  it('signs nobody in by an assertion of a session that it has ended, and by one of another it does', async () => {
    const [late, other, stranger] = [response(user.username, 'late'), response(user.username, 'later'), 'else']
    await bring(message(user.username, { content: `<saml:NameID>${user.username}</saml:NameID>${index('late')}` }))
    const arrive = (xml: string) =>
      testBrowser(server).submit(acs(), { SAMLResponse: Buffer.from(xml).toString('base64') })
    const refused = await arrive(late)
    expect([refused.status, await reasonOf(refused)]).toEqual([400, 'saml-session-ended'])
    const [attempt] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(attempt?.status).toBe('Failed: Assertion Invalid')
    expect((await arrive(other)).status).toBe(200)
    // A provider may count its sessions from 1 again.
    const again = response(user.username, 'late', { at: new Date(Date.now() + 1000) })
    expect((await arrive(again)).status).toBe(200)
    // The same SessionIndex of somebody else is another session.
    const somebody = await server.addUser(`${stranger}@acme.example`)
    expect((await arrive(response(somebody.username, 'late'))).status).toBe(200)
  })

  it('is told that it is done where nobody is signed in any more', async () => {
    const id = `_${randomUUID()}`
    const stop = await bring(message(fresh(), { id }))
    const xml = xmlOf(stop, 'SAMLResponse')
    expect(xml).toContain(`InResponseTo="${id}"`)
    expect([statusesIn(xml), await validated(stop)]).toEqual([
      ['Success'],
      expect.objectContaining({ loggedOut: true }),
    ])
  })

  it('is told of people who sign out here, by the name and the session that it gave', async () => {
    const nameId = fresh()
    const browser = await broughtIn(nameId, 'i7')
    const told = await browser.open(`${targetBase}/secur/logout.jsp`)
    expect(at(told)).toBe(slo)
    const { profile } = await validated(told)
    expect(profile).toMatchObject({ nameID: nameId, sessionIndex: 'i7' })
    expect(await isIn(browser)).toBe(false)
    if (profile === null) throw new Error('The provider was not told whom.')
    const relayState = told.url.searchParams.get('RelayState') ?? ''
    const end = await browser.open(await stranger.getLogoutResponseUrlAsync(profile, relayState, {}, true))
    expect([end.status, end.html.includes('signed out')]).toEqual([200, true])
  })

  it('ends nothing more here, whatever it answers, and brings nobody elsewhere', async () => {
    const browser = await broughtIn(fresh())
    const told = await browser.open(`${targetBase}/secur/logout.jsp?retURL=%2Fpersonal`)
    const failed =
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>'
    const attributes = ` InResponseTo="${idOf(xmlOf(told, 'SAMLRequest'))}"`
    const xml = message('', { kind: 'LogoutResponse', attributes, content: failed })
    const end = await bring(xml, { parameter: 'SAMLResponse', relayState: 'https://evil.example/' })
    expect([end.hasLeft, end.url.pathname]).toEqual([false, new URL(logoutPlace).pathname])
    expect(end.html).toContain('signed out')
  })

  it.each([
    ['an answer to nothing', 'saml-response-unrequested', { attributes: ' InResponseTo="_made-up"' }],
    ['an answer that nobody signed', 'saml-logout-unproved', { signer: undefined }],
    ['an answer of yesterday', 'saml-request-expired', { issued: new Date(Date.now() - 86_400_000) }],
    [
      'an answer for another address',
      'saml-logout-misdirected',
      { destination: `${otherBase}/services/auth/sp/saml2/logout` },
    ],
  ] as const)('is refused with %s', async (_, reason, wish) => {
    const content =
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
    const xml = message('', { kind: 'LogoutResponse', content, ...wish })
    const stop = await bring(xml, { parameter: 'SAMLResponse' })
    expect([stop.status, await reasonOf(stop)]).toEqual([400, reason])
  })

  it('answers a request once, also of fifty browsers at once', async () => {
    const told = await (await broughtIn(fresh())).open(`${targetBase}/secur/logout.jsp`)
    const attributes = ` InResponseTo="${idOf(xmlOf(told, 'SAMLRequest'))}"`
    const content =
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
    const all = Array.from({ length: 50 }, () => message('', { kind: 'LogoutResponse', attributes, content }))
    const stops = await Promise.all(all.map((xml) => bring(xml, { parameter: 'SAMLResponse' })))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(stops.filter(({ status }) => status === 400)).toHaveLength(49)
  })

  it('ends sessions by one request of fifty, and tells the others that it was brought before', async () => {
    const nameId = fresh()
    const browser = await broughtIn(nameId)
    const xml = message(nameId)
    const stops = await Promise.all(Array.from({ length: 50 }, () => bring(xml)))
    const statuses = stops.map((stop) => statusesIn(xmlOf(stop, 'SAMLResponse'))[0])
    expect(statuses.filter((status) => status === 'Success')).toHaveLength(1)
    expect(statuses.filter((status) => status === 'Requester')).toHaveLength(49)
    expect(await isIn(browser)).toBe(false)
  })

  it.each([
    ['without a signature', 'saml-logout-unproved', { signer: undefined }],
    ['of an issuer that nobody knows', 'saml-issuer-unknown', { issuer: 'https://nobody.example' }],
    ['without a destination', 'saml-logout-misdirected', { destination: undefined }],
    ['for another org', 'saml-logout-misdirected', { destination: `${otherBase}/services/auth/sp/saml2/logout` }],
  ] as const)('ends nothing by a request %s', async (_, reason, wish) => {
    const nameId = fresh()
    const browser = await broughtIn(nameId)
    const stop = await bring(message(nameId, wish))
    expect([stop.status, await reasonOf(stop)]).toEqual([400, reason])
    expect(stop.html).toContain('Single Sign-On Error')
    expect(await isIn(browser)).toBe(true)
  })

  it('ends nothing by a request that another key signed, or that was changed or wrapped since', async () => {
    const nameId = fresh()
    const browser = await broughtIn(nameId)
    const own = message('somebody-else')
    const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(own) ?? []
    const inner = own.replace(signature, '')
    const wrapped = message(nameId, { signer: undefined, content: `<saml:NameID>${nameId}</saml:NameID>${signature}` })
    const around = message(nameId, {
      signer: undefined,
      content: `<saml:NameID>${nameId}</saml:NameID><samlp:Extensions>${own}</samlp:Extensions>`,
    })
    for (const xml of [
      message(nameId, { signer: await newSigner(new Date()) }),
      own.replace('somebody-else', nameId),
      wrapped,
      around,
      own.replace(signature, signature.replace('</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`)),
    ]) {
      const stop = await bring(xml)
      expect(stop.status).toBe(400)
      expect(await reasonOf(stop)).toMatch(/^saml-(logout-unproved|request-malformed)$/)
    }
    expect(await isIn(browser)).toBe(true)
  })

  it.each([
    ['is old', 'saml-request-expired', { issued: new Date(Date.now() - 600_000) }],
    [
      'has ended',
      'saml-request-expired',
      { attributes: ` NotOnOrAfter="${new Date(Date.now() - 300_000).toISOString()}"` },
    ],
    [
      'names several',
      'saml-request-malformed',
      { content: '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>' },
    ],
    ['names nobody', 'saml-request-malformed', { content: '<saml:EncryptedID/>' }],
  ] as const)('is told that its request was at fault where it %s', async (_, reason, wish) => {
    const body = new URLSearchParams({ SAMLRequest: Buffer.from(message(fresh(), wish)).toString('base64') })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const refused = await server.request(logoutPlace, { method: 'POST', headers, body: body.toString() })
    expect([refused.status, (await server.journalOf(refused)).refusal?.reason]).toEqual([303, reason])
    const stop = await testBrowser(server).open(`${targetBase}${refused.headers.get('location')}`)
    expect([at(stop), statusesIn(xmlOf(stop, 'SAMLResponse'))]).toEqual([slo, ['Requester']])
  })

  it('takes no signature over an address that was changed, and none over a piece of it', async () => {
    const nameID = fresh()
    const browser = await broughtIn(nameID)
    const profile = { nameID, nameIDFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', issuer: '' }
    const url = await stranger.getLogoutUrlAsync(profile, 'state=1', {})
    const packed = deflateRawSync(message(nameID, { signer: undefined })).toString('base64')
    for (const changed of [
      url.replace('state%3D1', 'state%3D2'),
      url.replace(/&Signature=[^&]*/, ''),
      url.replace(/SAMLRequest=[^&]*/, `SAMLRequest=${encodeURIComponent(packed)}`),
      url.replace(encodeURIComponent(rsaSha256), encodeURIComponent(`${dsig}rsa-md5`)),
    ]) {
      const stop = await testBrowser(server).open(changed)
      expect([stop.status, await reasonOf(stop)]).toEqual([400, 'saml-logout-unproved'])
    }
    const bomb = deflateRawSync(Buffer.alloc(5_000_000, 32)).toString('base64')
    const burst = await testBrowser(server).open(`${logoutPlace}?${new URLSearchParams({ SAMLRequest: bomb })}`)
    expect([burst.status, await reasonOf(burst)]).toEqual([400, 'saml-request-malformed'])
    expect(await isIn(browser)).toBe(true)
  })

  it('ends no session that the settings of another provider began, or that a password did', async () => {
    const signer = await newSigner(new Date())
    const second = { issuer: 'https://second.example', signer }
    await addIdentityProvider(server, {
      fullName: 'Second_IdP',
      issuer: second.issuer,
      validationCert: signer.pem,
      identityLocation: 'Attribute',
      attributeName: 'uid',
    })
    const nameId = fresh()
    const browser = await broughtIn(nameId, 'i1', second)
    const byPassword = testBrowser(server)
    await signInOn(byPassword, await byPassword.open(`${targetBase}/`), user.username)
    await bring(message(nameId, { content: `<saml:NameID>${nameId}</saml:NameID>${index('i1')}` }))
    await bring(message(user.username))
    expect([await isIn(browser), await isIn(byPassword)]).toEqual([true, true])
    // Where it has no address for answers, the browser stays.
    const page = await bring(message(nameId, { ...second }))
    expect([page.status, page.hasLeft, page.html.includes('signed out')]).toEqual([200, false, true])
    expect(await isIn(browser)).toBe(false)
  })

  it('is given back what it gave along, up to what an address bears', async () => {
    const relayState = 'x'.repeat(4096)
    expect((await bring(message(fresh()), { relayState })).url.searchParams.get('RelayState')).toBe(relayState)
    const longer = await bring(message(fresh()), { relayState: `${relayState}x` })
    expect([longer.status, await reasonOf(longer)]).toEqual([400, 'parameter-malformed'])
  })

  it.each([
    ['the org', () => `so=${server.org.id}`],
    ['the settings', () => `sc=${config.id}`],
  ])('is found at the login host by the id of %s', async (_, query) => {
    const nameId = fresh()
    const browser = await broughtIn(nameId)
    const where = `${base}/services/auth/sp/saml2/logout?${query()}`
    const stop = await bring(message(nameId, { destination: where }), { where })
    expect([at(stop), await isIn(browser)]).toEqual([slo, false])
  })

  it('is no provider of another org, nor of none', async () => {
    const nameId = fresh()
    const nowhere = await bring(message(nameId), { where: `${base}/services/auth/sp/saml2/logout` })
    expect(await reasonOf(nowhere)).toBe('sso-org-unknown')
    const elsewhere = await bring(message(nameId), { where: `${otherBase}/services/auth/sp/saml2/logout` })
    expect(await reasonOf(elsewhere)).toBe('sso-settings-missing')
  })

  it('has the apps told that were opened from the session before it is answered, and says if one would not', async () => {
    await enableIdentityProvider(server)
    const sp = await newSigner(new Date())
    const app = await addSamlApp(server, 'Wiki', {
      entityUrl: 'https://wiki.example',
      certificate: sp.pem,
      samlSloUrl: 'https://wiki.example/slo',
    })
    const held = await server.stores.orgs.find(server.org.id)
    const idpCert = (await server.stores.certificates.findByName(server.org.id, 'Provider'))?.certificate.pem ?? ''
    const wiki = serviceProvider(targetBase, idpCert, {
      issuer: 'https://wiki.example',
      audience: 'https://wiki.example',
      privateKey: sp.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      signatureAlgorithm: 'sha256',
    })
    expect(held?.settings.enableIdentityProvider).toBe(true)
    for (const [isDone, expected] of [
      [true, ['Success']],
      [false, ['Success', 'PartialLogout']],
    ] as const) {
      const nameId = fresh()
      const browser = await broughtIn(nameId)
      await profileOf(wiki, await browser.open(`${targetBase}/idp/login?app=${app.id}`))
      const told = await bring(message(nameId), { browser })
      expect(at(told)).toBe('https://wiki.example/slo')
      const { profile } = await wiki.validateRedirectAsync(
        Object.fromEntries(told.url.searchParams),
        told.url.search.slice(1),
      )
      if (profile === null) throw new Error('The app was not told whom.')
      const relayState = told.url.searchParams.get('RelayState') ?? ''
      const stop = await browser.open(await wiki.getLogoutResponseUrlAsync(profile, relayState, {}, isDone))
      expect([at(stop), statusesIn(xmlOf(stop, 'SAMLResponse'))]).toEqual([slo, expected])
      expect(stop.url.searchParams.get('RelayState')).toBe('r')
    }
  })

  it('is told of the end of a session that an app wants, and the app is answered after it', async () => {
    const sp = await newSigner(new Date())
    const entity = 'https://desk.example'
    const app = await addSamlApp(server, 'Desk', {
      entityUrl: entity,
      certificate: sp.pem,
      samlSloUrl: `${entity}/slo`,
    })
    const nameId = fresh()
    const browser = await broughtIn(nameId)
    await browser.open(`${targetBase}/idp/login?app=${app.id}`)
    const wish = { issuer: entity, signer: sp, destination: `${targetBase}/services/auth/idp/saml2/logout` }
    const told = await bring(message(user.username, wish), { browser, where: wish.destination })
    expect(at(told)).toBe(slo)
    expect(await isIn(browser)).toBe(false)
    const { profile } = await validated(told)
    expect(profile).toMatchObject({ nameID: nameId })
    if (profile === null) throw new Error('The provider was not told whom.')
    const relayState = told.url.searchParams.get('RelayState') ?? ''
    const stop = await browser.open(await stranger.getLogoutResponseUrlAsync(profile, relayState, {}, true))
    expect([at(stop), statusesIn(xmlOf(stop, 'SAMLResponse'))]).toEqual([`${entity}/slo`, ['Success']])
  })

  it('is not told where the settings are gone, or say nothing of where', async () => {
    const browser = await broughtIn(fresh())
    await server.stores.samlSsoConfigs.update({
      ...config,
      singleLogoutUrl: undefined,
      logoutUrl: 'https://home.example/',
    })
    expect((await browser.open(`${targetBase}/secur/logout.jsp`)).url.href).toBe('https://home.example/')
    const other = await broughtIn(fresh())
    await server.stores.samlSsoConfigs.delete(config.id)
    expect((await other.open(`${targetBase}/secur/logout.jsp`)).html).toContain('signed out')
  })
})
