import type { RefreshCutoffs } from '../connected-apps/approval.ts'
import type { Scope } from '../connected-apps/scope.ts'
import type { LoginAttempt } from '../sessions/login-history.ts'
import type { SessionOrigin } from '../sessions/session.ts'
import type { OpenedSession, OpeningToken } from '../sessions/token-session.ts'
import type { AccessTokenFormat, Epochs } from './access-token.ts'
import type { StoredSession } from './hybrid-sessions.ts'

/** All that one token request writes. It becomes durable as a whole or not at all. */
export interface Issuance {
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly scopes: readonly Scope[]
  readonly epochs: Epochs
  readonly at: Date
  readonly accessToken: {
    readonly hash: Buffer
    readonly format: AccessTokenFormat
    readonly expiresAt: Date
    readonly timeout: number
    /** The thumbprint of the key it is bound to. */
    readonly key: string | undefined
  }
  /** The session that the tokens go back to. */
  readonly session: SessionOrigin
  /** Browser sessions that the access token opens at once. */
  readonly opens: readonly ((token: OpeningToken) => OpenedSession)[]
  /** A new refresh token, where one is given; with it, which others the policy of the app has not ended. */
  readonly refreshToken:
    | {
        readonly hash: Buffer
        readonly authTime: Date
        readonly policyCutoffs: RefreshCutoffs
        readonly key: string | undefined
      }
    | undefined
  readonly login: LoginAttempt
  /** How many logins the user may have in an hour; `undefined` for any number. */
  readonly mostLogins: number | undefined
}

/** The numbers of the rows that were written. */
export interface Issued {
  readonly accessTokenId: number
  readonly refreshTokenId: number | undefined
  /** How many of the user's older refresh tokens for the app ended, so that there are no more than Salesforce keeps. */
  readonly displaced: number
  readonly sessions: readonly StoredSession[]
}

/**
 * What buying tokens came to. `replayed` means that somebody was first; what they got has been ended where the RFCs say so.
 * `too-many-logins` means that the user has none left in this hour; nothing was spent.
 */
export type Purchase =
  | { readonly outcome: 'issued'; readonly issued: Issued }
  | { readonly outcome: 'replayed' }
  | { readonly outcome: 'too-many-logins'; readonly most: number }

/** Turns a proof into tokens: each method is one transaction, so that of two callers at once exactly one is served. */
export interface IssueStore {
  /**
   * For an assertion, for what stands in its place, or for what nobody can use twice. With a `jti` or an `ID` it is served once
   * (RFC 7523 §3); replaying it ends nothing.
   */
  forAssertion(
    issuance: Issuance,
    id: { readonly hash: Buffer; readonly expiresAt: Date } | undefined,
  ): Promise<Purchase>
  /** Spends the code. A replay ends what the code had bought (RFC 6749 §4.1.2). */
  forCode(issuance: Issuance, codeId: number): Promise<Purchase>
  /** Spends the device code. A replay ends nothing: a device may have asked twice at once (RFC 8628 §3.5). */
  forDeviceCode(issuance: Issuance, deviceCodeId: number): Promise<Purchase>
  /**
   * Uses the refresh token, and gives it `newHash` when it rotates. A replay (the hash is not the current one any more)
   * ends the refresh token and its access tokens (RFC 9700 §4.14.2).
   */
  forRefreshToken(
    issuance: Issuance,
    refreshToken: { readonly id: number; readonly hash: Buffer; readonly newHash: Buffer | undefined },
  ): Promise<Purchase>
}
