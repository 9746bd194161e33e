import { randomBytes } from 'node:crypto'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import type { ConnectedApp, ConsumerSecret } from './connected-app.ts'

/** What sealed consumer secrets are bound to. */
export const consumerSecretPurpose = 'consumer secret'

/** A new consumer key with Salesforce's look: `3MVG9` and 80 more characters of `A-Za-z0-9._`. */
export function newConsumerKey(): string {
  return `3MVG9${randomText(80)}`
}

/** A new consumer secret: 64 hexadecimal digits, in capitals as at Salesforce. */
export function newConsumerSecret(): string {
  return randomBytes(32).toString('hex').toUpperCase()
}

/** What is kept of a consumer secret. With `previous`, that one stays valid too, until the rotation is finished. */
export function keptSecret(seal: Seal, secret: string, previous?: ConsumerSecret): ConsumerSecret {
  return { hash: hashSecret(secret), sealed: seal.close(secret, consumerSecretPurpose), previousHash: previous?.hash }
}

/** The consumer secret in the clear, for the `signature` of token answers; who shows it to somebody notes that it did. */
export function openConsumerSecret(seal: Seal, { consumerSecret }: Pick<ConnectedApp, 'consumerSecret'>): string {
  return seal.open(consumerSecret.sealed, consumerSecretPurpose)
}

/** What is wrong with a consumer key that a person chose, or `undefined`. */
export function consumerKeyProblem(key: string): string | undefined {
  // Salesforce takes letters and digits only; dots and underscores are in the keys it makes, which move here with their app.
  return /^[A-Za-z0-9._]{8,256}$/.test(key) ? undefined : 'A consumer key has 8 to 256 letters and digits.'
}

/** What is wrong with a consumer secret that a person chose, or `undefined`. */
export function consumerSecretProblem(secret: string): string | undefined {
  return /^[A-Za-z0-9]{8,256}$/.test(secret) ? undefined : 'A consumer secret has 8 to 256 letters and digits.'
}
