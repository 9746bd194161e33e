import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'
import { InputError } from './input-error.ts'

/** The platform's cryptography, in this one file: whoever needs another has to replace nothing else. */
export type { KeyObject }

const signAsync = promisify(sign)

/**
 * A private key from PEM text or PKCS#8 DER. Lines may end in the two characters `\n`, as they often do in environment
 * variables and JSON files. @throws {Error} when it is none, or locked
 */
export function privateKeyFrom(key: string | Uint8Array): KeyObject {
  if (typeof key === 'string') return createPrivateKey(key.replace(/(?:\\r)?\\n/g, '\n'))
  return createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
}

/** A public key from PEM text (of a key or a certificate), from base64 of a SubjectPublicKeyInfo, or from a JSON Web Key. */
export function publicKeyFrom(key: string | JsonWebKey): KeyObject {
  if (typeof key !== 'string') return createPublicKey({ key, format: 'jwk' })
  if (key.includes('-----BEGIN')) return createPublicKey(key)
  return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
}

/** An RSA key for RS256 in its certificate (PEM), as the one key of a set (RFC 7517). @throws {InputError} when it is none */
export function rs256KeySet(pem: string): { readonly keys: readonly JsonWebKey[] } {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch (cause) {
    throw new InputError('The certificate is no X.509 certificate in PEM.', { cause })
  }
  const { kty, n, e } = certificate.publicKey.export({ format: 'jwk' })
  if (kty !== 'RSA') throw new InputError('The certificate is not one of an RSA key, and apps sign with RS256.')
  return { keys: [{ kty, use: 'sig', alg: 'RS256', n, e, x5c: [certificate.raw.toString('base64')] }] }
}

/** A JSON Web Key (RFC 7517), as far as public keys go. */
export interface JsonWebKey {
  readonly [member: string]: unknown
}

/** Signs with RSASSA-PKCS1-v1_5 and SHA-256 (RS256), on the thread pool. */
export function signRs256(data: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return signAsync('sha256', data, key)
}

/** Whether an RSA key made an RS256 signature. */
export function verifiesRs256(data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  return key.asymmetricKeyType === 'rsa' && verify('sha256', data, key, signature)
}

/** A private key of the curve P-256 as a JSON Web Key (RFC 7518 §6.2). */
export interface PrivateEcJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
}

/** A key pair of the curve P-256. */
export interface EcKey {
  readonly publicJwk: Omit<PrivateEcJwk, 'd'>
  readonly privateJwk: PrivateEcJwk
  /** ECDSA with SHA-256 (ES256), r and s one after the other. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** A new key pair of the curve P-256. */
export function newEcKey(): EcKey {
  return ecKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
}

/** A key pair that was kept. @throws {InputError} for what is none of the curve P-256 */
export function ecKeyFrom({ kty, crv, x, y, d }: PrivateEcJwk): EcKey {
  try {
    return ecKeyOf(createPrivateKey({ key: { kty, crv, x, y, d }, format: 'jwk' }))
  } catch (cause) {
    throw new InputError('A key to bind tokens to is a private key of the curve P-256, as a JSON Web Key.', { cause })
  }
}

function ecKeyOf(key: KeyObject): EcKey {
  const { x = '', y = '', d = '', crv } = key.export({ format: 'jwk' })
  if (crv !== 'P-256') throw new Error('The key is of another curve.')
  const publicJwk = { kty: 'EC', crv, x, y } as const
  return {
    publicJwk,
    privateJwk: { ...publicJwk, d },
    sign: (data) => signAsync('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  }
}

/** SHA-256. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/** HMAC with SHA-256. */
export function hmacSha256(key: string, data: string): Uint8Array {
  return createHmac('sha256', key).update(data).digest()
}

/** Random bytes that nobody can foretell. */
export function random(length: number): Uint8Array {
  return randomBytes(length)
}

/** A text that is never the same twice (UUID version 4). */
export function randomId(): string {
  return randomUUID()
}

/** Compares without telling by its time where two texts differ. */
export function isEqualSecret(one: Uint8Array | string, other: Uint8Array | string): boolean {
  return timingSafeEqual(sha256(one), sha256(other))
}

/** Locks bytes with AES-256-GCM. @param key 32 bytes @param context what the bytes are, which must be the same to unlock them */
export function lockBytes(key: Uint8Array, plain: Uint8Array, context: string): Uint8Array {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  const locked = Buffer.concat([cipher.update(plain), cipher.final()])
  return new Uint8Array(Buffer.concat([iv, cipher.getAuthTag(), locked]))
}

/** What {@link lockBytes} locked; `undefined` when the key or the context is another, or the bytes were changed. */
export function unlockBytes(key: Uint8Array, locked: Uint8Array, context: string): Uint8Array | undefined {
  if (locked.length < 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, locked.subarray(0, 12)).setAAD(Buffer.from(context))
  decipher.setAuthTag(locked.subarray(12, 28))
  try {
    return new Uint8Array(Buffer.concat([decipher.update(locked.subarray(28)), decipher.final()]))
  } catch {
    // The authentication tag does not match: it says nothing more.
    return undefined
  }
}
