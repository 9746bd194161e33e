import type { Element } from '@xmldom/xmldom'
import { type Checklist, pass } from '../journal/checklist.ts'
import { readAssertion, type SamlAssertion } from './assertion.ts'
import { assertionText } from './assertion-text.ts'
import { malformed, SamlError } from './saml-error.ts'
import { type ExpectedSigner, verifiedElement } from './signature.ts'
import { elementsNamed, isNamed, namespaces, readStrictXml, walk } from './xml.ts'

/** A document with one assertion, taken apart. Nothing of it is proved. */
export interface SamlDocument {
  /** What it says before anybody knows whether it is so: good to find out whose certificate it has to be. */
  readonly claimed: SamlAssertion
  /** `Value` of the top `StatusCode` of a response; `undefined` for an assertion that comes alone. */
  readonly status: string | undefined
  readonly assertion: Element
  readonly response: Element | undefined
}

/**
 * Reads what was sent as `assertion`: an `Assertion`, or, where that is taken, a `Response` with one within.
 * @throws {SamlError} `saml-malformed`, or `saml-signature-unfit` for a signature in a strange place
 */
export async function readSamlDocument(
  sent: string,
  takes: 'assertion' | 'assertion or response',
  checks: Checklist,
): Promise<SamlDocument> {
  const root = await readStrictXml(assertionText(sent))
  const isResponse = isNamed(root, namespaces.protocol, 'Response') && takes === 'assertion or response'
  const everything = [...walk(root)].map(({ element }) => element)
  if (everything.some(({ localName }) => localName === 'EncryptedAssertion' || localName === 'EncryptedData')) {
    throw malformed('it is encrypted, and nothing here can read it')
  }
  if (everything.filter(({ localName }) => localName === 'Assertion').length > 1) {
    throw malformed('it has several assertions')
  }
  const assertion = isResponse ? elementsNamed(root, namespaces.assertion, 'Assertion')[0] : root
  if (assertion === undefined || !isNamed(assertion, namespaces.assertion, 'Assertion')) {
    throw malformed(isResponse ? 'its Response has no Assertion' : `its outermost element is no SAML 2.0 ${takes}`)
  }
  const isMisplaced = everything.some(
    ({ localName, parentNode }) => localName === 'Signature' && parentNode !== assertion && parentNode !== root,
  )
  if (isMisplaced) {
    throw new SamlError({ reason: 'saml-signature-unfit', facts: { problem: 'there is one where none may be' } })
  }
  const claimed = readAssertion(assertion)
  pass(checks, 'saml-read')
  return {
    claimed,
    status: isResponse ? statusOf(root) : undefined,
    assertion,
    response: isResponse ? root : undefined,
  }
}

/**
 * The assertion as its signer wrote it: from the bytes that were signed, and from nothing else. A response may be signed as
 * well or instead; every signature there is has to hold.
 * @throws {SamlError} when it is not signed as it has to be, or says something else than before
 */
export async function provedAssertion(
  { assertion, response, claimed }: SamlDocument,
  signer: ExpectedSigner,
  rules: { readonly acceptsSha1: boolean },
  checks: Checklist,
): Promise<SamlAssertion> {
  const isSigned = (element: Element) => elementsNamed(element, namespaces.signature, 'Signature').length > 0
  const verified = (element: Element) => verifiedElement(element, signer, rules, checks)
  const signedResponse = response !== undefined && isSigned(response) ? await verified(response) : undefined
  const withinResponse = signedResponse && elementsNamed(signedResponse, namespaces.assertion, 'Assertion')[0]
  const signed = withinResponse === undefined || isSigned(assertion) ? await verified(assertion) : withinResponse
  const proved = readAssertion(signed)
  const isTheSame = (['id', 'issuer', 'nameId'] as const).every((name) => proved[name] === claimed[name])
  if (!isTheSame) {
    const problem = 'what is signed is another assertion than the one that is shown'
    throw new SamlError({ reason: 'saml-signature-unfit', facts: { problem } })
  }
  return proved
}

function statusOf(response: Element): string | undefined {
  const [status] = elementsNamed(response, namespaces.protocol, 'Status')
  const [code] = status === undefined ? [] : elementsNamed(status, namespaces.protocol, 'StatusCode')
  return code?.getAttribute('Value') ?? undefined
}
