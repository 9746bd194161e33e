import { id15, readRecordId, recordNumberOf } from '../../record-id.ts'
import type { Field } from '../object.ts'
import { storedText } from '../record.ts'
import { type DaySpan, dayIn, daysOf, startOfDay } from './date-literals.ts'
import type { Comparison, Condition, Expression, SqlValue } from './plan.ts'
import type { QueryProblem } from './soql-error.ts'

/** What a value in a query means: one value, or, for a date literal, all from one to before another. */
export type ReadValue =
  | { readonly kind: 'value'; readonly value: SqlValue }
  | { readonly kind: 'span'; readonly from: SqlValue; readonly to: SqlValue }

interface Place {
  readonly timeZone: string
  readonly now: Date
}

type Fail = (code: QueryProblem, message: string, token?: string) => Error

/**
 * Reads a value as the query has it, for the field that it is compared with.
 * @param field `undefined` for a count, which is a number
 */
export function readValue(
  written: string,
  literalType: string,
  field: Field | undefined,
  place: Place,
  fail: Fail,
): ReadValue {
  if (literalType === 'NULL') return value(null)
  if (field === undefined) {
    if (isNumber(literalType)) return value(Number(written))
    throw fail('INVALID_FIELD', 'value of filter criterion for a count must be of type int', written)
  }
  const wrong = (type: string, isQuoted: boolean) =>
    fail(
      'INVALID_FIELD',
      `value of filter criterion for field '${field.name}' must be of type ${type} and should ${isQuoted ? '' : 'not '}be enclosed in quotes`,
      field.name,
    )
  switch (field.type) {
    case 'boolean':
      if (literalType !== 'BOOLEAN') throw wrong('boolean', false)
      return value(written.toUpperCase() === 'TRUE' ? 1 : 0)
    case 'currency':
    case 'double':
    case 'int':
    case 'percent': {
      const number = Number(written.replace(/^[A-Za-z]{3}/, ''))
      if (!isNumber(literalType) || !Number.isFinite(number))
        throw wrong(field.type === 'int' ? 'int' : 'double', false)
      return value(number)
    }
    case 'date':
    case 'datetime':
      return readTime(field, written, literalType, place, () =>
        wrong(field.type === 'date' ? 'date' : 'dateTime', false),
      )
    case 'id':
    case 'reference': {
      if (literalType !== 'STRING') throw wrong('ID', true)
      const text = unquoted(written)
      if (text === '') return value(null)
      const id = readRecordId(text)
      if (id === undefined)
        throw fail('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text.slice(0, 40)}`, field.name)
      return value(storedId(field, id))
    }
    default:
      if (literalType !== 'STRING') throw wrong('string', true)
      return value(unquoted(written))
  }
}

/** An id as the database holds it in a field. @param id 18 characters */
export function storedId({ idPrefix, isShortId }: Field, id: string): SqlValue {
  if (idPrefix !== undefined) return recordNumberOf(idPrefix, id)
  return isShortId ? id15(id) : id
}

function value(one: SqlValue): ReadValue {
  return { kind: 'value', value: one }
}

function isNumber(literalType: string): boolean {
  return /^(?:INTEGER|DECIMAL)/.test(literalType)
}

function readTime(field: Field, written: string, literalType: string, place: Place, wrong: () => Error): ReadValue {
  if (literalType === 'DATE_LITERAL' || literalType === 'DATE_N_LITERAL') {
    const count = Number(/:(\d{1,6})$/.exec(written)?.[1] ?? 0)
    const days = daysOf(written.toUpperCase(), count, dayIn(place.timeZone, place.now))
    if (days === undefined) throw wrong()
    return spanOf(field, days, place)
  }
  const read = Date.parse(literalType === 'DATE' ? `${written}T00:00:00Z` : written)
  if (Number.isNaN(read) || (literalType !== 'DATE' && literalType !== 'DATETIME')) throw wrong()
  if ((field.type === 'date') !== (literalType === 'DATE')) throw wrong()
  return value(field.type === 'date' ? written : read)
}

function spanOf({ type }: Field, { from, to }: DaySpan, { timeZone }: Place): ReadValue {
  if (type === 'date') return { kind: 'span', from, to }
  return { kind: 'span', from: startOfDay(from, timeZone).getTime(), to: startOfDay(to, timeZone).getTime() }
}

/** A comparison with a value, or with a span of time, in which every instant of it is equal to it. */
export function comparisonOf(left: Expression, by: Comparison, read: ReadValue): Condition {
  const compare = (by: Comparison, value: SqlValue): Condition => ({ kind: 'compare', left, by, value })
  if (read.kind === 'value') return compare(by, read.value)
  const within: Condition = { kind: 'and', parts: [compare('>=', read.from), compare('<', read.to)] }
  switch (by) {
    case '=':
      return within
    case '!=':
      return { kind: 'not', part: within }
    case '<':
      return compare('<', read.from)
    case '<=':
      return compare('<', read.to)
    case '>':
      return compare('>=', read.to)
    case '>=':
      return compare('>=', read.from)
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** The text between the quotes. */
function unquoted(written: string): string {
  return withoutEscapes(written, (escaped) => escaped)
}

/** The pattern between the quotes: `%` is any text, `_` any character, and after a backslash both are themselves. */
export function patternOf(written: string): string {
  return withoutEscapes(written, (escaped) => (/[%_\\]/.test(escaped) ? `\\${escaped}` : escaped))
}

function withoutEscapes(written: string, other: (escaped: string) => string): string {
  const text = written.replace(/^'|'$/g, '').replace(/\\(u[0-9A-Fa-f]{4}|.)/gs, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return escapes[escaped.toLowerCase()] ?? other(escaped)
  })
  return storedText(text)
}
