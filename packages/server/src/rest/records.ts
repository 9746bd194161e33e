import { readRecordId } from '../record-id.ts'
import { answer, type Call, dataPath, noContent, type RestAnswer } from './call.ts'
import { RestError } from './error.ts'
import { recordsById, unknownRecord } from './find-records.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from './json.ts'
import { type Field, findField, type SObject } from './object.ts'
import { keyText, type StoredRecord } from './record.ts'
import { readFieldValue, recordRefused } from './record-values.ts'
import { wireTime, wireValue } from './rows.ts'
import { insert, remove, storedRecord, update, upsert } from './save-record.ts'
import { readField, readObject } from './schema.ts'

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
  if (only === undefined) throw unknownRecord(object, value)
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

/** A record as `GET` answers it. */
async function recordAnswer(call: Call, object: SObject, id: string): Promise<RestAnswer> {
  const names = call.query.get('fields')?.split(',')
  const wanted = names?.map((name) => name.trim()).filter((name) => name !== '')
  const fields = wanted === undefined ? object.fields : wanted.map((name) => readField(object, name))
  const long = readRecordId(id)
  if (long === undefined) throw unknownRecord(object, id)
  if (object.kind === 'live') {
    const [record] = await recordsById(call, object, [long], fields)
    if (record === undefined) throw unknownRecord(object, id)
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
  const created = wireTime(record.createdAt.getTime())
  const modified = wireTime(record.modifiedAt.getTime())
  for (const field of fields) json[field.name] = wireFieldValue(field, record, created, modified)
  return json
}

function wireFieldValue(field: Field, record: StoredRecord, created: string, modified: string): Json {
  switch (field.name) {
    case 'Id':
      return record.id
    case 'IsDeleted':
      return record.deletedAt !== undefined
    case 'OwnerId':
      return record.ownerId
    case 'CreatedDate':
      return created
    case 'CreatedById':
      return record.createdById
    case 'LastModifiedById':
      return record.modifiedById
    case 'LastModifiedDate':
    case 'SystemModstamp':
    case 'LastViewedDate':
    case 'LastReferencedDate':
      return modified
    default: {
      const value = field.isNameField ? record.name : (record.fields[field.name] ?? null)
      return typeof value === 'boolean' ? value : wireValue(field, value)
    }
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

function urlOf({ version }: Call, object: SObject, id: string): string {
  return `${dataPath(version)}/sobjects/${object.name}/${id}`
}

/** The object that a path names. */
export function objectAt(call: Call, name: string): SObject {
  return readObject(call.caller.schema, name)
}
