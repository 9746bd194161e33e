import type { Clock } from '../clock.ts'
import type { Stores } from './stores.ts'

/** Seconds that things are kept after they stopped being of use. */
export interface KeepFor {
  readonly codes: number
  readonly pushedRequests: number
  readonly journal: number
  readonly loginHistory: number
}

const batch = 500
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
const shortPause = 50

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
  schedule(pause)
  return {
    lag: () => (behindSince === undefined ? 0 : (performance.now() - behindSince) / 1000),
    clockAhead: () => ahead,
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }

  function schedule(delay: number): void {
    timer = setTimeout(async () => {
      const startedAt = performance.now()
      const hasMore = await sweepIfLeading(delay === pause).catch((error) => {
        onError(error)
        // What could not be deleted is still to be deleted, only not at once.
        return undefined
      })
      behindSince = hasMore === false ? undefined : (behindSince ?? startedAt)
      if (timer !== undefined) schedule(hasMore === true ? shortPause : pause)
    }, delay).unref()
  }

  /** Of several servers on one database, one is enough. Answers `undefined` when there is more that cannot go at once. */
  async function sweepIfLeading(isBegin: boolean): Promise<boolean | undefined> {
    const at = await earliestTime()
    if (!(await stores.leads())) return false
    const kept = isBegin ? await keepParts(at) : 'kept'
    return (await sweep(at)) || (kept === 'blocked' ? undefined : false)
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

  /** Answers whether there is more to delete. */
  async function sweep(at: Date): Promise<boolean> {
    const ago = agoFrom(at)
    const patience = stores.parts === undefined ? 0 : partPatience
    const counts = await Promise.all([
      stores.accessTokens.deleteExpired(ago(patience), batch),
      stores.sessions.deleteExpired(at, batch),
      stores.codes.deleteExpired(ago(keepFor.codes), batch),
      stores.deviceCodes.deleteExpired(ago(keepFor.codes), batch),
      stores.deviceCodes.deleteTries(ago(keepFor.codes), batch),
      stores.pushed.deleteExpired(ago(keepFor.pushedRequests), batch),
      stores.frontdoorPasses.deleteExpired(ago(frontdoorPassesKept), batch),
      stores.assertions.deleteExpired(ago(assertionsKept), batch),
      stores.refreshTokens.deleteEnded(ago(month), batch),
      stores.journal.deleteBefore(ago(keepFor.journal + patience), batch),
      stores.loginHistory.deleteBefore(ago(keepFor.loginHistory + patience), batch),
      stores.verificationHistory.deleteBefore(ago(keepFor.loginHistory), batch),
      stores.auditTrail.deleteBefore(ago(auditTrailLifetime), batch),
      stores.cursors.deleteBefore(ago(cursorLifetime), batch),
    ])
    return counts.some((count) => count === batch)
  }
}

function agoFrom(at: Date): (seconds: number) => Date {
  return (seconds) => new Date(at.getTime() - seconds * 1000)
}
