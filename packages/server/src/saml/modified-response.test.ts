import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { xmlSigner, xmlText } from '../../test/saml-texts.ts'
import { checklist } from '../journal/checklist.ts'
import { provedAssertion, readSamlDocument } from './document.ts'
import { modifiedAssertion } from './modified-response.ts'
import { responseXml, type WrittenResponse } from './written-response.ts'
import type { XmlSigner } from './written-xml.ts'

const now = new Date('2026-11-23T12:00:00Z')
let signer: XmlSigner

beforeAll(async () => {
  signer = await xmlSigner(now)
})

const written: WrittenResponse = {
  issuer: 'https://acme.example',
  destination: 'https://sp.example/acs',
  audience: 'https://sp.example',
  inResponseTo: '_asked',
  issueInstant: now,
  subject: {
    nameId: 'ada@acme.example',
    format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    authnInstant: now,
    sessionIndex: undefined,
    attributes: [['userId', '005000000000001']],
  },
}

/** What comes of a response that is changed on its way. */
async function changed(response: WrittenResponse, change: (xml: string) => string) {
  let problem: string | undefined
  const modify = async (before: string) => {
    const reading = await modifiedAssertion(before, change(before))
    if (reading.ok) return reading.assertion
    problem = reading.problem
    throw new Error(problem)
  }
  const xml = await responseXml(response, signer, { modify }).catch(() => undefined)
  if (xml === undefined) return { problem }
  const checks = checklist()
  const document = await readSamlDocument(Buffer.from(xml).toString('base64'), 'assertion or response', checks)
  const holder = { holder: 'acme', certificate: signer.certificate }
  return provedAssertion(document, holder, { acceptsSha1: false }, checks)
}

describe('a response that was changed before it is signed', () => {
  it('is signed as it stands, whatever the names in it are', async () => {
    await fc.assert(
      fc.asyncProperty(xmlText, xmlText, async (nameId, value) => {
        const subject = { ...written.subject, nameId, attributes: [['note', value]] as const }
        // A parser between writing and signing reads every end of a line as one (XML 1.0 §2.11).
        const read = nameId.replace(/\r\n?/g, '\n')
        const nameIds = expect.toBeOneOf([nameId, read])
        expect(await changed({ ...written, subject }, (xml) => xml)).toMatchObject({ nameId: nameIds })
      }),
      { numRuns: 60 },
    )
  })

  it('keeps what is declared around its assertion', async () => {
    const outside = (xml: string) =>
      xml
        .replace('<samlp:Response ', '<samlp:Response xmlns:xs="http://www.w3.org/2001/XMLSchema" ')
        .replace('xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi', 'xmlns:xsi')
    expect(await changed(written, outside)).toMatchObject({ nameId: 'ada@acme.example' })
  })

  it('is not signed when code made junk of it, and nothing else happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4000), fc.nat(40), fc.string({ maxLength: 20 }), async (from, length, junk) => {
        const result = await changed(written, (xml) => xml.slice(0, from) + junk + xml.slice(from + length))
        // Either it says why not, or what was signed is for the same app and of the same sender.
        if ('problem' in result) expect(result.problem).toMatch(/\w/)
        else expect(result).toMatchObject({ issuer: 'https://acme.example', audiences: [['https://sp.example']] })
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a part that is not known', (xml: string) => xml.replace('<saml:Conditions', '<saml:Advice/><saml:Conditions')],
    [
      'a signature',
      (xml: string) =>
        xml.replace('</saml:NameID>', '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"/></saml:NameID>'),
    ],
    ['extensions', (xml: string) => xml.replace('<samlp:Status>', '<samlp:Extensions/><samlp:Status>')],
    ['no assertion', (xml: string) => xml.replace(/<saml:Assertion.*<\/saml:Assertion>/s, '')],
    ['a part of another namespace', (xml: string) => xml.replace('<samlp:Status>', '<Issuer/><samlp:Status>')],
    [
      'a second confirmation',
      (xml: string) => xml.replace('</saml:Subject>', '<saml:SubjectConfirmation Method="x"/></saml:Subject>'),
    ],
  ])('is not signed with %s', async (_, change) => {
    expect(await changed(written, change)).toEqual({ problem: expect.stringMatching(/^it|parts/) })
  })
})
