import { createHash } from 'node:crypto'
import type { DatabaseValue } from './statement.ts'

/** A statement as it is sent: under a name of its own for each text and pattern of types. */
export interface Prepared {
  readonly text: string
  readonly name: string
}

/**
 * Makes statements ready to be sent. PostgreSQL guesses the type of a value from what stands around it, and gives up on
 * `$1 + $2`: so of whole numbers it is told the type. Names are made of texts, so that they mean the same in every process:
 * a pooler in between may hand connections around.
 */
export function preparer(): (text: string, values: readonly DatabaseValue[]) => Prepared {
  const byText = new Map<string, Map<string, Prepared>>()
  return (text, values) => {
    let types = ''
    for (const value of values) types += Number.isInteger(value) ? 'i' : '.'
    let byTypes = byText.get(text)
    if (byTypes === undefined) {
      byTypes = new Map()
      byText.set(text, byTypes)
    }
    let prepared = byTypes.get(types)
    if (prepared === undefined) {
      const typed = withTypes(text, values)
      prepared = { text: typed, name: createHash('sha256').update(typed).digest('base64url').slice(0, 32) }
      byTypes.set(types, prepared)
    }
    return prepared
  }
}

/** The text of a statement that says of its whole numbers that they are such. */
export function withTypes(text: string, values: readonly DatabaseValue[]): string {
  return text.replaceAll(/\$(\d+)/g, (place, number) =>
    Number.isInteger(values[Number(number) - 1]) ? `${place}::bigint` : place,
  )
}

const replacement = '\uFFFD'
// As `JSON.stringify` writes the character 0 and halves of pairs; an even number of backslashes before is no part of it.
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/**
 * PostgreSQL's texts have no character 0, and its JSON no halves of surrogate pairs. In their place stands the character for
 * what cannot be shown; whoever looks for a name with such a one finds nothing, as elsewhere.
 */
export function withoutNul(values: readonly DatabaseValue[]): readonly DatabaseValue[] {
  return values.some(isUnstorable) ? values.map(storable) : values
}

function isUnstorable(value: DatabaseValue): value is string {
  return typeof value === 'string' && (value.includes('\0') || (value.includes('\\u') && isJson(value)))
}

function storable(value: DatabaseValue): DatabaseValue {
  if (!isUnstorable(value)) return value
  const text = value.replaceAll('\0', replacement)
  return isJson(text) ? text.replaceAll(unstorable, '$1\\ufffd') : text
}

function isJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[')
}
