import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { KeyStoreError } from './key-store-error.ts'
import { describeCertificate, publicKeyOf, readPrivateKey } from './x509.ts'

/** A JSON Web Key as it stands in JSON (RFC 7517). Only what is written or read here is named. */
export interface Jwk {
  readonly kty: string
  readonly use?: 'sig'
  readonly alg?: 'RS256' | 'ES256' | 'ES384' | 'ES512'
  readonly kid?: string
  /** The chain, leaf first, in plain base64 (RFC 7517 §4.7). */
  readonly x5c?: readonly string[]
  readonly x5t?: string
  readonly 'x5t#S256'?: string
  /** The numbers of the key, each base64url without leading zero bytes. */
  readonly [member: string]: unknown
}

/** A JSON Web Key Set (RFC 7517 §5). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** A key read from a JSON Web Key. */
export interface KeyOfJwk {
  readonly kid: string | undefined
  readonly publicKey: KeyObject
  /** PKCS#8 DER, where the JSON Web Key has the private half. */
  readonly privateKey: Uint8Array | undefined
  /** DER, leaf first; empty where it has no `x5c`. */
  readonly chain: readonly Uint8Array[]
}

/** The `kid` to give a key; unless given, its thumbprint. */
export interface JwkOptions {
  readonly kid?: string
}

// 16,384 bits in base64url, and a little more.
const longestNumber = 2800
const longestChain = 10

/**
 * The public key of a certificate as JSON Web Key for verifying signatures, with the chain and its thumbprints.
 * @param chain DER, leaf first
 * @throws {KeyStoreError} `not-a-certificate`; `unsupported` for keys that sign neither RS256 nor ES256, ES384, ES512
 */
export function toJwk(chain: readonly [Uint8Array, ...Uint8Array[]], options: JwkOptions = {}): Jwk {
  const { x5t, x5tS256 } = describeCertificate(chain[0])
  const x5c = chain.map((der) => Buffer.from(der).toString('base64'))
  return { ...members(publicKeyOf(chain[0]), options), x5c, x5t, 'x5t#S256': x5tS256 }
}

/**
 * A private key as JSON Web Key. Whoever has it can sign.
 * @param privateKey PKCS#8 DER
 * @throws {KeyStoreError} `not-a-private-key`, `unsupported` as for {@link toJwk}
 */
export function toPrivateJwk(privateKey: Uint8Array, options: JwkOptions = {}): Jwk {
  return members(readPrivateKey(privateKey), options)
}

/** The public keys of several certificates, each given as its chain. @throws {KeyStoreError} as {@link toJwk} */
export function toJwks(chains: readonly (readonly [Uint8Array, ...Uint8Array[]])[]): JwkSet {
  return { keys: chains.map((chain) => toJwk(chain)) }
}

/**
 * Reads a JSON Web Key.
 * @throws {KeyStoreError} `not-a-key` when it is none; `unsupported` for symmetric keys and unknown kinds;
 *   `key-does-not-match-certificate` when its certificate, a thumbprint of it, or its public half is of another key
 */
export function fromJwk(value: unknown): KeyOfJwk {
  const jwk = asObject(value)
  const { kid, x5c, x5t } = jwk
  const { publicKey, privateKey } = keysOf(jwk)
  const chain = chainOf(x5c)
  const [leaf] = chain
  if (leaf !== undefined) {
    const described = describeCertificate(leaf)
    const isItsOwn =
      publicKeyOf(leaf).equals(publicKey) &&
      (x5t === undefined || x5t === described.x5t) &&
      (jwk['x5t#S256'] === undefined || jwk['x5t#S256'] === described.x5tS256)
    if (!isItsOwn) {
      throw new KeyStoreError(
        'key-does-not-match-certificate',
        'The certificate in this JSON Web Key is of another key (RFC 7517 §4.7). Make the key anew from its certificate.',
      )
    }
  }
  return { kid: typeof kid === 'string' ? kid : undefined, publicKey, privateKey, chain }
}

/** Reads a JSON Web Key Set; keys of kinds that are unknown here are left out (RFC 7517 §5).
 *  @throws {KeyStoreError} `not-a-key` when it is none, and as {@link fromJwk} */
export function fromJwks(value: unknown): readonly KeyOfJwk[] {
  const { keys } = asObject(value)
  if (!Array.isArray(keys))
    throw new KeyStoreError('not-a-key', 'This is no JSON Web Key Set: it has no list of `keys`.')
  return keys.flatMap((key: unknown) => {
    try {
      return [fromJwk(key)]
    } catch (error) {
      if (error instanceof KeyStoreError && error.code === 'unsupported') return []
      throw error
    }
  })
}

/** The thumbprint of a key: SHA-256 of its required members, base64url (RFC 7638). @throws {KeyStoreError} `unsupported` */
export function jwkThumbprint(key: KeyObject): string {
  const jwk = exported(key.type === 'private' ? createPublicKey(key) : key)
  const names = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter((name) => jwk[name] !== undefined)
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))))
    .digest('base64url')
}

function members(key: KeyObject, { kid }: JwkOptions): Jwk {
  const { kty, ...numbers } = exported(key)
  const alg = algorithms.get(typeof numbers['crv'] === 'string' ? numbers['crv'] : kty)
  if (alg === undefined) throw unsupported()
  return { kty, use: 'sig', alg, kid: kid ?? jwkThumbprint(key), ...numbers }
}

const algorithms: ReadonlyMap<string, Jwk['alg']> = new Map([
  ['RSA', 'RS256'],
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
  ['P-521', 'ES512'],
])

function exported(key: KeyObject): Jwk {
  try {
    const { kty, ...numbers } = key.export({ format: 'jwk' })
    if (kty !== undefined) return { kty, ...numbers }
  } catch (cause) {
    throw unsupported(cause)
  }
  throw unsupported()
}

function keysOf(jwk: Readonly<Record<string, unknown>>): Pick<KeyOfJwk, 'publicKey' | 'privateKey'> {
  const { kty } = jwk
  if (kty !== 'RSA' && kty !== 'EC') {
    if (typeof kty === 'string') throw unsupported()
    throw new KeyStoreError('not-a-key', 'This is no JSON Web Key: it has no `kty` (RFC 7517 §4.1).')
  }
  const numbers: Record<string, string> = { kty }
  for (const name of kty === 'RSA' ? ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] : ['crv', 'x', 'y', 'd']) {
    const number = jwk[name]
    if (number === undefined) continue
    if (typeof number !== 'string' || number.length > longestNumber || !/^[A-Za-z0-9_-]+$/.test(number)) {
      throw new KeyStoreError('not-a-key', `The member \`${name}\` of this JSON Web Key is no number in base64url.`)
    }
    numbers[name] = number
  }
  try {
    const publicKey = createPublicKey({ key: numbers, format: 'jwk' })
    if (numbers['d'] === undefined) return { publicKey, privateKey: undefined }
    const privateKey = createPrivateKey({ key: numbers, format: 'jwk' })
    return { publicKey, privateKey: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })) }
  } catch (cause) {
    throw new KeyStoreError('not-a-key', `The numbers of this JSON Web Key make no ${kty} key.`, { cause })
  }
}

function chainOf(x5c: unknown): readonly Uint8Array[] {
  if (x5c === undefined) return []
  if (Array.isArray(x5c) && x5c.length <= longestChain) {
    const chain = x5c.filter((text) => typeof text === 'string' && text.length < 65_536)
    if (chain.length === x5c.length) return chain.map((text) => new Uint8Array(Buffer.from(text, 'base64')))
  }
  throw new KeyStoreError('not-a-key', 'The member `x5c` of this JSON Web Key is no list of certificates in base64.')
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new KeyStoreError('not-a-key', 'This is no JSON Web Key: a JSON object is expected.')
}

function unsupported(cause?: unknown): KeyStoreError {
  return new KeyStoreError(
    'unsupported',
    'Only RSA keys and keys on the curves P-256, P-384 and P-521 are written and read as JSON Web Keys.',
    { cause },
  )
}
