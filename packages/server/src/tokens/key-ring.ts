import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { accessTokenKid, openSigningKey, type SigningKey } from '../certificates/signing-keys.ts'
import type { Seal } from '../seal.ts'

/** The key that signs. */
export interface Signer {
  readonly kid: string
  readonly privateKey: KeyObject
  /** The name under which it signs access tokens of an org. */
  accessTokenKid(orgId: string): string
}

/** The server's own keys, opened once: one signs, all of them verify. */
export interface KeyRing {
  readonly signer: Signer
  /** Public keys by `kid`. */
  readonly verifiers: ReadonlyMap<string, KeyObject>
  /** The public key that has this name among those for access tokens of an org. */
  accessTokenVerifier(orgId: string, kid: string): KeyObject | undefined
}

/**
 * Opens the server's keys.
 * @param signing the one that signs
 * @throws {Error} when it does not open
 */
export function keyRing(keys: readonly SigningKey[], signing: SigningKey, seal: Seal): KeyRing {
  const opened = keys.map((key) => ({
    key,
    verifier: createPublicKey({ key: key.publicJwk, format: 'jwk' }),
  }))
  return {
    signer: {
      kid: signing.kid,
      privateKey: openSigningKey(seal, signing),
      accessTokenKid: (orgId) => accessTokenKid(orgId, signing),
    },
    verifiers: new Map(opened.map(({ key, verifier }) => [key.kid, verifier])),
    accessTokenVerifier: (orgId, kid) => opened.find(({ key }) => accessTokenKid(orgId, key) === kid)?.verifier,
  }
}

/** Signs claims with RS256, on a thread of the pool: it takes longer than all else in a token request. */
export function signJwt(header: object, claims: object, privateKey: KeyObject): Promise<string> {
  const input = `${encoded(header)}.${encoded(claims)}`
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', Buffer.from(input), privateKey, (error, signature) => {
      if (error === null) resolve(`${input}.${signature.toString('base64url')}`)
      else reject(error)
    })
  })
}

/** A JWT taken apart, before anybody has verified it. */
export interface JwtParts {
  readonly header: unknown
  readonly claims: unknown
  /** What is signed. */
  readonly input: string
  readonly signature: Buffer
}

// Ours have about 1,000 characters, a few thousand with many audiences or attributes.
const longest = 16_384

/** Takes a compact JWS apart; `undefined` when it is none, or too long to be one of ours. What is not JSON is `undefined` in it. */
export function jwtParts(token: string): JwtParts | undefined {
  if (token.length > longest) return undefined
  const [, header, claims, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token) ?? []
  if (header === undefined || claims === undefined || signature === undefined) return undefined
  return {
    header: decoded(header),
    claims: decoded(claims),
    input: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** An instant as JWTs have it: whole seconds since 1970. */
export function epochSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    // Not JSON: the schema refuses it like any other wrong value.
    return undefined
  }
}
