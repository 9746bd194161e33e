import { hash, type KeyObject, sign } from 'node:crypto'
import type { Certificate } from '../certificates/certificate.ts'
import { canonicalText } from './canonical.ts'
import { attributeOf, namespaces, readStrictXml } from './xml.ts'

/** What an org signs with, and how. */
export interface XmlSigner {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
  readonly algorithm: 'SHA1' | 'SHA256'
}

/** The algorithms of a signature with SHA-1 or SHA-256, by the names that XML has for them. */
export const signatureAlgorithms = {
  SHA256: {
    signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
    hash: 'sha256',
  },
  SHA1: { signature: `${namespaces.signature}rsa-sha1`, digest: `${namespaces.signature}sha1`, hash: 'sha1' },
} as const

/** A text as it stands in XML, within elements and attributes alike. Characters that XML does not know are left out. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`)
}

/** Attributes in the order in which they are given; those that are `undefined` are left out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlText(value ?? '')}"`)
    .join('')
}

/**
 * Signs the outermost element of a text: one enveloped signature right behind its Issuer, as Salesforce writes it.
 * @param prefixes whose declarations are signed, used or not (`InclusiveNamespaces`)
 */
export async function signedElement(
  xml: string,
  { certificate, privateKey, algorithm }: XmlSigner,
  prefixes: readonly string[],
): Promise<string> {
  const { signature, digest, hash: hashName } = signatureAlgorithms[algorithm]
  const root = await readStrictXml(xml)
  const digestValue = hash(hashName, await canonicalText(root, { inclusive: prefixes }), 'base64')
  const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${namespaces.exclusive}" PrefixList="${prefixes.join(' ')}"/>`
  const info =
    `<ds:CanonicalizationMethod Algorithm="${namespaces.exclusive}"/><ds:SignatureMethod Algorithm="${signature}"/>` +
    `<ds:Reference URI="#${attributeOf(root, 'ID') ?? ''}"><ds:Transforms>` +
    `<ds:Transform Algorithm="${namespaces.signature}enveloped-signature"/>` +
    `<ds:Transform Algorithm="${namespaces.exclusive}">${inclusive}</ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue>${digestValue}</ds:DigestValue></ds:Reference>`
  const declared = `xmlns:ds="${namespaces.signature}"`
  // What is signed has each element with an end of its own, and declares what it uses (Exclusive XML Canonicalization §3).
  const canonical = `<ds:SignedInfo ${declared}>${info.replaceAll(/<([\w:]+)([^<>]*)\/>/g, '<$1$2></$1>')}</ds:SignedInfo>`
  const value = sign(hashName, Buffer.from(canonical), privateKey).toString('base64')
  const written =
    `<ds:Signature ${declared}><ds:SignedInfo>${info}</ds:SignedInfo><ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate.pem.replaceAll(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
  // Every message begins with its Issuer; one that code of an org has been at may have a prefix of its own.
  const [end = ''] = /<\/(?:[\w.-]+:)?Issuer\s*>/.exec(xml) ?? []
  const place = xml.indexOf(end) + end.length
  return xml.slice(0, place) + written + xml.slice(place)
}
