import type { Scope } from '../connected-apps/scope.ts'
import { id15 } from '../record-id.ts'
import type { TokenShape } from '../secret.ts'
import type { SessionLevel } from '../sessions/session.ts'

/** How access tokens of an org look: its 15-character id, `!`, and 96 characters that name a row and prove it. */
export function accessTokenShape(orgId: string): TokenShape {
  return { prefix: `${id15(orgId)}!AQ`, length: 85, suffix: '' }
}

/** The counters at the time of issue; a token is dead as soon as one of them has been raised. */
export interface Epochs {
  readonly org: number
  readonly user: number
  readonly app: number
}

/** An opaque text, or a JWT that others can verify for themselves. */
export type AccessTokenFormat = 'opaque' | 'jwt'

/** A session of an app on behalf of a user. What is kept of the token itself is a hash. */
export interface AccessToken {
  readonly id: number
  readonly hash: Buffer
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly approvalId: number
  /** The refresh token it came with or from, whose end is its end. */
  readonly refreshTokenId: number | undefined
  readonly scopes: readonly Scope[]
  readonly format: AccessTokenFormat
  readonly issuedAt: Date
  /** Moves ahead with use; that of a JWT stands in it, and stays. */
  readonly expiresAt: Date
  /** Seconds without use after which it ends. */
  readonly timeout: number
  /** Of the session that it goes back to. */
  readonly sessionLevel: SessionLevel
  /** The thumbprint of the key that it is bound to, and is worth nothing without (RFC 9449). */
  readonly key: string | undefined
}

/** An access token found, with whether it still holds, and why not. */
export type AccessTokenFinding =
  | { readonly state: 'live'; readonly token: AccessToken }
  | { readonly state: 'expired' | 'revoked'; readonly token: AccessToken }
  | { readonly state: 'unknown' }

/** An access token as others than its app see it. */
export type ListedAccessToken = Omit<AccessToken, 'hash'>

/** Keeps access tokens. They are added together with what they come from: see {@link IssueStore}. */
export interface AccessTokenStore {
  /** Looks a presented token up by its number and hash, with everything that may have ended it. */
  find(presented: { readonly id: number; readonly hash: Buffer }, now: Date): Promise<AccessTokenFinding>
  /** Moves the end ahead after use. Need not be waited for. */
  extend(id: number, expiresAt: Date): Promise<void>
  /** Ends one token; `false` when it was not there or had ended before. */
  revoke(id: number, now: Date): Promise<boolean>
  /** The live tokens of an org, of one user or app if given, newest first; those before a row, if one is given. */
  list(
    orgId: string,
    page: {
      readonly userId?: string | undefined
      readonly appId?: string | undefined
      readonly now: Date
      readonly before?: number | undefined
      readonly limit: number
    },
  ): Promise<readonly ListedAccessToken[]>
  /** How many live tokens of an org each app has, by the app's id; none for apps without. Of many, what was so ten seconds ago. */
  countLive(orgId: string, now: Date): Promise<ReadonlyMap<string, number>>
  /** Ends a live token of an org (*Session Management*); `false` for one that is not there, has ended, or is another org's. */
  endIn(orgId: string, id: number, now: Date): Promise<boolean>
  /** Deletes at most `limit` rows that ended before `now`; answers how many. */
  deleteExpired(now: Date, limit: number): Promise<number>
}
