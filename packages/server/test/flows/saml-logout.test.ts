import type { Profile, SAML } from '@node-saml/node-saml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SamlApp } from '../../src/connected-apps/saml-app.ts'
import type { EnteredSamlConfig } from '../../src/connected-apps/saml-config.ts'
import type { User } from '../../src/users/user.ts'
import { fieldsOf, type Stop, signedInBrowser, type TestBrowser, testBrowser } from './test-browser.ts'
import { signXml } from './test-saml.ts'
import { newSigner, type Signer, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { addSamlApp, enableIdentityProvider, profileOf, serviceProvider } from './test-service-provider.ts'

let server: TestServer
let idpCert: string
let user: User
let sp: Signer

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  idpCert = await enableIdentityProvider(server)
  user = await server.addUser('ada@target.example')
  sp = await newSigner(new Date())
})

afterAll(() => server.close())

let names = 0

interface Party {
  readonly app: SamlApp
  readonly provider: SAML
  readonly sloUrl: string
}

/** An app that signs people out and is told, and its service provider. */
async function aParty(entered: EnteredSamlConfig = {}): Promise<Party> {
  const name = `Slo${++names}`
  const sloUrl = `https://${name.toLowerCase()}.example/saml/slo`
  const entity = `https://${name.toLowerCase()}.example`
  const app = await addSamlApp(server, name, {
    entityUrl: entity,
    certificate: sp.pem,
    samlSloUrl: sloUrl,
    ...entered,
  })
  const provider = serviceProvider(targetBase, idpCert, {
    issuer: entity,
    audience: entity,
    privateKey: sp.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signatureAlgorithm: 'sha256',
  })
  return { app, provider, sloUrl }
}

const signedIn = (): Promise<TestBrowser> => signedInBrowser(server, user.username, targetBase)

/** Opens an app; answers whom its service provider takes the browser for. */
async function enter(browser: TestBrowser, { app, provider }: Party): Promise<Profile> {
  return profileOf(provider, await browser.open(`${targetBase}/idp/login?app=${app.id}`))
}

const isSignedIn = async (browser: TestBrowser) =>
  !(await browser.open(`${targetBase}/personal`)).html.includes('name="pw"')

const validated = ({ provider }: Party, { url }: Stop) =>
  provider.validateRedirectAsync(Object.fromEntries(url.searchParams), url.search.slice(1))

const at = ({ url }: Stop) => url.origin + url.pathname

async function reasonOf(stop: Stop) {
  expect(stop.status).toBe(400)
  return (await server.journalOf(stop)).refusal?.reason
}

const logoutPath = `${targetBase}/services/auth/idp/saml2/logout`

function logoutRequest(issuer: string, nameId: string, more = '', issued = new Date()): string {
  return signXml(
    `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_l${++names}" Version="2.0" IssueInstant="${issued.toISOString()}"><saml:Issuer>${issuer}</saml:Issuer><saml:NameID>${nameId}</saml:NameID>${more}</samlp:LogoutRequest>`,
    sp,
    { element: 'LogoutRequest' },
  )
}

const post = (browser: TestBrowser, xml: string) =>
  browser.submit(logoutPath, { SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: 'r' })

describe('single logout that an app begins', () => {
  it('ends the session that it names, and answers by redirect', async () => {
    const party = await aParty()
    const browser = await signedIn()
    const profile = await enter(browser, party)
    expect(profile.sessionIndex).toMatch(/^[\w.]{22}$/)
    const stop = await browser.open(await party.provider.getLogoutUrlAsync(profile, 'a=1', {}))
    expect(at(stop)).toBe(party.sloUrl)
    expect(stop.url.searchParams.get('RelayState')).toBe('a=1')
    expect(await validated(party, stop)).toMatchObject({ loggedOut: true })
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('is posted and answered by a page that posts itself', async () => {
    const party = await aParty({ samlIdpSLOBindingEnum: 'PostBinding' })
    const browser = await signedIn()
    const { nameID } = await enter(browser, party)
    const page = await post(browser, logoutRequest(party.app.saml.entityUrl, nameID))
    expect(page.html).toContain(`<form method="post" action="${party.sloUrl}">`)
    const sent = fieldsOf(page.html, 'SAMLResponse')
    expect(sent['RelayState']).toBe('r')
    expect(await party.provider.validatePostResponseAsync({ SAMLResponse: sent['SAMLResponse'] ?? '' })).toMatchObject({
      loggedOut: true,
    })
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('tells the other apps of the session first, one after the other', async () => {
    const [first, second, third] = [await aParty(), await aParty(), await aParty({ samlSloUrl: '' })]
    const browser = await signedIn()
    const profile = await enter(browser, first)
    const there = await enter(browser, second)
    await enter(browser, third)
    const told = await browser.open(await first.provider.getLogoutUrlAsync(profile, '', {}))
    expect(at(told)).toBe(second.sloUrl)
    const asked = await validated(second, told)
    expect(asked.profile).toMatchObject({ nameID: user.username, sessionIndex: there.sessionIndex })
    expect(await isSignedIn(browser)).toBe(false)
    if (asked.profile === null) throw new Error('The app was not told whom.')
    const relayState = told.url.searchParams.get('RelayState') ?? ''
    const answer = await second.provider.getLogoutResponseUrlAsync(asked.profile, relayState, {}, true)
    const stop = await browser.open(answer)
    expect(at(stop)).toBe(first.sloUrl)
    expect(await validated(first, stop)).toMatchObject({ loggedOut: true })
  })

  it('is answered at once where nobody is signed in any more', async () => {
    const party = await aParty()
    const profile = await enter(await signedIn(), party)
    const stop = await testBrowser(server).open(await party.provider.getLogoutUrlAsync(profile, '', {}))
    expect(at(stop)).toBe(party.sloUrl)
  })

  it('ends nothing for somebody else, another session, or a message that nobody signed', async () => {
    const party = await aParty()
    const { entityUrl } = party.app.saml
    const browser = await signedIn()
    await enter(browser, party)
    const other = '<samlp:SessionIndex>another</samlp:SessionIndex>'
    const unsigned = logoutRequest(entityUrl, user.username).replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '')
    const old = new Date(Date.now() - 600_000)
    for (const [xml, reason] of [
      [logoutRequest(entityUrl, 'eve@target.example'), 'saml-logout-mismatch'],
      [logoutRequest(entityUrl, user.username, other), 'saml-logout-mismatch'],
      [unsigned, 'saml-request-unsigned'],
      [logoutRequest((await aParty({ certificate: '' })).app.saml.entityUrl, user.username), 'saml-request-unsigned'],
      [logoutRequest(entityUrl, user.username, '', old), 'saml-request-expired'],
      [logoutRequest(entityUrl, user.username).replace(user.username, 'x'), 'saml-request-signature-wrong'],
    ] as const) {
      expect(await reasonOf(await post(browser, xml))).toBe(reason)
    }
    expect(await isSignedIn(browser)).toBe(true)
  })
})

describe('signing out of the org', () => {
  it('tells the apps that were opened by SAML, and goes on to where it was to go', async () => {
    const party = await aParty()
    const browser = await signedIn()
    await enter(browser, party)
    const told = await browser.open(`${targetBase}/secur/logout.jsp?retURL=%2Fpersonal`)
    expect(at(told)).toBe(party.sloUrl)
    expect(await isSignedIn(browser)).toBe(false)
    const asked = await validated(party, told)
    if (asked.profile === null) throw new Error('The app was not told whom.')
    const relayState = told.url.searchParams.get('RelayState') ?? ''
    const stop = await browser.open(await party.provider.getLogoutResponseUrlAsync(asked.profile, relayState, {}, true))
    expect(stop.url.searchParams.get('startURL')).toBe('/personal')
  })

  it('takes no answer to another message, and none that was begun elsewhere', async () => {
    const party = await aParty()
    const browser = await signedIn()
    await enter(browser, party)
    const told = await browser.open(`${targetBase}/secur/logout.jsp`)
    const asked = await validated(party, told)
    if (asked.profile === null) throw new Error('The app was not told whom.')
    const relayState = told.url.searchParams.get('RelayState') ?? ''
    const answer = (profile: Profile, state: string) =>
      party.provider.getLogoutResponseUrlAsync(profile, state, {}, true)
    const other = await browser.open(await answer({ ...asked.profile, ID: '_another' }, relayState))
    expect(await reasonOf(other)).toBe('saml-logout-mismatch')
    const elsewhere = await browser.open(await answer(asked.profile, 'made-up'))
    expect(await reasonOf(elsewhere)).toBe('saml-request-malformed')
    const right = await browser.open(await answer(asked.profile, relayState))
    expect(right.html).toContain('signed out')
  })

  it('goes on as before where no app wants to be told', async () => {
    const browser = await signedIn()
    await enter(browser, await aParty({ samlSloUrl: '' }))
    const stop = await browser.open(`${targetBase}/secur/logout.jsp`)
    expect([stop.hasLeft, stop.html.includes('signed out')]).toEqual([false, true])
  })
})
