import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import { isUniqueName } from './certificate-name.ts'
import { encodedSubject, type Subject } from './certificate-subject.ts'
import { KeyStoreError } from './key-store-error.ts'
import { readPrivateKey } from './x509.ts'

/** Bits of an RSA key that Salesforce makes and imports. */
export const keySizes = [2048, 3072, 4096] as const

/** One of {@link keySizes}. */
export type KeySize = (typeof keySizes)[number]

/** A certificate to be made: its name, and what may differ from what Salesforce would choose. */
export interface SelfSignedRequest {
  /** A Unique Name as Salesforce takes it; the common name unless `subject` says something else. */
  readonly uniqueName: string
  /** Bits of the key to make; 2048 unless given. */
  readonly keySize?: KeySize
  /** The whole subject. */
  readonly subject?: Subject
  /** Whole days of validity. Unless given: until a midnight (UTC) in a year, with 4096 bits in two years. */
  readonly days?: number
  /** A private key that is there already (PKCS#8 DER), for which only the certificate is made. */
  readonly privateKey?: Uint8Array
  /** Host names and addresses for which a TLS server shows it; such a certificate stands in no key store of Salesforce. */
  readonly servers?: readonly string[]
  readonly now: Date
}

/** A private key with its self-signed certificate. */
export interface SelfSigned {
  /** PKCS#8 DER. */
  readonly privateKey: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
}

const generate = promisify(generateKeyPair)

/** How everything made here is signed: sha256WithRSAEncryption. */
export const signatureAlgorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/**
 * Makes an RSA key and a self-signed certificate like those of *Certificate and Key Management*: X.509 version 3, signed with
 * SHA-256, a serial number of 14 bytes, a CA without path length, key identifiers, no key usage.
 * @throws {KeyStoreError} `name-not-acceptable` when the name is no Unique Name or the subject cannot be read, `unsupported`
 *   when the given key is not RSA
 */
export async function makeSelfSigned(request: SelfSignedRequest): Promise<SelfSigned> {
  const { uniqueName, keySize = 2048, subject = [['CN', uniqueName] as const], now } = request
  if (!isUniqueName(uniqueName)) {
    throw new KeyStoreError(
      'name-not-acceptable',
      `“${uniqueName}” is no Unique Name. One begins with a letter and has only letters, digits and single underscores, ` +
        'the last not at its end.',
    )
  }
  const name = encodedSubject(subject)
  const privateKey = request.privateKey === undefined ? await makeKey(keySize) : rsaKey(request.privateKey)
  const years = privateKey.asymmetricKeyDetails?.modulusLength === 4096 ? 2 : 1
  const { x509, keys } = await forSigning(privateKey)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: new x509.Name(name),
    serialNumber: serialNumber(),
    notBefore: now,
    notAfter: request.days === undefined ? midnightInYears(now, years) : inDays(now, request.days),
    signingAlgorithm: signatureAlgorithm,
    keys,
    extensions: [
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ...(request.servers === undefined
        ? []
        : [
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
            new x509.SubjectAlternativeNameExtension(
              request.servers.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
            ),
          ]),
    ],
  })
  return { privateKey: pkcs8(privateKey), certificate: new Uint8Array(certificate.rawData) }
}

/** Makes an RSA key. @returns PKCS#8 DER */
export async function makePrivateKey(keySize: KeySize = 2048): Promise<Uint8Array> {
  return pkcs8(await makeKey(keySize))
}

/** The library that signs certificates and requests, loaded when first needed, and a key as it takes it. */
export async function forSigning(privateKey: KeyObject) {
  // Most uses of key stores sign nothing, and the library takes longer to load than all the rest.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = {
    publicKey: createPublicKey(privateKey).toCryptoKey(signatureAlgorithm, true, ['verify']),
    privateKey: privateKey.toCryptoKey(signatureAlgorithm, false, ['sign']),
  }
  return { x509, keys }
}

/** An RSA key out of PKCS#8. @throws {KeyStoreError} `not-a-private-key`, `unsupported` when it is not RSA */
export function rsaKey(privateKey: Uint8Array): KeyObject {
  const key = readPrivateKey(privateKey)
  if (key.asymmetricKeyType === 'rsa') return key
  throw new KeyStoreError(
    'unsupported',
    'Certificates are made here for RSA keys only, as at Salesforce. Make an RSA key.',
  )
}

async function makeKey(keySize: KeySize): Promise<KeyObject> {
  const { privateKey } = await generate('rsa', { modulusLength: keySize })
  return privateKey
}

function pkcs8(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
}

/** 14 bytes, positive and without a leading zero byte (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(14)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

function midnightInYears(now: Date, years: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear() + years, now.getUTCMonth(), now.getUTCDate()))
}

function inDays(now: Date, days: number): Date {
  return new Date(now.getTime() + days * 86_400_000)
}
