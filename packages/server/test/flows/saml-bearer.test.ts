import { createHash, createSign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patience } from '../../../../test/eventually.ts'
import { strictPosture } from '../../src/options.ts'
import type { User } from '../../src/users/user.ts'
import { dsig, type SamlClaims, type Signing, saml2Grant, samlAssertion, sent, signXml } from './test-saml.ts'
import { base, newSigner, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User

beforeAll(async () => {
  server = await startTestServer()
  const profile = await server.profile('Standard User')
  user = await server.addUser('integration@target.example')
  await server.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [profile.id] })
})

afterAll(() => server.close())

const minutes = (count: number) => new Date(server.now().getTime() + count * 60_000)

function signed(claims: SamlClaims = {}, signing: Signing = {}, signer = server.signer, at = server): string {
  return signXml(samlAssertion(claims, at.now(), at.base), signer, signing)
}

function post(xml: string, host = base, at = server) {
  return at.post(`${host}/services/oauth2/token`, { grant_type: saml2Grant, assertion: sent(xml) })
}

/** An answer that refuses, with the reason that the journal keeps. */
async function refusalOf(answer: Awaited<ReturnType<typeof post>>, at = server) {
  const { refusal } = await at.journalOf(answer)
  return { status: answer.status, ...answer.body, reason: refusal?.reason }
}

const invalidAssertion = { status: 400, error: 'invalid_grant', error_description: 'invalid assertion' }

describe('the SAML bearer assertion flow', () => {
  it('gives an access token for a signed assertion, with the fields of the JWT bearer flow and no refresh token', async () => {
    const answer = await post(signed())
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['access_token', 'scope', 'instance_url', 'id', 'token_type'])
    expect(answer.body).toMatchObject({
      scope: 'api openid id',
      instance_url: targetBase,
      id: `${base}/id/${server.org.id}/${user.id}`,
      token_type: 'Bearer',
    })
    const limits = await server.request(`${targetBase}/services/data/v62.0/limits`, {
      headers: { authorization: `Bearer ${answer.body.access_token}` },
    })
    expect(limits.status).toBe(200)
  })

  it('notes each attempt in Login History and every check in the journal, and nothing of the assertion', async () => {
    const xml = signed()
    const answer = await post(xml)
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Success', application: 'Warehouse', loginType: 'Oauth2', loginUrl: base })
    const entry = await server.journalOf(answer)
    expect(entry.passed.map(({ check }) => check)).toEqual([
      'grant-type',
      'saml-read',
      'client-known',
      'certificate',
      'saml-signed',
      'saml-algorithm',
      'saml-signature',
      'saml-subject',
      'saml-audience',
      'saml-recipient',
      'saml-time',
      'user-known',
      'user-active',
      'address',
      'app-installed',
      'approved',
      'scope',
      'login-rate',
    ])
    expect(JSON.stringify(entry)).not.toContain(/<ds:SignatureValue>(.{20})/.exec(xml)?.[1])
  })

  it('notes a failed attempt under the name that the assertion gives, before anything is proved', async () => {
    await server.journalOf(await post(signed({ notOnOrAfter: minutes(-10), conditionsEnd: undefined })))
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Failed: Assertion Expired', application: 'Warehouse' })
  })

  it('gives the scopes that the user approved before where no admin approved', async () => {
    const own = await server.addApp('Self')
    const claims = { issuer: own.consumerKey }
    expect(await refusalOf(await post(signed(claims)))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: "user hasn't approved this consumer",
      reason: 'not-approved',
    })
    await tokensFor(server, user, own, { scope: 'api refresh_token' })
    expect((await post(signed(claims))).body).toMatchObject({ scope: 'api id' })
  })

  it.each([
    ['the login host', () => ({ audience: base })],
    ['the token endpoint', () => ({ audience: `${base}/services/oauth2/token` })],
    ['the org itself', () => ({ audience: targetBase, recipient: `${targetBase}/services/oauth2/token` })],
    ['login.salesforce.com for a production org', () => ({ audience: 'https://login.salesforce.com' })],
  ])('accepts as audience %s', async (_, claims) => {
    expect((await post(signed(claims()))).status).toBe(200)
  })

  it.each([
    ['an end a little past, within the clock skew', () => ({ notOnOrAfter: minutes(-2), conditionsEnd: minutes(-2) })],
    ['an end in the confirmation alone', () => ({ conditionsEnd: undefined })],
    ['an end in the conditions alone', () => ({ notOnOrAfter: undefined })],
    ['a start a little ahead', () => ({ notBefore: minutes(2), issueInstant: minutes(2) })],
    ['a username in capitals', () => ({ nameId: 'Integration@Target.Example' })],
    ['blanks around the name', () => ({ nameId: '\n  integration@target.example\n' })],
    ['a character by its number', () => ({ nameId: 'integration&#64;target.example' })],
  ])('accepts %s', async (_, claims) => {
    expect((await post(signed(claims()))).status).toBe(200)
  })

  it.each([
    [
      'base64 with padding and line breaks',
      (xml: string) =>
        Buffer.from(xml)
          .toString('base64')
          .replaceAll(/(.{76})/g, '$1\r\n'),
    ],
    ['base64url without padding', (xml: string) => Buffer.from(xml).toString('base64url')],
  ])('reads %s', async (_, encode) => {
    const answer = await server.post('/services/oauth2/token', { grant_type: saml2Grant, assertion: encode(signed()) })
    expect(answer.status).toBe(200)
  })

  it('takes SHA-1 as Salesforce does, and never where the posture is strict', async () => {
    const old = { signatureAlgorithm: `${dsig}rsa-sha1`, digestAlgorithm: `${dsig}sha1` }
    expect((await post(signed({}, old))).status).toBe(200)
    const strict = await startTestServer({ posture: strictPosture })
    const { id } = await strict.profile('Standard User')
    await strict.addUser('integration@target.example')
    await strict.addApp('Warehouse', {}, { isAdminApproved: true, profileIds: [id] })
    expect((await post(signed({}, {}, strict.signer, strict), base, strict)).status).toBe(200)
    expect(await refusalOf(await post(signed({}, old, strict.signer, strict), base, strict), strict)).toEqual({
      ...invalidAssertion,
      reason: 'saml-algorithm-not-allowed',
    })
    await strict.close()
  })

  it('serves an assertion once, of 50 callers at once', async () => {
    const xml = signed()
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(xml)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.find(({ status }) => status !== 200)
    expect(refused && (await refusalOf(refused))).toEqual({ ...invalidAssertion, reason: 'saml-replayed' })
  })

  it('remembers what was used for as long as it could come again', async () => {
    const xml = signed()
    expect((await post(xml)).status).toBe(200)
    server.advance(340)
    await server.stores.assertions.deleteExpired(server.now(), 1000)
    expect(await refusalOf(await post(xml))).toMatchObject({ reason: 'saml-replayed' })
  })
})

describe('a SAML assertion is refused', () => {
  it.each<[string, string, () => Promise<string> | string]>([
    ['that ended', 'saml-expired', () => signed({ notOnOrAfter: minutes(-4) })],
    ['whose conditions ended', 'saml-expired', () => signed({ conditionsEnd: minutes(-4) })],
  ])('%s', async (_, reason, xml) => {
    expect(await refusalOf(await post(await xml()))).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'expired authorization code',
      reason,
    })
  })

  it.each<[string, string, () => Promise<string> | string]>([
    ['without an end', 'saml-expiry-missing', () => signed({ notOnOrAfter: undefined, conditionsEnd: undefined })],
    [
      'that ends in an hour',
      'saml-expiry-too-far',
      () => signed({ notOnOrAfter: minutes(60), conditionsEnd: minutes(60) }),
    ],
    ['that starts in ten minutes', 'saml-not-yet-valid', () => signed({ notBefore: minutes(10) })],
    ['that was issued in ten minutes', 'saml-not-yet-valid', () => signed({ issueInstant: minutes(10) })],
    ['about nobody', 'saml-subject-missing', () => signed({ nameId: undefined })],
    ['with an empty name', 'saml-subject-missing', () => signed({ nameId: '  ' })],
    ['without a confirmation', 'saml-subject-missing', () => signed({ method: undefined })],
    [
      'for whoever holds a key',
      'saml-subject-missing',
      () => signed({ method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }),
    ],
    ['of SAML 1.1', 'saml-malformed', () => signed({ version: '1.1' })],
    ['whose ID is none', 'saml-malformed', () => signed({ id: '1"or'.replace('"', '&quot;') })],
    ['whose time is none', 'saml-malformed', () => signed({ notOnOrAfter: '2026-11-23 12:05' })],
    ['with markup in the name', 'saml-malformed', () => signed({ nameId: 'integration@target.example<b/>' })],
    ['without a signature', 'saml-unsigned', () => samlAssertion({}, server.now(), base)],
    ['signed by another key', 'saml-signature-wrong', async () => signed({}, {}, await newSigner())],
    [
      'signed by the key of a certificate that it brings along',
      'saml-signature-wrong',
      async () => {
        const stranger = await newSigner()
        return signed({}, { certificate: stranger.pem }, stranger)
      },
    ],
    [
      'changed after it was signed',
      'saml-altered',
      () => signed({ nameId: 'someone@target.example' }).replace('someone@', 'integration@'),
    ],
    [
      'pretty-printed after it was signed',
      'saml-altered',
      () => signed().replace('<saml:Subject>', '\n  <saml:Subject>'),
    ],
  ])('%s', async (_, reason, xml) => {
    expect(await refusalOf(await post(await xml()))).toEqual({ ...invalidAssertion, reason })
  })

  it('for another audience, or for none', async () => {
    const wrong = { status: 400, error: 'invalid_grant', error_description: 'audience is invalid' }
    for (const audience of ['https://test.salesforce.com', undefined, `${base}/`, base.toUpperCase()]) {
      expect(await refusalOf(await post(signed({ audience })))).toEqual({ ...wrong, reason: 'saml-audience-unknown' })
    }
  })

  it('for another recipient, or for none', async () => {
    const wrong = { status: 400, error: 'invalid_grant', error_description: 'recipient is invalid' }
    for (const recipient of [
      base,
      undefined,
      'https://evil.example/services/oauth2/token',
      `${base}/services/oauth2/token/`,
    ]) {
      expect(await refusalOf(await post(signed({ recipient })))).toEqual({ ...wrong, reason: 'saml-recipient-unknown' })
    }
  })

  it('of an app that is unknown, that has no certificate, or for a user of another org', async () => {
    expect(await refusalOf(await post(signed({ issuer: '3MVG9nobody' })))).toMatchObject({
      error: 'invalid_client_id',
      reason: 'client-unknown',
    })
    const bare = await server.addApp('Bare', { certificate: undefined })
    expect(await refusalOf(await post(signed({ issuer: bare.consumerKey })))).toEqual({
      ...invalidAssertion,
      reason: 'certificate-missing',
    })
    expect(await refusalOf(await post(signed(), otherBase))).toMatchObject({ reason: 'user-of-another-org' })
    expect(await refusalOf(await post(signed({ nameId: 'nobody@target.example' })))).toMatchObject({
      error_description: "user hasn't approved this consumer",
      reason: 'user-unknown',
    })
  })

  it('from an address outside of the ranges of the profile, whatever the app relaxes', async () => {
    const { id } = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    const office = await server.addUser('office@target.example', { profileId: id })
    const relaxed = await server.addApp(
      'Relaxed',
      {},
      { isAdminApproved: true, profileIds: [id], ipRelaxation: 'BYPASS' },
    )
    const answer = await post(signed({ issuer: relaxed.consumerKey, nameId: office.username }))
    expect(await refusalOf(answer)).toMatchObject({ error_description: 'ip restricted', reason: 'ip-restricted' })
  })
})

describe('a forged assertion is refused', () => {
  const evil = (id: string) => samlAssertion({ id, nameId: 'admin@target.example' }, server.now(), base)
  const signatureOf = (xml: string) => /<ds:Signature .*<\/ds:Signature>/s.exec(xml)?.[0] ?? ''
  const idOf = (xml: string) => /ID="([^"]+)"/.exec(xml)?.[1] ?? ''
  const beforeEnd = (xml: string, more: string) => xml.replace(/<\/saml:Assertion>$/, `${more}</saml:Assertion>`)
  const afterIssuer = (xml: string, more: string) => xml.replace('</saml:Issuer>', `</saml:Issuer>${more}`)
  const inObject = (xml: string, signature: string) =>
    signature.replace('</ds:Signature>', `<ds:Object>${xml}</ds:Object></ds:Signature>`)
  const response = (content: string) =>
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="${server.now().toISOString()}">${content}</samlp:Response>`
  const without = (xml: string) => xml.replace(signatureOf(xml), '')

  beforeAll(() => server.addUser('admin@target.example'))

  // The eight ways to wrap that Somorovsky et al. found (On Breaking SAML, 2012), with the genuine assertion `good` kept whole.
  const wrappings: readonly [string, (good: string) => string][] = [
    [
      'XSW1: a forged response around the signature of the genuine one',
      (good) => response(evil('_evil') + signatureOf(good) + good),
    ],
    [
      'XSW2: the genuine one detached beside the forged',
      (good) => response(signatureOf(good) + without(good) + evil('_evil')),
    ],
    ['XSW3: the forged one before the genuine', (good) => response(evil('_evil') + good)],
    ['XSW4: the genuine one within the forged', (good) => beforeEnd(evil('_evil'), good)],
    [
      'XSW5: the forged one with the signature, the genuine after it',
      (good) => response(afterIssuer(evil('_evil'), signatureOf(good)) + without(good)),
    ],
    [
      'XSW6: the genuine one within the signature within the forged',
      (good) =>
        afterIssuer(evil('_evil'), signatureOf(good).replace('</ds:Signature>', `${without(good)}</ds:Signature>`)),
    ],
    [
      'XSW7: the forged one within an extension',
      (good) => beforeEnd(good, `<saml:Advice>${evil('_evil')}</saml:Advice>`),
    ],
    [
      'XSW8: the genuine one within an Object of the signature',
      (good) => afterIssuer(evil('_evil'), inObject(without(good), signatureOf(good))),
    ],
    [
      'the forged one with the ID of the genuine',
      (good) => beforeEnd(afterIssuer(evil(idOf(good)), signatureOf(good)), without(good)),
    ],
    ['the forged one under a signature over another ID', (good) => afterIssuer(evil('_evil'), signatureOf(good))],
    [
      'the forged one under the signature of the genuine, with its ID',
      (good) => afterIssuer(evil(idOf(good)), signatureOf(good)),
    ],
    [
      'the genuine one hidden in an attribute of the forged',
      (good) =>
        beforeEnd(
          afterIssuer(evil('_evil'), signatureOf(good)),
          `<saml:AttributeStatement><saml:Attribute Name="a"><saml:AttributeValue>${without(good)}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`,
        ),
    ],
    [
      'an attribute Id that names the same',
      (good) => good.replace('<saml:Subject>', `<saml:Subject Id="${idOf(good)}">`),
    ],
    [
      'an attribute xml:id that names the same',
      (good) => good.replace('<saml:Subject>', `<saml:Subject xml:id="${idOf(good)}">`),
    ],
    ['two signatures', (good) => afterIssuer(good, signatureOf(good))],
    [
      'two SignedInfo',
      (good) =>
        good.replace('</ds:SignedInfo>', `</ds:SignedInfo>${/<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(good)?.[0]}`),
    ],
    [
      'a forged SignedInfo before the genuine',
      (good) =>
        good.replace(
          '<ds:SignedInfo>',
          `<ds:SignedInfo>${/<ds:SignedInfo>(.*)<\/ds:SignedInfo>/s.exec(good)?.[1]}</ds:SignedInfo><ds:SignedInfo>`,
        ),
    ],
    [
      'two references',
      (good) =>
        good.replace('</ds:Reference>', `</ds:Reference>${/<ds:Reference .*<\/ds:Reference>/s.exec(good)?.[0]}`),
    ],
    ['no reference', (good) => good.replace(/<ds:Reference .*<\/ds:Reference>/s, '')],
    ['a reference to the whole document', (good) => good.replace(/URI="#[^"]+"/, 'URI=""')],
    ['a reference without URI', (good) => good.replace(/ URI="#[^"]+"/, '')],
    ['a reference by XPointer', (good) => good.replace(/URI="#([^"]+)"/, 'URI="#xpointer(id(&apos;$1&apos;))"')],
    [
      'a third transform',
      (good) =>
        good.replace(
          '<ds:Transforms>',
          `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::a</ds:XPath></ds:Transform>`,
        ),
    ],
    [
      'a transform by XSLT',
      (good) => good.replace(`${dsig}enveloped-signature`, 'http://www.w3.org/TR/1999/REC-xslt-19991116'),
    ],
    ['canonicalization with comments', (good) => good.replaceAll('xml-exc-c14n#"', 'xml-exc-c14n#WithComments"')],
    ['no signature: excluded', (good) => without(good)],
    ['a signature of another namespace', (good) => good.replace(`xmlns:ds="${dsig}"`, 'xmlns:ds="urn:other"')],
    ['an empty signature value', (good) => good.replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>')],
    ['an empty digest', (good) => good.replace(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>')],
    ['a comment in the digest', (good) => good.replace('<ds:DigestValue>', '<ds:DigestValue><!--AAAA-->')],
    ['an element in the digest', (good) => good.replace('<ds:DigestValue>', '<ds:DigestValue><a/>')],
    ['a comment in the name', (good) => good.replace('integration@', 'integration@<!---->')],
    ['a processing instruction in the name', (good) => good.replace('integration@', 'integration@<?x?>')],
    [
      'a CDATA section in the name',
      (good) => good.replace('integration@target.example', '<![CDATA[integration@target.example]]>'),
    ],
    [
      'HMAC with the public key as its secret',
      (good) => good.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', `${dsig}hmac-sha1`),
    ],
    [
      'a signature algorithm that is none',
      (good) => good.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'none'),
    ],
    [
      'an external entity',
      (good) => `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>${good.replace('integration@', '&e;')}`,
    ],
    [
      'an entity bomb',
      (good) =>
        `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${good.replace('integration@', '&b;')}`,
    ],
    ['an entity that is not declared', (good) => good.replace('integration@', '&euro;')],
    ['a document type in another notation', (good) => `<!doctype html>${good}`],
    [
      'encryption',
      (good) =>
        `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${good}</saml:EncryptedAssertion>`,
    ],
    ['a response around it, where an assertion is asked for', (good) => response(good)],
    ['depth', (good) => beforeEnd(good, `${'<a>'.repeat(900)}${'</a>'.repeat(900)}`)],
    ['too many elements', (good) => beforeEnd(good, '<a/>'.repeat(3000))],
    ['text after its end', (good) => `${good}text`],
    ['a second root', (good) => good + evil('_evil')],
    ['a missing end', (good) => good.slice(0, -10)],
    ['a character that XML does not know', (good) => good.replace('integration@', 'integration&#0;@')],
    ['half of a surrogate pair', (good) => good.replace('integration@', 'integration&#xD800;@')],
  ]

  it.each(wrappings)('by %s', async (_, wrap) => {
    const xml = wrap(signed())
    const answer = await post(xml)
    expect(answer.body).toMatchObject({ error: expect.stringMatching(/^invalid_(?:grant|client_id)$/) })
    expect(answer.status).toBe(400)
    const { refusal } = await server.journalOf(answer)
    expect(refusal?.reason).toMatch(
      /^saml-(?:malformed|unsigned|signature-unfit|altered|signature-wrong|algorithm-not-allowed)$/,
    )
  })

  it('by a comment that was signed: no part of the name counts alone', async () => {
    const xml = signed({ nameId: 'admin@target.example<!---->.evil.example' })
    expect(await refusalOf(await post(xml))).toEqual({ ...invalidAssertion, reason: 'saml-malformed' })
  })

  it('by a signature that is right over SignedInfo with a digest of something else', async () => {
    const good = signed()
    const other = createHash('sha256').update('other').digest('base64')
    const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(good)?.[0] ?? ''
    const forged = info.replace(/<ds:DigestValue>[^<]*/, `<ds:DigestValue>${other}`)
    const canonical = forged
      .replace('<ds:SignedInfo>', `<ds:SignedInfo xmlns:ds="${dsig}">`)
      .replaceAll(/<(ds:\w+)( [^>]*?)? ?\/>/g, '<$1$2></$1>')
    const value = createSign('RSA-SHA256').update(canonical).sign(server.signer.privateKey, 'base64')
    const xml = good.replace(info, forged).replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`)
    expect(await refusalOf(await post(xml))).toEqual({ ...invalidAssertion, reason: 'saml-altered' })
  })

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['bytes that are no text', Buffer.from([0x3c, 0xff, 0xfe]).toString('base64url')],
    ['text', sent('hello')],
    ['60 KB of an open tag', sent(`<a ${'b'.repeat(40_000)}`)],
    ['40 KB of attributes', sent(`<a ${Array.from({ length: 4000 }, (_, n) => `b${n}=""`).join(' ')}/>`)],
    ['40 KB of open tags', sent('<a>'.repeat(13_000))],
  ])('that is %s, quickly', async (_, assertion) => {
    const started = performance.now()
    const answer = await server.post('/services/oauth2/token', { grant_type: saml2Grant, assertion })
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({ error: 'invalid_grant', error_description: 'invalid assertion' })
    expect(performance.now() - started).toBeLessThan(patience)
  })
})
