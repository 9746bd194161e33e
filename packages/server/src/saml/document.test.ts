import { sign } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { samlAssertion, sent, signXml } from '../../test/flows/test-saml.ts'
import { newSigner, type Signer } from '../../test/flows/test-server.ts'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import { checklist } from '../journal/checklist.ts'
import { provedAssertion, readSamlDocument } from './document.ts'
import { SamlError } from './saml-error.ts'

const now = new Date('2026-11-23T12:00:00Z')
const base = 'https://acme.example'
let signer: Signer
let certificate: Certificate

beforeAll(async () => {
  signer = await newSigner(now)
  const reading = readCertificate(signer.pem)
  if (!reading.ok) throw new Error(reading.problem)
  certificate = reading.certificate
})

const signed = () => signXml(samlAssertion({ id: '_one', attributes: { mail: 'ada@acme.example' } }, now, base), signer)

async function proved(text: string) {
  try {
    const document = await readSamlDocument(text, 'assertion or response', checklist())
    const signer = { holder: 'Acme', certificate }
    const assertion = await provedAssertion(document, signer, { acceptsSha1: true }, checklist())
    return { ...assertion, xml: assertion.xml() }
  } catch (error) {
    if (error instanceof SamlError) return error.refusal.reason
    throw error
  }
}

/** The library writes `InclusiveNamespaces` into each transform; everybody else into the canonicalization alone. */
function withOneList(xml: string): string {
  const stray = /<InclusiveNamespaces [^>]*xmlns="[^"]*#enveloped-signature"[^>]*\/>/
  if (!stray.test(xml)) return xml
  const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/.exec(xml.replace(stray, ''))?.[0] ?? ''
  const canonical = info
    .replace('<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">')
    .replaceAll(/<([\w:]+)([^<>]*)\/>/g, '<$1$2></$1>')
    .replace(/(PrefixList="[^"]*") (xmlns="[^"]*")/, '$2 $1')
  const value = sign('sha256', Buffer.from(canonical), signer.privateKey).toString('base64')
  return xml.replace(stray, '').replace(/(<ds:SignatureValue>)[^<]*/, `$1${value}`)
}

const response = (content: string) =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">x</saml:Issuer>${content}</samlp:Response>`

describe('a SAML document', () => {
  it('is read from what was signed', async () => {
    expect(await proved(sent(signed()))).toEqual({
      id: '_one',
      issueInstant: now,
      issuer: '3MVG9Warehouse',
      nameId: 'integration@target.example',
      name: { value: 'integration@target.example' },
      bearers: [
        {
          recipient: `${base}/services/oauth2/token`,
          notBefore: undefined,
          notOnOrAfter: new Date('2026-11-23T12:03:00Z'),
        },
      ],
      notBefore: undefined,
      notOnOrAfter: new Date('2026-11-23T12:03:00Z'),
      audiences: [[base]],
      attributes: new Map([['mail', ['ada@acme.example']]]),
      xml: expect.stringMatching(/^<saml:Assertion (?!.*ds:Signature).*>ada@acme\.example<.*<\/saml:Assertion>$/),
    })
  })

  it('may be a response of which the assertion is signed, the response, or both', async () => {
    const unsigned = samlAssertion({ id: '_one' }, now, base)
    const inner = signXml(unsigned, signer)
    for (const xml of [
      response(inner),
      signXml(response(unsigned), signer, { element: 'Response' }),
      signXml(response(inner), signer, { element: 'Response' }),
    ]) {
      expect(await proved(sent(xml))).toMatchObject({ id: '_one', nameId: 'integration@target.example' })
    }
  })

  it('has no signature that does not hold, even beside one that does', async () => {
    const stranger = await newSigner(now)
    const unsigned = samlAssertion({ id: '_one' }, now, base)
    const outerByStranger = signXml(response(signXml(unsigned, signer)), stranger, { element: 'Response' })
    const innerByStranger = signXml(response(signXml(unsigned, stranger)), signer, { element: 'Response' })
    expect(await proved(sent(outerByStranger))).toBe('saml-signature-wrong')
    expect(await proved(sent(innerByStranger))).toBe('saml-signature-wrong')
  })

  it('means what was signed or nothing, whichever characters of it are changed', async () => {
    const xml = signed()
    const genuine = await proved(sent(xml))
    const change = fc.record({ at: fc.nat(xml.length), length: fc.nat(3), text: fc.string({ maxLength: 4 }) })
    await fc.assert(
      fc.asyncProperty(change, async ({ at, length, text }) => {
        const changed = await proved(sent(xml.slice(0, at) + text + xml.slice(at + length)))
        if (typeof changed !== 'string') expect(changed).toEqual(genuine)
      }),
      { numRuns: 300 },
    )
  })

  it('is believed in every form in which another library signs it, and not when that was changed', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ö', '𝄞', ' ', '\t', '\n', '&amp;', '&lt;', '&#13;', '&quot;', '>'),
    })
    const name = fc.constantFrom('n', 'p:n', 'q:n', 'saml:Advice', 'xs:any')
    const attribute = fc.tuple(fc.constantFrom('b', 'a', 'p:a', 'q:b', 'xsi:type', 'xml:lang', 'ab', 'A'), text)
    const declaration = fc.tuple(
      fc.constantFrom('xmlns', 'xmlns:p', 'xmlns:q', 'xmlns:xs'),
      fc.constantFrom('urn:1', 'urn:2'),
    )
    const node = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text,
        fc
          .record({
            name,
            declarations: fc.uniqueArray(declaration, { selector: ([one]) => one, maxLength: 2 }),
            attributes: fc.uniqueArray(attribute, { selector: ([one]) => one.replace(/^.*:/, ''), maxLength: 3 }),
            within: fc.array(tie('node'), { maxLength: 3 }),
          })
          .map(({ name, declarations, attributes, within }) => {
            const all = [...declarations, ...attributes].map(([one, value]) => ` ${one}="${value}"`)
            return `<${name}${all.join('')}>${within.join('')}</${name}>`
          }),
      ),
    })).node
    const declared = 'xmlns:p="urn:p" xmlns:q="urn:q" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="urn:xsi"'
    const inclusive = fc.uniqueArray(fc.constantFrom('p', 'xs', 'xsi', 'unknown', 'saml'))
    await fc.assert(
      fc.asyncProperty(node, inclusive, fc.boolean(), async (more, inclusive, isWithinResponse) => {
        const within = `<saml:Attribute Name="more"><saml:AttributeValue/>${more}</saml:Attribute>`
        const bare = samlAssertion({ id: '_one', more: within }, now, base)
        const assertion = isWithinResponse ? bare : bare.replace('<saml:Assertion', `<saml:Assertion ${declared}`)
        const outer = isWithinResponse
          ? response(bare).replace('<samlp:Response', `<samlp:Response ${declared}`)
          : assertion
        const xml = withOneList(signXml(outer, signer, { inclusive }))
        expect(await proved(sent(xml))).toMatchObject({ id: '_one', nameId: 'integration@target.example' })
        const changed = xml.replace('<saml:AttributeValue/>', '<saml:AttributeValue/> ')
        expect(await proved(sent(changed))).toBe('saml-altered')
      }),
      { numRuns: 100 },
    )
  })

  it('is refused by a reason of its own, whatever was sent', async () => {
    const anything = fc.oneof(fc.string(), fc.base64String(), anyText().map(sent))
    const markup = fc.array(
      fc.constantFrom(
        '<a',
        ' b="c"',
        '>',
        '/>',
        '</a>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&x;',
        '<?x?>',
        'x:',
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anything,
          markup.map((parts) => sent(parts.join(''))),
        ),
        async (text) => {
          expect(await proved(text)).toMatch(/^saml-/)
        },
      ),
      { numRuns: 300 },
    )
  })
})
