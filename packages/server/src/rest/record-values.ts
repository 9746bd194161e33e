import { readRecordId } from '../record-id.ts'
import { type RecordErrorCode, RestError } from './error.ts'
import type { Json } from './json.ts'
import type { Field, SObject } from './object.ts'
import { type FieldValue, storedText } from './record.ts'

/** Refuses a record for what is in it. */
export function recordRefused(
  errorCode: RecordErrorCode,
  object: SObject,
  fields: readonly string[],
  problem: string,
): RestError {
  return new RestError({ reason: 'record-refused', facts: { errorCode, object: object.name, fields, problem } })
}

/**
 * Reads what a caller gives for a field as it is stored. Empty texts are nothing.
 * @throws {RestError} 400 with Salesforce's code
 */
export function readFieldValue(object: SObject, field: Field, given: Json): FieldValue {
  const fail = (code: RecordErrorCode, problem: string) => recordRefused(code, object, [field.name], problem)
  if (typeof given === 'object' && given !== null) {
    throw fail('JSON_PARSER_ERROR', `Cannot deserialize instance of ${field.type} from a list or an object`)
  }
  if (given === null || given === '') {
    if (field.type === 'boolean')
      throw fail('JSON_PARSER_ERROR', `Cannot deserialize instance of boolean from null or ''`)
    return null
  }
  const cannot = () =>
    fail(
      'JSON_PARSER_ERROR',
      `Cannot deserialize instance of ${field.type} from ${wordFor(given)} value ${shown(given)}`,
    )
  switch (field.type) {
    case 'boolean':
      if (typeof given === 'boolean') return given
      if (given === 'true' || given === 'false') return given === 'true'
      throw cannot()
    case 'currency':
    case 'double':
    case 'int':
    case 'percent':
      return readNumber(field, given, cannot, fail)
    case 'date': {
      const day = typeof given === 'string' ? /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/.exec(given)?.[1] : undefined
      if (day === undefined || !isDay(day)) throw cannot()
      return day
    }
    case 'datetime': {
      const isTime =
        typeof given === 'string' &&
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/.test(given)
      const instant = isTime ? Date.parse(given.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN
      if (Number.isNaN(instant)) throw cannot()
      return instant
    }
    case 'id':
    case 'reference': {
      const id = typeof given === 'string' ? readRecordId(given) : undefined
      if (id === undefined) {
        throw fail('MALFORMED_ID', `${field.label}: id value of incorrect type: ${shown(given)}`)
      }
      return id
    }
    default: {
      if (typeof given !== 'string') throw cannot()
      const text = storedText(given)
      if (text.length > field.length) {
        throw fail(
          'STRING_TOO_LONG',
          `${field.label}: data value too large: ${shown(text)} (max length=${field.length})`,
        )
      }
      if (field.type === 'email' && !/^[^\s@<>(),;:"[\]\\]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text)) {
        throw fail('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${shown(text)}`)
      }
      if (
        field.isRestricted &&
        !text.split(field.type === 'multipicklist' ? ';' : '\0').every((one) => field.values.includes(one))
      ) {
        throw fail(
          'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
          `${field.label}: bad value for restricted picklist field: ${shown(text)}`,
        )
      }
      return text
    }
  }
}

function readNumber(
  field: Field,
  given: string | number | boolean,
  cannot: () => Error,
  fail: (code: RecordErrorCode, problem: string) => Error,
): number {
  const isWritten = typeof given === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(given.trim())
  const number = typeof given === 'number' ? given : isWritten ? Number(given) : Number.NaN
  if (!Number.isFinite(number)) throw cannot()
  const rounded = Number(number.toFixed(Math.min(field.scale, 15)))
  const digits = field.type === 'int' ? Math.max(field.precision, 9) : field.precision - field.scale
  if (Math.abs(rounded) >= 10 ** digits) {
    throw fail(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${field.label}: value outside of valid range on numeric field: ${shown(given)}`,
    )
  }
  return rounded
}

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

function wordFor(given: string | number | boolean): string {
  if (typeof given === 'boolean') return given ? 'VALUE_TRUE' : 'VALUE_FALSE'
  if (typeof given === 'string') return 'VALUE_STRING'
  return Number.isInteger(given) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'
}

/** A value as a message names it: never much of it. */
function shown(given: string | number | boolean): string {
  const text = String(given)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
