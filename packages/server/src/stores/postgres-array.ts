import type { DatabaseValue } from './statement.ts'

/** What an array may hold, in PostgreSQL's word. */
export type ElementType = 'bigint' | 'text' | 'bytea'

// As PostgreSQL numbers types.
const numbers: Readonly<Record<ElementType, number>> = { bigint: 20, text: 25, bytea: 17 }

const headLength = 20
const ofNull = -1
const wordSize = 2 ** 32

/** Of what type all values of an array are that are not `null`; `undefined` when they are of several, or of none of these. */
export function elementType(values: readonly DatabaseValue[]): ElementType | 'none' | undefined {
  let type: ElementType | 'none' = 'none'
  for (const value of values) {
    if (value === null) continue
    const found = typeOf(value)
    if (found === undefined || (type !== 'none' && type !== found)) return undefined
    type = found
  }
  return type
}

function typeOf(value: Exclude<DatabaseValue, null>): ElementType | undefined {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'bigint' : undefined
  return 'bytea'
}

/**
 * Writes an array of one dimension as PostgreSQL sends and receives it (`array_send`): the number of dimensions, whether there are
 * nulls, the type, then how many there are and where they begin; each with its length before it.
 */
export function binaryArray(type: ElementType, values: readonly DatabaseValue[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.reduce((sum: number, value) => sum + 4 + lengthOf(value), headLength))
  let at = 0
  const word = (number: number) => {
    at = bytes.writeInt32BE(number, at)
  }
  for (const number of [1, values.includes(null) ? 1 : 0, numbers[type], values.length, 1]) word(number)
  for (const value of values) {
    if (value === null) {
      word(ofNull)
      continue
    }
    const length = lengthOf(value)
    word(length)
    if (typeof value === 'string') at += bytes.write(value, at)
    else if (typeof value === 'number') {
      word(Math.floor(value / wordSize))
      at = bytes.writeUInt32BE(value >>> 0, at)
    } else {
      bytes.set(value, at)
      at += length
    }
  }
  return bytes
}

function lengthOf(value: DatabaseValue): number {
  if (value === null) return 0
  if (typeof value === 'string') return Buffer.byteLength(value)
  return typeof value === 'number' ? 8 : value.length
}
