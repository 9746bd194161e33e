import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppPolicies } from '../../src/connected-apps/connected-app.ts'
import type { EnteredSamlConfig } from '../../src/connected-apps/saml-config.ts'
import type { User } from '../../src/users/user.ts'
import { type Stop, signedInBrowser, signInOn, testBrowser } from './test-browser.ts'
import { signXml } from './test-saml.ts'
import { base, newSigner, otherBase, type Signer, startTestServer, type TestServer, targetBase } from './test-server.ts'
import {
  acsUrl,
  addSamlApp,
  enableIdentityProvider,
  entityUrl,
  newCertificateOf,
  postedRequest,
  profileOf,
  responseXmlOn,
  serviceProvider,
} from './test-service-provider.ts'

let server: TestServer
let idpCert: string
let user: User
let sp: Signer
let other: Signer

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  idpCert = await enableIdentityProvider(server)
  user = await server.addUser('ada@target.example')
  ;[sp, other] = await Promise.all([newSigner(new Date()), newSigner(new Date())])
})

afterAll(() => server.close())

let names = 0

/** An app of its own for a test, by an Entity Id of its own. */
async function anApp(entered: EnteredSamlConfig = {}, policies: Partial<AppPolicies> = {}) {
  const name = `App${++names}`
  return addSamlApp(server, name, { entityUrl: `https://${name}.example`, ...entered }, policies)
}

interface Written {
  readonly issuer: string
  readonly acs?: string
  readonly attributes?: string
  readonly destination?: string
  readonly content?: string
}

function authnRequest({ issuer, acs, attributes = '', destination, content = '' }: Written): string {
  const optional = (name: string, value: string | undefined) => (value === undefined ? '' : ` ${name}="${value}"`)
  return (
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r${++names}" Version="2.0" IssueInstant="${new Date().toISOString()}"` +
    `${optional('AssertionConsumerServiceURL', acs)}${optional('Destination', destination)}${attributes}>` +
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer>${content}</samlp:AuthnRequest>`
  )
}

const redirectPath = '/idp/endpoint/HttpRedirect'
const deflated = (xml: string) => deflateRawSync(xml).toString('base64')
const asked = (xml: string, more: Record<string, string> = {}, at = targetBase) =>
  `${at}${redirectPath}?${new URLSearchParams({ SAMLRequest: deflated(xml), ...more })}`
const posted = (xml: string, at = targetBase) =>
  testBrowser(server).submit(`${at}/idp/endpoint/HttpPost`, { SAMLRequest: Buffer.from(xml).toString('base64') })

/** What the page of a refusal says, and the reason that the journal keeps. */
async function refusalOf(stop: Stop) {
  expect(stop.html).toContain('Single Sign-On Error')
  const { refusal, endpoint } = await server.journalOf(stop)
  return { status: stop.status, endpoint, reason: refusal?.reason, facts: refusal?.facts }
}

const signedIn = (username = user.username) => signedInBrowser(server, username, targetBase)

const malformed = (problem: unknown) => ({
  status: 400,
  endpoint: 'idp',
  reason: 'saml-request-malformed',
  facts: { problem },
})

describe('a request of a service provider', () => {
  it.each([
    ['no base64', { SAMLRequest: '<xml/>' }, 'it is not base64'],
    ['not deflated', { SAMLRequest: Buffer.from('<a/>').toString('base64') }, expect.stringContaining('not deflated')],
    ['a bomb', { SAMLRequest: deflated(`<a>${' '.repeat(9_000_000)}</a>`) }, expect.stringContaining('100000 bytes')],
    [
      'a document type',
      { SAMLRequest: deflated('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>') },
      expect.stringContaining('document type'),
    ],
    [
      'a comment',
      { SAMLRequest: deflated(authnRequest({ issuer: 'https://x<!-- -->.example' })) },
      expect.stringContaining('comment'),
    ],
    [
      'another message',
      { SAMLRequest: deflated('<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>') },
      expect.stringContaining('AuthnRequest'),
    ],
    ['no message', { RelayState: 'x' }, 'there is no SAMLRequest'],
    ['a flag that is none', { SAMLRequest: '' }, 'there is no SAMLRequest'],
  ])('is refused when it is %s', async (_, query, problem) => {
    const stop = await testBrowser(server).open(`${targetBase}${redirectPath}?${new URLSearchParams(query)}`)
    expect(await refusalOf(stop)).toEqual(malformed(problem))
  })

  it('is refused when one parameter comes twice', async () => {
    const { saml } = await anApp()
    const url = asked(authnRequest({ issuer: saml.entityUrl }))
    const stop = await testBrowser(server).open(`${url}&SAMLRequest=x`)
    expect(await refusalOf(stop)).toMatchObject({ reason: 'parameter-repeated' })
  })

  it('is refused with a RelayState that is longer than any needs to be', async () => {
    const { saml } = await anApp()
    const stop = await testBrowser(server).open(
      asked(authnRequest({ issuer: saml.entityUrl }), { RelayState: 'x'.repeat(1025) }),
    )
    expect(await refusalOf(stop)).toMatchObject({ reason: 'parameter-malformed', facts: { parameter: 'RelayState' } })
  })

  it('is refused for an app that nobody knows here, and where the org is no identity provider', async () => {
    const stranger = authnRequest({ issuer: 'https://nobody.example' })
    expect(await refusalOf(await testBrowser(server).open(asked(stranger)))).toMatchObject({
      reason: 'saml-app-unknown',
      facts: { found: 'https://nobody.example', org: 'Target' },
    })
    for (const [at, org] of [
      [otherBase, 'Other'],
      [base, ''],
    ] as const) {
      expect(await refusalOf(await testBrowser(server).open(asked(stranger, {}, at)))).toMatchObject({
        reason: 'saml-idp-off',
        facts: { org },
      })
    }
  })

  it.each([
    ['its answer at another address', { acs: 'https://evil.example/acs' }, 'AssertionConsumerServiceURL'],
    [
      'its answer by another binding',
      { attributes: ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"' },
      'ProtocolBinding',
    ],
    ['to be at another provider', { destination: 'https://idp.example/sso' }, 'Destination'],
  ])('is refused when it wants %s, signed or not', async (_, written, attribute) => {
    const { saml } = await anApp()
    const xml = authnRequest({ issuer: saml.entityUrl, ...written })
    expect(await refusalOf(await testBrowser(server).open(asked(xml)))).toMatchObject({
      reason: 'saml-request-unfit',
      facts: { attribute },
    })
    const pem = sp.pem
    const signing = await anApp({ certificate: pem })
    const signed = signXml(authnRequest({ issuer: signing.saml.entityUrl, ...written }), sp, {
      element: 'AuthnRequest',
    })
    expect(await refusalOf(await posted(signed))).toMatchObject({ reason: 'saml-request-unfit' })
  })

  it('may name the registered address and the address of the org', async () => {
    const { saml } = await anApp()
    const xml = authnRequest({ issuer: saml.entityUrl, acs: acsUrl, destination: targetBase + redirectPath })
    expect((await testBrowser(server).open(asked(xml))).html).toContain('name="pw"')
  })

  it('is put into no page as it came: what it says of itself is escaped', async () => {
    const { saml } = await anApp()
    const browser = await signedIn()
    const relayState = '"><script>alert(1)</script>'
    const page = await browser.open(asked(authnRequest({ issuer: saml.entityUrl }), { RelayState: relayState }))
    expect(page.html).not.toContain('<script>alert')
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('buys nothing more when it comes again: each answer is one of its own', async () => {
    const { saml } = await anApp()
    const browser = await signedIn()
    const url = asked(authnRequest({ issuer: saml.entityUrl }))
    const ids = await Promise.all(
      [0, 1].map(async () => / ID="([^"]+)"/.exec(responseXmlOn(await browser.open(url)))?.[1]),
    )
    expect(new Set(ids).size).toBe(2)
  })
})

describe('a service provider with a certificate', () => {
  const provider = (entity: string, more = {}) =>
    serviceProvider(targetBase, idpCert, { issuer: entity, audience: entity, skipRequestCompression: false, ...more })

  it.each([
    ['sha256', 'redirect'],
    ['sha1', 'redirect'],
    ['sha256', 'post'],
  ] as const)('signs with %s by %s', async (signatureAlgorithm, by) => {
    const { saml } = await anApp({ certificate: sp.pem })
    const privateKey = sp.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signing = provider(saml.entityUrl, {
      privateKey,
      publicCert: sp.pem,
      signatureAlgorithm,
      ...(by === 'post' ? { authnRequestBinding: 'HTTP-POST', skipRequestCompression: true } : {}),
    })
    const browser = await signedIn()
    const page =
      by === 'post'
        ? await browser.submit(`${targetBase}/idp/endpoint/HttpPost`, await postedRequest(signing, 'a=1&b=ü'))
        : await browser.open(await signing.getAuthorizeUrlAsync('a=1&b=ü', undefined, {}))
    expect(await profileOf(signing, page)).toMatchObject({ nameID: user.username })
  })

  it('is refused without a signature, by either binding', async () => {
    const { saml } = await anApp({ certificate: sp.pem })
    const xml = authnRequest({ issuer: saml.entityUrl })
    const unsigned = { reason: 'saml-request-unsigned', facts: { isRegistered: 'yes' } }
    expect(await refusalOf(await testBrowser(server).open(asked(xml)))).toMatchObject(unsigned)
    expect(await refusalOf(await posted(xml))).toMatchObject(unsigned)
    // A signature within counts where it is posted, and not in an address.
    const within = asked(signXml(xml, sp, { element: 'AuthnRequest' }))
    expect(await refusalOf(await testBrowser(server).open(within))).toMatchObject(unsigned)
  })

  it('is refused when another key signed, by either binding', async () => {
    const { saml } = await anApp({ certificate: sp.pem })
    const wrong = { reason: 'saml-request-signature-wrong' }
    const privateKey = other.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const forging = provider(saml.entityUrl, { privateKey, signatureAlgorithm: 'sha256' })
    const url = await forging.getAuthorizeUrlAsync('', undefined, {})
    expect(await refusalOf(await testBrowser(server).open(url))).toMatchObject(wrong)
    const xml = signXml(authnRequest({ issuer: saml.entityUrl }), other, {
      element: 'AuthnRequest',
      certificate: other.pem,
    })
    expect(await refusalOf(await posted(xml))).toMatchObject(wrong)
  })

  it('is refused when what was signed has been changed or encoded anew', async () => {
    const { saml } = await anApp({ certificate: sp.pem })
    const privateKey = sp.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signing = provider(saml.entityUrl, { privateKey, signatureAlgorithm: 'sha256' })
    const url = await signing.getAuthorizeUrlAsync('a', undefined, {})
    const wrong = { reason: 'saml-request-signature-wrong' }
    for (const changed of [
      url.replace('RelayState=a', 'RelayState=b'),
      url.replace('RelayState=a', 'RelayState=%61'),
      url.replace('&RelayState=a', ''),
      url.replace('rsa-sha256', 'hmac-sha256'),
      url.replace(/Signature=[^&]+/, 'Signature=AAAA'),
      url.replace(/Signature=[^&]+/, 'Signature=%00'),
    ]) {
      expect(await refusalOf(await testBrowser(server).open(changed))).toMatchObject(wrong)
    }
    const twice = await testBrowser(server).open(`${url}&%53igAlg=x`)
    expect(await refusalOf(twice)).toMatchObject({ reason: 'parameter-repeated' })
  })

  it('is refused when a signed request is wrapped around another', async () => {
    const { saml } = await anApp({ certificate: sp.pem })
    const signed = signXml(authnRequest({ issuer: saml.entityUrl }), sp, { element: 'AuthnRequest' })
    const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(signed)?.[0] ?? ''
    const inner = signed.replace(signature, '')
    const forged = authnRequest({
      issuer: saml.entityUrl,
      content: `${signature}<samlp:Extensions>${inner}</samlp:Extensions>`,
    })
    expect(await refusalOf(await posted(forged))).toMatchObject({ reason: 'saml-request-signature-wrong' })
  })
})

describe('somebody who wants into an app by SAML', () => {
  const open = async (app: { readonly id: string }, browser?: ReturnType<typeof testBrowser>) =>
    (browser ?? (await signedIn())).open(`${targetBase}/idp/login?app=${app.id}`)

  it('is refused without the profile or a permission set of the app, whatever its Permitted Users are', async () => {
    for (const isAdminApproved of [true, false]) {
      const stop = await open(await anApp({}, { profileIds: [], isAdminApproved }))
      expect(await refusalOf(stop)).toMatchObject({
        reason: 'saml-app-not-assigned',
        facts: { user: user.username, profile: 'Standard User' },
      })
    }
  })

  it('is let in by a permission set', async () => {
    const set = await server.addPermissionSet('Wiki_Readers')
    const reader = await server.addUser('reader@target.example', { permissionSetIds: [set.id] })
    const app = await anApp({}, { profileIds: [], permissionSetIds: [set.id] })
    expect((await open(app, await signedIn(reader.username))).html).toContain('name="SAMLResponse"')
  })

  it.each([
    ['blocked', { isBlocked: true }, 'app-blocked'],
    ['not installed', { isInstalled: false }, 'app-not-installed'],
    ['for sessions of high assurance alone', { requiresHighAssurance: true }, 'session-level-too-low'],
  ])('is refused by an app that is %s', async (_, policies, reason) => {
    expect(await refusalOf(await open(await anApp({}, policies)))).toMatchObject({ reason })
  })

  it('is asked to verify who they are where the app raises sessions', async () => {
    const app = await anApp({}, { requiresHighAssurance: true, assuranceAction: 'RaiseSessionLevel' })
    const stop = await open(app)
    expect(stop.url.pathname).toBe('/_ui/identity/verification')
    expect(stop.url.searchParams.get('startURL') ?? stop.url.searchParams.get('retURL')).toContain(app.id)
  })

  it('is refused once frozen, and from an address that the profile does not allow', async () => {
    const app = await anApp()
    const frozen = await server.addUser('frozen@target.example')
    const browser = await signedIn(frozen.username)
    await server.stores.users.setFrozen(frozen.id, true)
    const stop = await open(app, browser)
    // The session of a frozen user has ended with it, or says so.
    expect(stop.html).not.toContain('SAMLResponse')
    const ranges = [{ start: '192.0.2.0', end: '192.0.2.255' }]
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: ranges })
    const clerk = await server.addUser('clerk@target.example', { profileId: profile.id })
    const inside = testBrowser(server, '192.0.2.7')
    await signInOn(inside, await inside.open(`${targetBase}/`), clerk.username)
    const outside = testBrowser(server, '203.0.113.9')
    for (const [name, value] of inside.cookies) outside.cookies.set(name, value)
    const ofOffice = await anApp({}, { profileIds: [profile.id] })
    expect(await refusalOf(await open(ofOffice, outside))).toMatchObject({ reason: 'ip-restricted' })
    expect((await open(ofOffice, inside)).html).toContain('name="SAMLResponse"')
  })

  it('is refused without what the app knows people by', async () => {
    const app = await anApp({ samlSubjectType: 'FederationId' })
    expect(await refusalOf(await open(app))).toMatchObject({
      reason: 'saml-subject-unset',
      facts: { subject: 'FederationId' },
    })
  })

  it.each([
    ['FederationId', {}, 'E-4711'],
    ['UserId', {}, /^005[A-Za-z0-9]{12}$/],
    ['PersistentID', { samlNameIdFormat: 'Persistent' }, /^[\w-]{43}$/],
    ['CustomAttr', { samlSubjectCustomAttr: 'Email' }, 'grace@target.example'],
  ] as const)('is called by %s where the app is told so', async (samlSubjectType, more, name) => {
    const username = 'grace@target.example'
    const known = await server.stores.users.findByUsername(username)
    const grace = known ?? (await server.addUser(username, { federationId: 'E-4711' }))
    const app = await anApp({ samlSubjectType, ...more })
    const xml = responseXmlOn(await open(app, await signedIn(grace.username)))
    const nameId = /<saml:NameID[^>]*>([^<]+)</.exec(xml)?.[1]
    if (typeof name === 'string') expect(nameId).toBe(name)
    else expect(nameId).toMatch(name)
  })

  it('is refused when the org cannot sign any more', async () => {
    const app = await anApp()
    const held = await server.stores.certificates.findByName(server.org.id, 'Provider')
    if (held === undefined) throw new Error('The certificate is gone.')
    const browser = await signedIn()
    await server.stores.certificates.update({ ...held, sealedPrivateKey: undefined })
    expect(await refusalOf(await open(app, browser))).toMatchObject({ reason: 'saml-idp-certificate-unusable' })
    await server.stores.certificates.update(held)
    expect((await open(app, browser)).html).toContain('name="SAMLResponse"')
  })

  it('signs in anew where the app insists, and is not asked where it wants nobody asked', async () => {
    const { saml } = await anApp()
    const browser = await signedIn()
    const forced = await browser.open(asked(authnRequest({ issuer: saml.entityUrl, attributes: ' ForceAuthn="true"' })))
    expect(forced.html).toContain('name="pw"')
    expect((await signInOn(browser, forced, user.username)).html).toContain('name="SAMLResponse"')
    const passive = authnRequest({ issuer: saml.entityUrl, attributes: ' IsPassive="1"' })
    const nobody = responseXmlOn(await testBrowser(server).open(asked(passive)))
    expect(nobody).toContain('urn:oasis:names:tc:SAML:2.0:status:NoPassive')
    expect(nobody).not.toContain('Assertion')
    expect(responseXmlOn(await browser.open(asked(passive)))).toContain('<saml:Assertion')
  })

  it('is refused with a request that was begun too long ago, or made elsewhere', async () => {
    const own = await startTestServer()
    await enableIdentityProvider(own)
    await addSamlApp(own)
    const begun = await own.request(asked(authnRequest({ issuer: entityUrl })))
    const url = new URL(begun.headers.get('location') ?? '', targetBase).href
    expect(await refusalOf(await testBrowser(server).open(url))).toEqual(malformed('it was not made here'))
    own.advance(3601)
    const late = await testBrowser(own).open(url)
    expect((await own.journalOf(late)).refusal).toMatchObject({ reason: 'saml-request-expired' })
    await own.close()
  })

  it('is led from the login host to the own address of the org of the app', async () => {
    const app = await anApp()
    const stop = await testBrowser(server).open(`${base}/idp/login?app=${app.id}&RelayState=x`)
    expect(stop.url.origin).toBe(targetBase)
    expect(stop.url.searchParams.get('startURL')).toContain('RelayState=x')
  })
})

describe('an assertion that is encrypted', () => {
  it.each([
    ['AES_128', false, 'http://www.w3.org/2001/04/xmlenc#aes128-cbc'],
    ['AES_256', false, 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'],
    ['AES_128', true, 'http://www.w3.org/2009/xmlenc11#aes128-gcm'],
    ['AES_256', true, 'http://www.w3.org/2009/xmlenc11#aes256-gcm'],
  ] as const)('is read by the app alone: %s, by GCM %s', async (encryptionType, encryptsSamlByGcm, algorithm) => {
    const own = await startTestServer({ clock: () => new Date(), posture: { encryptsSamlByGcm } })
    const pem = await enableIdentityProvider(own)
    await newCertificateOf(own, 'Wiki', sp.pem)
    await addSamlApp(own, 'Wiki', { encryptionCertificate: 'Wiki', encryptionType })
    await own.addUser(user.username)
    const decryptionPvk = sp.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const provider = serviceProvider(targetBase, pem, { decryptionPvk })
    const browser = testBrowser(own)
    const page = await signInOn(
      browser,
      await browser.open(await provider.getAuthorizeUrlAsync('', undefined, {})),
      user.username,
    )
    const xml = responseXmlOn(page)
    expect(xml).toContain(`<xenc:EncryptionMethod Algorithm="${algorithm}"/>`)
    expect(xml).not.toContain(user.username)
    expect(await profileOf(provider, page)).toMatchObject({ nameID: user.username, is_portal_user: 'false' })
    await own.close()
  })
})
