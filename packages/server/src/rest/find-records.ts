import type { Call } from './call.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'
import type { Field, SObject } from './object.ts'
import { recordsOf } from './query.ts'
import { readField } from './schema.ts'
import type { Condition, Plan, Selected, SqlValue } from './soql/plan.ts'
import { storedId } from './soql/values.ts'

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

/** The plan of a query for the record of an id. */
export function byIdPlan(call: Call, object: SObject, id: string): Plan {
  const field = readField(object, 'Id')
  const left = { kind: 'field', path: { via: [], field } } as const
  return recordPlan(call, object, [], { kind: 'compare', left, by: '=', value: storedId(field, id) })
}

/** Refuses an id that names no record of an object. */
export function unknownRecord({ name }: SObject, id: string): RestError {
  return new RestError({ reason: 'record-unknown', facts: { found: id.slice(0, 40), object: name } })
}
