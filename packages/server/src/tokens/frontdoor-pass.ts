import type { TokenShape } from '../secret.ts'
import type { SessionLevel } from '../sessions/session.ts'

/** How the one-time password in a frontdoor URL looks. */
export const frontdoorPassShape: TokenShape = { prefix: '', length: 43, suffix: '' }

/** Seconds in which a frontdoor URL can be opened: as long as a program takes to start a browser. */
export const frontdoorPassLifetime = 60

/** What takes a browser into a session that an access token opens, once. */
export interface FrontdoorPass {
  readonly accessTokenId: number
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  /** Of the token's own session. */
  readonly level: SessionLevel
  /** The page to begin with: a path of ours. */
  readonly startUrl: string
  readonly issuedAt: Date
}

/** What using a pass came to. Of two browsers at once exactly one gets `used`. */
export type FrontdoorPassUse =
  | { readonly state: 'used' | 'used-before'; readonly pass: FrontdoorPass }
  | { readonly state: 'unknown' }

/** Keeps frontdoor passes. */
export interface FrontdoorPassStore {
  /** Answers the number of the new row. */
  add(pass: FrontdoorPass & { readonly hash: Buffer }): Promise<number>
  /** Uses a pass, however old. Atomic. */
  use(presented: { readonly id: number; readonly hash: Buffer }, now: Date): Promise<FrontdoorPassUse>
  /** Deletes at most `limit` passes issued before `before`; answers how many. */
  deleteExpired(before: Date, limit: number): Promise<number>
}
