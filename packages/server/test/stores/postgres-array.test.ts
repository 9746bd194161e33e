import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { sharedPostgresUrl } from '../../../../test/postgres-url.ts'
import { binaryArray, type ElementType, elementType } from '../../src/stores/postgres-array.ts'
import type { DatabaseValue } from '../../src/stores/statement.ts'

const storableText = anyText().map((text) => text.replaceAll('\0', '?'))
const wholeNumber = fc.maxSafeInteger()
const bytes = fc.uint8Array()

describe('an array for PostgreSQL', () => {
  let client: Client
  beforeAll(async () => {
    client = new Client({ connectionString: String(await sharedPostgresUrl()) })
    await client.connect()
  })
  afterAll(() => client.end())

  /** What PostgreSQL makes of an array, value by value, as text. */
  async function received(type: ElementType, values: readonly DatabaseValue[]): Promise<readonly (string | null)[]> {
    const text = type === 'bytea' ? "encode(value, 'hex')" : 'value::text'
    const { rows } = await client.query<[string | null], [Buffer]>({
      text: `select ${text} from unnest($1::${type}[]) with ordinality as given (value, place) order by place`,
      values: [binaryArray(type, values)],
      rowMode: 'array',
    })
    return rows.flat()
  }

  it.each([
    { type: 'text', value: storableText },
    { type: 'bigint', value: wholeNumber },
    { type: 'bytea', value: bytes },
  ] as const)('of $type arrives as it was, whatever is in it', async ({ type, value }) => {
    const some: fc.Arbitrary<DatabaseValue> = fc.oneof(fc.constant(null), value)
    const anArray = fc.array(some, { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(anArray, async (values) => {
        expect(await received(type, values)).toEqual(values.map(asText))
      }),
      { numRuns: 100 },
    )
  })

  it('has the type of what is in it, and is none of what is of several types', () => {
    expect(elementType(['a', null])).toBe('text')
    expect(elementType([null, 2 ** 53 - 1])).toBe('bigint')
    expect(elementType([new Uint8Array(), null])).toBe('bytea')
    expect(elementType([null, null])).toBe('none')
    expect(elementType(['1', 1])).toBeUndefined()
    expect(elementType([1.5])).toBeUndefined()
  })
})

function asText(value: DatabaseValue): string | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return value === null ? null : String(value).toWellFormed()
}
