import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Facts, JournalEntry, JournalStore } from '../journal/journal.ts'
import { ifFound, instant, readInstant } from './column-values.ts'
import type { Database, Tables } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

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
}

/** The journal in the database. */
export function journalStore({ queries, read, write, later, settled }: Database): JournalStore {
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
    }),
  )
  const newest = queries.selectFrom('journal').selectAll().orderBy('id', 'desc')
  const find = statement((given: Placeholder<{ requestId: string }>) =>
    newest.where('request_id', '=', given('requestId')).limit(1),
  )
  const latest = statement((given: Placeholder<{ limit: number }>) => newest.limit(given('limit')))
  const latestRefusals = statement((given: Placeholder<{ limit: number }>) =>
    newest.where('refusal', 'is not', null).limit(given('limit')),
  )
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
      return later((tx) => tx.run(insert, params))
    },
    async find(requestId) {
      await settled()
      return ifFound(await read.first(find, { requestId }), fromRow)
    },
    async latest({ refusedOnly, limit }) {
      await settled()
      return (await read.all(refusedOnly ? latestRefusals : latest, { limit })).map(fromRow)
    },
    deleteBefore: (before, limit) => write((tx) => tx.run(deleteBefore, { before: instant(before), limit })),
  }
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
  }
}

const factsSchema: z.ZodType<Facts> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
)
const passedSchema = z.array(z.object({ check: z.string(), found: factsSchema.optional() }))
const refusalSchema = z.object({ reason: z.string(), facts: factsSchema })

function fromRow(row: Selectable<Tables['journal']>): JournalEntry {
  return {
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
