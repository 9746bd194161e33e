import type { Clock } from '../clock.ts'
import type { Stores } from './stores.ts'

/** Seconds that things are kept after they stopped being of use. */
export interface KeepFor {
  readonly codes: number
  readonly journal: number
  readonly loginHistory: number
}

const batch = 500
const month = 30 * 86_400
// Milliseconds between two rounds, and between two rounds of which the first found more than it could take.
const pause = 5000
const shortPause = 50

/**
 * Deletes what has expired, all the time and a bounded batch at a time, so that no request ever waits for it long.
 * @returns how to stop it
 */
export function housekeeping(
  stores: Stores,
  keepFor: KeepFor,
  now: Clock,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined
  schedule(pause)
  return () => {
    clearTimeout(timer)
    timer = undefined
  }

  function schedule(delay: number): void {
    timer = setTimeout(async () => {
      const hasMore = await sweep().catch((error) => {
        onError(error)
        return false
      })
      if (timer !== undefined) schedule(hasMore ? shortPause : pause)
    }, delay).unref()
  }

  /** Answers whether there is more to delete. */
  async function sweep(): Promise<boolean> {
    const at = now()
    const ago = (seconds: number) => new Date(at.getTime() - seconds * 1000)
    const counts = await Promise.all([
      stores.accessTokens.deleteExpired(at, batch),
      stores.sessions.deleteExpired(at, batch),
      stores.codes.deleteExpired(ago(keepFor.codes), batch),
      stores.assertions.deleteExpired(at, batch),
      stores.refreshTokens.deleteEnded(ago(month), batch),
      stores.journal.deleteBefore(ago(keepFor.journal), batch),
      stores.loginHistory.deleteBefore(ago(keepFor.loginHistory), batch),
    ])
    return counts.some((count) => count === batch)
  }
}
