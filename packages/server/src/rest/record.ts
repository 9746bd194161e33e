import type { CustomObject } from './custom-object.ts'
import type { Field, SObject } from './object.ts'
import type { Expression, Plan, SqlValue } from './soql/plan.ts'

/** The value of a field of a stored record; an instant is epoch milliseconds. */
export type FieldValue = string | number | boolean | null

/** A record that an org holds, such as an Account. */
export interface StoredRecord {
  /** 18 characters. */
  readonly id: string
  readonly orgId: string
  /** API name of the object. */
  readonly object: string
  /** What names it to people. */
  readonly name: string
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly ownerId: string
  readonly createdAt: Date
  readonly createdById: string
  readonly modifiedAt: Date
  readonly modifiedById: string
  /** When it went to the recycle bin. */
  readonly deletedAt: Date | undefined
}

/** A value by which a record is looked up, as {@link keyText} writes it. */
export interface RecordKey {
  readonly field: string
  readonly value: string
}

/**
 * A text as it is stored, and looked for. Databases have no character 0 in texts, or take it for the end of a pattern, and
 * no halves of surrogate pairs: in their place stands the character for what cannot be shown.
 */
export function storedText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** The one form of a value in which it is looked up: capitals do not count. */
export function keyText(value: string | number | boolean): string {
  return String(value).replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

/** For whom a query is run. */
export interface Asker {
  readonly orgId: string
  readonly userId: string
  /** The number of the access token that the call came with. */
  readonly tokenId: number
  readonly now: Date
}

/** Values in the order of the expressions that were asked for. */
export type QueriedRow = readonly SqlValue[]

/** Which rows of a query's answer are wanted. */
export interface RowPage {
  readonly offset: number
  readonly limit: number
}

/** Reads records. */
export interface RecordReader {
  /** A record, unless it is deleted. */
  find(orgId: string, id: string): Promise<StoredRecord | undefined>
  /** A record, deleted or not. */
  findAny(orgId: string, id: string): Promise<StoredRecord | undefined>
  /** Ids of the records, at most two, whose indexed field has this value. */
  findByKey(orgId: string, object: string, key: RecordKey): Promise<readonly string[]>
  /** The records of an object by name. */
  list(orgId: string, object: string, page: RowPage): Promise<readonly StoredRecord[]>
  /** What a query computes of its records or groups, in its order. */
  query(plan: Plan, asker: Asker, columns: readonly Expression[], page: RowPage): Promise<readonly QueriedRow[]>
  /** How many records or groups a query answers with. */
  count(plan: Plan, asker: Asker): Promise<number>
  /** The records that refer to parents by a field, as `query` answers, each with its parent's id in front. */
  children(
    by: Field,
    parentIds: readonly string[],
    plan: Plan,
    asker: Asker,
    columns: readonly Expression[],
    limit: number,
  ): Promise<readonly QueriedRow[]>
  /** A cursor that has been added. */
  findCursor(orgId: string, id: string): Promise<Cursor | undefined>
}

/** Writes records, in a transaction whose own writes it reads. */
export interface RecordWork extends RecordReader {
  add(record: StoredRecord, keys: readonly RecordKey[]): Promise<void>
  /** Replaces everything but id, org, object and creation. */
  update(record: StoredRecord, keys: readonly RecordKey[]): Promise<void>
  /** One more than the largest number that records of an object have as their name. */
  nextNumber(orgId: string, object: string): Promise<number>
}

/** Keeps records. */
export interface RecordStore extends RecordReader {
  add(record: StoredRecord, keys?: readonly RecordKey[]): Promise<void>
  count(plan: Plan, asker: Asker): Promise<number>
  /**
   * Does work in one transaction. It awaits nothing else, and may be done twice when another's failed. When it throws,
   * nothing of it is written.
   */
  work<T>(job: (work: RecordWork) => Promise<T>): Promise<T>
}

/** A query whose further rows are fetched by a locator. */
export interface Cursor {
  /** 18 characters, `01g…`. */
  readonly id: string
  readonly orgId: string
  readonly userId: string
  readonly soql: string
  readonly includesDeleted: boolean
  readonly createdAt: Date
}

/** Keeps cursors for a while. */
export interface CursorStore {
  /** Adds one; of those of one user only the latest ten are kept. */
  add(cursor: Cursor): Promise<void>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}

/** Keeps what orgs have made of objects: own ones, and fields of their own on standard ones. */
export interface ObjectStore {
  /** The objects of an org that are not as Salesforce has them, by name. */
  list(orgId: string): Promise<readonly SObject[]>
  /** The same as the org has written them down. */
  definitions(orgId: string): Promise<readonly CustomObject[]>
  put(orgId: string, object: CustomObject): Promise<void>
}
