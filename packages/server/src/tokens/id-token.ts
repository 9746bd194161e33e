import { hash, verify } from 'node:crypto'
import { z } from 'zod'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import type { CustomClaims } from '../connected-apps/custom-claims.ts'
import { type StandardClaims, standardClaims } from '../users/identity.ts'
import type { User } from '../users/user.ts'
import { epochSeconds, jwtParts, type KeyRing, signJwt } from './key-ring.ts'

/** The claims of an ID token; instants are seconds since 1970. */
export type IdTokenClaims = Partial<StandardClaims> &
  CustomClaims & {
    readonly iss: string
    /** The identity URL of the user. */
    readonly sub: string
    readonly aud: string | readonly string[]
    readonly exp: number
    readonly iat: number
    readonly auth_time: number
    readonly nonce?: string
    readonly sid?: string
    readonly at_hash: string
  }

/** What an ID token is made from. */
export interface IdTokenRequest {
  /** The host that issues it: where the token request arrived. */
  readonly issuer: string
  /** The identity URL of the user. */
  readonly subject: string
  /** The org's own address, for the claims that are places in it. */
  readonly orgBase: string
  readonly app: Pick<ConnectedApp, 'consumerKey' | 'idTokenConfig'>
  readonly user: User
  /** What the app is told besides, as it is configured. */
  readonly customClaims: CustomClaims
  /** The token it is answered with, which `at_hash` binds it to. */
  readonly accessToken: string
  /** When the person signed in, also after many refreshes. */
  readonly authTime: Date
  readonly nonce: string | undefined
  /** The session, by the name that front-channel logout gives it. */
  readonly sid: string | undefined
  readonly at: Date
}

/** The claims for a user and an app (OpenID Connect Core §2). */
export function idTokenClaims(request: IdTokenRequest): IdTokenClaims {
  const { app, user, nonce, sid } = request
  const { validity, audiences, includesStandardClaims } = app.idTokenConfig
  const issuedAt = epochSeconds(request.at)
  return {
    iss: request.issuer,
    sub: request.subject,
    // The consumer key comes first: that is how a hint's app is known again.
    aud: audiences.length === 0 ? app.consumerKey : [app.consumerKey, ...audiences],
    exp: issuedAt + validity,
    iat: issuedAt,
    auth_time: epochSeconds(request.authTime),
    ...(nonce !== undefined && { nonce }),
    ...(sid !== undefined && { sid }),
    at_hash: accessTokenHash(request.accessToken),
    ...(includesStandardClaims && standardClaims(user, request.orgBase)),
    ...request.customClaims,
  }
}

/** `at_hash` of an access token: the left half of its SHA-256 (OpenID Connect Core §3.1.3.6). */
export function accessTokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url')
}

/** An ID token of ours that somebody shows, such as an `id_token_hint`. */
export interface VerifiedIdToken {
  readonly issuer: string
  /** The identity URL of the user. */
  readonly subject: string
  /** The app it was issued to. */
  readonly consumerKey: string
}

const headerSchema = z.lazy(() => z.object({ kid: z.string(), alg: z.literal('RS256') }))
const claimsSchema = z.lazy(() =>
  z.object({
    iss: z.string(),
    sub: z.string(),
    aud: z.union([z.string(), z.tuple([z.string()], z.string())]),
    exp: z.number(),
  }),
)

/**
 * Reads an ID token that this server issued, or answers `undefined` when it did not. Only RS256 and only the server's
 * own keys: nothing in the token chooses how it is verified. Its end may have passed, since a hint tells who was signed
 * in once (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2); it is no proof of anything else.
 * @param issuers every base under which this server issues
 */
export function verifyIdToken(
  token: string,
  verifiers: KeyRing['verifiers'],
  issuers: readonly string[],
): VerifiedIdToken | undefined {
  const parts = jwtParts(token)
  const header = headerSchema.safeParse(parts?.header)
  const key = header.success ? verifiers.get(header.data.kid) : undefined
  if (parts === undefined || key === undefined) return undefined
  if (!verify('RSA-SHA256', Buffer.from(parts.input), key, parts.signature)) return undefined
  const claims = claimsSchema.safeParse(parts.claims)
  if (!claims.success || !issuers.includes(claims.data.iss)) return undefined
  const { iss, sub, aud } = claims.data
  return { issuer: iss, subject: sub, consumerKey: typeof aud === 'string' ? aud : aud[0] }
}

/** Issues ID tokens, and knows its own again. */
export interface IdTokens {
  sign(request: IdTokenRequest): Promise<string>
  /** What a hint tells; `undefined` when it is none of ours. See {@link verifyIdToken}. */
  verify(token: string): Promise<VerifiedIdToken | undefined>
}

interface Needs {
  /** The keys as they are now: whoever gives them looks after their rotation. */
  readonly keys: () => Promise<KeyRing>
  /** Every base under which this server issues. */
  readonly issuers: () => Promise<readonly string[]>
}

/** ID tokens with the keys of this server. */
export function idTokens({ keys, issuers }: Needs): IdTokens {
  return {
    async sign(request) {
      const { kid, privateKey } = (await keys()).signer
      return signJwt({ kid, typ: 'JWT', alg: 'RS256' }, idTokenClaims(request), privateKey)
    },
    async verify(token) {
      return verifyIdToken(token, (await keys()).verifiers, await issuers())
    },
  }
}
