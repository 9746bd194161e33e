import type { Scope } from '../connected-apps/scope.ts'
import type { TokenShape } from '../secret.ts'
import type { SessionOrigin } from '../sessions/session.ts'

/** How refresh tokens look. */
export const refreshTokenShape: TokenShape = { prefix: '5Aep861', length: 71, suffix: '' }

/** The long-lived half of an approval. Rotation changes its secret, not its identity. */
export interface RefreshToken {
  readonly id: number
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly approvalId: number
  readonly scopes: readonly Scope[]
  /** When the person signed in, for ID tokens of later refreshes. */
  readonly authTime: Date
  /** The session that it goes back to: what comes of it is as sure, and no surer. */
  readonly session: SessionOrigin
  readonly issuedAt: Date
  readonly lastUsedAt: Date
  readonly useCount: number
  /** The thumbprint of the key that it is bound to: those of apps without a secret alone (RFC 9449 §5). */
  readonly key: string | undefined
}

/** A refresh token found: alive; ended; or one that a rotation had replaced, which somebody has copied. */
export type RefreshTokenFinding =
  | { readonly state: 'live' | 'revoked' | 'rotated-out'; readonly token: RefreshToken }
  /** Ended by a later one: a user keeps so many of an app and no more. */
  | { readonly state: 'displaced'; readonly token: RefreshToken; readonly at: Date }
  | { readonly state: 'unknown' }

/** Keeps refresh tokens. They are added and used together with access tokens: see {@link IssueStore}. */
export interface RefreshTokenStore {
  find(presented: { readonly id: number; readonly hash: Buffer }): Promise<RefreshTokenFinding>
  /** The token of a row, whatever has become of it. */
  findNumbered(id: number): Promise<RefreshToken | undefined>
  /** Ends the refresh token and every access token from it; `false` when it had ended before. */
  revoke(id: number, now: Date): Promise<boolean>
  /** Counts a use that came to nothing. */
  noteUse(id: number, now: Date): Promise<void>
  /** Those of a user that are alive, also by the policies of their apps; newest first. */
  listLive(of: { readonly userId: string; readonly appId?: string }, now: Date): Promise<readonly RefreshToken[]>
  /** Ends one of a user's, and every access token from it; `false` for one that has ended, or is another's. */
  endOf(userId: string, id: number, now: Date): Promise<boolean>
  /** Deletes at most `limit` rows that ended before `before`; answers how many. */
  deleteEnded(before: Date, limit: number): Promise<number>
}
