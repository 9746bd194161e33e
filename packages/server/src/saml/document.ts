import type { Element } from '@xmldom/xmldom'
import { type Checklist, pass } from '../journal/checklist.ts'
import { readAssertion, type SamlAssertion } from './assertion.ts'
import { assertionText } from './assertion-text.ts'
import { malformed, SamlError } from './saml-error.ts'
import { type ExpectedSigner, verifiedElement } from './signature.ts'
import { elementsNamed, isNamed, namespaces, readStrictXml, textOf, walk } from './xml.ts'

/** A document with one assertion, taken apart. Nothing of it is proved. */
export interface SamlDocument {
  readonly isEncrypted: false
  /** What it says before anybody knows whether it is so: good to find out whose certificate it has to be. */
  readonly claimed: SamlAssertion
  /** `Value` of the top `StatusCode` of a response; `undefined` for an assertion that comes alone. */
  readonly status: string | undefined
  readonly assertion: Element
  readonly response: Element | undefined
}

/** A response whose assertion is encrypted. Nothing of it is proved, and nobody knows yet what it says. */
export interface SealedResponse {
  readonly isEncrypted: true
  /** What the response says who made it; `undefined` when it does not say. */
  readonly issuer: string | undefined
  readonly status: string | undefined
  readonly response: Element
}

/**
 * Reads what was sent as `assertion` and is not encrypted: an `Assertion`, or, where that is taken, a `Response` with one within.
 * @throws {SamlError} `saml-malformed`, or `saml-signature-unfit` for a signature in a strange place
 */
export async function readSamlDocument(
  sent: string,
  takes: 'assertion' | 'assertion or response',
  checks: Checklist,
): Promise<SamlDocument> {
  const document = documentOf(await readStrictXml(assertionText(sent)), takes)
  pass(checks, 'saml-read')
  return document
}

/**
 * Reads what came of an identity provider: an `Assertion`, or a `Response` with one within, which may be encrypted there.
 * @throws {SamlError} as {@link readSamlDocument}
 */
export async function readProviderDocument(sent: string, checks: Checklist): Promise<SamlDocument | SealedResponse> {
  const root = await readStrictXml(assertionText(sent))
  const isSealed =
    isNamed(root, namespaces.protocol, 'Response') &&
    elementsNamed(root, namespaces.assertion, 'EncryptedAssertion').length > 0
  const document = isSealed ? sealedResponse(root) : documentOf(root, 'assertion or response')
  pass(checks, 'saml-read')
  return document
}

function sealedResponse(response: Element): SealedResponse {
  const everything = elementsWithin(response)
  const count = (name: string) => everything.filter(({ localName }) => localName === name).length
  if (count('Assertion') > 0 || count('EncryptedAssertion') > 1) throw malformed('it has several assertions')
  checkSignaturePlaces(everything, [response])
  const [issuer, ...others] = elementsNamed(response, namespaces.assertion, 'Issuer')
  if (others.length > 0) throw malformed('it has several elements Issuer')
  return { isEncrypted: true, issuer: issuer && textOf(issuer), status: statusOf(response), response }
}

/** What came out of a response that was encrypted: an `Assertion`. @throws {SamlError} as {@link readSamlDocument} */
export async function readDecrypted(text: string): Promise<SamlDocument> {
  return documentOf(await readStrictXml(text), 'assertion')
}

function documentOf(root: Element, takes: 'assertion' | 'assertion or response'): SamlDocument {
  const isResponse = isNamed(root, namespaces.protocol, 'Response') && takes === 'assertion or response'
  const everything = elementsWithin(root)
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
  checkSignaturePlaces(everything, [assertion, root])
  return {
    isEncrypted: false,
    claimed: readAssertion(assertion),
    status: isResponse ? statusOf(root) : undefined,
    assertion,
    response: isResponse ? root : undefined,
  }
}

function elementsWithin(root: Element): readonly Element[] {
  return [...walk(root)].map(({ element }) => element)
}

/** Whether there are signatures in these elements alone. */
function checkSignaturePlaces(everything: readonly Element[], places: readonly Element[]): void {
  const isMisplaced = everything.some(
    ({ localName, parentElement }) =>
      localName === 'Signature' && (parentElement === null || !places.includes(parentElement)),
  )
  if (!isMisplaced) return
  throw new SamlError({ reason: 'saml-signature-unfit', facts: { problem: 'there is one where none may be' } })
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
  const verified = (element: Element) => verifiedElement(element, signer, rules, checks)
  const signedResponse = response !== undefined && isSigned(response) ? await verified(response) : undefined
  const withinResponse = signedResponse && elementsNamed(signedResponse, namespaces.assertion, 'Assertion')[0]
  return sameAs(
    claimed,
    withinResponse === undefined || isSigned(assertion) ? await verified(assertion) : withinResponse,
  )
}

/** The same of an assertion that came encrypted. @param isOfSigner whether the signature of its response has been found to hold */
export async function provedDecrypted(
  { assertion, claimed }: SamlDocument,
  isOfSigner: boolean,
  signer: ExpectedSigner,
  rules: { readonly acceptsSha1: boolean },
  checks: Checklist,
): Promise<SamlAssertion> {
  const isProved = isOfSigner && !isSigned(assertion)
  return sameAs(claimed, isProved ? assertion : await verifiedElement(assertion, signer, rules, checks))
}

/** Whether an element has a signature, be it a good one or not. */
export function isSigned(element: Element): boolean {
  return elementsNamed(element, namespaces.signature, 'Signature').length > 0
}

function sameAs(claimed: SamlAssertion, signed: Element): SamlAssertion {
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
