import type { AccessToken } from './access-token.ts'
import type { TokenSource } from './token-source.ts'
import type { TokenStore } from './token-store.ts'

/** How a token is got: with the one before, whose refresh token may serve, or from nothing. */
export type ObtainToken = (held: AccessToken | undefined) => Promise<AccessToken>

/** How tokens are kept. */
export interface TokenCacheOptions {
  /** {@link memoryTokenStore}, or one that processes share. */
  readonly store: TokenStore
  /** Seconds before its end at which a token counts as ended: 60 unless given, for the way and for clocks that differ. */
  readonly skew?: number
  readonly now?: () => Date
}

/** Keeps tokens, and gets one at a time for each credential, however many ask. */
export interface TokenCache {
  /**
   * The tokens of one credential.
   * @param key tells the credential, and whose sign-in it is: two that are not the same must have two keys
   */
  source(key: string, obtain: ObtainToken): TokenSource
  /** Forgets the token of a credential. */
  forget(key: string): Promise<void>
}

/**
 * Makes a cache. For each key one sign-in or refresh is under way at a time, whoever asks, in this process and in all that
 * share the store; a refusal reaches all who wait for it, and the next who asks tries again.
 */
export function tokenCache({ store, skew = 60, now = () => new Date() }: TokenCacheOptions): TokenCache {
  const underWay = new Map<string, Promise<AccessToken>>()

  return {
    source(key, obtain) {
      return {
        async token({ signal, insteadOf } = {}) {
          signal?.throwIfAborted()
          const kept = goodOf(await store.find(key), insteadOf)
          if (kept !== undefined) return kept
          const flight = underWay.get(key) ?? begin(key, obtain, insteadOf)
          const token = await untilAborted(flight, signal)
          // Whoever was told that a token is bad may have joined a flight that had begun before and brought just that one.
          return goodOf(token, insteadOf) ?? untilAborted(begin(key, obtain, insteadOf), signal)
        },
      }
    },
    forget: (key) => store.delete(key),
  }

  function begin(key: string, obtain: ObtainToken, insteadOf: AccessToken | undefined): Promise<AccessToken> {
    const running = underWay.get(key)
    if (running !== undefined) return running
    const flight = store.renew(key, async (held) => {
      // Another process may have been faster.
      const good = goodOf(held, insteadOf)
      if (good !== undefined) return good
      const got = await obtain(held)
      // An answer without a refresh token leaves the one before in force (RFC 6749 §6).
      return { ...got, refreshToken: got.refreshToken ?? held?.refreshToken, id: got.id ?? held?.id }
    })
    underWay.set(key, flight)
    const end = () => {
      if (underWay.get(key) === flight) underWay.delete(key)
    }
    flight.then(end, end)
    return flight
  }

  /** The token, if it is valid as far as is known, and not the one that was refused. */
  function goodOf(token: AccessToken | undefined, insteadOf: AccessToken | undefined): AccessToken | undefined {
    if (token === undefined || token.accessToken === insteadOf?.accessToken) return undefined
    const { expiresAt } = token
    return expiresAt === undefined || expiresAt.getTime() - skew * 1000 > now().getTime() ? token : undefined
  }
}

/** Waits for what is shared, until this caller no longer wants to. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
