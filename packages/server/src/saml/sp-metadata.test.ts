import { generateServiceProviderMetadata } from '@node-saml/node-saml'
import type { Element } from '@xmldom/xmldom'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addIdentityProvider } from '../../test/flows/test-saml.ts'
import { startTestServer, type TestServer, targetBase } from '../../test/flows/test-server.ts'
import { makeCertificate } from '../../test/flows/test-service-provider.ts'
import { addresses } from '../orgs/address.ts'
import { readXml } from '../xml.ts'
import { spMetadata, spMetadataXml } from './sp-metadata.ts'
import { walk } from './xml.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

/** What metadata says, in whatever order and prefixes it stands. */
async function factsOf(xml: string) {
  const root = await readXml(xml, 200, (problem) => new Error(problem))
  const all = root === undefined ? [] : [...walk(root)].map(({ element }) => element)
  const named = (name: string, from = all) => from.filter(({ localName }) => localName === name)
  const within = (parent: Element, name: string) =>
    named(
      name,
      [...walk(parent)].map(({ element }) => element),
    )
  const service = (element: Element) => `${element.getAttribute('Binding')} ${element.getAttribute('Location')}`
  const [role] = named('SPSSODescriptor')
  return {
    root: [root?.namespaceURI, root?.localName, root?.getAttribute('entityID')],
    role: ['protocolSupportEnumeration', 'AuthnRequestsSigned', 'WantAssertionsSigned'].map((name) =>
      role?.getAttribute(name),
    ),
    keys: named('KeyDescriptor')
      .map((key) => [key.getAttribute('use'), within(key, 'X509Certificate')[0]?.textContent?.replaceAll(/\s/g, '')])
      .toSorted(),
    nameIdFormats: named('NameIDFormat').map(({ textContent }) => textContent),
    acs: named('AssertionConsumerService').map(service),
    logout: named('SingleLogoutService').map(service),
    order: [
      ...new Set(role === undefined ? [] : all.filter((one) => one.parentElement === role).map((one) => one.localName)),
    ],
  }
}

async function metadata(entered: Parameters<typeof addIdentityProvider>[1]) {
  const { stores, org, now } = server
  const config = await addIdentityProvider(server, entered)
  const at = addresses(server.base, [], stores.orgs)
  const said = await spMetadata({ ...stores, addresses: at }, org, config, await at.siteOf(undefined))
  await stores.samlSsoConfigs.delete(config.id)
  return { config, said, xml: spMetadataXml(said, now()) }
}

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'

it('says what the metadata says that another library writes of the same service provider', async () => {
  const [signing, opening] = [await makeCertificate(server, 'Requests'), await makeCertificate(server, 'Opening')]
  const { config, said, xml } = await metadata({
    samlEntityId: 'https://acme.example/?a=1&b=2',
    requestSigningCertId: 'Requests',
    decryptionCertificate: 'Opening',
    singleLogoutUrl: 'https://idp.example/slo',
  })
  expect(said).toMatchObject({
    acsUrl: `${targetBase}?sc=${config.id}`,
    logoutUrl: `${targetBase}/services/auth/sp/saml2/logout`,
  })
  const others = await factsOf(
    generateServiceProviderMetadata({
      issuer: 'https://acme.example/?a=1&b=2',
      callbackUrl: `${targetBase}?sc=${config.id}`,
      logoutCallbackUrl: `${targetBase}/services/auth/sp/saml2/logout`,
      identifierFormat: unspecified,
      wantAssertionsSigned: true,
      privateKey: server.signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicCerts: signing,
      decryptionPvk: server.signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      decryptionCert: opening,
    }),
  )
  const own = await factsOf(xml)
  // The other library names one way to sign out.
  expect({ ...own, logout: own.logout.slice(0, 1) }).toEqual(others)
  expect(own.keys).toHaveLength(2)
  expect(own.logout).toHaveLength(2)
  expect(xml).toContain('<md:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>')
})

it('names no keys, and no place to sign out, where there are none', async () => {
  const { said, xml } = await metadata({})
  expect(said).toMatchObject({ signing: undefined, encryption: undefined, logoutUrl: undefined })
  expect(await factsOf(xml)).toEqual({
    root: ['urn:oasis:names:tc:SAML:2.0:metadata', 'EntityDescriptor', 'https://target.example'],
    role: ['urn:oasis:names:tc:SAML:2.0:protocol', 'false', 'true'],
    keys: [],
    nameIdFormats: [unspecified],
    acs: [`${post} ${targetBase}?so=${server.org.id}`],
    logout: [],
    order: ['NameIDFormat', 'AssertionConsumerService'],
  })
})
