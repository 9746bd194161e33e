/** Remembers the `jti` of client assertions until they expire, so that a copied one buys nothing (RFC 7523 §3). */
export interface AssertionStore {
  /** Notes a `jti` as used; `false` when it had been. Atomic. */
  use(jti: { readonly hash: Buffer; readonly expiresAt: Date }): Promise<boolean>
  /** Until when it is remembered that this was used; `undefined` when it was not, or is forgotten. */
  usedUntil(hash: Buffer): Promise<Date | undefined>
  /** Deletes at most `limit` that expired before `now`; answers how many. */
  deleteExpired(now: Date, limit: number): Promise<number>
}
