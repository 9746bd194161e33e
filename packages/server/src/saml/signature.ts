import { hash, verify } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import type { Certificate } from '../certificates/certificate.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import { elementsOf } from '../xml.ts'
import { canonicalText } from './canonical.ts'
import { SamlError, shown } from './saml-error.ts'
import { attributeOf, elementsNamed, isNamed, namespaces, readStrictXml, textOf } from './xml.ts'

const enveloped = `${namespaces.signature}enveloped-signature`
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const rsaSha1 = `${namespaces.signature}rsa-sha1`
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const sha1 = `${namespaces.signature}sha1`

const hashNames: Readonly<Record<string, string>> = {
  [rsaSha256]: 'sha256',
  [rsaSha1]: 'sha1',
  [sha256]: 'sha256',
  [sha1]: 'sha1',
}

/** Whose signature is expected: `holder` names who has the certificate here. */
export interface ExpectedSigner {
  readonly holder: string
  readonly certificate: Certificate
}

/** A signature that stands as it has to. Nothing is proved yet. */
interface PlacedSignature {
  readonly element: Element
  readonly signedInfo: Element
  readonly signatureMethod: string
  readonly value: Buffer
  readonly digestMethod: string
  readonly digest: Buffer
  /** The prefixes of `InclusiveNamespaces`. */
  readonly inclusive: readonly string[]
}

/**
 * The element that was signed, read again from the very bytes that the signature is over: what the sender wrote around them,
 * or made of them, does not count. Only the registered certificate verifies; `KeyInfo` is never looked at.
 * @param signed the element whose signature is asked for
 * @throws {SamlError} when it is unsigned, signed otherwise than it has to be, by somebody else, or changed since
 */
export async function verifiedElement(
  signed: Element,
  { holder, certificate }: ExpectedSigner,
  { acceptsSha1 }: { readonly acceptsSha1: boolean },
  checks: Checklist,
): Promise<Element> {
  const signature = placedSignature(signed)
  pass(checks, 'saml-signed')
  checkAlgorithms(signature, acceptsSha1)
  pass(checks, 'saml-algorithm', { algorithm: signature.signatureMethod })

  const info = await canonicalText(signature.signedInfo)
  const isOfHolder =
    certificate.keyType === 'RSA' &&
    verify(hashNames[signature.signatureMethod], Buffer.from(info), certificate.publicKey, signature.value)
  if (!isOfHolder) {
    const facts = { holder, certificate: certificate.subject, fingerprint: certificate.fingerprint256 }
    throw new SamlError({ reason: 'saml-signature-wrong', facts })
  }
  const text = await canonicalText(signed, { signature: signature.element, inclusive: signature.inclusive })
  const digest = hash(hashNames[signature.digestMethod] ?? '', text, 'buffer')
  if (!digest.equals(signature.digest)) throw new SamlError({ reason: 'saml-altered', facts: {} })
  const element = await readStrictXml(text)
  const isTheOneAsked =
    isNamed(element, signed.namespaceURI ?? '', signed.localName ?? '') &&
    attributeOf(element, 'ID') === attributeOf(signed, 'ID')
  if (!isTheOneAsked) throw unfit('it is over another element than the one it stands in')
  pass(checks, 'saml-signature')
  return element
}

/**
 * The one signature of an element, which stands in it and is over all of it: one `Reference`, to its `ID`, through the two
 * transforms that SAML knows and no others (SAML 2.0 Core §5.4).
 */
function placedSignature(signed: Element): PlacedSignature {
  const [element, ...others] = elementsNamed(signed, namespaces.signature, 'Signature')
  if (element === undefined) throw new SamlError({ reason: 'saml-unsigned', facts: {} })
  if (others.length > 0) throw unfit('there are several')
  const [signedInfo, value] = membersOf(element, ['SignedInfo', 'SignatureValue'], ['KeyInfo'])
  const [canonicalization, method, reference] = membersOf(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ])
  const [transforms, digestMethod, digest] = membersOf(reference, ['Transforms', 'DigestMethod', 'DigestValue'])
  const [first, second] = membersOf(transforms, ['Transform', 'Transform'])
  for (const one of [canonicalization, method, digestMethod, first]) membersOf(one, [])
  const inclusive = elementsOf(second)
  const isPlainExclusive = inclusive.every((one) => isNamed(one, namespaces.exclusive, 'InclusiveNamespaces'))
  if (inclusive.length > 1 || !isPlainExclusive) throw unfit('its canonicalization has parameters that are not known')
  if (algorithmOf(canonicalization) !== namespaces.exclusive) throw unfit('its SignedInfo is canonicalized otherwise')
  if (algorithmOf(first) !== enveloped || algorithmOf(second) !== namespaces.exclusive) {
    throw unfit('its transforms are others than enveloped-signature and exclusive canonicalization')
  }
  const id = attributeOf(signed, 'ID') ?? ''
  if (attributeOf(reference, 'URI') !== `#${id}`) throw unfit('its Reference is to another element')
  const prefixes = inclusive.flatMap((one) => (attributeOf(one, 'PrefixList') ?? '').split(/[ \t\r\n]+/))
  return {
    element,
    signedInfo,
    signatureMethod: algorithmOf(method),
    value: bytesOf(value),
    digestMethod: algorithmOf(digestMethod),
    digest: bytesOf(digest),
    inclusive: prefixes.filter((prefix) => prefix !== ''),
  }
}

function checkAlgorithms({ signatureMethod, digestMethod }: PlacedSignature, acceptsSha1: boolean): void {
  const methods = acceptsSha1 ? [rsaSha256, rsaSha1] : [rsaSha256]
  const digests = acceptsSha1 ? [sha256, sha1] : [sha256]
  for (const [found, accepted] of [
    [signatureMethod, methods],
    [digestMethod, digests],
  ] as const) {
    if (accepted.includes(found)) continue
    throw new SamlError({ reason: 'saml-algorithm-not-allowed', facts: { found: shown(found), accepted } })
  }
}

/** The elements of a part of a signature, which has these in this order and nothing else. */
function membersOf<const Names extends readonly string[]>(
  parent: Element,
  names: Names,
  optional: readonly string[] = [],
): { readonly [N in keyof Names]: Element } {
  const members = elementsOf(parent)
  const expected = [...names, ...optional]
  const isAsExpected =
    members.length >= names.length &&
    members.length <= expected.length &&
    members.every((member, index) => isNamed(member, namespaces.signature, expected[index] ?? ''))
  if (!isAsExpected || !hasAll(members, names)) throw unfit(`its ${parent.localName} has other parts than it may have`)
  return members
}

function hasAll<const Names extends readonly string[]>(
  members: readonly Element[],
  names: Names,
): members is { readonly [N in keyof Names]: Element } & readonly Element[] {
  return members.length >= names.length
}

function bytesOf(element: Element): Buffer {
  if (elementsOf(element).length > 0 || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(textOf(element))) {
    throw unfit(`its ${element.localName} is not base64`)
  }
  return Buffer.from(textOf(element), 'base64')
}

function algorithmOf(element: Element): string {
  return attributeOf(element, 'Algorithm') ?? ''
}

function unfit(problem: string): SamlError {
  return new SamlError({ reason: 'saml-signature-unfit', facts: { problem } })
}
