import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OrgCertificate } from '../../src/certificates/certificate.ts'
import { certificateUsers, deleteCertificate } from '../../src/named-credentials/certificate-users.ts'
import { id15 } from '../../src/record-id.ts'
import type { SamlSsoConfig } from '../../src/saml/sso-config.ts'
import type { User } from '../../src/users/user.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { fieldsOf, type Stop, signInOn, testBrowser } from './test-browser.ts'
import { asEncryptedAssertion, encryptedByForge, encryptedByLibrary, xenc, xenc11 } from './test-encryption.ts'
import { addIdentityProvider, type SamlClaims, samlAssertion, signXml } from './test-saml.ts'
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
import { addSamlApp, enableIdentityProvider, newCertificateOf } from './test-service-provider.ts'

let server: TestServer
let user: User
let settings: SamlSsoConfig
let held: OrgCertificate
let pem: string
let stranger: Signer

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date(), showsCauses: false })
  user = await server.addUser('grace@acme.example')
  held = await server.addCertificate('Decryption')
  pem = held.certificate.pem
  settings = await addIdentityProvider(server, { decryptionCertificate: 'Decryption' })
  stranger = await newSigner(new Date())
})

afterAll(() => server.close())

const acs = () => `${targetBase}?sc=${settings.id}`

function signed(claims: SamlClaims = {}, signer: Pick<Signer, 'privateKey'> = server.signer): string {
  return signXml(unsigned(claims), signer)
}

function unsigned(claims: SamlClaims = {}): string {
  const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: acs() }
  return samlAssertion({ ...usual, nameId: user.username, ...claims }, new Date(), base)
}

function response(content: string, issuer = '<saml:Issuer>https://idp.example</saml:Issuer>'): string {
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0">${issuer}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${content}</samlp:Response>`
}

const signedResponse = (content: string, signer = server.signer) =>
  signXml(response(content), signer, { element: 'Response' })

const bring = (xml: string, at = acs(), where = server) =>
  testBrowser(where).submit(at, { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: '/personal' })

async function refusalOf(stop: Stop, where = server) {
  expect([stop.status, stop.html.includes('Single Sign-On Error')]).toEqual([400, true])
  return (await where.journalOf(stop)).refusal
}

const isIn = (stop: Stop) => [stop.status, stop.url.pathname, stop.html.includes(user.username)]
const inside = [200, '/personal', true]

describe('an assertion that is encrypted for the org', () => {
  it.each([
    ['AES-128-CBC', `${xenc}aes128-cbc`],
    ['AES-256-CBC', `${xenc}aes256-cbc`],
    ['AES-128-GCM', `${xenc11}aes128-gcm`],
    ['AES-256-GCM', `${xenc11}aes256-gcm`],
  ] as const)('signs in whom it is about, as xml-encryption writes it: %s', async (_, algorithm) => {
    const encrypted = await encryptedByLibrary(signed(), pem, algorithm)
    expect(isIn(await bring(response(encrypted)))).toEqual(inside)
    expect(isIn(await bring(signedResponse(await encryptedByLibrary(signed(), pem, algorithm))))).toEqual(inside)
  })

  it.each([
    [{ mode: 'CBC', bits: 192, digest: 'sha256' }],
    [{ mode: 'GCM', bits: 192, digest: 'sha1' }],
    [{ mode: 'GCM', bits: 256, digest: 'sha256', place: 'beside' }],
    [{ mode: 'CBC', bits: 128, digest: 'sha1', place: 'beside' }],
  ] as const)('and as node-forge writes it: %o', async (encryption) => {
    expect(isIn(await bring(response(encryptedByForge(signed(), pem, encryption))))).toEqual(inside)
  })

  it('may be signed by its response alone', async () => {
    for (const mode of ['CBC', 'GCM'] as const) {
      const xml = signedResponse(encryptedByForge(unsigned(), pem, { mode }))
      expect(isIn(await bring(xml))).toEqual(inside)
    }
  })

  it('is for the settings that the address names, or the org, or the issuer of the response', async () => {
    const other = await addIdentityProvider(server, { fullName: 'Other', issuer: 'https://other.example' })
    const encrypted = (recipient: string) => encryptedByForge(signed({ recipient }), pem)
    for (const [at, xml] of [
      [`${targetBase}/?sc=${id15(settings.id)}`, response(encrypted(`${targetBase}/?sc=${settings.id}`))],
      [acs(), response(encrypted(acs()), '')],
      [`${targetBase}?so=${server.org.id}`, response(encrypted(`${targetBase}?so=${server.org.id}`))],
      [`${acs()}&so=${server.org.id}`, response(encrypted(acs()))],
      [`${targetBase}/`, response(encrypted(targetBase))],
    ] as const) {
      expect(isIn(await bring(xml, at))).toEqual(inside)
    }
    const atLoginHost = `${base}/?sc=${settings.id}`
    expect((await bring(response(encrypted(atLoginHost)), atLoginHost)).status).toBe(200)
    for (const [at, xml, reason] of [
      [`${targetBase}/?sc=${other.id}`, response(encrypted(acs())), 'saml-issuer-unknown'],
      [`${targetBase}/?sc=${other.id}`, response(encrypted(acs()), ''), 'saml-decryption-failed'],
      [`${targetBase}/`, response(encrypted(targetBase), ''), 'saml-issuer-unknown'],
      [acs(), response(encrypted(`${targetBase}?sc=${other.id}`)), 'saml-recipient-unknown'],
      [`${targetBase}/?sc=0LE000000000009AAA`, response(encrypted(acs())), 'sso-settings-unknown'],
      [`${targetBase}/?sc=x`, response(encrypted(acs())), 'sso-settings-unknown'],
      [`${base}/?sc=x`, response(encrypted(acs())), 'sso-settings-unknown'],
      [`${otherBase}/?sc=${settings.id}`, response(encrypted(acs())), 'sso-settings-unknown'],
      [`${base}/?sc=${settings.id}&so=${server.otherOrg.id}`, response(encrypted(acs())), 'sso-org-unknown'],
    ] as const) {
      expect(await refusalOf(await bring(xml, at))).toMatchObject({ reason })
    }
  })

  it('is judged as any other, and counts once, however often it is encrypted', async () => {
    const xml = signed()
    expect(isIn(await bring(response(encryptedByForge(xml, pem))))).toEqual(inside)
    for (const [brought, reason] of [
      [xml, 'saml-replayed'],
      [signed({ audience: 'https://elsewhere.example' }), 'saml-audience-unknown'],
      [signed({ issuer: 'https://other.example' }), 'saml-issuer-unknown'],
      [signed({ nameId: 'nobody@acme.example' }), 'sso-user-unknown'],
      [signed({ notOnOrAfter: new Date(Date.now() - 3_600_000) }), 'saml-expired'],
    ] as const) {
      expect(await refusalOf(await bring(response(encryptedByForge(brought, pem))))).toMatchObject({ reason })
    }
    expect(await refusalOf(await bring(response(xml)))).toMatchObject({ reason: 'saml-replayed' })
    const history = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(history[0]?.status).toBe('Failed: Replay Detected')
  })

  it('counts once of fifty browsers at once', async () => {
    const xml = signed()
    const stops = await Promise.all(Array.from({ length: 50 }, () => bring(response(encryptedByForge(xml, pem)))))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('is taken of programs, too', async () => {
    const endpoint = `${base}/services/oauth2/token?so=${server.org.id}`
    const post = (xml: string) =>
      server.post(endpoint, {
        grant_type: 'assertion',
        assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser',
        assertion: Buffer.from(xml).toString('base64url'),
      })
    expect((await post(response(encryptedByForge(signed({ recipient: endpoint }), pem)))).status).toBe(200)
    const refused = { error: 'invalid_grant', error_description: 'invalid assertion' }
    const page = `${targetBase}/setup/saml-assertion-validator`
    for (const wrong of [
      response(encryptedByForge(signed({ recipient: endpoint }), stranger.pem)),
      response(encryptedByForge(signed({ recipient: endpoint }, stranger), pem, { mode: 'CBC' })),
      response(encryptedByForge('no XML', pem, { mode: 'CBC' })),
    ]) {
      expect((await post(wrong)).body).toEqual({ ...refused, error_uri: page })
    }
    // Alone, without a response that says whose it is, it is no document of this flow.
    expect((await post(encryptedByForge(signed({ recipient: endpoint }), pem))).body).toEqual(refused)
  })
})

describe('what cannot be decrypted, or is not what was signed', () => {
  const data = (xml: string, from: RegExp | string, to: string) => xml.replace(from, to)
  const inCbc = (xml: string) => response(encryptedByForge(xml, pem, { mode: 'CBC' }))
  const cut = (xml: string, from: number) =>
    // The last CipherValue is that of the content.
    xml.replace(/(<x:CipherValue>)([^<]+)(<\/x:CipherValue><\/x:CipherData><\/x:EncryptedData>)/, (_, a, value, b) => {
      const bytes = Buffer.from(value, 'base64')
      const at = from < 0 ? bytes.length + from : from
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return `${a}${bytes.toString('base64')}${b}`
    })

  it('is answered in one way, whatever is wrong with it', async () => {
    const shown = (stop: Stop) => stop.html.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{16,}/g, '')
    const xml = signed()
    const wrong: Record<string, string> = {
      'of another key': response(encryptedByForge(xml, stranger.pem)),
      'of another key by CBC': response(encryptedByForge(xml, stranger.pem, { mode: 'CBC' })),
      'with a tag that is wrong': cut(response(encryptedByForge(xml, pem)), -1),
      'with a padding that is wrong': cut(inCbc(xml), -17),
      'with a first block that is wrong': cut(inCbc(xml), 0),
      'that is no XML': inCbc('no XML'),
      'that is no UTF-8': response(encryptedByForge('', pem, { mode: 'CBC' })),
      'that is no assertion': inCbc('<a/>'),
      'unsigned by CBC': inCbc(unsigned()),
      'signed by a stranger, by CBC': inCbc(signed({}, stranger)),
      'with a document type': inCbc(`<!DOCTYPE a>${xml}`),
      'with a comment': inCbc(xml.replace('<saml:Subject>', '<saml:Subject><!-- -->')),
      'with a comment, by GCM': response(encryptedByForge(`<!-- -->${xml}`, pem)),
      'with a document type, by GCM': response(encryptedByForge(`<!DOCTYPE a [<!ENTITY b "c">]>${xml}`, pem)),
      'too deep': response(encryptedByForge(`${'<a>'.repeat(40)}${'</a>'.repeat(40)}`, pem)),
      'of too many elements': response(encryptedByForge(`<a>${'<b/>'.repeat(2100)}</a>`, pem)),
      'encrypted twice': response(encryptedByForge(encryptedByForge(xml, pem), pem)),
      'a response within': response(encryptedByForge(response(xml), pem)),
      'by RSA 1.5': response(await encryptedByLibrary(xml, pem, `${xenc11}aes256-gcm`, `${xenc}rsa-1_5`)),
      'by triple DES': response(await encryptedByLibrary(xml, pem, `${xenc}tripledes-cbc`)),
      'with two keys': response(
        data(encryptedByForge(xml, pem), /(<x:EncryptedKey .*<\/x:EncryptedKey>)/, '$1$1').replaceAll(' Id="_key"', ''),
      ),
      'with its content elsewhere': response(
        data(
          encryptedByForge(xml, pem),
          /<x:CipherValue>[^<]*<\/x:CipherValue>(?!.*<x:CipherValue)/,
          '<x:CipherReference URI="https://evil.example/"/>',
        ),
      ),
      'with nothing in it': response(asEncryptedAssertion('')),
      'with a key that is too short': response(
        encryptedByForge(xml, pem, { key: 'x'.repeat(16) }).replace('aes128', 'aes256'),
      ),
    }
    const answers = new Set<string>()
    for (const [what, brought] of Object.entries(wrong)) {
      const stop = await bring(brought)
      expect([what, (await refusalOf(stop))?.reason]).toEqual([what, 'saml-decryption-failed'])
      answers.add(`${stop.status} ${shown(stop)}`)
    }
    expect(answers.size).toBe(1)
  })

  it('is told of in the journal where that gives nothing away', async () => {
    const problemOf = async (xml: string) => {
      const refusal = await refusalOf(await bring(xml))
      return refusal?.reason === 'saml-decryption-failed' ? refusal.facts['problem'] : refusal?.reason
    }
    const unsaid = /another key, was changed on its way, or holds no assertion/
    expect(await problemOf(inCbc('no XML'))).toMatch(unsaid)
    expect(await problemOf(inCbc(signed({}, stranger)))).toMatch(unsaid)
    expect(await problemOf(cut(inCbc(signed()), -17))).toMatch(unsaid)
    expect(await problemOf(response(encryptedByForge('no XML', pem)))).toMatch(/within: it is no well-formed XML/)
    expect(await problemOf(response(encryptedByForge(signed({}, stranger), pem)))).toBe('saml-signature-wrong')
    expect(await problemOf(response(encryptedByForge(unsigned(), pem)))).toBe('saml-unsigned')
    const outside = signedResponse(encryptedByForge(signed({}, stranger), pem, { mode: 'CBC' }))
    expect(await problemOf(outside)).toBe('saml-signature-wrong')
  })

  it('is not decrypted where the response around it is not what was signed', async () => {
    const encrypted = encryptedByForge(unsigned(), pem)
    const other = encryptedByForge(unsigned({ nameId: 'ada@target.example' }), pem)
    const genuine = signedResponse(encrypted)
    for (const [brought, reason] of [
      [signedResponse(encrypted, stranger), 'saml-signature-wrong'],
      [genuine.replace(encrypted, other), 'saml-altered'],
      [genuine.replace(encrypted, encrypted + other), 'saml-malformed'],
      [genuine.replace(encrypted, encrypted + unsigned()), 'saml-malformed'],
      [response(`<samlp:Extensions>${genuine}</samlp:Extensions>${other}`), 'saml-malformed'],
      [
        response(
          `<samlp:Extensions>${genuine.replace(encrypted, '').replace('ID="_r"', 'ID="_s"')}</samlp:Extensions>${other}`,
        ),
        'saml-signature-unfit',
      ],
      [response(`<samlp:Extensions>${encrypted}</samlp:Extensions>`), 'saml-malformed'],
      // Without its signature it is an assertion that nobody signed.
      [genuine.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, ''), 'saml-unsigned'],
    ] as const) {
      expect(await refusalOf(await bring(brought))).toMatchObject({ reason })
    }
  })

  it('is not taken for what was signed when that is wrapped in it', async () => {
    const genuine = signed({ id: '_genuine' })
    const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(genuine)?.[0] ?? ''
    const bare = genuine.replace(signature, '')
    const forged = (more: string, id = '_forged') =>
      unsigned({ id, nameId: 'ada@target.example', more: `<saml:Advice>${more}</saml:Advice>` })
    for (const [brought, reason] of [
      [forged(genuine), 'saml-decryption-failed'],
      [forged('').replace('</saml:Issuer>', `</saml:Issuer>${signature}`), 'saml-signature-unfit'],
      [forged('', '_genuine').replace('</saml:Issuer>', `</saml:Issuer>${signature}`), 'saml-altered'],
      [
        forged('').replace(
          '</saml:Issuer>',
          `</saml:Issuer>${signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)}`,
        ),
        'saml-decryption-failed',
      ],
    ] as const) {
      expect(await refusalOf(await bring(response(encryptedByForge(brought, pem))))).toMatchObject({ reason })
    }
  })

  it('is anything, for settings that have no certificate to decrypt with, or whose certificate has gone', async () => {
    const { samlSsoConfigs, certificates } = server.stores
    const xml = () => response(encryptedByForge(signed(), pem))
    const problem = async () => (await refusalOf(await bring(xml())))?.facts
    await samlSsoConfigs.update({ ...settings, decryptionCertificate: undefined })
    expect(await problem()).toMatchObject({ problem: 'the settings name no certificate to decrypt with' })
    await samlSsoConfigs.update({ ...settings, decryptionCertificate: 'Gone' })
    expect(await problem()).toMatchObject({ problem: 'the certificate “Gone” of the settings is not there' })
    await samlSsoConfigs.update(settings)
    await certificates.update({ ...held, sealedPrivateKey: undefined })
    expect(await problem()).toMatchObject({
      problem: 'the certificate “Decryption” of the settings has no RSA key here',
    })
    await certificates.update(held)
    expect(isIn(await bring(xml()))).toEqual(inside)
  })
})

describe('the certificate', () => {
  it('is in use, and cannot be deleted', async () => {
    const { stores } = server
    expect(await certificateUsers(stores, held)).toEqual([
      {
        kind: 'SAML Settings',
        id: settings.id,
        name: settings.fullName,
        label: settings.label,
        as: 'Assertion Decryption Certificate',
      },
    ])
    expect(await deleteCertificate(stores, held)).toMatchObject({ ok: false })
  })
})

describe('a server that is strict', () => {
  it('takes AES-GCM alone', async () => {
    const strict = await startTestServer({ clock: () => new Date(), posture: { decryptsSamlByCbc: false } })
    await strict.addUser(user.username)
    const { certificate } = await strict.addCertificate('Decryption')
    const config = await addIdentityProvider(strict, { decryptionCertificate: 'Decryption' })
    const at = `${targetBase}?sc=${config.id}`
    const written = (mode: 'CBC' | 'GCM') =>
      response(encryptedByForge(signed({ recipient: at }, strict.signer), certificate.pem, { mode }))
    expect((await bring(written('GCM'), at, strict)).status).toBe(200)
    const refused = await refusalOf(await bring(written('CBC'), at, strict), strict)
    expect(refused).toMatchObject({
      reason: 'saml-decryption-failed',
      facts: { problem: `its content is encrypted with ${xenc}aes256-cbc, and AES-GCM is taken` },
    })
    await strict.close()
  })
})

describe.each([
  ['by CBC', false],
  ['by GCM', true],
])('another Sallyport as identity provider that encrypts %s', (_, encryptsSamlByGcm) => {
  it('signs people in, at the login URL that the request names', async () => {
    const provider = await startHttpServer({ posture: { encryptsSamlByGcm } })
    const providerBase = `http://127.0.0.1:${provider.org.port}`
    const fullName = `Headquarters_${encryptsSamlByGcm ? 'G' : 'C'}`
    const config = await addIdentityProvider(server, {
      fullName,
      issuer: providerBase,
      samlEntityId: 'https://branch.example',
      validationCert: await enableIdentityProvider(provider),
      loginUrl: `${providerBase}/idp/endpoint/HttpRedirect`,
      decryptionCertificate: 'Decryption',
    })
    const acsUrl = `${targetBase}?sc=${config.id}`
    await newCertificateOf(provider, 'Branch', pem)
    await addSamlApp(provider, 'Branch', {
      entityUrl: 'https://branch.example',
      acsUrl,
      encryptionCertificate: 'Branch',
    })
    await provider.addUser(user.username)
    const [here, there] = [testBrowser(server), testBrowser(provider)]
    const left = await here.open(
      `${targetBase}/saml/authn-request.jsp?samlSsoConfig=${fullName}&RelayState=%2Fpersonal`,
    )
    const answered = await signInOn(there, await there.open(left.url.href), user.username, password)
    const fields = fieldsOf(answered.html, 'SAMLResponse')
    expect(Buffer.from(fields['SAMLResponse'] ?? '', 'base64').toString()).toContain('EncryptedAssertion')
    expect(isIn(await here.submit(acsUrl, fields))).toEqual(inside)
    await provider.close()
  })
})
