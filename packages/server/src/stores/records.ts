import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { RecordKey, RecordReader, RecordStore, RecordWork, StoredRecord } from '../rest/record.ts'
import type { SqlValue } from '../rest/soql/plan.ts'
import { ifFound, instant, instantOrNull, readInstant, readInstantOrNull } from './column-values.ts'
import { cursorFinder } from './cursors.ts'
import type { Database, Reader, Transaction } from './database.ts'
import { planCompiler } from './soql.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** The orgs' records in the database. */
export function recordStore(database: Database): RecordStore {
  const { queries, read, write } = database
  const plans = planCompiler(database)
  const findCursor = cursorFinder(database)
  const findAny = statement((given: Placeholder<{ orgId: string; id: string }>) =>
    queries.selectFrom('records').selectAll().where('org_id', '=', given('orgId')).where('id', '=', given('id')),
  )
  const findByKey = statement((given: Placeholder<{ orgId: string; object: string; field: string; value: string }>) =>
    queries
      .selectFrom('record_keys as key')
      .innerJoin('records as record', 'record.id', 'key.record_id')
      .select('record.id')
      .where('key.org_id', '=', given('orgId'))
      .where('key.object', '=', given('object'))
      .where('key.field', '=', given('field'))
      .where('key.value', '=', given('value'))
      .where('record.deleted_at', 'is', null)
      .orderBy('record.id')
      .limit(2),
  )
  const list = statement((given: Placeholder<{ orgId: string; object: string; offset: number; limit: number }>) =>
    queries
      .selectFrom('records')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .where('object', '=', given('object'))
      .where('deleted_at', 'is', null)
      .orderBy(({ fn }) => fn<string>('lower', ['name']))
      .orderBy('id')
      .limit(given('limit'))
      .offset(given('offset')),
  )
  const latestName = statement((given: Placeholder<{ orgId: string; object: string }>) =>
    queries
      .selectFrom('records')
      .select('name')
      .where('org_id', '=', given('orgId'))
      .where('object', '=', given('object'))
      .orderBy(({ fn }) => fn<string>('lower', ['name']), 'desc')
      .limit(1),
  )
  const removeKeys = statement((given: Placeholder<{ id: string }>) =>
    queries.deleteFrom('record_keys').where('record_id', '=', given('id')),
  )

  const reader = (from: Reader): RecordReader => ({
    async find(orgId, id) {
      const found = ifFound(await from.first(findAny, { orgId, id }), fromRow)
      return found?.deletedAt === undefined ? found : undefined
    },
    async findAny(orgId, id) {
      return ifFound(await from.first(findAny, { orgId, id }), fromRow)
    },
    async findByKey(orgId, object, { field, value }) {
      return (await from.all(findByKey, { orgId, object, field, value })).map(({ id }) => id)
    },
    async list(orgId, object, { offset, limit }) {
      return (await from.all(list, { orgId, object, offset, limit })).map(fromRow)
    },
    async query(plan, asker, columns, page) {
      return (await from.values(plans.rows(plan, asker, columns, page))).map(readRow)
    },
    async count(plan, asker) {
      const [row] = await from.values(plans.count(plan, asker))
      return Number(row?.[0] ?? 0)
    },
    async children(by, parentIds, plan, asker, columns, limit) {
      return (await from.values(plans.children(by, parentIds, plan, asker, columns, limit))).map(readRow)
    },
    findCursor: (orgId, id) => findCursor(from, orgId, id),
  })
  const worker = (tx: Transaction): RecordWork => ({
    ...reader(tx),
    // Whoever writes asks first whether a value is taken.
    async findByKey(orgId, object, key) {
      await tx.alone(`record key ${orgId} ${object} ${key.field} ${key.value}`)
      return reader(tx).findByKey(orgId, object, key)
    },
    async add(record, keys) {
      await tx.execute(queries.insertInto('records').values(toRow(record)))
      await addKeys(tx, record, keys)
    },
    async update(record, keys) {
      const { id, org_id, object, created_at, created_by_id, ...changed } = toRow(record)
      await tx.execute(queries.updateTable('records').set(changed).where('id', '=', id).where('org_id', '=', org_id))
      await tx.run(removeKeys, { id })
      await addKeys(tx, record, keys)
    },
    async nextNumber(orgId, object) {
      await tx.alone(`record number ${orgId} ${object}`)
      const latest = await tx.first(latestName, { orgId, object })
      return Number(/\d+/.exec(latest?.name ?? '')?.[0] ?? 0) + 1
    },
  })

  return {
    ...reader(read),
    work: (job) => write((tx) => job(worker(tx))),
    add: (record, keys = []) => write((tx) => worker(tx).add(record, keys)),
  }

  async function addKeys(tx: Transaction, { id, orgId, object }: StoredRecord, keys: readonly RecordKey[]) {
    if (keys.length === 0) return
    const rows = keys.map(({ field, value }) => ({ org_id: orgId, object, field, value, record_id: id }))
    await tx.execute(queries.insertInto('record_keys').values(rows))
  }
}

type Row = Selectable<Tables['records']>

const fieldsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

function toRow(record: StoredRecord): Row {
  return {
    id: record.id,
    org_id: record.orgId,
    object: record.object,
    name: record.name,
    fields: JSON.stringify(record.fields),
    owner_id: record.ownerId,
    created_at: instant(record.createdAt),
    created_by_id: record.createdById,
    modified_at: instant(record.modifiedAt),
    modified_by_id: record.modifiedById,
    deleted_at: instantOrNull(record.deletedAt),
  }
}

function fromRow(row: Row): StoredRecord {
  return {
    id: row.id,
    orgId: row.org_id,
    object: row.object,
    name: row.name,
    fields: fieldsSchema.parse(JSON.parse(row.fields)),
    ownerId: row.owner_id,
    createdAt: readInstant(row.created_at),
    createdById: row.created_by_id,
    modifiedAt: readInstant(row.modified_at),
    modifiedById: row.modified_by_id,
    deletedAt: readInstantOrNull(row.deleted_at),
  }
}

function readRow(values: readonly unknown[]): readonly SqlValue[] {
  return values.map((value) => (typeof value === 'string' || typeof value === 'number' ? value : null))
}
