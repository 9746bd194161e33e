import { hash, verify } from 'node:crypto'
import { z } from 'zod'
import type { Scope } from '../connected-apps/scope.ts'
import type { Org } from '../orgs/org.ts'
import { readToken, type TokenShape, tokenText } from '../secret.ts'
import { epochSeconds, jwtParts, type KeyRing, signJwt } from './key-ring.ts'

/** How the `sfi` claim looks: like an opaque token, it names the row that stands behind a JWT, and proves it. */
export const jwtSessionShape: TokenShape = { prefix: '', length: 43, suffix: '' }

/** What a JWT-based access token is made from. */
export interface JwtAccessTokenRequest {
  readonly org: Pick<Org, 'id' | 'type'>
  readonly userId: string
  /** The org's own address: issuer and audience. */
  readonly orgBase: string
  readonly consumerKey: string
  readonly scopes: readonly Scope[]
  /** The number of its row, and the secret that is stored there as a hash. */
  readonly row: { readonly id: number; readonly secret: string }
  /** The thumbprint of the key it is bound to. */
  readonly key: string | undefined
  readonly issuedAt: Date
  readonly expiresAt: Date
}

// Seconds by which others' clocks may be behind.
const leeway = 15
const environments = { production: 'prod', sandbox: 'sandbox', scratch: 'scratch' } as const

/** The claims, by Salesforce's names; instants are seconds since 1970. */
export function jwtAccessTokenClaims(request: JwtAccessTokenRequest) {
  const { orgBase, row } = request
  const issuedAt = epochSeconds(request.issuedAt)
  return {
    aud: [orgBase],
    iss: orgBase,
    sub: `uid:${request.userId}`,
    client_id: request.consumerKey,
    // One text, where RFC 9068 §2.2.3 calls it `scope`.
    scp: request.scopes.join(' '),
    iat: issuedAt,
    nbf: issuedAt - leeway,
    exp: epochSeconds(request.expiresAt),
    mty: 'oauth',
    sfi: tokenText(jwtSessionShape, row.id, row.secret),
    roles: [],
    hsc: false,
    ...(request.key === undefined ? {} : { cnf: { jkt: request.key } }),
  } as const
}

/** Signs a JWT-based access token with the newest of the server's keys. */
export function signJwtAccessToken(request: JwtAccessTokenRequest, { signer }: KeyRing): Promise<string> {
  const { org } = request
  const header = {
    alg: 'RS256',
    typ: 'JWT',
    kid: signer.accessTokenKid(org.id),
    tty: 'sfdc-core-token',
    tnk: `core/${environments[org.type]}/${org.id}`,
    ver: '1.0',
  }
  return signJwt(header, jwtAccessTokenClaims(request), signer.privateKey)
}

/** A JWT of ours as a caller shows it: which row it names, by what, and the 15-character id of the org it is for. */
export interface PresentedJwt {
  readonly id: number
  readonly hash: Buffer
  readonly org: string
}

const headerSchema = z.object({
  alg: z.literal('RS256'),
  tty: z.literal('sfdc-core-token'),
  kid: z.string().regex(/^CORE_ATJWT\.[A-Za-z0-9]{15}\.\d{1,15}$/),
})
const claimsSchema = z.object({ mty: z.literal('oauth'), sfi: z.string() })

/** Reads a JWT-based access token that this server signed; `undefined` for anything else. Whether it lives, its row says. */
export function readJwtAccessToken(text: string, ring: KeyRing): PresentedJwt | undefined {
  const parts = jwtParts(text)
  const header = headerSchema.safeParse(parts?.header)
  const claims = claimsSchema.safeParse(parts?.claims)
  if (parts === undefined || !header.success || !claims.success) return undefined
  const { kid } = header.data
  const org = kid.slice('CORE_ATJWT.'.length, -(kid.length - kid.lastIndexOf('.')))
  const key = ring.accessTokenVerifier(org, kid)
  if (key === undefined || !verify('RSA-SHA256', Buffer.from(parts.input), key, parts.signature)) return undefined
  const row = readToken(jwtSessionShape, claims.data.sfi)
  return row === undefined ? undefined : { ...row, org }
}

/** Whether a text says of itself that it is a JWT-based access token. */
export function hasFormOfJwtAccessToken(text: string): boolean {
  return headerSchema.safeParse(jwtParts(text)?.header).success
}

/** Reads JWT-based access tokens, and remembers those it has verified: a caller shows the same one again and again. */
export type ReadJwtAccessToken = (text: string) => Promise<PresentedJwt | undefined>

const mostRemembered = 10_000

/**
 * The reader over the keys as they are now. What it remembers of a token is a hash; a key that comes or goes makes it
 * forget everything, so that what a retired key signed is verified by nobody here either.
 */
export function jwtAccessTokenReader(keys: () => Promise<KeyRing>): ReadJwtAccessToken {
  const verified = new Map<string, PresentedJwt>()
  let rememberedWith: KeyRing | undefined
  return async (text) => {
    const ring = await keys()
    if (ring !== rememberedWith) verified.clear()
    rememberedWith = ring
    const digest = hash('sha256', text, 'base64')
    const known = verified.get(digest)
    if (known !== undefined) return known
    const presented = readJwtAccessToken(text, ring)
    if (presented === undefined) return undefined
    const oldest = verified.size < mostRemembered ? undefined : verified.keys().next().value
    if (oldest !== undefined) verified.delete(oldest)
    verified.set(digest, presented)
    return presented
  }
}
