import type { Element } from '@xmldom/xmldom'
import { elementsOf } from '../xml.ts'
import { SamlError } from './saml-error.ts'
import { attributeOf, elementsNamed, isNamed, namespaces, readStrictXml, textOf, walk } from './xml.ts'

/** What reading a response that code of an org has been at came to; `problem` quotes nothing of it. */
export type ModifiedResponse =
  | { readonly ok: true; readonly assertion: string }
  | { readonly ok: false; readonly problem: string }

/**
 * The assertion of a response that was changed before it is signed. Who sends it to whom, in answer to what, and until when, is
 * as it was written; so nobody can have the org sign what is no answer to this person and this app.
 * @param before as it was written here
 */
export async function modifiedAssertion(before: string, after: string): Promise<ModifiedResponse> {
  try {
    const [written, changed] = await Promise.all([readStrictXml(before), readStrictXml(after)])
    const assertion = onlyAssertion(changed)
    const held = heldFacts(written)
    const found = heldFacts(changed)
    const different = held.find(([name, value], index) => found[index]?.[0] !== name || found[index]?.[1] !== value)
    if (different !== undefined) throw new Changed(`it changed ${different[0]}`)
    const extra = found[held.length]
    if (extra !== undefined) throw new Changed(`it added ${extra[0]}`)
    return { ok: true, assertion: textAlone(changed, assertion) }
  } catch (error) {
    if (error instanceof Changed) return { ok: false, problem: error.message }
    if (!(error instanceof SamlError)) throw error
    const { refusal } = error
    return {
      ok: false,
      problem: refusal.reason === 'saml-malformed' ? refusal.facts.problem : 'it is no SAML response',
    }
  }
}

/** Something is not as it has to stay. */
class Changed extends Error {}

const parts: Readonly<Record<'response' | 'assertion', readonly string[]>> = {
  response: ['Issuer', 'Status', 'Assertion'],
  assertion: ['Issuer', 'Subject', 'Conditions', 'AuthnStatement', 'AttributeStatement'],
}

/** The assertion of a response that has this one alone, unsigned and to be read, and nothing that is not known here. */
function onlyAssertion(response: Element): Element {
  if (!isNamed(response, namespaces.protocol, 'Response')) throw new Changed('its outermost element is no Response')
  const found = elementsOf(response).map(({ localName }) => localName ?? '')
  if (found.join() !== parts.response.join()) throw new Changed('its parts are not Issuer, Status and Assertion')
  const [assertion] = elementsNamed(response, namespaces.assertion, 'Assertion')
  if (assertion === undefined) throw new Changed('it has no Assertion')
  const order = elementsOf(assertion).map((part) =>
    part.namespaceURI === namespaces.assertion ? parts.assertion.indexOf(part.localName ?? '') : -1,
  )
  if (order.includes(-1) || order.some((place, index) => place < (order[index - 1] ?? 0))) {
    throw new Changed(`the parts of its Assertion are others than ${parts.assertion.join(', ')}, in this order`)
  }
  if ([...walk(response)].some(({ element }) => element.namespaceURI === namespaces.signature)) {
    throw new Changed('it has a signature of its own')
  }
  return assertion
}

/** What must stay as it is, in the order of the document: each with its name. */
function heldFacts(response: Element): readonly (readonly [name: string, value: string])[] {
  const facts: (readonly [string, string])[] = []
  for (const { element } of walk(response)) {
    const { localName, namespaceURI } = element
    if (namespaceURI !== namespaces.protocol && namespaceURI !== namespaces.assertion) continue
    const name = localName ?? ''
    const attributes = heldAttributes[name]
    if (attributes === undefined) continue
    for (const attribute of attributes) facts.push([`${name} ${attribute}`, attributeOf(element, attribute) ?? ''])
    if (heldTexts.has(name)) facts.push([name, textOf(element)])
  }
  return facts
}

const head = ['ID', 'IssueInstant', 'Version']
const heldAttributes: Readonly<Record<string, readonly string[]>> = {
  Response: [...head, 'Destination', 'InResponseTo', 'Consent'],
  Assertion: head,
  Issuer: ['Format'],
  StatusCode: ['Value'],
  SubjectConfirmation: ['Method'],
  SubjectConfirmationData: ['InResponseTo', 'Recipient', 'NotBefore', 'NotOnOrAfter', 'Address'],
  Conditions: ['NotBefore', 'NotOnOrAfter'],
  AudienceRestriction: [],
  Audience: [],
  AuthnStatement: ['SessionIndex'],
}
const heldTexts = new Set(['Issuer', 'Audience'])

/** An element as a document of its own: what is declared around it is declared on it. */
function textAlone(root: Element, element: Element): string {
  const { attributes } = root
  for (let index = 0; index < attributes.length; index++) {
    const declared = attributes.item(index)
    if (declared?.prefix !== 'xmlns' || element.hasAttribute(declared.name)) continue
    element.setAttributeNS(declared.namespaceURI, declared.name, declared.value)
  }
  return element.toString()
}
