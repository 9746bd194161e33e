import type { Clock } from '../clock.ts'
import type { Stores } from './stores.ts'

/** Seconds that things are kept after they stopped being of use. */
export interface KeepFor {
  readonly codes: number
  readonly pushedRequests: number
  readonly journal: number
  readonly loginHistory: number
}

// Rows that go at once: few, so that no request waits for them long, until deleting so has been behind for too many seconds.
const batch = 25
const largeBatch = 200
const tooLong = 900
// Long enough to say of one that is opened late that it was too late.
const frontdoorPassesKept = 3600
const month = 30 * 86_400
// Where tables are in parts, rows of a part that is to go soon need not go by themselves: seconds that they are left.
const partPatience = 2 * 86_400
// Seconds that a `jti` is kept after its assertion expired: a node whose clock is late takes it for good until then.
const assertionsKept = 600
// Salesforce's: seconds that a query's further rows can be fetched.
const cursorLifetime = 2 * 86_400
// Salesforce's: seconds that Setup Audit Trail goes back.
const auditTrailLifetime = 180 * 86_400
// Milliseconds between two rounds, and between two rounds of which the first found more than it could take.
const pause = 5000
const shortPause = 15

/** The deleting that goes on beside the requests. */
export interface Housekeeping {
  /** Seconds for which there has been more to delete than was deleted; 0 when all that expired is gone. */
  lag(): number
  /** Seconds that the clock of this process was ahead of the database's when it was looked at last; negative when it was behind. */
  clockAhead(): number
  stop(): void
}

/** Deletes what has expired, all the time and a bounded batch at a time, so that no request ever waits for it long. */
export function housekeeping(
  stores: Stores,
  keepFor: KeepFor,
  now: Clock,
  onError: (error: unknown) => void,
): Housekeeping {
  let timer: NodeJS.Timeout | undefined
  let behindSince: number | undefined
  let ahead = 0
  const sweeps = sweepsOf(stores, keepFor)
  let fullRoundAt = 0
  const lag = () => (behindSince === undefined ? 0 : (performance.now() - behindSince) / 1000)
  schedule(pause)
  return {
    lag,
    clockAhead: () => ahead,
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }

  /** @param some the kinds of which there was more; all have their turn after a pause, however long these take */
  function schedule(delay: number, some: readonly Sweep[] = []): void {
    timer = setTimeout(async () => {
      const startedAt = performance.now()
      const only = some.length > 0 && startedAt - fullRoundAt < pause ? some : undefined
      if (only === undefined) fullRoundAt = startedAt
      const { left, isBlocked } = await round(only).catch((error) => {
        // Once it is stopped, the database may close over a round that is under way.
        if (timer !== undefined) onError(error)
        // What could not be deleted is still to be deleted, only not at once.
        return { left: [], isBlocked: true }
      })
      behindSince = left.length > 0 || isBlocked ? (behindSince ?? startedAt) : undefined
      if (timer === undefined) return
      if (left.length > 0) schedule(shortPause, left)
      else schedule(pause)
    }, delay).unref()
  }

  /** Deletes a batch of each kind, or of those of which there was more. Of several servers on one database, one is enough. */
  async function round(only: readonly Sweep[] | undefined): Promise<{
    readonly left: readonly Sweep[]
    /** Whether there is more that cannot go at once. */
    readonly isBlocked: boolean
  }> {
    const at = await earliestTime()
    if (!(await stores.leads())) return { left: [], isBlocked: false }
    const kept = only === undefined ? await keepParts(at) : 'kept'
    const limit = lag() > tooLong ? largeBatch : batch
    const counted = await Promise.all(
      (only ?? sweeps).map(async (sweep) => ({ sweep, count: await sweep(agoFrom(at), limit) })),
    )
    const left = counted.filter(({ count }) => count === limit).map(({ sweep }) => sweep)
    return { left, isBlocked: kept === 'blocked' }
  }

  /** What a node takes for expired whose clock has gone wrong, others may still need. */
  async function earliestTime(): Promise<Date> {
    const common = await stores.clock()
    const own = now()
    if (common === undefined) return own
    ahead = (own.getTime() - common.getTime()) / 1000
    return ahead > 0 ? common : own
  }

  async function keepParts(at: Date): Promise<'kept' | 'blocked' | undefined> {
    const ago = agoFrom(at)
    return stores.parts?.keep({
      access_tokens: ago(0),
      journal: ago(keepFor.journal),
      login_history: ago(keepFor.loginHistory),
    })
  }
}

/** Deletes what is of no use since some time ago, at most so many rows; answers how many. */
type Sweep = (ago: (seconds: number) => Date, limit: number) => Promise<number>

/** One for each kind of thing that ends. */
function sweepsOf(stores: Stores, keepFor: KeepFor): readonly Sweep[] {
  const patience = stores.parts === undefined ? 0 : partPatience
  return [
    (ago, limit) => stores.accessTokens.deleteExpired(ago(patience), limit),
    (ago, limit) => stores.sessions.deleteExpired(ago(0), limit),
    (ago, limit) => stores.codes.deleteExpired(ago(keepFor.codes), limit),
    (ago, limit) => stores.deviceCodes.deleteExpired(ago(keepFor.codes), limit),
    (ago, limit) => stores.deviceCodes.deleteTries(ago(keepFor.codes), limit),
    (ago, limit) => stores.pushed.deleteExpired(ago(keepFor.pushedRequests), limit),
    (ago, limit) => stores.frontdoorPasses.deleteExpired(ago(frontdoorPassesKept), limit),
    (ago, limit) => stores.keptForms.deleteExpired(ago(0), limit),
    (ago, limit) => stores.assertions.deleteExpired(ago(assertionsKept), limit),
    (ago, limit) => stores.refreshTokens.deleteEnded(ago(month), limit),
    (ago, limit) => stores.journal.deleteBefore(ago(keepFor.journal + patience), limit),
    (ago, limit) => stores.loginHistory.deleteBefore(ago(keepFor.loginHistory + patience), limit),
    (ago, limit) => stores.verificationHistory.deleteBefore(ago(keepFor.loginHistory), limit),
    (ago, limit) => stores.auditTrail.deleteBefore(ago(auditTrailLifetime), limit),
    (ago, limit) => stores.cursors.deleteBefore(ago(cursorLifetime), limit),
  ]
}

function agoFrom(at: Date): (seconds: number) => Date {
  return (seconds) => new Date(at.getTime() - seconds * 1000)
}
