import { encodedSubject, type Subject } from './certificate-subject.ts'
import { KeyStoreError } from './key-store-error.ts'
import { forSigning, rsaKey, signatureAlgorithm } from './self-signed.ts'
import { isChain, orderChain } from './x509.ts'

/** A request for a certificate that somebody else is to sign. */
export interface SigningRequest {
  /** PKCS#8 DER; RSA. */
  readonly privateKey: Uint8Array
  /** As Salesforce asks for it: common name, company, department, city, state, country, and an e-mail address. */
  readonly subject: Subject
}

/**
 * Makes a certificate signing request (PKCS#10, RFC 2986), signed with SHA-256.
 * @returns DER
 * @throws {KeyStoreError} `name-not-acceptable`, `not-a-private-key`, `unsupported` when the key is not RSA
 */
export async function makeSigningRequest({ privateKey, subject }: SigningRequest): Promise<Uint8Array> {
  const name = encodedSubject(subject)
  const { x509, keys } = await forSigning(rsaKey(privateKey))
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(name),
    keys,
    signingAlgorithm: signatureAlgorithm,
  })
  return new Uint8Array(request.rawData)
}

/**
 * The chain for a key out of what a certification authority answered: the key's certificate first, then those that vouch for
 * it, in whatever order they came.
 * @param privateKey PKCS#8 DER
 * @param certificates DER
 * @throws {KeyStoreError} `key-does-not-match-certificate` when none is the key's, `not-a-chain` when some do not belong to it
 */
export function signedChain(privateKey: Uint8Array, certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  const chain = orderChain(certificates, privateKey)
  const used = new Set(chain.map((der) => Buffer.from(der).toString('base64')))
  const left = certificates.filter((der) => !used.has(Buffer.from(der).toString('base64')))
  if (left.length === 0 && isChain(chain)) return chain
  throw new KeyStoreError(
    'not-a-chain',
    `${left.length} of these certificates did not help to sign the key's certificate. Give its own chain only.`,
  )
}
