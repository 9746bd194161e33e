import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/** An X.509 certificate, read once: what verifies signatures, and what a person wants to know of it. */
export interface Certificate {
  /** The leaf as PEM, as given. */
  readonly pem: string
  readonly publicKey: KeyObject
  /** `RSA` or another name of `asymmetricKeyType` in capitals. */
  readonly keyType: string
  /** Bits of an RSA modulus; `undefined` for other keys. */
  readonly keySize: number | undefined
  readonly subject: string
  readonly issuer: string
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** SHA-256 of the DER, `AA:BB:…`. */
  readonly fingerprint256: string
}

/** Why a text is no certificate to upload. */
export type CertificateProblem = 'private-key' | 'signing-request' | 'not-a-certificate' | 'too-large' | 'key-too-small'

/** What reading a certificate came to. */
export type CertificateReading =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly problem: CertificateProblem }

// Salesforce takes certificates of at most 4 KB; a chain needs a little more.
const largest = 16_384

/** Reads the first certificate of a PEM text. A private key beside it is refused: it should never have left its machine. */
export function readCertificate(pem: string): CertificateReading {
  if (pem.length > largest) return { ok: false, problem: 'too-large' }
  if (holdsPrivateKey(pem)) return { ok: false, problem: 'private-key' }
  try {
    const x509 = new X509Certificate(pem)
    const publicKey = createPublicKey(x509.publicKey.export({ format: 'pem', type: 'spki' }))
    const keySize = publicKey.asymmetricKeyDetails?.modulusLength
    if (keySize !== undefined && keySize < 2048) return { ok: false, problem: 'key-too-small' }
    return {
      ok: true,
      certificate: {
        pem: x509.toString(),
        publicKey,
        keyType: (publicKey.asymmetricKeyType ?? 'unknown').toUpperCase(),
        keySize,
        subject: x509.subject.replaceAll('\n', ', '),
        issuer: x509.issuer.replaceAll('\n', ', '),
        serialNumber: x509.serialNumber,
        notBefore: x509.validFromDate,
        notAfter: x509.validToDate,
        fingerprint256: x509.fingerprint256,
      },
    }
  } catch {
    // Whatever the parser says of junk, the caller is told that this is no certificate, or what else it is.
    return { ok: false, problem: holdsSigningRequest(pem) ? 'signing-request' : 'not-a-certificate' }
  }
}

function holdsSigningRequest(pem: string): boolean {
  return /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(pem)
}

/** Whether a PEM text has a private key in it. */
export function holdsPrivateKey(pem: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)
}

/** Whether what is signed with the key of one certificate is verified by the other: a renewed one has the same key. */
export function sharesKey(one: Pick<Certificate, 'publicKey'>, other: Pick<Certificate, 'publicKey'>): boolean {
  return one.publicKey.equals(other.publicKey)
}

/** The certificates of a PEM text, each for itself. */
export function certificateBlocks(pem: string): readonly string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((block) => `${block}\n`)
}

/** A certificate of an org's own, of which it may hold the private key (Certificate and Key Management). */
export interface OrgCertificate {
  /** 18 characters, `0P1…`. */
  readonly id: string
  readonly orgId: string
  /** Unique Name: what Apex and named credentials call it by. */
  readonly name: string
  readonly label: string
  readonly certificate: Certificate
  /** PEM of those that vouch for it: who signed it, who signed that, and so on. */
  readonly chain: readonly string[]
  /** PKCS#8 PEM, sealed; `undefined` when only the certificate is held. */
  readonly sealedPrivateKey: string | undefined
  readonly isPrivateKeyExportable: boolean
  readonly createdAt: Date
}

/** Keeps the orgs' own certificates. */
export interface CertificateStore {
  add(certificate: OrgCertificate): Promise<void>
  findByName(orgId: string, name: string): Promise<OrgCertificate | undefined>
  list(orgId: string): Promise<readonly OrgCertificate[]>
  /** Replaces certificate, key and label of the one with this id. */
  update(certificate: OrgCertificate): Promise<void>
  delete(id: string): Promise<void>
  /** Notes in Setup Audit Trail that the private key was given out. */
  noteExport(id: string): Promise<void>
}
