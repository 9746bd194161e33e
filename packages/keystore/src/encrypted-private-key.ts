import { type DerValue, damaged, derOf, octets, octetsOf, readDer, sequence, sequenceOf } from './der.ts'
import type { Effort } from './effort.ts'
import { lock, unlock } from './password-encryption.ts'

/**
 * Unlocks an EncryptedPrivateKeyInfo (PKCS#8, RFC 5958 §3).
 * @returns PKCS#8 DER; `undefined` when the password is not the key's
 * @throws {KeyStoreError} `unsupported`, `too-large`, `tampered`
 */
export async function unlockPrivateKey(
  value: DerValue | undefined,
  password: string | undefined,
  effort: Effort,
): Promise<Uint8Array | undefined> {
  const [how, sealed, ...more] = sequenceOf(value) ?? []
  const bytes = octetsOf(sealed)
  if (how === undefined || bytes === undefined || more.length > 0) throw damaged('The private key')
  return unlock({ how, bytes, effort }, password, isPrivateKey)
}

/** Locks a private key with a password: AES-256, PBKDF2 with HMAC-SHA-256. @returns EncryptedPrivateKeyInfo, DER */
export async function lockPrivateKey(key: Uint8Array, password: string, iterations: number): Promise<Uint8Array> {
  const { how, bytes } = await lock(key, password, iterations)
  return derOf(sequence(how, octets(bytes)))
}

/** Whether bytes are put together as a PrivateKeyInfo is: version, algorithm, key. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  const [, algorithm, key] = sequenceOf(readDer(bytes)) ?? []
  return sequenceOf(algorithm) !== undefined && octetsOf(key) !== undefined
}
