import { type JournalEntry, type JournalOutcome, type JournalSummary, outcomeOf } from '../journal/journal.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import { tallies } from './tallies.ts'

/** Counts an org's requests as they are journalled: nobody who looks at a day of them waits for each to be read. */
export interface JournalCounts {
  /** Gives what is to be done, in the transaction that adds the entry, to count it; `undefined` for that of no org. */
  counted(entry: JournalEntry): ((tx: Transaction) => void) | undefined
  /** What was counted from the hour of `since` on. */
  summary(orgId: string, since: Date): Promise<JournalSummary>
  /** What was counted of one flow from the hour of `since` on, by the reason of refusal. */
  byReason(orgId: string, flow: string, since: Date): Promise<ReadonlyMap<string, number>>
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

interface Counted {
  readonly kind: Kind
  readonly count: number
  /** The id of the newest request. */
  readonly newest: string
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
  const refused = statement((given: Placeholder<{ orgId: string; since: number }>) =>
    since(given)
      // Ids of later requests sort after those of earlier ones.
      .select(({ fn }) => ['reason', fn.sum<number>('count').as('count'), fn.max('newest').as('newest')])
      .where('reason', '<>', '')
      .groupBy('reason')
      .orderBy('count', 'desc')
      .orderBy('reason'),
  )
  const ofFlow = statement((given: Placeholder<{ orgId: string; since: number; flow: string }>) =>
    since(given)
      .select(({ fn }) => ['reason', fn.sum<number>('count').as('count')])
      .where('flow', '=', given('flow'))
      .groupBy('reason'),
  )
  const deleteBefore = statement((given: Placeholder<{ before: number }>) =>
    queries.deleteFrom('journal_counts').where('hour', '<', given('before')),
  )
  const tally = tallies<Counted>('journal_counts', (tx, { kind, count, newest }) =>
    tx.run(add, { ...kind, count, newest }),
  )

  return {
    counted({ orgId, at, endpoint, flow = '', refusal, status, requestId }) {
      if (orgId === undefined) return undefined
      const outcome = outcomeOf({ refusal, status })
      const kind = { orgId, hour: hourOf(at), endpoint, flow, outcome, reason: refusal?.reason ?? '' }
      const key = Object.values(kind).join('\n')
      return (tx) => tally(tx, key, (sum) => ({ kind, count: (sum?.count ?? 0) + 1, newest: requestId }))
    },
    async summary(orgId, from) {
      const params = { orgId, since: hourOf(from) }
      const [hours, reasons] = await Promise.all([read.all(byHour, params), read.all(refused, params)])
      return {
        counts: hours.map(({ hour, flow, ...others }) => ({
          ...others,
          hour: readInstant(hour),
          flow: flow === '' ? undefined : flow,
        })),
        refusals: reasons.map(({ reason, count, newest }) => ({ reason, count, requestId: newest })),
      }
    },
    async byReason(orgId, flow, from) {
      const rows = await read.all(ofFlow, { orgId, flow, since: hourOf(from) })
      return new Map(rows.map(({ reason, count }) => [reason, Number(count)]))
    },
    async deleteBefore(tx, before) {
      await tx.run(deleteBefore, { before: before - hourLong })
    },
  }
}

function hourOf(at: Date): number {
  return Math.floor(instant(at) / hourLong) * hourLong
}
