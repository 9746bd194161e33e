import { createPrivateKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../clock.ts'
import type { Seal } from '../seal.ts'

/** A key of the server's own: ID tokens are signed with the newest, and `/id/keys` publishes the public half of all. */
export interface SigningKey {
  readonly kid: string
  /** The public members only. */
  readonly publicJwk: JsonWebKey
  /** PKCS#8 PEM, sealed. */
  readonly sealedPrivateKey: string
  readonly createdAt: Date
}

/** Keeps signing keys. */
export interface SigningKeyStore {
  add(key: SigningKey): Promise<void>
  /** Newest first. */
  list(): Promise<readonly SigningKey[]>
  delete(kid: string): Promise<void>
}

const generate = promisify(generateKeyPair)
const purpose = 'signing key'

/** Makes an RSA key of 2048 bits for RS256. Its `kid` is a number, as at Salesforce. */
export async function newSigningKey(seal: Seal, kid: number, now: Date): Promise<SigningKey> {
  const pair = await generate('rsa', { modulusLength: 2048 })
  const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const publicJwk = pair.publicKey.export({ format: 'jwk' })
  return {
    kid: String(kid),
    publicJwk,
    sealedPrivateKey: seal.close(privateKey, purpose),
    createdAt: now,
  }
}

/** Makes the first signing key of a server that has none. Its number is as high as those of Salesforce's keys. */
export async function ensureSigningKey(
  signingKeys: Pick<SigningKeyStore, 'list' | 'add'>,
  seal: Seal,
  now: Clock,
): Promise<void> {
  if ((await signingKeys.list()).length > 0) return
  await signingKeys.add(await newSigningKey(seal, 228, now()))
}

/** Opens the private half. */
export function openSigningKey(seal: Seal, key: SigningKey): KeyObject {
  return createPrivateKey(seal.open(key.sealedPrivateKey, purpose))
}

/** The JSON Web Key Set that `/id/keys` answers (RFC 7517 §5). */
export function jsonWebKeySet(keys: readonly SigningKey[]): { readonly keys: readonly JsonWebKey[] } {
  return { keys: keys.map(({ kid, publicJwk }) => ({ ...publicJwk, alg: 'RS256', use: 'sig', kid })) }
}
