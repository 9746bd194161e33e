import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { PrivateKeyEntry, TrustedCertificateEntry } from '../src/index.ts'

/** Elliptic keys are made at once, so that a test can have many; RSA keys take their time. */
const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const

const begin = new Date('2026-01-01T00:00:00Z')
const end = new Date('2036-01-01T00:00:00Z')

/** Two private keys, each with a chain of three: its own certificate, who signed that, and who vouches for both. */
export interface Samples {
  readonly rsa: PrivateKeyEntry
  readonly ec: PrivateKeyEntry
  /** A certificate that belongs to no key here. */
  readonly stranger: TrustedCertificateEntry
}

let made: Promise<Samples> | undefined

/** The samples, made when first asked for. */
export function samples(): Promise<Samples> {
  made ??= make()
  return made
}

async function make(): Promise<Samples> {
  const root = await signed('CN=Root', { kind: 'ec' })
  const middle = await signed('CN=Middle', { kind: 'ec', signer: root })
  const authorities = [middle.certificate, root.certificate]
  const entry = async (alias: string, kind: 'ec' | 'rsa', createdAt: Date): Promise<PrivateKeyEntry> => {
    const { certificate, privateKey } = await signed(`CN=${alias}`, { kind, signer: middle })
    return { kind: 'private-key', alias, createdAt, privateKey, chain: [certificate, ...authorities] }
  }
  const stranger = await signed('CN=Stranger', { kind: 'ec' })
  return {
    rsa: await entry('orga_jwt', 'rsa', new Date('2026-02-03T04:05:06.789Z')),
    ec: await entry('elliptic', 'ec', new Date('2026-02-03T04:05:07Z')),
    stranger: {
      kind: 'trusted-certificate',
      alias: 'stranger',
      createdAt: new Date('2026-02-03T04:05:08Z'),
      certificate: stranger.certificate,
    },
  }
}

interface Signed {
  readonly name: string
  readonly keys: webcrypto.CryptoKeyPair
  readonly certificate: Uint8Array
  readonly privateKey: Uint8Array
}

async function signed(
  name: string,
  { kind, signer }: { readonly kind: 'ec' | 'rsa'; readonly signer?: Signed },
): Promise<Signed> {
  const keys = await webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: signer?.name ?? name,
    notBefore: begin,
    notAfter: end,
    signingAlgorithm: signer === undefined ? algorithms[kind] : algorithms.ec,
    publicKey: keys.publicKey,
    signingKey: signer?.keys.privateKey ?? keys.privateKey,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { name, keys, certificate: new Uint8Array(certificate.rawData), privateKey }
}

/** A private key that no certificate is there for, PKCS#8. */
export function loneKey(): Uint8Array {
  return new Uint8Array(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }),
  )
}
