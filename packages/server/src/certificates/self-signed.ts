import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { id15 } from '../record-id.ts'

/** Bits of an RSA key, as Salesforce offers them. */
export const keySizes = [2048, 3072, 4096] as const

/** One of {@link keySizes}. */
export type KeySize = (typeof keySizes)[number]

/** A certificate to be made: whose it is and how strong. */
export interface SelfSignedRequest {
  /** The common name. */
  readonly name: string
  readonly orgId: string
  readonly keySize: KeySize
  readonly now: Date
}

/** A new key with its certificate, both PEM; the key as PKCS#8. */
export interface SelfSigned {
  readonly certificate: string
  readonly privateKey: string
}

const generate = promisify(generateKeyPair)
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/**
 * Makes an RSA key and a self-signed certificate that looks like those of Certificate and Key Management: subject in the
 * order CN, OU (the org's 15-character id), O, L, ST, C; a CA without path length; no key usage; valid from now until a
 * midnight (UTC) one year later, two years later for 4096 bits.
 */
export async function selfSigned({ name, orgId, keySize, now }: SelfSignedRequest): Promise<SelfSigned> {
  // Loaded when first needed: it takes longer than all the rest of a start, and most starts need none of it.
  const generating = generate('rsa', { modulusLength: keySize })
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const pair = await generating
  const keys = {
    publicKey: pair.publicKey.toCryptoKey(algorithm, true, ['verify']),
    privateKey: pair.privateKey.toCryptoKey(algorithm, false, ['sign']),
  }
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [
      { CN: [name] },
      { OU: [id15(orgId)] },
      { O: ['Sallyport'] },
      { L: ['Localhost'] },
      { ST: ['Loopback'] },
      { C: ['ZZ'] },
    ],
    serialNumber: serialNumber(),
    notBefore: now,
    notAfter: midnightAfterYears(now, keySize === 4096 ? 2 : 1),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: pkcs8(pair.privateKey) }
}

/** A private key as PKCS#8 PEM. */
export function pkcs8(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** 14 bytes, positive and without a leading zero byte (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(14)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

function midnightAfterYears(now: Date, years: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear() + years, now.getUTCMonth(), now.getUTCDate()))
}
