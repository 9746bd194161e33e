import { createPrivateKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { id15 } from '../record-id.ts'
import type { Seal } from '../seal.ts'

/** A key of the server's own: ID tokens and JWT access tokens are signed with the newest, and `/id/keys` publishes the public half of all. */
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
  /** `false` when there is one of this `kid` already: of two that are added at once, one is. */
  add(key: SigningKey): Promise<boolean>
  /** Newest first. */
  list(): Promise<readonly SigningKey[]>
  delete(kid: string): Promise<void>
}

const generate = promisify(generateKeyPair)
/** What sealed signing keys are bound to. */
export const signingKeyPurpose = 'signing key'
const firstKid = 228

/** Makes an RSA key of 2048 bits for RS256. Its `kid` is a number, as at Salesforce. */
export async function newSigningKey(seal: Seal, kid: number, now: Date): Promise<SigningKey> {
  const pair = await generate('rsa', { modulusLength: 2048 })
  const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const publicJwk = pair.publicKey.export({ format: 'jwk' })
  return {
    kid: String(kid),
    publicJwk,
    sealedPrivateKey: seal.close(privateKey, signingKeyPurpose),
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
  await signingKeys.add(await newSigningKey(seal, firstKid, now()))
}

interface Needs {
  readonly signingKeys: Pick<SigningKeyStore, 'list' | 'add'>
  readonly seal: Seal
  readonly now: Clock
}

/** Makes a new key, which signs from now on. Those before stay published, for the tokens that they signed. */
export async function rotateSigningKey({ signingKeys, seal, now }: Needs): Promise<SigningKey> {
  const key = await newSigningKey(seal, nextKid(await signingKeys.list()), now())
  await signingKeys.add(key)
  return key
}

function nextKid(keys: readonly SigningKey[]): number {
  return Math.max(firstKid - 1, ...keys.map(({ kid }) => Number(kid))) + 1
}

// Milliseconds.
const rotationPause = 600_000
const mostPublished = 10

/**
 * The same, for an admin of one of the orgs. The keys are of all orgs, and every client reads all that are published: so nobody
 * rotates again within ten minutes, or while ten keys are published. Who runs the server is not held to that.
 */
export async function rotateInTurn({ signingKeys, seal, now }: Needs): Promise<Outcome<SigningKey>> {
  const keys = await signingKeys.list()
  const [newest] = keys
  const since = newest === undefined ? rotationPause : now().getTime() - newest.createdAt.getTime()
  if (since < rotationPause) return refused(rotatedJustNow)
  if (keys.length >= mostPublished) {
    return refused({ field: 'kid', message: `${mostPublished} keys are published. Retire the oldest first.` })
  }
  const key = await newSigningKey(seal, nextKid(keys), now())
  return (await signingKeys.add(key)) ? done(key) : refused(rotatedJustNow)
}

const rotatedJustNow = {
  field: 'kid',
  message: 'A key was made less than ten minutes ago, perhaps by an admin of another org. Wait before the next.',
}

/** Publishes a key no more: what it signed can be verified by nobody. The one that signs stays. */
export async function retireSigningKey(
  { signingKeys }: { readonly signingKeys: Pick<SigningKeyStore, 'list' | 'delete'> },
  kid: string,
): Promise<Outcome<undefined>> {
  const keys = await signingKeys.list()
  if (!keys.some((key) => key.kid === kid)) {
    return refused({ field: 'kid', message: `There is no signing key “${kid}”.` })
  }
  if (keys[0]?.kid === kid) {
    const message = `The key ${kid} is the one that signs. Rotate first, and retire it once its last ID tokens have expired.`
    return refused({ field: 'kid', message })
  }
  await signingKeys.delete(kid)
  return done(undefined)
}

/** Opens the private half. */
export function openSigningKey(seal: Seal, key: SigningKey): KeyObject {
  return createPrivateKey(seal.open(key.sealedPrivateKey, signingKeyPurpose))
}

/**
 * The name of a key on access tokens of an org, as Salesforce writes it: `CORE_ATJWT.<org>.<milliseconds>`. Keys are the
 * server's, so each has such a name for each org. The number of the key is counted in: no two keys are of one millisecond.
 */
export function accessTokenKid(orgId: string, { kid, createdAt }: Pick<SigningKey, 'kid' | 'createdAt'>): string {
  return `CORE_ATJWT.${id15(orgId)}.${createdAt.getTime() + Number(kid)}`
}

/**
 * The JSON Web Key Set that `/id/keys` answers (RFC 7517 §5).
 * @param orgIds the orgs whose access tokens are verified by it: each key is there by its name for each, too
 */
export function jsonWebKeySet(
  keys: readonly SigningKey[],
  orgIds: readonly string[],
): { readonly keys: readonly JsonWebKey[] } {
  return {
    keys: keys.flatMap((key) =>
      [key.kid, ...orgIds.map((orgId) => accessTokenKid(orgId, key))].map((kid) => ({
        ...key.publicJwk,
        alg: 'RS256',
        use: 'sig',
        kid,
      })),
    ),
  }
}
