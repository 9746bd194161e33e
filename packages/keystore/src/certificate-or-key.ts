import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type DerValue, identifierOf, isInteger, numberOf, octetsOf, sequenceOf, taggedOf } from './der.ts'
import type { Effort } from './effort.ts'
import { isPrivateKey, unlockPrivateKey } from './encrypted-private-key.ts'
import { KeyStoreError } from './key-store-error.ts'

/** What stands in a PEM block or a DER file. */
export type CertificateOrKey =
  | { readonly kind: 'certificate'; readonly certificate: Uint8Array }
  | { readonly kind: 'private-key'; readonly privateKey: Uint8Array }

/** The kinds of DER that are known by how they are put together. */
export type DerKind = 'certificate' | 'pkcs8' | 'locked-pkcs8' | 'pkcs1' | 'sec1' | 'pkcs7'

const signedData = '1.2.840.113549.1.7.2'

/** What a value is, by how it is put together; `undefined` for what holds neither a certificate nor a private key. */
export function kindOf(value: DerValue | undefined): DerKind | undefined {
  const parts = sequenceOf(value)
  if (parts === undefined) return undefined
  const [first, second, third] = parts
  const inner = sequenceOf(first)
  if (inner !== undefined) {
    if (parts.length === 3 && sequenceOf(second) !== undefined && third?.tagNumber === 3) return 'certificate'
    return parts.length === 2 && identifierOf(inner[0]) !== undefined && octetsOf(second) !== undefined
      ? 'locked-pkcs8'
      : undefined
  }
  if (identifierOf(first) === signedData && taggedOf(second, 0) !== undefined) return 'pkcs7'
  if (value !== undefined && numberOf(first) !== undefined && isPrivateKey(value.bytes)) return 'pkcs8'
  if (numberOf(first) === 1 && octetsOf(second) !== undefined) return 'sec1'
  return parts.length >= 9 && parts.every(isInteger) ? 'pkcs1' : undefined
}

/**
 * Reads a certificate or a private key.
 * @param value of the kind that {@link kindOf} says
 * @throws {KeyStoreError} `not-a-certificate`, `not-a-private-key`, `wrong-password`, `password-required`, `unsupported`,
 *   `too-large`, `tampered`
 */
export async function readCertificateOrKey(
  value: DerValue,
  kind: DerKind,
  { password, effort }: { readonly password: string | undefined; readonly effort: Effort },
): Promise<CertificateOrKey> {
  if (kind === 'certificate') return { kind, certificate: checkedCertificate(value.bytes) }
  if (kind === 'pkcs8') return { kind: 'private-key', privateKey: pkcs8(value.bytes, 'pkcs8') }
  if (kind === 'pkcs1' || kind === 'sec1') return { kind: 'private-key', privateKey: pkcs8(value.bytes, kind) }
  if (kind === 'pkcs7') {
    throw new KeyStoreError(
      'unsupported',
      'This is a PKCS#7 bundle of certificates. Take them out first: openssl pkcs7 -print_certs -in <file> -out chain.pem ' +
        '(with -inform DER if it is binary).',
    )
  }
  const privateKey = await unlockPrivateKey(value, password, effort)
  if (privateKey !== undefined) return { kind: 'private-key', privateKey }
  throw password === undefined
    ? new KeyStoreError('password-required', 'This private key is locked with a password. Give it.')
    : new KeyStoreError('wrong-password', 'This is not the password of the private key.')
}

/** @throws {KeyStoreError} `not-a-certificate` */
function checkedCertificate(der: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(new X509Certificate(der).raw)
  } catch (cause) {
    throw new KeyStoreError('not-a-certificate', 'This is no X.509 certificate, or a damaged one. Copy it anew.', {
      cause,
    })
  }
}

/** A private key as PKCS#8. @throws {KeyStoreError} `not-a-private-key` */
function pkcs8(der: Uint8Array, type: 'pkcs8' | 'pkcs1' | 'sec1'): Uint8Array {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type })
    return type === 'pkcs8' ? der : new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
  } catch (cause) {
    throw new KeyStoreError(
      'not-a-private-key',
      'This is no private key of a kind that is known here, or a damaged one. Copy it anew.',
      { cause },
    )
  }
}
