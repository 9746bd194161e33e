import { readRecordId } from '../record-id.ts'
import { requireAct } from './access.ts'
import type { Call } from './call.ts'
import { RestError } from './error.ts'
import { byIdPlan, unknownRecord } from './find-records.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { deleteLive, insertLive } from './live-records.ts'
import { updateLive } from './live-updates.ts'
import { isRequired, keysOf, missingFields, recordWith, withDefaults } from './new-record.ts'
import { type Field, findField, findRelationship, type SObject } from './object.ts'
import { askerOf } from './query.ts'
import { type FieldValue, keyText, type RecordReader, type RecordWork, type StoredRecord } from './record.ts'
import { readFieldValue, recordRefused } from './record-values.ts'
import { targetOf } from './schema.ts'

/** What became of a record that was created. */
export interface Saved {
  readonly id: string
  readonly created: boolean
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
export async function storedRecord(call: Call, work: RecordReader, object: SObject, id: string): Promise<StoredRecord> {
  const long = readRecordId(id)
  const found = long === undefined ? undefined : await work.findAny(call.caller.org.id, long)
  if (object.kind !== 'stored' || found === undefined || found.object !== object.name) throw unknownRecord(object, id)
  if (found.deletedAt !== undefined) {
    throw new RestError({ reason: 'record-deleted', facts: { found: found.id, object: object.name } })
  }
  return found
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
      : (await work.count(byIdPlan(call, target, id), askerOf(call))) > 0
  if (isThere) return
  throw recordRefused(
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    object,
    [field.name],
    `insufficient access rights on cross-reference id: ${id}`,
  )
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
