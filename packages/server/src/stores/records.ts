import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { RecordStore, StoredRecord } from '../rest/record.ts'
import { ifFound, instant, readInstant } from './column-values.ts'
import type { Database, Tables } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** The orgs' records in the database. */
export function recordStore({ queries, read, write }: Database): RecordStore {
  const find = statement((given: Placeholder<{ orgId: string; id: string }>) =>
    queries.selectFrom('records').selectAll().where('org_id', '=', given('orgId')).where('id', '=', given('id')),
  )
  const list = statement((given: Placeholder<{ orgId: string; object: string; offset: number; limit: number }>) =>
    queries
      .selectFrom('records')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .where('object', '=', given('object'))
      .orderBy('name')
      .orderBy('id')
      .limit(given('limit'))
      .offset(given('offset')),
  )
  const count = statement((given: Placeholder<{ orgId: string; object: string }>) =>
    queries
      .selectFrom('records')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('org_id', '=', given('orgId'))
      .where('object', '=', given('object')),
  )
  return {
    async add(record) {
      await write((tx) => tx.execute(queries.insertInto('records').values(toRow(record))))
    },
    async find(orgId, id) {
      return ifFound(await read.first(find, { orgId, id }), fromRow)
    },
    async list(orgId, object, { offset, limit }) {
      return (await read.all(list, { orgId, object, offset, limit })).map(fromRow)
    },
    async count(orgId, object) {
      return (await read.first(count, { orgId, object }))?.count ?? 0
    },
  }
}

type Row = Selectable<Tables['records']>

const fieldsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

function toRow(record: StoredRecord): Row {
  return {
    id: record.id,
    org_id: record.orgId,
    object: record.object,
    name: String(record.fields['Name'] ?? ''),
    fields: JSON.stringify(record.fields),
    owner_id: record.ownerId,
    created_at: instant(record.createdAt),
    modified_at: instant(record.modifiedAt),
  }
}

function fromRow(row: Row): StoredRecord {
  return {
    id: row.id,
    orgId: row.org_id,
    object: row.object,
    fields: fieldsSchema.parse(JSON.parse(row.fields)),
    ownerId: row.owner_id,
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}
