import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
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
    return await provedAssertion(document, { holder: 'Acme', certificate }, { acceptsSha1: true }, checklist())
  } catch (error) {
    if (error instanceof SamlError) return error.refusal.reason
    throw error
  }
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

  it('is refused by a reason of its own, whatever was sent', async () => {
    const anything = fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' }).map(sent))
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
