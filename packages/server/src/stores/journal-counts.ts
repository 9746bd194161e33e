import { type JournalEntry, type JournalOutcome, type JournalSummary, outcomeOf } from '../journal/journal.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** Counts an org's requests as they are journalled: nobody who looks at a day of them waits for each to be read. */
export interface JournalCounts {
  /** Gives what is to be done, in the transaction that adds the entry, to count it; `undefined` for that of no org. */
  counted(entry: JournalEntry): ((tx: Transaction) => void) | undefined
  /** What was counted from the hour of `since` on. */
  summary(orgId: string, since: Date): Promise<JournalSummary>
  /** Deletes the counts of hours that ended before. */
  deleteBefore(tx: Transaction, before: number): Promise<void>
}

/** Requests of one kind, in one hour, that ended in one way. Empty is what there is none of. */
type Kind = {
  readonly orgId: string
  readonly hour: number
  readonly endpoint: string
  readonly flow: string
  readonly outcome: JournalOutcome
  readonly reason: string
}

interface Tally {
  readonly kind: Kind
  count: number
  newest: string
}

// Milliseconds.
const hourLong = 3_600_000

/** The counts in the database: those of one group of writes are added up, and written before its commit. */
export function journalCounts({ queries, read }: Pick<Database, 'queries' | 'read'>): JournalCounts {
  const add = statement((given: Placeholder<Kind & { count: number; newest: string }>) =>
    queries
      .insertInto('journal_counts')
      .values({
        org_id: given('orgId'),
        hour: given('hour'),
        endpoint: given('endpoint'),
        flow: given('flow'),
        outcome: given('outcome'),
        reason: given('reason'),
        count: given('count'),
        newest: given('newest'),
      })
      .onConflict((conflict) =>
        conflict.columns(['org_id', 'hour', 'endpoint', 'flow', 'outcome', 'reason']).doUpdateSet((counted) => ({
          count: counted('journal_counts.count', '+', given('count')),
          newest: given('newest'),
        })),
      ),
  )
  const since = (given: Placeholder<{ orgId: string; since: number }>) =>
    queries.selectFrom('journal_counts').where('org_id', '=', given('orgId')).where('hour', '>=', given('since'))
  const byHour = statement((given: Placeholder<{ orgId: string; since: number }>) =>
    since(given)
      .select(({ fn }) => ['hour', 'endpoint', 'flow', 'outcome', fn.sum<number>('count').as('count')])
      .groupBy(['hour', 'endpoint', 'flow', 'outcome'])
      .orderBy('hour')
      .orderBy('endpoint')
      .orderBy('flow')
      .orderBy('outcome'),
  )
  const byReason = statement((given: Placeholder<{ orgId: string; since: number }>) =>
    since(given)
      // Ids of later requests sort after those of earlier ones.
      .select(({ fn }) => ['reason', fn.sum<number>('count').as('count'), fn.max('newest').as('newest')])
      .where('reason', '<>', '')
      .groupBy('reason')
      .orderBy('count', 'desc')
      .orderBy('reason'),
  )
  const deleteBefore = statement((given: Placeholder<{ before: number }>) =>
    queries.deleteFrom('journal_counts').where('hour', '<', given('before')),
  )
  const tallies = new WeakMap<Transaction, Map<string, Tally>>()

  return {
    counted({ orgId, at, endpoint, flow = '', refusal, status, requestId }) {
      if (orgId === undefined) return undefined
      const outcome = outcomeOf({ refusal, status })
      const kind = { orgId, hour: hourOf(at), endpoint, flow, outcome, reason: refusal?.reason ?? '' }
      const key = Object.values(kind).join('\n')
      return (tx) => {
        const ofGroup = tallies.get(tx) ?? begin(tx)
        const tally = ofGroup.get(key)
        if (tally === undefined) ofGroup.set(key, { kind, count: 1, newest: requestId })
        else {
          tally.count++
          tally.newest = requestId
        }
      }
    },
    async summary(orgId, from) {
      const params = { orgId, since: hourOf(from) }
      const [hours, reasons] = await Promise.all([read.all(byHour, params), read.all(byReason, params)])
      return {
        counts: hours.map(({ hour, flow, ...others }) => ({
          ...others,
          hour: readInstant(hour),
          flow: flow === '' ? undefined : flow,
        })),
        refusals: reasons.map(({ reason, count, newest }) => ({ reason, count, requestId: newest })),
      }
    },
    async deleteBefore(tx, before) {
      await tx.run(deleteBefore, { before: before - hourLong })
    },
  }

  function begin(tx: Transaction): Map<string, Tally> {
    const ofGroup = new Map<string, Tally>()
    tallies.set(tx, ofGroup)
    tx.beforeCommit(async () => {
      for (const { kind, count, newest } of ofGroup.values()) await tx.run(add, { ...kind, count, newest })
    })
    return ofGroup
  }
}

function hourOf(at: Date): number {
  return Math.floor(instant(at) / hourLong) * hourLong
}
