import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { newSigner } from '../../test/flows/test-server.ts'
import { readCertificate } from '../certificates/certificate.ts'
import { idpMetadataXml } from './idp-metadata.ts'
import { readProviderMetadata } from './provider-metadata.ts'

const now = new Date('2026-11-23T12:00:00Z')
const years = 365 * 86_400_000
let pem: string
let newer: string
let older: string

beforeAll(async () => {
  pem = (await newSigner(now)).pem
  newer = (await newSigner(new Date(now.getTime() + 30 * years))).pem
  older = (await newSigner(new Date(now.getTime() - 30 * years))).pem
})

const bytes = (text: string) => text.replaceAll(/-----[^-]+-----|\s/g, '')

const key = (text: string, use = ' use="signing"') =>
  `<KeyDescriptor${use}><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyName>k</KeyName><X509Data><X509Certificate>\n${text}\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`

const service = (name: string, binding: string, location: string) =>
  `<${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`

const provider = (within: string, entityId = 'https://idp.example') =>
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${within}</IDPSSODescriptor></EntityDescriptor>`

async function problemOf(xml: string) {
  const outcome = await readProviderMetadata(xml, now)
  if (outcome.ok) throw new Error('It was read.')
  return outcome.problems.map(({ field, message }) => `${field}: ${message}`).join()
}

async function settingsOf(xml: string) {
  const outcome = await readProviderMetadata(xml, now)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
  return outcome.value
}

it('reads that of another Sallyport', async () => {
  const reading = readCertificate(pem)
  if (!reading.ok) throw new Error(reading.problem)
  const base = 'https://hq.example'
  const told = { entityId: base, base, certificate: reading.certificate, nameIdFormat: 'x', wantsSignedRequests: true }
  const settings = await settingsOf(idpMetadataXml({ ...told, hasLogout: true }, now))
  expect(settings).toEqual({
    issuer: base,
    validationCert: reading.certificate.pem,
    loginUrl: `${base}/idp/endpoint/HttpRedirect`,
    redirectBinding: true,
    singleLogoutUrl: `${base}/services/auth/idp/saml2/logout`,
    singleLogoutBinding: 'RedirectBinding',
  })
  expect(await settingsOf(idpMetadataXml({ ...told, hasLogout: false }, now))).not.toHaveProperty('singleLogoutUrl')
})

it('takes the one provider among others, and post where there is no redirect', async () => {
  const one = provider(
    `${key(bytes(pem).replaceAll(/(.{76})/g, '$1\n'), '')}${service('SingleLogoutService', 'SOAP', 'https://idp.example/soap')}${service('SingleSignOnService', 'HTTP-POST', 'https://idp.example/sso?a=1&amp;b=2')}`,
  )
  const app = '<EntityDescriptor entityID="https://app.example"><SPSSODescriptor/></EntityDescriptor>'
  const all = `\uFEFF<?xml version="1.0"?>\n<!-- ours --><EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${app}${one}</EntitiesDescriptor>\n`
  const settings = await settingsOf(all)
  expect(settings).toMatchObject({ loginUrl: 'https://idp.example/sso?a=1&b=2', redirectBinding: false })
  expect(settings).not.toHaveProperty('singleLogoutUrl')
  expect(readCertificate(settings.validationCert ?? '')).toEqual(readCertificate(pem))
})

it('takes, of several certificates, the one that is valid now', async () => {
  for (const order of [
    [older, pem, newer],
    [newer, pem, older],
  ]) {
    const { validationCert = '' } = await settingsOf(provider(order.map((one) => key(bytes(one))).join('')))
    expect(bytes(validationCert)).toBe(bytes(pem))
  }
})

it.each<[string, () => string, string]>([
  ['nothing', () => ' ', 'Enter a value.'],
  ['no XML', () => 'issuer: https://idp.example', 'It is no well-formed XML.'],
  ['a document type', () => `<!DOCTYPE x [<!ENTITY a "b">]>${provider(key(bytes(pem)))}`, 'It has a document type'],
  ['that of an app', () => provider('').replaceAll('IDPSSO', 'SPSSO'), 'It is no metadata of an identity provider'],
  ['another document', () => '<EntityDescriptor entityID="x"/>', 'It is no metadata of an identity provider'],
  [
    'two providers',
    () =>
      `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${provider('')}${provider('')}</EntitiesDescriptor>`,
    'It describes 2 identity providers.',
  ],
  ['no certificate', () => provider(''), 'It has no certificate'],
  ['one to encrypt with alone', () => provider(key(bytes(pem), ' use="encryption"')), 'It has no certificate'],
  ['a certificate that is none', () => provider(key('AAAA')), 'A certificate in it (X509Certificate) cannot be used.'],
  ['elements in a certificate', () => provider(key('<x/>')), 'A certificate in it (X509Certificate) cannot be used.'],
  ['too much', () => ' '.repeat(10) + 'x'.repeat(1_000_001), 'It is longer than'],
  ['too many elements', () => provider('<x/>'.repeat(10_001)), 'It has too many elements.'],
])('says what is wrong with %s', async (_, xml, problem) => {
  expect(await problemOf(xml())).toContain(`metadata: ${problem}`)
})

it('answers with settings or a problem, whatever is changed of it', async () => {
  const xml = provider(key(bytes(pem)) + service('SingleSignOnService', 'HTTP-POST', 'https://idp.example/sso'))
  const change = fc.record({ at: fc.nat(xml.length), length: fc.nat(40), text: anyText() })
  await fc.assert(
    fc.asyncProperty(change, async ({ at, length, text }) => {
      const outcome = await readProviderMetadata(xml.slice(0, at) + text + xml.slice(at + length), now)
      expect(outcome.ok ? typeof outcome.value.issuer : outcome.problems.map(({ field }) => field)).toEqual(
        outcome.ok ? 'string' : ['metadata'],
      )
    }),
    { numRuns: 200 },
  )
})
