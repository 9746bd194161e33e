import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SamlApp } from '../../src/connected-apps/saml-app.ts'
import { id15 } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { signedInBrowser, signInOn, testBrowser } from './test-browser.ts'
import { startTestServer, type TestServer, targetBase } from './test-server.ts'
import {
  acsUrl,
  addSamlApp,
  enableIdentityProvider,
  entityUrl,
  postedRequest,
  profileOf,
  responseOn,
  responseXmlOn,
  serviceProvider,
} from './test-service-provider.ts'

let server: TestServer
let idpCert: string
let app: SamlApp
let user: User

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  idpCert = await enableIdentityProvider(server)
  app = await addSamlApp(server, 'Wiki', {}, {}, { attributes: [{ key: 'org', formula: '$Organization.Name' }] })
  user = await server.addUser('ada@target.example')
})

afterAll(() => server.close())

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

describe('an org as SAML identity provider', () => {
  it('signs somebody in to an app that asks by redirect, by way of the sign-in page', async () => {
    const provider = serviceProvider(targetBase, idpCert)
    const browser = testBrowser(server)
    const asked = await browser.open(await provider.getAuthorizeUrlAsync('deep/link?a=1', undefined, {}))
    expect(asked.html).toContain('name="pw"')
    const page = await signInOn(browser, asked, user.username)
    expect(page.status).toBe(200)
    expect(page.html).toContain(`<form method="post" action="${acsUrl}">`)
    expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe-inline|form-action/)
    expect(responseOn(page)['RelayState']).toBe('deep/link?a=1')
    expect(await profileOf(provider, page)).toMatchObject({
      issuer: targetBase,
      nameID: 'ada@target.example',
      nameIDFormat: unspecified,
      userId: id15(user.id),
      username: 'ada@target.example',
      email: 'ada@target.example',
      is_portal_user: 'false',
      org: 'Target',
    })
  })

  it('signs somebody who is signed in already in to an app that posts', async () => {
    const provider = serviceProvider(targetBase, idpCert, {
      authnRequestBinding: 'HTTP-POST',
      skipRequestCompression: true,
    })
    const browser = await signedInBrowser(server, user.username, targetBase)
    const page = await browser.submit(`${targetBase}/idp/endpoint/HttpPost`, await postedRequest(provider, 'x'))
    expect(await profileOf(provider, page)).toMatchObject({ nameID: 'ada@target.example' })
  })

  it.each([
    ['its id', () => `app=${app.id}`],
    ['its id of 15 characters', () => `app=${id15(app.id)}`],
    ['its API name', () => 'apiName=Wiki'],
  ])('begins by itself, with the app named by %s', async (_, query) => {
    const browser = testBrowser(server)
    const asked = await browser.open(`${targetBase}/idp/login?${query()}&RelayState=home`)
    const page = await signInOn(browser, asked, user.username)
    expect(responseOn(page)['RelayState']).toBe('home')
    expect(responseXmlOn(page)).not.toContain('InResponseTo')
    const provider = serviceProvider(targetBase, idpCert)
    expect(await profileOf(provider, page)).toMatchObject({ nameID: 'ada@target.example' })
  })

  it('writes what Salesforce writes, in its order', async () => {
    const provider = serviceProvider(targetBase, idpCert)
    const browser = testBrowser(server)
    const asked = await browser.open(await provider.getAuthorizeUrlAsync('', undefined, {}))
    const xml = responseXmlOn(await signInOn(browser, asked, user.username))
    const id = '_[0-9a-f]{32}[0-9]{13}'
    const instant = '[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z'
    const issuer = `<saml:Issuer[^>]* Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${targetBase}</saml:Issuer>`
    const attribute = (name: string) =>
      `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:anyType">[^<]+</saml:AttributeValue></saml:Attribute>`
    const shape = [
      `^<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${acsUrl}" ID="${id}" InResponseTo="_[^"]+" IssueInstant="${instant}" Version="2\\.0">${issuer}<ds:Signature`,
      '</ds:Signature><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
      `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${instant}" Version="2\\.0">${issuer}<ds:Signature`,
      `</ds:Signature><saml:Subject><saml:NameID Format="${unspecified}">ada@target.example</saml:NameID>`,
      `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_[^"]+" NotOnOrAfter="${instant}" Recipient="${acsUrl}"/>`,
      `<saml:Conditions NotBefore="${instant}" NotOnOrAfter="${instant}"><saml:AudienceRestriction><saml:Audience>${entityUrl}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
      `<saml:AuthnStatement AuthnInstant="${instant}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>`,
      `<saml:AttributeStatement>${['userId', 'username', 'email', 'is_portal_user', 'org'].map(attribute).join('')}</saml:AttributeStatement></saml:Assertion></samlp:Response>$`,
    ]
    expect(xml.replaceAll('\n', '')).toMatch(new RegExp(shape.map((part) => part.replaceAll('/', '\\/')).join('.*')))
    expect(
      xml.match(/<ds:SignatureMethod Algorithm="http:\/\/www.w3.org\/2001\/04\/xmldsig-more#rsa-sha256"\/>/g),
    ).toHaveLength(2)
    expect(xml).toContain('PrefixList="ds saml samlp xs xsi"')
    expect(xml).toContain('PrefixList="ds saml xs xsi"')
    const at = (name: string) => Date.parse(new RegExp(`<saml:Conditions[^>]* ${name}="([^"]+)"`).exec(xml)?.[1] ?? '')
    const issued = Date.parse(/<saml:Assertion[^>]* IssueInstant="([^"]+)"/.exec(xml)?.[1] ?? '')
    expect([at('NotBefore') - issued, at('NotOnOrAfter') - issued]).toEqual([-30_000, 300_000])
  })
})
