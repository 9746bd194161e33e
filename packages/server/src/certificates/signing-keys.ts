import { createPrivateKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { id15 } from '../record-id.ts'
import type { Seal } from '../seal.ts'

/** A key of the server's own: one signs ID tokens and JWT access tokens, and `/id/keys` publishes the public half of all. */
export interface SigningKey {
  readonly kid: string
  /** The public members only. */
  readonly publicJwk: JsonWebKey
  /** PKCS#8 PEM, sealed. */
  readonly sealedPrivateKey: string
  /** Since then it is published. */
  readonly createdAt: Date
  /** Since then it signs, until the turn of another one comes. */
  readonly signsFrom: Date
}

/** Keeps signing keys. */
export interface SigningKeyStore {
  /** `false` when there is one of this `kid` already: of two that are added at once, one is. */
  add(key: SigningKey): Promise<boolean>
  /** Newest first. */
  list(): Promise<readonly SigningKey[]>
  /** Has a key sign from another instant. */
  schedule(kid: string, signsFrom: Date): Promise<void>
  delete(kid: string): Promise<void>
}

const generate = promisify(generateKeyPair)
/** What sealed signing keys are bound to. */
export const signingKeyPurpose = 'signing key'
const firstKid = 228

/**
 * Makes an RSA key of 2048 bits for RS256. Its `kid` is a number, as at Salesforce.
 * @param signsFrom at once, unless given
 */
export async function newSigningKey(seal: Seal, kid: number, now: Date, signsFrom = now): Promise<SigningKey> {
  const pair = await generate('rsa', { modulusLength: 2048 })
  const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const publicJwk = pair.publicKey.export({ format: 'jwk' })
  return {
    kid: String(kid),
    publicJwk,
    sealedPrivateKey: seal.close(privateKey, signingKeyPurpose),
    createdAt: now,
    signsFrom,
  }
}

/**
 * The key that signs at an instant: the one whose turn came last. Nodes agree on it without a word, as far as their clocks
 * do; a clock before all of them has the first one sign.
 */
export function signingKeyAt(keys: readonly SigningKey[], at: Date): SigningKey | undefined {
  const [newest] = byTurn(keys.filter(({ signsFrom }) => signsFrom <= at))
  return newest ?? byTurn(keys).at(-1)
}

/** The key that is published and waits for its turn to sign, if there is one. */
export function waitingKey(keys: readonly SigningKey[], at: Date): SigningKey | undefined {
  const signing = signingKeyAt(keys, at)
  return byTurn(keys.filter((key) => key !== signing && key.signsFrom > at)).at(-1)
}

/** The latest turn first. */
function byTurn(keys: readonly SigningKey[]): readonly SigningKey[] {
  // What is equal stays as it stands: newest first.
  return keys.toSorted((one, other) => other.signsFrom.getTime() - one.signsFrom.getTime())
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
  readonly signingKeys: SigningKeyStore
  readonly seal: Seal
  readonly now: Clock
}

// Milliseconds that a key is published at least before it signs: clients keep what they have read of the JWKS for so long.
const publishedAhead = 600_000
// Milliseconds until every node publishes a key that was added.
const knownEverywhere = 1000

/**
 * Has the next key sign as soon as every client can know it: at once where one has been published for ten minutes, else in ten
 * minutes. Those before stay published, for the tokens that they signed.
 * @returns the next key, with the instant from which it signs
 */
export async function rotateSigningKey({ signingKeys, seal, now }: Needs): Promise<SigningKey> {
  const at = now()
  const keys = await signingKeys.list()
  const waiting = waitingKey(keys, at)
  const publishedSince = (waiting?.createdAt ?? at).getTime()
  const soonest = new Date(Math.max(publishedSince + publishedAhead, at.getTime() + knownEverywhere))
  if (waiting === undefined) return added(signingKeys, await newSigningKey(seal, nextKid(keys), at, soonest))
  if (waiting.signsFrom <= soonest) return waiting
  await signingKeys.schedule(waiting.kid, soonest)
  return { ...waiting, signsFrom: soonest }
}

/**
 * Has a fresh key sign as soon as every node publishes it, for when the one that signs fell into wrong hands; one that waits is
 * not used any more. Clients that do not look at the JWKS again when they meet a new `kid` refuse what it signs until they do.
 */
export async function replaceSigningKey({ signingKeys, seal, now }: Needs): Promise<SigningKey> {
  const at = now()
  const keys = await signingKeys.list()
  const soonest = new Date(at.getTime() + knownEverywhere)
  const fresh = await added(signingKeys, await newSigningKey(seal, nextKid(keys), at, soonest))
  const waiting = waitingKey(keys, at)
  if (waiting !== undefined) await signingKeys.delete(waiting.kid)
  return fresh
}

/** Adds a key, or answers the one that somebody else has added at the same moment under this number. */
async function added(signingKeys: SigningKeyStore, key: SigningKey): Promise<SigningKey> {
  if (await signingKeys.add(key)) return key
  return (await signingKeys.list()).find(({ kid }) => kid === key.kid) ?? key
}

/** The number of the next key. */
export function nextKid(keys: readonly SigningKey[]): number {
  return Math.max(firstKid - 1, ...keys.map(({ kid }) => Number(kid))) + 1
}

const mostPublished = 10

/**
 * {@link rotateSigningKey} for an admin of one of the orgs. The keys are of all orgs, and every client reads all that are
 * published: so nobody rotates again within ten minutes, or while ten keys are published. Who runs the server is not held to that.
 */
export async function rotateInTurn(needs: Needs): Promise<Outcome<SigningKey>> {
  const at = needs.now()
  const keys = await needs.signingKeys.list()
  if (waitingKey(keys, at) === undefined) {
    const since = at.getTime() - (keys[0]?.createdAt.getTime() ?? 0)
    if (since < publishedAhead) return refused({ field: 'kid', message: rotatedJustNow })
    if (keys.length >= mostPublished) {
      return refused({ field: 'kid', message: `${mostPublished} keys are published. Retire the oldest first.` })
    }
  }
  return done(await rotateSigningKey(needs))
}

const rotatedJustNow =
  'A key was made less than ten minutes ago, perhaps by an admin of another org. Wait before the next.'

/** Publishes a key no more: what it signed can be verified by nobody. The one that signs stays. */
export async function retireSigningKey(
  { signingKeys, now }: { readonly signingKeys: Pick<SigningKeyStore, 'list' | 'delete'>; readonly now: Clock },
  kid: string,
): Promise<Outcome<undefined>> {
  const keys = await signingKeys.list()
  if (!keys.some((key) => key.kid === kid)) {
    return refused({ field: 'kid', message: `There is no signing key “${kid}”.` })
  }
  if (signingKeyAt(keys, now())?.kid === kid) {
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
