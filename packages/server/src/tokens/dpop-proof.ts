import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'

/** A proof as a request brings it (RFC 9449 §4), and what it has to be a proof for. */
export interface ShownProof {
  /** The header `DPoP`, as it came; several are joined by commas. */
  readonly text: string
  readonly method: string
  /** The URL that was asked, without query. */
  readonly url: string
}

/** A proof whose signature is right. */
export interface DpopProof {
  /** SHA-256 of its key, base64url (RFC 7638): what tokens are bound to. */
  readonly thumbprint: string
  readonly jti: string
  /** Seconds since 1970. */
  readonly iat: number
  readonly htm: string
  readonly htu: string
  readonly ath: string | undefined
  readonly nonce: string | undefined
}

/** What is wrong with a text that is no proof; `signature` when it is one of somebody else's key. */
export type ProofReading =
  | { readonly ok: true; readonly proof: DpopProof }
  | { readonly ok: false; readonly problem: string; readonly isSignature?: boolean }

/** The algorithms that proofs are signed with. None of them is symmetric (RFC 9449 §4.3). */
export const proofAlgorithms = ['ES256', 'EdDSA', 'PS256', 'RS256'] as const

const longest = 8192
const text = z.string().min(1).max(2048)
const headerSchema = z.lazy(() =>
  z.looseObject({
    typ: z.literal('dpop+jwt'),
    alg: z.enum(proofAlgorithms),
    jwk: z.record(z.string(), z.unknown()),
    crit: z.undefined().optional(),
  }),
)
const claimsSchema = z.lazy(() =>
  z.looseObject({
    jti: text.max(256),
    htm: text,
    htu: text,
    iat: z.number(),
    ath: text.optional(),
    nonce: text.optional(),
  }),
)
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Takes a proof apart and verifies that its own key signed it (RFC 9449 §4.3); for what, is looked at later. */
export function readProof(proof: string): ProofReading {
  if (proof.length > longest) return wrong(`it is longer than ${longest} characters`)
  const [, head, body, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(proof) ?? []
  if (head === undefined || body === undefined || signature === undefined) {
    return wrong('it is not one JWT (header.claims.signature)')
  }
  const header = headerSchema.safeParse(parsed(head))
  if (!header.success) return wrong(`its header has no ${nameOf(header.error)} that can be taken`)
  const { alg, jwk } = header.data
  if (privateMembers.some((member) => member in jwk)) return wrong('its jwk holds a private key')
  const key = publicKey(jwk)
  if (key === undefined) return wrong('its jwk is no public key')
  const thumbprint = thumbprintOf(key, alg)
  if (thumbprint === undefined) return wrong(`its jwk is no key for ${alg}`)
  const claims = claimsSchema.safeParse(parsed(body))
  if (!claims.success) return wrong(`it has no claim ${nameOf(claims.error)} of the right type`)
  const isGenuine = isSignedBy(alg, key, Buffer.from(`${head}.${body}`), Buffer.from(signature, 'base64url'))
  if (!isGenuine) return { ok: false, problem: 'another key signed it', isSignature: true }
  const { jti, htm, htu, iat, ath, nonce } = claims.data
  return { ok: true, proof: { thumbprint, jti, htm, htu, iat, ath, nonce } }
}

/** What a proof for a token says of it in `ath`. */
export function tokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'base64url')
}

function isSignedBy(alg: (typeof proofAlgorithms)[number], key: KeyObject, input: Buffer, signature: Buffer): boolean {
  switch (alg) {
    case 'ES256':
      return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature)
    case 'EdDSA':
      return verify(null, input, key, signature)
    case 'PS256': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
      return verify('sha256', input, { key, padding, saltLength }, signature)
    }
    case 'RS256':
      return verify('sha256', input, key, signature)
  }
}

/** The thumbprint of a key (RFC 7638 §3.2); `undefined` where the algorithm does not go with it, or it is too weak. */
function thumbprintOf(key: KeyObject, alg: (typeof proofAlgorithms)[number]): string | undefined {
  const { kty, crv, x, y, e, n } = key.export({ format: 'jwk' })
  const digest = (members: object) => hash('sha256', JSON.stringify(members), 'base64url')
  if (alg === 'ES256') return crv === 'P-256' ? digest({ crv, kty, x, y }) : undefined
  if (alg === 'EdDSA') return crv === 'Ed25519' ? digest({ crv, kty, x }) : undefined
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return key.asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192 ? digest({ e, kty, n }) : undefined
}

function publicKey(jwk: Record<string, unknown>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // Whatever is wrong with it, it is none: a point off its curve, a member too few.
    return undefined
  }
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    // Not JSON: the schema refuses it like any other wrong value.
    return undefined
  }
}

function nameOf({ issues }: z.ZodError): string {
  return String(issues[0]?.path[0] ?? 'JSON object')
}

function wrong(problem: string): ProofReading {
  return { ok: false, problem }
}
