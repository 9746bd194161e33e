import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { KeyStoreError } from './key-store-error.ts'

/** The kind of a key, and its size where the kind has sizes. */
export interface KeyDescription {
  /** `RSA`, `EC`, `DSA`, `ED25519`, …: the name Node.js has for it, in capitals. */
  readonly type: string
  /** Bits of an RSA or DSA modulus, or of an elliptic curve's field; `undefined` for keys of a fixed size. */
  readonly bits: number | undefined
  /** The name of an elliptic curve, such as `prime256v1`. */
  readonly curve: string | undefined
}

/** What a person, or a protocol, wants to know of an X.509 certificate. */
export interface CertificateDescription {
  /** `CN=…, O=…`, in the order that the certificate has them. */
  readonly subject: string
  readonly issuer: string
  /** The common name of the subject, the first if there are several. */
  readonly commonName: string | undefined
  /** Hexadecimal, capitals. */
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly key: KeyDescription
  /** SHA-1 of the DER, `AA:BB:…`: what older tools show. */
  readonly sha1: string
  /** SHA-256 of the DER, `AA:BB:…`. */
  readonly sha256: string
  /** SHA-1 of the DER, base64url: the header `x5t` of a JWS (RFC 7515 §4.1.7). */
  readonly x5t: string
  /** SHA-256 of the DER, base64url: the header `x5t#S256` of a JWS (RFC 7515 §4.1.8). */
  readonly x5tS256: string
  /** Whether it may sign other certificates (basic constraints). */
  readonly isCa: boolean
  /** Whether its own key signed it. */
  readonly isSelfSigned: boolean
}

/**
 * Describes a certificate.
 * @param der the certificate as DER
 * @throws {KeyStoreError} `not-a-certificate`
 */
export function describeCertificate(der: Uint8Array): CertificateDescription {
  const { certificate, publicKey } = readX509(der)
  const digest = (algorithm: string) => createHash(algorithm).update(certificate.raw)
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1],
    serialNumber: certificate.serialNumber,
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    key: describeKey(publicKey),
    sha1: certificate.fingerprint,
    sha256: certificate.fingerprint256,
    x5t: digest('sha1').digest('base64url'),
    x5tS256: digest('sha256').digest('base64url'),
    isCa: certificate.ca,
    isSelfSigned: isSignedBy(certificate, certificate),
  }
}

/**
 * Describes a private key.
 * @param pkcs8 the key as PKCS#8 DER
 * @throws {KeyStoreError} `not-a-private-key`
 */
export function describePrivateKey(pkcs8: Uint8Array): KeyDescription {
  return describeKey(readPrivateKey(pkcs8))
}

/**
 * Whether a certificate is about the public half of a private key.
 * @param privateKey PKCS#8 DER
 * @param certificate DER
 * @throws {KeyStoreError} `not-a-private-key`, `not-a-certificate`
 */
export function keyMatchesCertificate(privateKey: Uint8Array, certificate: Uint8Array): boolean {
  const key = readPrivateKey(privateKey)
  return isSameKey(readX509(certificate).publicKey, createPublicKey(key))
}

/**
 * SHA-256 of a public key as SubjectPublicKeyInfo DER, base64url: the same for a private key, its certificates and requests.
 * @throws {Error} for a symmetric key
 */
export function keyIdentity(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
}

/**
 * Puts a certificate and those that vouch for it in order: the leaf, who signed it, who signed that, up to a self-signed one
 * or to one whose signer is not among them. Certificates that do not belong to the chain are left out, and so are copies.
 * @param certificates DER, in any order
 * @param leaf the private key (PKCS#8 DER) whose certificate begins the chain; without one the first certificate begins it
 * @throws {KeyStoreError} `key-does-not-match-certificate` when none of them is the key's, `not-a-certificate`,
 *   `not-a-private-key`
 */
export function orderChain(certificates: readonly Uint8Array[], leaf?: Uint8Array): readonly Uint8Array[] {
  const read = certificates.map((der) => ({ der, ...readX509(der) }))
  const publicKey = leaf === undefined ? undefined : createPublicKey(readPrivateKey(leaf))
  const own = publicKey === undefined ? read : read.filter((one) => isSameKey(one.publicKey, publicKey))
  // Of several certificates of one key, the one that lasts longest is the renewed one.
  const first =
    publicKey === undefined
      ? own[0]
      : own.toSorted((a, b) => b.certificate.validToDate.getTime() - a.certificate.validToDate.getTime())[0]
  if (first === undefined) {
    throw new KeyStoreError(
      'key-does-not-match-certificate',
      certificates.length === 0
        ? 'There is no certificate to make a chain of. Give the certificate of the key.'
        : 'The private key belongs to none of these certificates. Give the certificate that was made for this key.',
    )
  }
  const chain = [first]
  for (let last = first; !isSignedBy(last.certificate, last.certificate); ) {
    const signer = read.find((one) => !chain.includes(one) && isSignedBy(last.certificate, one.certificate))
    if (signer === undefined) break
    chain.push(signer)
    last = signer
  }
  return chain.map(({ der }) => der)
}

/** Whether each certificate is signed by the key of the next. @throws {KeyStoreError} `not-a-certificate` */
export function isChain(certificates: readonly Uint8Array[]): boolean {
  const read = certificates.map((der) => readX509(der).certificate)
  return read.every((certificate, position) => {
    const signer = read[position + 1]
    return signer === undefined || isSignedBy(certificate, signer)
  })
}

/** The public key of a certificate. @throws {KeyStoreError} `not-a-certificate` */
export function publicKeyOf(certificate: Uint8Array): KeyObject {
  return readX509(certificate).publicKey
}

/** A private key as Node.js knows it. @throws {KeyStoreError} `not-a-private-key` */
export function readPrivateKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new KeyStoreError('not-a-private-key', 'This is no private key in PKCS#8 form, or one of an unknown kind.', {
      cause,
    })
  }
}

function readX509(der: Uint8Array): { readonly certificate: X509Certificate; readonly publicKey: KeyObject } {
  try {
    const certificate = new X509Certificate(der)
    return { certificate, publicKey: certificate.publicKey }
  } catch (cause) {
    throw new KeyStoreError('not-a-certificate', 'This is no X.509 certificate, or its key is of an unknown kind.', {
      cause,
    })
  }
}

/** Two keys of different kinds are not asked: the error that OpenSSL notes for it would be taken for one of the next call. */
function isSameKey(one: KeyObject, other: KeyObject): boolean {
  return one.asymmetricKeyType === other.asymmetricKeyType && one.equals(other)
}

function describeKey(key: KeyObject): KeyDescription {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return {
    type: (key.asymmetricKeyType ?? 'unknown').toUpperCase(),
    bits: modulusLength ?? (namedCurve === undefined ? undefined : curveBits.get(namedCurve)),
    curve: namedCurve,
  }
}

const curveBits: ReadonlyMap<string, number> = new Map([
  ['prime256v1', 256],
  ['secp256k1', 256],
  ['secp384r1', 384],
  ['secp521r1', 521],
])

function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  if (certificate.issuer !== signer.subject) return false
  try {
    return certificate.verify(signer.publicKey)
  } catch {
    // A signature of a kind that this key cannot have made.
    return false
  }
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
