import type { Scope } from '../connected-apps/scope.ts'
import type { TokenShape } from '../secret.ts'
import type { SessionOrigin } from '../sessions/session.ts'

/** How authorization codes look. */
export const authorizationCodeShape: TokenShape = { prefix: 'aPrx', length: 43, suffix: '==' }

/** What a browser carries back to its app, to be exchanged once. */
export interface AuthorizationCode {
  readonly id: number
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly redirectUri: string
  readonly scopes: readonly Scope[]
  /** base64url(SHA-256(verifier)), when the app sent one (RFC 7636). */
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  /** The thumbprint of the key that its tokens are to be bound to, if the app has said so (`dpop_jkt`, RFC 9449 §10). */
  readonly dpopKey: string | undefined
  /** When the person signed in. */
  readonly authTime: Date
  /** The session that it was made in. */
  readonly session: SessionOrigin
  readonly issuedAt: Date
}

/** A code found: to be had, already spent, or none of ours. */
export type AuthorizationCodeFinding =
  | { readonly state: 'unspent' | 'spent'; readonly code: AuthorizationCode }
  | { readonly state: 'unknown' }

/** Keeps authorization codes. */
export interface AuthorizationCodeStore {
  /** Answers the number of the new row. */
  add(code: Omit<AuthorizationCode, 'id'> & { readonly hash: Buffer }): Promise<number>
  find(presented: { readonly id: number; readonly hash: Buffer }): Promise<AuthorizationCodeFinding>
  /** Spends a code whose exchange is refused, and ends what an earlier exchange of it bought (RFC 6749 §4.1.2). */
  spend(id: number, now: Date): Promise<void>
  /** Deletes at most `limit` codes issued before `before`; answers how many. */
  deleteExpired(before: Date, limit: number): Promise<number>
}
