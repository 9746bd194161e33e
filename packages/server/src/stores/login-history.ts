import { setImmediate } from 'node:timers/promises'
import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { LoginAttempt, LoginFilter, LoginHistoryEntry, LoginHistoryStore } from '../sessions/login-history.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Given, type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'
import { tallies } from './tallies.ts'

type AttemptValues = {
  readonly orgId: string
  readonly userId: string
  readonly at: number
  readonly loginType: LoginAttempt['loginType']
  readonly loginSubType: string | null
  readonly status: string
  readonly application: string
  readonly sourceIp: string
  readonly loginUrl: string
  readonly browser: string
}

// Milliseconds.
const hourLong = 3_600_000
const dayLong = 24 * hourLong
// Rows may stand after some of a later instant: what is noted belongs to when its request began.
const disorder = 300_000
// Rows that are looked at in one go, and those that stand together in the index by user, see the migration.
const stretch = 65_536
const block = 1024

type Counted = { readonly orgId: string; readonly hour: number; readonly succeeded: number; readonly failed: number }

/** Adds an attempt to sign in, within a transaction. */
export function loginNotes({
  queries,
}: Pick<Database, 'queries'>): (tx: Transaction, attempt: LoginAttempt) => Promise<void> {
  const insert = statement((given: Placeholder<AttemptValues>) =>
    queries.insertInto('login_history').values({
      org_id: given('orgId'),
      user_id: given('userId'),
      at: given('at'),
      login_type: given('loginType'),
      login_sub_type: given('loginSubType'),
      status: given('status'),
      application: given('application'),
      source_ip: given('sourceIp'),
      login_url: given('loginUrl'),
      browser: given('browser'),
    }),
  )
  const count = statement((given: Placeholder<Counted>) =>
    queries
      .insertInto('login_counts')
      .values({
        org_id: given('orgId'),
        hour: given('hour'),
        succeeded: given('succeeded'),
        failed: given('failed'),
      })
      .onConflict((conflict) =>
        conflict.columns(['org_id', 'hour']).doUpdateSet((counted) => ({
          succeeded: counted('login_counts.succeeded', '+', given('succeeded')),
          failed: counted('login_counts.failed', '+', given('failed')),
        })),
      ),
  )
  const tally = tallies<Counted>('login_counts', (tx, counted) => tx.run(count, counted))
  return async (tx, attempt) => {
    const { orgId, status } = attempt
    const added = tx.run(insert, { ...attempt, at: instant(attempt.at), loginSubType: attempt.loginSubType ?? null })
    const hour = Math.floor(instant(attempt.at) / hourLong) * hourLong
    tally(tx, `${orgId} ${hour}`, ({ succeeded, failed } = { orgId, hour, succeeded: 0, failed: 0 }) => ({
      orgId,
      hour,
      succeeded: succeeded + (status === 'Success' ? 1 : 0),
      failed: failed + (status === 'Success' ? 0 : 1),
    }))
    await added
  }
}

/** Login history in the database. */
export function loginHistoryStore(database: Database): LoginHistoryStore {
  const { queries, read, write } = database
  const note = loginNotes(database)
  const wanted = (given: Given<Wanted>) =>
    queries
      .selectFrom('login_history')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .where((is) => is.and(fits(is, given)))
      .orderBy('id', 'desc')
      .limit(given('limit'))
  const listOfOrg = statement((given: Placeholder<Wanted & { first: number }>) =>
    wanted(given).where('id', '>=', given('first')).where('id', '<', given('before')),
  )
  const listOfUser = statement((given: Placeholder<Wanted & { block: number; userId: string }>) =>
    wanted(given)
      .where(sql<number>`(id / 1024)`, '=', given('block'))
      .where('user_id', '=', given('userId'))
      // No bound of the id itself: the index of the org would look as good, and leads to every user.
      .where(sql<number>`(id + 0)`, '<', given('before')),
  )
  const newestRow = statement(() => queries.selectFrom('login_history').select('id').orderBy('id', 'desc').limit(1))
  const oldestRow = statement(() => queries.selectFrom('login_history').select('id').orderBy('id').limit(1))
  const next = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('login_history').select('at').where('id', '>=', given('id')).orderBy('id').limit(1),
  )
  const counts = statement((given: Placeholder<{ orgId: string; since: number }>) =>
    queries
      .selectFrom('login_counts')
      .select(({ fn }) => [
        sql<number>`hour / 86400000`.as('day'),
        fn.sum<number>('succeeded').as('succeeded'),
        fn.sum<number>('failed').as('failed'),
      ])
      .where('org_id', '=', given('orgId'))
      .where('hour', '>=', given('since'))
      .groupBy('day')
      .orderBy('day'),
  )
  const deleteCounts = statement((given: Placeholder<{ before: number }>) =>
    queries.deleteFrom('login_counts').where('hour', '<', given('before')),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('login_history')
      .where('id', 'in', (within) =>
        within.selectFrom('login_history').select('id').orderBy('id').limit(given('limit')),
      )
      .where('at', '<', given('before')),
  )
  return {
    add: (attempt) => write((tx) => note(tx, attempt), attempt),
    async list(orgId, filter, { before: end, limit }) {
      const { userId } = filter
      const rows = await rowsOf(filter)
      const size = userId === undefined ? stretch : block
      const found: LoginHistoryEntry[] = []
      let before = Math.min(end ?? rows.before, rows.before)
      let looked = 0
      while (before > rows.first && found.length < limit) {
        // Whole stretches from their begin on, as the index by user has them.
        const begin = Math.floor((before - 1) / size) * size
        const part = { ...paramsOf(filter), orgId, before, limit: limit - found.length }
        const page = await (userId === undefined
          ? read.all(listOfOrg, { ...part, first: Math.max(begin, rows.first) })
          : read.all(listOfUser, { ...part, block: begin / block, userId }))
        found.push(...page.map(fromRow))
        before = begin
        looked += size
        // Others want the database, too.
        if (looked % stretch === 0) await setImmediate()
      }
      return found
    },
    async summary(orgId, since) {
      const day = Math.floor(instant(since) / dayLong) * dayLong
      const counted = await read.all(counts, { orgId, since: day })
      return counted.map(({ day: number, ...count }) => ({ day: readInstant(number * dayLong), ...count }))
    },
    deleteBefore: (before, limit) =>
      write(async (tx) => {
        await tx.run(deleteCounts, { before: instant(before) - hourLong })
        return tx.run(deleteBefore, { before: instant(before), limit })
      }),
  }

  /** Outside of which rows none can be of the time that is asked for. */
  async function rowsOf({ from, to }: LoginFilter): Promise<{ readonly first: number; readonly before: number }> {
    const oldest = (await read.first(oldestRow, {}))?.id ?? 0
    const end = ((await read.first(newestRow, {}))?.id ?? -1) + 1
    return {
      first: from === undefined ? oldest : await firstSince(instant(from) - disorder, oldest, end),
      before: to === undefined ? end : await firstSince(instant(to) + disorder, oldest, end),
    }
  }

  /** The first row of an instant or later, found by halving: rows are older the lower their number. */
  async function firstSince(at: number, oldest: number, end: number): Promise<number> {
    let low = oldest
    let high = end
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = await read.first(next, { id: middle })
      if (row !== undefined && row.at < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** What may be asked of attempts; `null` for what is not. */
type Filtered = {
  readonly outcome: 'success' | 'failed' | null
  readonly status: string | null
  readonly loginType: LoginAttempt['loginType'] | null
  readonly from: number
  readonly to: number
}

type Wanted = Filtered & {
  readonly orgId: string
  readonly before: number
  readonly limit: number
}

function paramsOf({ outcome, status, loginType, from, to }: LoginFilter): Filtered {
  return {
    outcome: outcome ?? null,
    status: status ?? null,
    loginType: loginType ?? null,
    from: from === undefined ? 0 : instant(from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : instant(to),
  }
}

const outcomeOfRow = sql<'success' | 'failed'>`case when status = 'Success' then 'success' else 'failed' end`

// One statement for every filter: all are looked at in the index that leads to an org's attempts in any case.
function fits(is: ExpressionBuilder<Tables, 'login_history'>, given: Given<Filtered>) {
  return [
    is.or([is(given('outcome'), 'is', null), is(outcomeOfRow, '=', given('outcome'))]),
    is.or([is(given('status'), 'is', null), is('status', '=', given('status'))]),
    is.or([is(given('loginType'), 'is', null), is('login_type', '=', given('loginType'))]),
    is('at', '>=', given('from')),
    is('at', '<', given('to')),
  ]
}

function fromRow(row: Selectable<Tables['login_history']>): LoginHistoryEntry {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    at: readInstant(row.at),
    loginType: row.login_type,
    loginSubType: row.login_sub_type ?? undefined,
    status: row.status,
    application: row.application,
    sourceIp: row.source_ip,
    loginUrl: row.login_url,
    browser: row.browser,
  }
}
