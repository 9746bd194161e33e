import { setImmediate } from 'node:timers/promises'
import { type ExpressionBuilder, type RawBuilder, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import {
  type Facts,
  type JournalEntry,
  type JournalFilter,
  type JournalOutcome,
  type JournalPage,
  type JournalStore,
  type KeptEntry,
  outcomeOf,
} from '../journal/journal.ts'
import { ifFound, instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { handedOver } from './handed-over.ts'
import { journalCounts } from './journal-counts.ts'
import { type Given, type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

type NewEntry = {
  readonly requestId: string
  readonly at: number
  readonly endpoint: string
  readonly flow: string | null
  readonly orgId: string | null
  readonly appId: string | null
  readonly userId: string | null
  readonly sourceIp: string
  readonly status: number
  readonly error: string | null
  readonly passed: string
  readonly refusal: string | null
  readonly reason: string | null
}

// Rows that are looked at in one go.
const stretch = 65_536

/** The journal in the database. */
export function journalStore(database: Database): JournalStore {
  const { queries, read, write, aside, settled } = database
  const counts = journalCounts(database)
  const insert = statement((given: Placeholder<NewEntry>) =>
    queries.insertInto('journal').values({
      request_id: given('requestId'),
      at: given('at'),
      endpoint: given('endpoint'),
      flow: given('flow'),
      org_id: given('orgId'),
      app_id: given('appId'),
      user_id: given('userId'),
      source_ip: given('sourceIp'),
      status: given('status'),
      error: given('error'),
      passed: given('passed'),
      refusal: given('refusal'),
      reason: given('reason'),
    }),
  )
  const newest = queries.selectFrom('journal').selectAll().orderBy('id', 'desc')
  const find = statement((given: Placeholder<{ requestId: string }>) =>
    newest.where('request_id', '=', given('requestId')).limit(1),
  )
  const ofServer = (given: Given<Filtered>) =>
    queries
      .selectFrom('journal')
      .selectAll()
      .where((is) => is.and(fits(is, given)))
      .limit(given('limit'))
  const ofOrg = (given: Given<Filtered & { orgId: string }>) => ofServer(given).where('org_id', '=', given('orgId'))
  const listBefore = statement((given: Placeholder<Filtered & { orgId: string; before: number; from: number }>) =>
    ofOrg(given).where('id', '<', given('before')).where('id', '>=', given('from')).orderBy('id', 'desc'),
  )
  const listAfter = statement((given: Placeholder<Filtered & { orgId: string; after: number; to: number }>) =>
    ofOrg(given).where('id', '>', given('after')).where('id', '<=', given('to')).orderBy('id'),
  )
  const listOfServerBefore = statement((given: Placeholder<Filtered & { before: number; from: number }>) =>
    ofServer(given).where('id', '<', given('before')).where('id', '>=', given('from')).orderBy('id', 'desc'),
  )
  // Refusals are few, and have an index of their own.
  const refusedOfServer = statement((given: Placeholder<Filtered & { before: number; from: number }>) =>
    ofServer(given)
      .where('reason', 'is not', null)
      .where('id', '<', given('before'))
      .where('id', '>=', given('from'))
      .orderBy('id', 'desc'),
  )
  const listOfServerAfter = statement((given: Placeholder<Filtered & { after: number; to: number }>) =>
    ofServer(given).where('id', '>', given('after')).where('id', '<=', given('to')).orderBy('id'),
  )
  const newestRow = statement(() => queries.selectFrom('journal').select('id').orderBy('id', 'desc').limit(1))
  const oldestRow = statement(() => queries.selectFrom('journal').select('id').orderBy('id').limit(1))
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('journal')
      .where('id', 'in', (within) => within.selectFrom('journal').select('id').orderBy('id').limit(given('limit')))
      .where('at', '<', given('before')),
  )

  return {
    add(entry) {
      // Written out now, not when the group runs: the caller may go on with its checklist.
      const params = toParams(entry)
      const count = counts.counted(entry)
      return aside(async (tx) => {
        const added = tx.run(insert, params)
        count?.(tx)
        return handedOver(added)
      }, params)
    },
    async find(requestId) {
      await settled()
      return ifFound(await read.first(find, { requestId }), fromRow)
    },
    list: (orgId, filter, page) =>
      listed(filter, page, (entry) => entry.orgId === orgId, {
        before: (params) => read.all(listBefore, { ...params, orgId }),
        after: (params) => read.all(listAfter, { ...params, orgId }),
      }),
    listOfServer: (filter, page) =>
      listed(filter, page, () => true, {
        before: (params) => read.all(filter.outcome === 'refused' ? refusedOfServer : listOfServerBefore, params),
        after: (params) => read.all(listOfServerAfter, params),
      }),
    async summary(orgId, since) {
      await settled()
      return counts.summary(orgId, since)
    },
    async countByReason(orgId, flow, since) {
      await settled()
      return counts.byReason(orgId, flow, since)
    },
    deleteBefore: (before, limit) =>
      write(async (tx) => {
        await counts.deleteBefore(tx, instant(before))
        return tx.run(deleteBefore, { before: instant(before), limit })
      }),
  }

  async function listed(
    filter: JournalFilter,
    page: JournalPage,
    mayBeSeen: (entry: KeptEntry) => boolean,
    lists: {
      before(params: Filtered & { before: number; from: number }): Promise<readonly Row[]>
      after(params: Filtered & { after: number; to: number }): Promise<readonly Row[]>
    },
  ): Promise<readonly KeptEntry[]> {
    await settled()
    const { limit } = page
    if (filter.requestId !== undefined) {
      // There is one at most, and an index that leads to it.
      const entry = ifFound(await read.first(find, { requestId: filter.requestId }), fromRow)
      return entry !== undefined && mayBeSeen(entry) && isIn(entry, page) && isWanted(entry, filter) ? [entry] : []
    }
    const params = {
      appId: filter.appId ?? null,
      userId: filter.userId ?? null,
      endpoint: filter.endpoint ?? null,
      flow: filter.flow ?? null,
      outcome: filter.outcome ?? null,
      reason: filter.reason ?? null,
      sourceIp: filter.sourceIp ?? null,
      limit,
    }
    // A part of the rows at a time: a filter that fits few may look at very many, and others want the database, too.
    const oldest = (await read.first(oldestRow, {}))?.id ?? 0
    const newest = (await read.first(newestRow, {}))?.id ?? 0
    const rows: Row[] = []
    if ('after' in page) {
      let after = Math.max(page.after, oldest - 1)
      for (; after < newest && rows.length < limit; after += stretch, await setImmediate()) {
        rows.push(...(await lists.after({ ...params, limit: limit - rows.length, after, to: after + stretch })))
      }
    } else {
      let before = Math.min(page.before ?? newest + 1, newest + 1)
      for (; before > oldest && rows.length < limit; before -= stretch, await setImmediate()) {
        rows.push(...(await lists.before({ ...params, limit: limit - rows.length, before, from: before - stretch })))
      }
    }
    return rows.map(fromRow)
  }
}

type Row = Selectable<Tables['journal']>

/** What may be asked of entries; `null` for what is not. */
type Filtered = {
  readonly appId: string | null
  readonly userId: string | null
  readonly endpoint: string | null
  readonly flow: string | null
  readonly outcome: JournalOutcome | null
  readonly reason: string | null
  readonly sourceIp: string | null
  readonly limit: number
}

const outcome = sql<JournalOutcome>`case when reason is not null then 'refused' when status >= 500 then 'failed'
  else 'passed' end`

// One statement for every filter: all are looked at in the one index that leads to an org's entries in any case.
function fits(is: ExpressionBuilder<Tables, 'journal'>, given: Given<Filtered>) {
  const equal = (
    column: 'app_id' | 'user_id' | 'endpoint' | 'flow' | 'reason' | 'source_ip',
    value: RawBuilder<string | null>,
  ) => is.or([is(value, 'is', null), is(column, '=', value)])
  return [
    equal('app_id', given('appId')),
    equal('user_id', given('userId')),
    equal('endpoint', given('endpoint')),
    equal('flow', given('flow')),
    equal('reason', given('reason')),
    equal('source_ip', given('sourceIp')),
    is.or([is(given('outcome'), 'is', null), is(outcome, '=', given('outcome'))]),
  ]
}

function isIn({ id }: KeptEntry, page: JournalPage): boolean {
  return 'after' in page ? id > page.after : page.before === undefined || id < page.before
}

function isWanted(entry: KeptEntry, filter: JournalFilter): boolean {
  const found = { ...entry, outcome: outcomeOf(entry), reason: entry.refusal?.reason }
  const names = ['appId', 'userId', 'endpoint', 'flow', 'outcome', 'reason', 'sourceIp'] as const
  return names.every((name) => filter[name] === undefined || filter[name] === found[name])
}

function toParams(entry: JournalEntry): NewEntry {
  return {
    requestId: entry.requestId,
    at: instant(entry.at),
    endpoint: entry.endpoint,
    flow: entry.flow ?? null,
    orgId: entry.orgId ?? null,
    appId: entry.appId ?? null,
    userId: entry.userId ?? null,
    sourceIp: entry.sourceIp,
    status: entry.status,
    error: entry.error ?? null,
    passed: JSON.stringify(entry.passed),
    refusal: entry.refusal === undefined ? null : JSON.stringify(entry.refusal),
    reason: entry.refusal?.reason ?? null,
  }
}

const factsSchema: z.ZodType<Facts> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
)
const passedSchema = z.array(z.object({ check: z.string(), found: factsSchema.optional() }))
const refusalSchema = z.object({ reason: z.string(), facts: factsSchema })

function fromRow(row: Row): KeptEntry {
  return {
    id: row.id,
    requestId: row.request_id,
    at: readInstant(row.at),
    endpoint: row.endpoint,
    flow: row.flow ?? undefined,
    orgId: row.org_id ?? undefined,
    appId: row.app_id ?? undefined,
    userId: row.user_id ?? undefined,
    sourceIp: row.source_ip,
    status: row.status,
    error: row.error ?? undefined,
    passed: passedSchema
      .parse(JSON.parse(row.passed))
      .map(({ check, found }) => (found === undefined ? { check } : { check, found })),
    refusal: ifFound(row.refusal ?? undefined, (json) => refusalSchema.parse(JSON.parse(json))),
  }
}
