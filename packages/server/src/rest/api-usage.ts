import type { JournalStore } from '../journal/journal.ts'
import type { Org } from '../orgs/org.ts'
import { type ApiRequests, defaultDailyApiRequests } from './limits.ts'

/** Counts the API requests of each org, in the last 24 hours by whole hours. */
export interface ApiUsage {
  /** Counts one request, and answers what the org has used with it; one over the org's limit is not counted. */
  count(org: Pick<Org, 'id' | 'settings'>, now: Date): Promise<ApiRequests & { readonly isOver: boolean }>
}

interface Needs {
  readonly journal: Pick<JournalStore, 'countByReason'>
  readonly onError: (error: unknown) => void
}

/** What is known of one org. */
interface Counted {
  /** In which it began: with each hour that begins, another one is more than 24 hours ago. */
  readonly hour: number
  used: number
  lookedAt: number
}

// Milliseconds; and how often to see what other nodes have counted.
const hourLong = 3_600_000
const betweenLooks = 5000

// For what requests are refused that are not counted.
const uncounted: ReadonlySet<string> = new Set([
  'token-expired',
  'token-revoked',
  'token-of-another-org',
  'api-access-controlled',
  'scope-missing',
  'api-not-enabled',
  'request-limit-exceeded',
])

/**
 * Counts in memory, from what the journal has counted: requests of before this process, and those of other nodes as soon as a
 * look at the journal finds them.
 */
export function apiUsage({ journal, onError }: Needs): ApiUsage {
  const orgs = new Map<string, Promise<Counted>>()
  return {
    async count({ id, settings }, now) {
      const limit = settings.dailyApiRequests ?? defaultDailyApiRequests
      const counted = await countedIn(id, now)
      if (settings.dailyApiRequests !== undefined && counted.used >= limit) {
        return { used: counted.used, limit, isOver: true }
      }
      counted.used++
      return { used: counted.used, limit, isOver: false }
    },
  }

  async function countedIn(orgId: string, now: Date): Promise<Counted> {
    const at = now.getTime()
    const hour = Math.floor(at / hourLong)
    const counted = await (orgs.get(orgId) ?? begun(orgId, hour, at))
    if (counted.hour !== hour) return begun(orgId, hour, at)
    if (at - counted.lookedAt >= betweenLooks) {
      counted.lookedAt = at
      // Some of its own requests may not have come there yet.
      found(orgId, hour).then((used) => {
        counted.used = Math.max(counted.used, used)
      }, onError)
    }
    return counted
  }

  function begun(orgId: string, hour: number, at: number): Promise<Counted> {
    const counted = found(orgId, hour).then((used) => ({ hour, used, lookedAt: at }))
    orgs.set(orgId, counted)
    counted.catch(() => orgs.delete(orgId))
    return counted
  }

  async function found(orgId: string, hour: number): Promise<number> {
    const reasons = await journal.countByReason(orgId, 'rest', new Date((hour - 23) * hourLong))
    let used = 0
    for (const [reason, count] of reasons) if (!uncounted.has(reason)) used += count
    return used
  }
}
