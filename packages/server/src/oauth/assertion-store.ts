/** Remembers the `jti` of client assertions until they expire, so that a copied one buys nothing (RFC 7523 §3). */
export interface AssertionStore {
  /** Notes a `jti` as used; `false` when it had been. Atomic. */
  use(jti: { readonly hash: Buffer; readonly expiresAt: Date }): Promise<boolean>
  /** Whether this was used, and is remembered still. */
  isUsed(hash: Buffer): Promise<boolean>
  /** Deletes at most `limit` that expired before `now`; answers how many. */
  deleteExpired(now: Date, limit: number): Promise<number>
}
