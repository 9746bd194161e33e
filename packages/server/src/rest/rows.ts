import { readRecordId, recordIdOf } from '../record-id.ts'
import type { ShownTokens } from '../tokens/delete-token.ts'
import type { Json, JsonObject } from './json.ts'
import type { Field, SObject } from './object.ts'
import { findField } from './object.ts'
import type { QueriedRow } from './record.ts'
import type { Expression, FieldPath, Plan, SqlValue } from './soql/plan.ts'

/** How the rows of a plan become records: which values are needed, and where they go. */
export interface RowShape {
  /** The values that are needed of each row. */
  readonly columns: readonly Expression[]
  /** The id of the row's record, as the database has it. */
  idOf(row: QueriedRow): string
  /** @param children what sub-queries found for the row, by the name of the relationship */
  recordOf(row: QueriedRow, children: ReadonlyMap<string, Json>): JsonObject
}

interface Leaf {
  readonly names: readonly string[]
  readonly column: number
  readonly read: (value: SqlValue) => Json
}

/** A record that is reached through references, for its `attributes`. */
interface Related {
  readonly names: readonly string[]
  readonly object: SObject
  readonly idColumn: number
  /** The object's own name, where it may be of several. */
  readonly typeColumn: number | undefined
}

/** Makes what answers show of tokens out of what they are about. */
export type ShownTokenTexts = Pick<ShownTokens, 'deleteToken' | 'opaque'>

/** How the rows of a plan become records. @param path of the version's resources */
export function shapeOf(plan: Plan, path: string, tokens: ShownTokenTexts): RowShape {
  const columns: Expression[] = []
  const places = new Map<string, number>()
  const isRecord = plan.kind === 'records'
  const columnOf = (expression: Expression): number => {
    const key = keyOf(expression)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, columns.length)
    return columns.push(expression) - 1
  }
  const fieldColumn = (path: FieldPath) => columnOf({ kind: 'field', path })
  const idColumn = isRecord ? fieldColumn({ via: [], field: fieldNamed(plan.object, 'Id') }) : -1
  const idField = fieldNamed(plan.object, 'Id')
  const leaves: Leaf[] = []
  const related = new Map<string, Related>()
  const order: (Leaf | { readonly children: string })[] = []
  for (const selected of plan.select) {
    if (selected.kind === 'children') {
      order.push({ children: selected.relationship })
      continue
    }
    const leaf = leafOf(selected)
    leaves.push(leaf)
    order.push(leaf)
  }

  function leafOf(selected: Exclude<Plan['select'][number], { kind: 'children' }>): Leaf {
    if (selected.kind === 'value') {
      const { expression } = selected
      const field =
        expression.kind === 'aggregate' && /^M/.test(expression.aggregate) ? expression.path?.field : undefined
      return { names: [selected.name], column: columnOf(expression), read: (value) => shown(field, value) }
    }
    const { via, field } = selected.path
    const read = (value: SqlValue) => shown(field, value)
    // Groups are flat.
    if (!isRecord) return { names: [selected.name], column: fieldColumn(selected.path), read }
    const names = via.map(({ by }) => by.reference?.relationship ?? by.name)
    for (let depth = 1; depth <= via.length; depth++) {
      const steps = via.slice(0, depth)
      const object = steps.at(-1)?.to
      if (object === undefined) continue
      related.set(names.slice(0, depth).join('.'), {
        names: names.slice(0, depth),
        object,
        idColumn: fieldColumn({ via: steps, field: fieldNamed(object, 'Id') }),
        typeColumn:
          object.keyPrefix === '' ? fieldColumn({ via: steps, field: fieldNamed(object, 'Type') }) : undefined,
      })
    }
    return { names: [...names, selected.name], column: fieldColumn(selected.path), read }
  }

  const attributesOf = (type: string, id: string): JsonObject => ({ type, url: `${path}/sobjects/${type}/${id}` })

  function shown(field: Field | undefined, value: SqlValue): Json {
    if (field === undefined || field.shownAs === 'itself' || value === null) return wireValue(field, value)
    if (field.shownAs === 'nothing') return null
    return field.shownAs === 'delete-token' ? tokens.deleteToken(String(value)) : tokens.opaque(String(value))
  }

  return {
    columns,
    idOf: (row) => String(row[idColumn] ?? ''),
    recordOf(row, children) {
      const record: Record<string, Json> = {}
      if (isRecord) {
        const id = shown(idField, row[idColumn] ?? null)
        record['attributes'] = id === null ? { type: plan.object.name } : attributesOf(plan.object.name, String(id))
      } else record['attributes'] = { type: 'AggregateResult' }
      for (const one of order) {
        if ('children' in one) record[one.children] = children.get(one.children) ?? null
        else put(record, row, one)
      }
      return record
    },
  }

  function put(record: Record<string, Json>, row: QueriedRow, { names, column, read }: Leaf): void {
    let at = record
    for (let depth = 1; depth < names.length; depth++) {
      const name = names[depth - 1] ?? ''
      const key = names.slice(0, depth).join('.')
      const known = within.get(at)?.get(name)
      if (known !== undefined) {
        at = known
        continue
      }
      const parent = related.get(key)
      const id = parent === undefined ? null : (row[parent.idColumn] ?? null)
      if (parent === undefined || id === null) {
        at[name] = null
        return
      }
      const type = parent.typeColumn === undefined ? parent.object.name : String(row[parent.typeColumn])
      const made: Record<string, Json> = {
        attributes: attributesOf(type, String(wireValue(fieldNamed(parent.object, 'Id'), id))),
      }
      at[name] = made
      const members = within.get(at) ?? new Map<string, Record<string, Json>>()
      within.set(at, members.set(name, made))
      at = made
    }
    at[names.at(-1) ?? ''] = read(row[column] ?? null)
  }
}

// The objects inside of a record that is being made.
const within = new WeakMap<object, Map<string, Record<string, Json>>>()

function keyOf(expression: Expression): string {
  const path = expression.path
  const name = path === undefined ? '' : [...path.via.map(({ by }) => by.name), path.field.name].join('.')
  return expression.kind === 'field' ? name : `${expression.aggregate}(${name})`
}

function fieldNamed(object: SObject, name: string): Field {
  const field = findField(object, name)
  if (field === undefined) throw new Error(`The object ${object.name} has no ${name}.`)
  return field
}

/** A value of a field as answers have it. @param field `undefined` for a number that was computed */
export function wireValue(field: Field | undefined, value: SqlValue): Json {
  if (value === null) return field?.type === 'boolean' ? false : null
  switch (field?.type) {
    case 'boolean':
      return Number(value) === 1
    case 'datetime':
      return typeof value === 'number' ? wireTime(value) : value
    case 'id':
      if (field.idPrefix !== undefined) return recordIdOf(field.idPrefix, Number(value))
      return longId(field, value)
    case 'reference':
      return longId(field, value)
    default:
      return value
  }
}

function longId({ isShortId }: Field, value: string | number): string | number {
  return isShortId ? (readRecordId(String(value)) ?? value) : value
}

/** An instant as the REST API writes it: `2026-11-24T09:30:00.000+0000`. @param instant epoch milliseconds */
export function wireTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, -1)}+0000`
}
