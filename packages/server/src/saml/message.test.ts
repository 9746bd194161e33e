import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { xmlSigner, xmlText } from '../../test/saml-texts.ts'
import { checklist } from '../journal/checklist.ts'
import { provedAssertion, readSamlDocument } from './document.ts'
import { postedText, readAuthnRequest, readMessage, redirectedText } from './message.ts'
import { querySignature, querySignatureProblem, redirectedMessage } from './redirect-binding.ts'
import { SamlError } from './saml-error.ts'
import { authnRequestXml } from './written-request.ts'
import { responseXml } from './written-response.ts'
import type { XmlSigner } from './written-xml.ts'

const now = new Date('2026-11-23T12:00:00Z')
let signer: XmlSigner

beforeAll(async () => {
  signer = await xmlSigner(now)
})

const written = (issuer: string) =>
  authnRequestXml({
    id: '_one',
    issuer,
    destination: 'https://idp.example/sso',
    acsUrl: 'https://acme.example?so=1',
    at: now,
  })

async function read(xml: () => string) {
  try {
    return await readMessage(xml(), ['AuthnRequest'])
  } catch (error) {
    if (error instanceof SamlError) return error.refusal.reason
    throw error
  }
}

describe('messages of SAML', () => {
  it('are read as they were written, by either binding, whatever the names in them are', async () => {
    await fc.assert(
      fc.asyncProperty(xmlText, async (issuer) => {
        const xml = written(issuer)
        const posted = await readMessage(postedText(Buffer.from(xml).toString('base64')), ['AuthnRequest'])
        const redirected = await readMessage(redirectedText(deflateRawSync(xml).toString('base64')), ['AuthnRequest'])
        expect([posted.issuer, redirected.issuer]).toEqual([issuer, issuer])
        expect(readAuthnRequest(posted)).toMatchObject({ acsUrl: 'https://acme.example?so=1', forceAuthn: false })
      }),
      { numRuns: 60 },
    )
  })

  it('are refused, and nothing worse, when they are anything else', async () => {
    const xml = written('https://wiki.example')
    await fc.assert(
      fc.asyncProperty(fc.nat(xml.length), fc.string({ maxLength: 8 }), fc.nat(6), async (at, put, taken) => {
        const changed = xml.slice(0, at) + put + xml.slice(at + taken)
        const message = await read(() => postedText(Buffer.from(changed).toString('base64')))
        expect(typeof message === 'string' ? message : message.kind).toMatch(/^saml-malformed$|^AuthnRequest$/)
      }),
      { numRuns: 150 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const sent = Buffer.from(bytes).toString('base64')
        expect(await read(() => redirectedText(sent))).toBe('saml-malformed')
      }),
    )
  })

  it('are signed in an address over its characters: each other one is another', () => {
    const { certificate } = signer
    const address = redirectedMessage(
      'https://idp.example/sso',
      'SAMLRequest',
      { xml: '<a/>', relayState: 'ü &=' },
      signer,
    )
    const query = new URL(address).search.slice(1)
    const problemOf = (one: string) => {
      const signature = querySignature(one, 'SAMLRequest')
      return signature === undefined ? 'none' : querySignatureProblem(signature, certificate, { acceptsSha1: false })
    }
    expect(problemOf(query)).toBeUndefined()
    const signed = query.slice(0, query.indexOf('&Signature='))
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.constantFrom(...'aZ9%&=+'), (at, put) => {
        fc.pre(query[at] !== put)
        expect(problemOf(query.slice(0, at) + put + query.slice(at + 1))).toBeDefined()
      }),
    )
  })

  it('say of a user what was written, under two signatures that hold', async () => {
    await fc.assert(
      fc.asyncProperty(xmlText, xmlText, xmlText, async (nameId, name, value) => {
        const subject = {
          nameId,
          format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
          authnInstant: now,
          sessionIndex: undefined,
          attributes: [[name, value]],
        } as const
        const response = {
          issuer: 'https://acme.example',
          destination: 'https://wiki.example/acs',
          audience: 'https://wiki.example',
          inResponseTo: '_one',
          issueInstant: now,
          subject,
        }
        const xml = await responseXml(response, signer)
        const document = await readSamlDocument(
          Buffer.from(xml).toString('base64'),
          'assertion or response',
          checklist(),
        )
        const by = { holder: 'Acme', certificate: signer.certificate }
        const proved = await provedAssertion(document, by, { acceptsSha1: false }, checklist())
        expect(proved.nameId).toBe(nameId)
        expect(proved.attributes.get(name)).toEqual([value])
      }),
      { numRuns: 40 },
    )
  })
})
