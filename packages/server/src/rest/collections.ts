import { readRecordId } from '../record-id.ts'
import { answer, type Call, type RestAnswer } from './call.ts'
import { RestError } from './error.ts'
import { recordsById } from './find-records.ts'
import { isJsonList, isJsonObject, type Json, type JsonObject } from './json.ts'
import type { SObject } from './object.ts'
import type { RecordWork } from './record.ts'
import { externalIdField, objectAt } from './records.ts'
import { insert, remove, update, upsert } from './save-record.ts'
import { readField } from './schema.ts'

// Salesforce's: records that one call may write, and read.
const mostWritten = 200
const mostRead = 2000

/** `POST /composite/sobjects`: creates records, each for itself or all or none. */
export async function createAll(call: Call): Promise<RestAnswer> {
  const { records, allOrNone } = await readRecords(call)
  return together(call, records, allOrNone, async (inside, record) => {
    const id = await insert(inside, objectOf(inside, record), withoutAttributes(record))
    return { id, success: true, errors: [] }
  })
}

/** `PATCH /composite/sobjects`: updates records. */
export async function updateAll(call: Call): Promise<RestAnswer> {
  const { records, allOrNone } = await readRecords(call)
  return together(call, records, allOrNone, async (inside, record) => {
    const { id: small, Id, ...fields } = withoutAttributes(record)
    const id = String(Id ?? small ?? '')
    await update(inside, objectOf(inside, record), id, fields)
    return { id, success: true, errors: [] }
  })
}

/** `PATCH /composite/sobjects/<object>/<field>`: updates or creates records by an external id. */
export async function upsertAll(call: Call, objectName: string, fieldName: string): Promise<RestAnswer> {
  const { records, allOrNone } = await readRecords(call)
  const object = objectAt(call, objectName)
  const field = externalIdField(object, fieldName)
  return together(call, records, allOrNone, async (inside, record) => {
    const fields = withoutAttributes(record)
    const key = Object.keys(fields).find((name) => name.toLowerCase() === field.name.toLowerCase())
    const value = key === undefined ? undefined : fields[key]
    if (key === undefined || (typeof value !== 'string' && typeof value !== 'number')) {
      const facts = {
        errorCode: 'REQUIRED_FIELD_MISSING',
        object: object.name,
        fields: [field.name],
        problem: `Required fields are missing: [${field.name}]`,
      } as const
      throw new RestError({ reason: 'record-refused', facts })
    }
    const { [key]: _, ...others } = fields
    const { id, created } = await upsert(inside, object, field, value, others)
    return { id, success: true, errors: [], created }
  })
}

/** `DELETE /composite/sobjects?ids=…`: deletes records. */
export async function deleteAll(call: Call): Promise<RestAnswer> {
  const ids = (call.query.get('ids') ?? '').split(',').filter((id) => id !== '')
  requireAtMost(ids.length, mostWritten, 'records')
  const allOrNone = call.query.get('allOrNone')?.toLowerCase() === 'true'
  return together(call, ids, allOrNone, async (inside, id) => {
    const object = inside.caller.schema.objects.find(({ keyPrefix }) => keyPrefix !== '' && id.startsWith(keyPrefix))
    if (object === undefined)
      throw new RestError({ reason: 'record-unknown', facts: { found: id.slice(0, 40), object: '' } })
    await remove(inside, object, id)
    return { id: readRecordId(id) ?? id, success: true, errors: [] }
  })
}

/** `GET /composite/sobjects/<object>?ids=…&fields=…`, or the same in the body of a `POST`: reads records. */
export async function readAll(call: Call, objectName: string): Promise<RestAnswer> {
  const object = objectAt(call, objectName)
  const body = call.method === 'POST' ? await call.body() : undefined
  const listed = (name: 'ids' | 'fields'): readonly string[] => {
    const given = isJsonObject(body) ? body[name] : undefined
    if (isJsonList(given)) return given.map(String)
    return (call.query.get(name) ?? '').split(',').filter((one) => one !== '')
  }
  const ids = listed('ids')
  requireAtMost(ids.length, mostRead, 'records')
  const fields = listed('fields').map((name) => readField(object, name.trim()))
  const long = ids.map((id) => readRecordId(id))
  const found = await recordsById(
    call,
    object,
    long.filter((id) => id !== undefined),
    [readField(object, 'Id'), ...fields.filter(({ name }) => name !== 'Id')],
  )
  const byId = new Map(found.map((record) => [record['Id'], record]))
  return answer(
    'Records',
    long.map((id) => (id === undefined ? null : (byId.get(id) ?? null))),
    'Record',
  )
}

/** `POST /composite/tree/<object>`: creates records with those that refer to them, all or none. */
export async function createTree(call: Call, objectName: string): Promise<RestAnswer> {
  const body = await call.body()
  const records = isJsonObject(body) && isJsonList(body['records']) ? body['records'] : undefined
  if (records === undefined) throw malformed("The body of a tree has a list 'records'")
  let count = 0
  // The record that is being made, to say which one failed.
  let failedAt: string | undefined
  const results: JsonObject[] = []
  try {
    const done = await call.work(async (work) => {
      const inside = within(call, work)
      count = 0
      results.length = 0
      for (const record of records) await createBranch(inside, objectAt(call, objectName), record, {})
      return [...results]
    })
    return { ...answer('TreeResults', { hasErrors: false, results: done }, 'results'), status: 201 }
  } catch (error) {
    if (!(error instanceof RestError) || failedAt === undefined) throw error
    const [{ errorCode, message, fields = [] }] = error.body
    const failed = { referenceId: failedAt, errors: [{ statusCode: errorCode, message, fields }] }
    return { ...answer('TreeResults', { hasErrors: true, results: [failed] }, 'results'), status: 400 }
  }

  async function createBranch(inside: Call, object: SObject, record: Json, parent: JsonObject): Promise<void> {
    requireAtMost(++count, mostWritten, 'records')
    if (!isJsonObject(record)) throw malformed('A record of a tree is an object')
    const attributes = isJsonObject(record['attributes']) ? record['attributes'] : {}
    failedAt = String(attributes['referenceId'] ?? '')
    const own: Record<string, Json | undefined> = { ...parent }
    const branches: (readonly [string, readonly Json[]])[] = []
    for (const [name, value] of Object.entries(record)) {
      if (name === 'attributes') continue
      const branch = isJsonObject(value) ? value['records'] : undefined
      if (isJsonList(branch)) branches.push([name, branch])
      else own[name] = value
    }
    const referenceId = failedAt
    const id = await insert(inside, object, own)
    results.push({ referenceId, id })
    for (const [relationship, children] of branches) {
      const child = inside.caller.schema
        .childrenOf(object)
        .find((one) => one.relationship?.toLowerCase() === relationship.toLowerCase())
      if (child === undefined) {
        throw new RestError({
          reason: 'field-unknown',
          facts: { found: relationship.slice(0, 80), object: object.name },
        })
      }
      for (const one of children) await createBranch(inside, child.object, one, { [child.by.name]: id })
    }
  }
}

function malformed(problem: string): RestError {
  return new RestError({ reason: 'composite-refused', facts: { problem } })
}

function requireAtMost(found: number, limit: number, part: string): void {
  if (found > limit) throw new RestError({ reason: 'too-many-parts', facts: { part, limit, found } })
}

async function readRecords(
  call: Call,
): Promise<{ readonly records: readonly JsonObject[]; readonly allOrNone: boolean }> {
  const body = await call.body()
  const list = isJsonObject(body) && isJsonList(body['records']) ? body['records'] : undefined
  if (!isJsonObject(body) || list === undefined) throw malformed("The body has a list 'records'")
  requireAtMost(list.length, mostWritten, 'records')
  const records = list.map((record) => {
    if (!isJsonObject(record)) throw malformed('A record is an object')
    return record
  })
  return { records, allOrNone: body['allOrNone'] === true }
}

function objectOf(call: Call, { attributes }: JsonObject): SObject {
  const type = isJsonObject(attributes) ? attributes['type'] : undefined
  if (typeof type !== 'string') throw malformed('Every record says what it is: attributes { type }')
  return objectAt(call, type)
}

function withoutAttributes({ attributes: _, ...fields }: JsonObject): JsonObject {
  return fields
}

/** The call as it goes on inside of a transaction. */
export function within(call: Call, work: RecordWork): Call {
  return { ...call, reader: work, work: (job) => job(work) }
}

/** Does the same with every one of some things; a failure is told in its place, and undoes all where that is wanted. */
async function together<Thing>(
  call: Call,
  things: readonly Thing[],
  allOrNone: boolean,
  act: (inside: Call, thing: Thing) => Promise<JsonObject>,
): Promise<RestAnswer> {
  let failed: RestError | undefined
  let failedPlace = -1
  try {
    const results = await call.work(async (work) => {
      failed = undefined
      const done: JsonObject[] = []
      for (const [place, thing] of things.entries()) {
        try {
          done.push(await act(within(call, work), thing))
        } catch (error) {
          if (!(error instanceof RestError)) throw error
          if (allOrNone) {
            failed = error
            failedPlace = place
            throw error
          }
          done.push(failure(error))
        }
      }
      return done
    })
    return answer('Results', results, 'Result')
  } catch (error) {
    if (failed === undefined || error !== failed) throw error
    const stopped = new RestError({ reason: 'composite-stopped', facts: {} })
    const results = things.map((_, place) => failure(place === failedPlace && failed !== undefined ? failed : stopped))
    return answer('Results', results, 'Result')
  }
}

function failure(error: RestError): JsonObject {
  const [{ errorCode, message, fields = [] }] = error.body
  return { success: false, errors: [{ statusCode: errorCode, message, fields: [...fields] }] }
}
