import type { KeyObject } from 'node:crypto'
import type { Certificate } from '../certificates/certificate.ts'
import { namespaces } from './xml.ts'

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
  },
  SHA1: { signature: `${namespaces.signature}rsa-sha1`, digest: `${namespaces.signature}sha1` },
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
 * @param prefixes that are canonicalized as if they were used (`InclusiveNamespaces`)
 */
export async function signedElement(
  xml: string,
  { certificate, privateKey, algorithm }: XmlSigner,
  prefixes: readonly string[],
): Promise<string> {
  const { SignedXml } = await import('xml-crypto')
  const { signature, digest } = signatureAlgorithms[algorithm]
  const signedXml = new SignedXml({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicCert: certificate.pem,
    getKeyInfoContent: SignedXml.getKeyInfoContent,
    signatureAlgorithm: signature,
    canonicalizationAlgorithm: namespaces.exclusive,
    idAttribute: 'ID',
  })
  signedXml.addReference({
    xpath: '/*',
    digestAlgorithm: digest,
    transforms: [`${namespaces.signature}enveloped-signature`, namespaces.exclusive],
    inclusiveNamespacesPrefixList: [...prefixes],
  })
  signedXml.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  })
  return signedXml.getSignedXml()
}
