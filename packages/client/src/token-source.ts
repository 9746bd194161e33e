import type { AccessToken } from './access-token.ts'

/** What one caller of {@link TokenSource.token} wants. */
export interface TokenWish {
  /** Ends the waiting of this caller. What others wait for, too, goes on. */
  readonly signal?: AbortSignal | undefined
  /** A token that was refused: another is wanted, unless somebody has got one already. */
  readonly insteadOf?: AccessToken | undefined
}

/** Where access tokens for one credential come from, for however many callers. */
export interface TokenSource {
  /**
   * A token that is valid as far as is known.
   * @throws {TokenError} when a new one is refused
   * @throws {TransportError} when there was no answer
   */
  token(wish?: TokenWish): Promise<AccessToken>
}
