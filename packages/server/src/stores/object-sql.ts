import { type RawBuilder, sql } from 'kysely'
import type { Field, SObject } from '../rest/object.ts'
import type { Asker } from '../rest/record.ts'
import { jsonFlag, jsonNumber, jsonText } from './json-sql.ts'
import { liveTables } from './live-objects.ts'

type Sql = RawBuilder<unknown>

/** Where the rows of an object are: stored records, or a table made of what the org is. */
export function tableOf(object: SObject, asker: Asker): Sql {
  if (object.kind === 'stored') return sql`records`
  const table = liveTables[object.name]
  if (table === undefined) throw new Error(`There is no table for ${object.name}.`)
  return sql`(${table(asker)})`
}

/** The field with which rows are told apart. */
export function idOf({ fields, name }: SObject): Field {
  const id = fields.find((field) => field.name === 'Id')
  if (id === undefined) throw new Error(`The object ${name} has no Id.`)
  return id
}

/** What makes a row of the table of all records one of an object. What may be of several objects has no prefix. */
export function ofObject(alias: string, { name, keyPrefix }: SObject, orgId: string, isById = false): Sql {
  // An expression in the place of a column keeps its index out of the way of a better one.
  const own = (column: string) =>
    isById ? sql`(${sql.ref(`${alias}.${column}`)} || '')` : sql.ref(`${alias}.${column}`)
  const ofOrg = sql`${own('org_id')} = ${orgId}`
  return keyPrefix === '' ? ofOrg : sql`${ofOrg} and ${own('object')} = ${name}`
}

const numberTypes: ReadonlySet<Field['type']> = new Set(['currency', 'datetime', 'double', 'int', 'percent'])

const storedColumns: Readonly<Record<string, string>> = {
  Id: 'id',
  OwnerId: 'owner_id',
  CreatedDate: 'created_at',
  CreatedById: 'created_by_id',
  LastModifiedDate: 'modified_at',
  LastModifiedById: 'modified_by_id',
  SystemModstamp: 'modified_at',
  LastViewedDate: 'modified_at',
  LastReferencedDate: 'modified_at',
}

/** The value of a field in a row of an object's table. @param alias of the table */
export function column(object: SObject, alias: string, field: Field): Sql {
  if (object.kind === 'live') return sql.ref(`${alias}.${field.name}`)
  if (field.name === 'IsDeleted') return sql`case when ${sql.ref(`${alias}.deleted_at`)} is null then 0 else 1 end`
  const own = field.isNameField ? 'name' : storedColumns[field.name]
  if (own !== undefined) return sql.ref(`${alias}.${own}`)
  if (object.keyPrefix === '' && field.name === 'Type') return sql.ref(`${alias}.object`)
  const fields = `${alias}.fields`
  if (field.type === 'boolean') return sql`coalesce(${jsonFlag(fields, field.name)}, 0)`
  return numberTypes.has(field.type) ? jsonNumber(fields, field.name) : jsonText(fields, field.name)
}

/** Whether every row has a value in a field, so that it does not matter where those without would be sorted. */
export function isNeverNull({ kind }: SObject, { name, isNameField }: Field): boolean {
  return kind === 'stored' && (isNameField || storedColumns[name] !== undefined)
}
