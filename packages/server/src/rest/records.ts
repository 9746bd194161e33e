import { readRecordId } from '../record-id.ts'
import { requireAct } from './access.ts'
import { answer, type Call, dataPath, noContent, type RestAnswer } from './call.ts'
import { RestError } from './error.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from './json.ts'
import { deleteLive, insertLive } from './live-records.ts'
import { updateLive } from './live-updates.ts'
import { type Field, findField, findRelationship, isIndexed, type SObject } from './object.ts'
import { askerOf, recordsOf } from './query.ts'
import {
  type FieldValue,
  keyText,
  type RecordKey,
  type RecordReader,
  type RecordWork,
  type StoredRecord,
} from './record.ts'
import { readFieldValue, recordRefused } from './record-values.ts'
import { wireTime, wireValue } from './rows.ts'
import { readField, readObject, targetOf } from './schema.ts'
import type { Condition, Plan, Selected, SqlValue } from './soql/plan.ts'
import { storedId } from './soql/values.ts'

/** What became of a record that was created. */
export interface Saved {
  readonly id: string
  readonly created: boolean
}

/** `POST /sobjects/<object>`. */
export async function createRecord(call: Call, object: SObject): Promise<RestAnswer> {
  const given = await readRecordBody(call)
  const id = await insert(call, object, given)
  return {
    ...answer('Result', { id, success: true, errors: [] }),
    status: 201,
    headers: { location: urlOf(call, object, id) },
  }
}

/** `GET /sobjects/<object>/<id>`, of the fields that `fields` names, or of all. */
export async function readRecord(call: Call, object: SObject, id: string): Promise<RestAnswer> {
  return recordAnswer(call, object, id)
}

/** `PATCH /sobjects/<object>/<id>`. */
export async function updateRecord(call: Call, object: SObject, id: string): Promise<RestAnswer> {
  const since = call.header('if-unmodified-since')
  await update(call, object, id, await readRecordBody(call), since)
  return noContent
}

/** `DELETE /sobjects/<object>/<id>`. */
export async function deleteRecord(call: Call, object: SObject, id: string): Promise<RestAnswer> {
  await remove(call, object, id, call.header('if-unmodified-since'))
  return noContent
}

/** The same by the value of a field that is made for it: `/sobjects/<object>/<field>/<value>`. */
export async function byExternalId(call: Call, object: SObject, fieldName: string, value: string): Promise<RestAnswer> {
  const field = externalIdField(object, fieldName)
  const ids = await idsByKey(call, object, field, value)
  const [only] = ids
  if (ids.length > 1) {
    return { status: 300, body: ids.map((id) => urlOf(call, object, id)), root: 'urls', item: 'url' }
  }
  if (call.method === 'PATCH') {
    const given = await readRecordBody(call)
    if (findGiven(given, field.name) !== undefined) {
      throw recordRefused(
        'INVALID_FIELD',
        object,
        [field.name],
        `The ${field.name} field should not be specified in the sobject data.`,
      )
    }
    const saved = await upsert(call, object, field, value, given)
    const status = saved.created ? 201 : 200
    if (!saved.created && Number(call.version) < 46) return noContent
    return { ...answer('Result', { id: saved.id, success: true, errors: [], created: saved.created }), status }
  }
  if (only === undefined) throw unknown(object, value)
  return call.method === 'DELETE' ? deleteRecord(call, object, only) : readRecord(call, object, only)
}

/** The field by which records are found from outside. @throws {RestError} 404 `NOT_FOUND` */
export function externalIdField(object: SObject, name: string): Field {
  const field = findField(object, name)
  const isKey = field !== undefined && (field.name === 'Id' || (object.kind === 'stored' && field.isExternalId))
  if (field === undefined || !isKey) {
    throw new RestError({
      reason: 'external-id-field-unknown',
      facts: { found: name.slice(0, 80), object: object.name },
    })
  }
  return field
}

/** Updates the record that has a value in a field, or creates one with it. */
export async function upsert(
  call: Call,
  object: SObject,
  field: Field,
  value: string | number,
  given: JsonObject,
): Promise<Saved> {
  if (field.name === 'Id') {
    const id = String(value)
    await update(call, object, id, given)
    return { id, created: false }
  }
  return call.work(async (work) => {
    const key = { field: field.name, value: keyText(readFieldValue(object, field, value) ?? '') }
    const ids = await work.findByKey(call.caller.org.id, object.name, key)
    const inside = { ...call, reader: work, work: <T>(job: (work: RecordWork) => Promise<T>) => job(work) }
    const [only] = ids
    if (ids.length > 1)
      throw recordRefused('DUPLICATE_VALUE', object, [field.name], `Duplicate external id specified: ${value}`)
    if (only === undefined)
      return { id: await insert(inside, object, { ...given, [field.name]: value }), created: true }
    await update(inside, object, only, given)
    return { id: only, created: false }
  })
}

/** Creates a record; answers its id. @throws {RestError} */
export async function insert(call: Call, object: SObject, given: JsonObject): Promise<string> {
  requireAct(call.caller.access, 'create', object)
  if (object.kind === 'live') return insertLive(call, object, given)
  const { user } = call.caller
  const id = call.newId(object.keyPrefix)
  await call.work(async (work) => {
    const values = await readGiven(call, work, object, given, 'create')
    const missing = missingFields(object, values)
    if (missing.length > 0) {
      const names = missing.map(({ name }) => name)
      throw recordRefused('REQUIRED_FIELD_MISSING', object, names, `Required fields are missing: [${names.join(', ')}]`)
    }
    if (object.nameField?.isAutoNumber === true) {
      const number = await work.nextNumber(user.orgId, object.name)
      values.set(object.nameField.name, String(number).padStart(8, '0'))
    }
    const ownerId = String(values.get('OwnerId') ?? user.id)
    values.delete('OwnerId')
    const record = recordWith(object, withDefaults(object, values), {
      id,
      orgId: user.orgId,
      ownerId,
      createdAt: call.now,
      createdById: user.id,
      modifiedAt: call.now,
      modifiedById: user.id,
    })
    await requireUnique(work, object, record)
    await work.add(record, keysOf(object, record))
  })
  return id
}

/** Changes fields of a record. @throws {RestError} */
export async function update(
  call: Call,
  object: SObject,
  id: string,
  given: JsonObject,
  unmodifiedSince?: string,
): Promise<void> {
  requireAct(call.caller.access, 'edit', object)
  if (object.kind === 'live') return updateLive(call, object, id, given)
  await call.work(async (work) => {
    const found = await storedRecord(call, work, object, id)
    requireUnmodified(found, unmodifiedSince)
    const changes = await readGiven(call, work, object, given, 'edit')
    const emptied = object.fields.filter((field) => isRequired(field) && changes.get(field.name) === null)
    if (emptied.length > 0) {
      const names = emptied.map(({ name }) => name)
      throw recordRefused('REQUIRED_FIELD_MISSING', object, names, `Required fields are missing: [${names.join(', ')}]`)
    }
    const ownerId = String(changes.get('OwnerId') ?? found.ownerId)
    changes.delete('OwnerId')
    const values = new Map([...Object.entries(found.fields), ...changes])
    const record = recordWith(object, values, {
      ...found,
      ownerId,
      modifiedAt: call.now,
      modifiedById: call.caller.user.id,
    })
    await requireUnique(work, object, record)
    await work.update(record, keysOf(object, record))
  })
}

/** Puts a record into the recycle bin; what is part of the org itself is undone. @throws {RestError} */
export async function remove(call: Call, object: SObject, id: string, unmodifiedSince?: string): Promise<void> {
  requireAct(call.caller.access, 'delete', object)
  if (object.kind === 'live') return deleteLive(call, object, id)
  await call.work(async (work) => {
    const found = await storedRecord(call, work, object, id)
    requireUnmodified(found, unmodifiedSince)
    const { user } = call.caller
    await work.update({ ...found, deletedAt: call.now, modifiedAt: call.now, modifiedById: user.id }, [])
  })
}

/** Lets nobody change what others have changed since. @throws {RestError} 412 `PRECONDITION_FAILED` */
function requireUnmodified({ modifiedAt }: StoredRecord, since: string | undefined): void {
  if (since === undefined || !(Math.floor(modifiedAt.getTime() / 1000) * 1000 > Date.parse(since))) return
  const facts = { header: 'If-Unmodified-Since', found: modifiedAt.toUTCString() }
  throw new RestError({ reason: 'precondition-failed', facts })
}

/** The record that an id names, of an object. @throws {RestError} 404 `NOT_FOUND` or `ENTITY_IS_DELETED` */
async function storedRecord(call: Call, work: RecordReader, object: SObject, id: string): Promise<StoredRecord> {
  const long = readRecordId(id)
  const found = long === undefined ? undefined : await work.findAny(call.caller.org.id, long)
  if (object.kind !== 'stored' || found === undefined || found.object !== object.name) throw unknown(object, id)
  if (found.deletedAt !== undefined) {
    throw new RestError({ reason: 'record-deleted', facts: { found: found.id, object: object.name } })
  }
  return found
}

function unknown({ name }: SObject, id: string): RestError {
  return new RestError({ reason: 'record-unknown', facts: { found: id.slice(0, 40), object: name } })
}

/** A record as `GET` answers it. */
async function recordAnswer(call: Call, object: SObject, id: string): Promise<RestAnswer> {
  const names = call.query.get('fields')?.split(',')
  const wanted = names?.map((name) => name.trim()).filter((name) => name !== '')
  const fields = wanted === undefined ? object.fields : wanted.map((name) => readField(object, name))
  const long = readRecordId(id)
  if (long === undefined) throw unknown(object, id)
  if (object.kind === 'live') {
    const [record] = await recordsById(call, object, [long], fields)
    if (record === undefined) throw unknown(object, id)
    return answer(object.name, record)
  }
  const found = await storedRecord(call, call.reader, object, long)
  const since = Date.parse(call.header('if-modified-since') ?? '')
  if (Math.floor(found.modifiedAt.getTime() / 1000) * 1000 <= since) return { status: 304, body: undefined, root: '' }
  const headers = { 'last-modified': found.modifiedAt.toUTCString() }
  return { ...answer(object.name, recordJson(call, object, found, fields)), headers }
}

/** A stored record with some of its fields, as queries answer them. */
function recordJson(call: Call, object: SObject, record: StoredRecord, fields: readonly Field[]): JsonObject {
  const json: Record<string, Json> = { attributes: { type: object.name, url: urlOf(call, object, record.id) } }
  for (const field of fields) json[field.name] = wireFieldValue(field, record)
  return json
}

function wireFieldValue(field: Field, record: StoredRecord): Json {
  switch (field.name) {
    case 'Id':
      return record.id
    case 'IsDeleted':
      return record.deletedAt !== undefined
    case 'OwnerId':
      return record.ownerId
    case 'CreatedDate':
      return wireTime(record.createdAt.getTime())
    case 'CreatedById':
      return record.createdById
    case 'LastModifiedById':
      return record.modifiedById
    case 'LastModifiedDate':
    case 'SystemModstamp':
    case 'LastViewedDate':
    case 'LastReferencedDate':
      return wireTime(record.modifiedAt.getTime())
    default: {
      const value = field.isNameField ? record.name : (record.fields[field.name] ?? null)
      return typeof value === 'boolean' ? value : wireValue(field, value)
    }
  }
}

/** Records by their ids, of an object, in no particular order. */
export async function recordsById(
  call: Call,
  object: SObject,
  ids: readonly string[],
  fields: readonly Field[],
): Promise<readonly JsonObject[]> {
  const id = readField(object, 'Id')
  const left = { kind: 'field', path: { via: [], field: id } } as const
  const values = ids.map((one): SqlValue => storedId(id, one))
  const select = fields.map((field): Selected => ({ kind: 'field', path: { via: [], field }, name: field.name }))
  const where: Condition = { kind: 'in', left, values }
  return recordsOf(call, recordPlan(call, object, select, where), { offset: 0, limit: ids.length })
}

/** The plan of a query for records that somebody inside asks for. */
export function recordPlan(
  { caller }: Call,
  object: SObject,
  select: readonly Selected[],
  where: Condition | undefined,
): Plan {
  const parts: Condition[] = where === undefined ? [] : [where]
  const { access } = object
  if (access.to === 'owner' && !caller.access.has(access.permission)) {
    const owner = readField(object, access.ownerField)
    const left = { kind: 'field', path: { via: [], field: owner } } as const
    parts.push({ kind: 'compare', left, by: '=', value: caller.user.id })
  }
  return {
    object,
    includesDeleted: false,
    isMine: false,
    kind: 'records',
    select,
    where: parts.length === 0 ? undefined : { kind: 'and', parts },
    groupBy: [],
    having: undefined,
    orderBy: [],
    limit: undefined,
    offset: 0,
  }
}

async function idsByKey(call: Call, object: SObject, field: Field, value: string): Promise<readonly string[]> {
  if (field.name === 'Id') {
    const id = readRecordId(value)
    return id === undefined ? [] : [id]
  }
  const key = { field: field.name, value: keyText(readFieldValue(object, field, value) ?? '') }
  return call.reader.findByKey(call.caller.org.id, object.name, key)
}

/** The record in a body. @throws {RestError} 400 `JSON_PARSER_ERROR` */
async function readRecordBody(call: Call): Promise<JsonObject> {
  const body = await call.body()
  if (isJsonObject(body)) return body
  const problem = isJsonList(body)
    ? 'Cannot deserialize instance of a record from START_ARRAY value'
    : 'The HTTP entity body is required, but this request has no entity body.'
  throw new RestError({ reason: 'json-malformed', facts: { problem } })
}

function findGiven(given: JsonObject, name: string): Json | undefined {
  const key = Object.keys(given).find((one) => one.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : given[key]
}

/** Reads the fields that a caller gives, and finds the records that they refer to. */
async function readGiven(
  call: Call,
  work: RecordWork,
  object: SObject,
  given: JsonObject,
  act: 'create' | 'edit',
): Promise<Map<string, FieldValue>> {
  const values = new Map<string, FieldValue>()
  for (const [name, value] of Object.entries(given)) {
    if (name === 'attributes' || value === undefined) continue
    const relationship = isJsonObject(value) ? findRelationship(object, name) : undefined
    const field = relationship ?? findField(object, name)
    if (field === undefined) {
      throw new RestError({ reason: 'field-unknown', facts: { found: name.slice(0, 80), object: object.name } })
    }
    if (act === 'create' ? !field.isCreateable : !field.isUpdateable) {
      throw recordRefused(
        'INVALID_FIELD_FOR_INSERT_UPDATE',
        object,
        [field.name],
        `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      )
    }
    const read =
      relationship === undefined || !isJsonObject(value)
        ? readFieldValue(object, field, value)
        : await referredTo(call, work, object, relationship, value)
    if (field.reference !== undefined && typeof read === 'string')
      await requireReferred(call, work, object, field, read)
    values.set(field.name, read)
  }
  return values
}

/** The id of a record that is given by an external id, such as `"Account": { "Key__c": "7" }`. */
async function referredTo(
  call: Call,
  work: RecordWork,
  object: SObject,
  by: Field,
  given: JsonObject,
): Promise<string> {
  const target = targetOf(call.caller.schema, by)
  const members = Object.entries(given).filter(([name]) => name !== 'attributes')
  const [name = '', value = null] = members[0] ?? []
  const field = target === undefined ? undefined : findField(target, name)
  if (target === undefined || field === undefined || !field.isExternalId || members.length > 1) {
    throw recordRefused(
      'INVALID_FIELD',
      object,
      [by.name],
      `The record for ${by.name} is to be given by one external id field`,
    )
  }
  const key = { field: field.name, value: keyText(readFieldValue(target, field, value) ?? '') }
  const [id] = await work.findByKey(call.caller.org.id, target.name, key)
  if (id !== undefined) return id
  throw recordRefused(
    'INVALID_FIELD',
    object,
    [by.name],
    `Foreign key external ID: ${key.value.slice(0, 40)} not found for field ${field.name} in entity ${target.name}`,
  )
}

/** Lets a reference pass only to a record that is there, of an object that the field may refer to. */
async function requireReferred(call: Call, work: RecordWork, object: SObject, field: Field, id: string): Promise<void> {
  const objects = (field.reference?.to ?? []).flatMap((name) => call.caller.schema.find(name) ?? [])
  const target = objects.find(({ keyPrefix }) => id.startsWith(keyPrefix))
  if (target === undefined) {
    throw recordRefused(
      'FIELD_INTEGRITY_EXCEPTION',
      object,
      [field.name],
      `${field.label}: id value of incorrect type: ${id}`,
    )
  }
  const orgId = call.caller.org.id
  const isThere =
    target.kind === 'stored'
      ? (await work.find(orgId, id))?.object === target.name
      : (await work.count(byId(call, target, id), askerOf(call))) > 0
  if (isThere) return
  throw recordRefused(
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    object,
    [field.name],
    `insufficient access rights on cross-reference id: ${id}`,
  )
}

function byId(call: Call, object: SObject, id: string): Plan {
  const field = readField(object, 'Id')
  const left = { kind: 'field', path: { via: [], field } } as const
  return recordPlan(call, object, [], { kind: 'compare', left, by: '=', value: storedId(field, id) })
}

function isRequired(field: Field): boolean {
  return !field.isNillable && field.isCreateable && field.name !== 'OwnerId'
}

const closedStages = new Set(['Closed Won', 'Closed Lost'])

/** The fields that a new record must have and these values do not. */
export function missingFields(object: SObject, values: ReadonlyMap<string, FieldValue>): readonly Field[] {
  return object.fields.filter(
    (field) => isRequired(field) && (values.get(field.name) ?? field.defaultValue ?? null) === null,
  )
}

/** The values, and those that a new record has when nothing is given. */
export function withDefaults(
  object: SObject,
  values: ReadonlyMap<string, FieldValue>,
): ReadonlyMap<string, FieldValue> {
  const defaults = object.fields.flatMap(({ name, defaultValue }): [string, FieldValue][] =>
    defaultValue === undefined ? [] : [[name, defaultValue]],
  )
  return new Map([...defaults, ...values])
}

/** The record of these values, with what the server makes of them. */
export function recordWith(
  object: SObject,
  values: ReadonlyMap<string, FieldValue>,
  stamp: Omit<StoredRecord, 'object' | 'name' | 'fields' | 'deletedAt'>,
): StoredRecord {
  const all = new Map([...values].filter(([, value]) => value !== null))
  const stage = all.get('StageName')
  const status = all.get('Status')
  const derived: Readonly<Record<string, FieldValue>> = {
    IsWon: stage === 'Closed Won',
    IsClosed:
      object.name === 'Opportunity' ? closedStages.has(String(stage)) : status === 'Closed' || status === 'Completed',
    Name: [all.get('FirstName'), all.get('LastName')].filter((part) => part !== undefined).join(' '),
  }
  for (const { name, isCalculated } of object.fields) {
    const value = isCalculated ? derived[name] : undefined
    if (value !== undefined) all.set(name, value)
  }
  const name = object.nameField === undefined ? '' : String(all.get(object.nameField.name) ?? '')
  return { ...stamp, object: object.name, name, fields: Object.fromEntries(all), deletedAt: undefined }
}

/** The values by which a record is looked up. */
export function keysOf(object: SObject, { fields }: Pick<StoredRecord, 'fields'>): readonly RecordKey[] {
  return object.fields.filter(isIndexed).flatMap((field) => {
    const value = fields[field.name]
    return value === undefined || value === null ? [] : [{ field: field.name, value: keyText(value) }]
  })
}

async function requireUnique(work: RecordWork, object: SObject, record: StoredRecord): Promise<void> {
  for (const { field, value } of keysOf(object, record)) {
    if (findField(object, field)?.isUnique !== true) continue
    const ids = await work.findByKey(record.orgId, object.name, { field, value })
    const other = ids.find((id) => id !== record.id)
    if (other !== undefined) {
      throw recordRefused(
        'DUPLICATE_VALUE',
        object,
        [field],
        `duplicate value found: ${field} duplicates value on record with id: ${other}`,
      )
    }
  }
}

function urlOf({ version }: Call, object: SObject, id: string): string {
  return `${dataPath(version)}/sobjects/${object.name}/${id}`
}

/** The object that a path names. */
export function objectAt(call: Call, name: string): SObject {
  return readObject(call.caller.schema, name)
}
