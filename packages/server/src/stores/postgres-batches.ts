import { binaryArray, elementType } from './postgres-array.ts'
import type { Answered } from './postgres-message.ts'
import { withoutNul } from './postgres-text.ts'
import type { DatabaseValue, Statement, Values } from './statement.ts'

/** Sends a statement within the transaction that is under way. */
type Send = (text: string, values: readonly DatabaseValue[]) => Promise<Answered>

/** Rows that jobs add at the same moment, by as few statements as possible. */
export interface Batches {
  /**
   * Adds a row with all others of the moment that the same statement adds; answers its number, where it has one. `undefined`
   * for a statement that does more than to add a row of given values.
   * @param column that has the number
   */
  add<Params extends Values>(
    statement: Statement<Params, unknown>,
    params: Params,
    column: 'id' | undefined,
  ): Promise<number> | undefined
  /** Sends what waits for others. */
  flush(): void
}

/** A statement that adds rows: to which columns of which table. */
interface Form {
  readonly table: string
  readonly columns: readonly string[]
  readonly waiting: Waiting[]
}

interface Waiting {
  readonly values: readonly DatabaseValue[]
  resolve(id: number): void
  reject(error: unknown): void
}

/** Makes batches that end with each turn of what the process has to do. */
export function insertBatches(send: Send): Batches {
  const forms = new WeakMap<object, { readonly [Column in 'id' | 'none']: Form } | { readonly isOther: true }>()
  let begun: { readonly form: Form; readonly column: 'id' | undefined }[] = []

  return {
    add(statement, params, column) {
      let found = forms.get(statement)
      if (found === undefined) {
        found = formsOf(statement.sql)
        forms.set(statement, found)
      }
      if ('isOther' in found) return undefined
      const form = found[column ?? 'none']
      // After all promises that are settled by now have been acted upon.
      if (begun.length === 0) process.nextTick(flush)
      if (form.waiting.length === 0) begun.push({ form, column })
      const values = withoutNul(statement.bind(params))
      return new Promise((resolve, reject) => form.waiting.push({ values, resolve, reject }))
    },
    flush,
  }

  function flush(): void {
    const forms = begun
    begun = []
    for (const { form, column } of forms) insert(form, column, form.waiting.splice(0))
  }

  async function insert(form: Form, column: 'id' | undefined, rows: readonly Waiting[]): Promise<void> {
    try {
      const { text, values } = written(form, column, rows)
      const answered = await send(text, values)
      // Numbers are given in the order of the rows; in which order they are answered nobody promises.
      const ids = answered.rows.map(([id]) => Number(id)).sort((one, other) => one - other)
      for (const [place, { resolve }] of rows.entries()) resolve(ids[place] ?? 0)
    } catch (error) {
      for (const { reject } of rows) reject(error)
    }
  }
}

function formsOf(text: string): { readonly [Column in 'id' | 'none']: Form } | { readonly isOther: true } {
  const [, table = '', listed = '', places = ''] =
    /^insert into ("\w+") \(([^()]+)\) values \((\$\d+(?:, \$\d+)*)\)$/.exec(text) ?? []
  const columns = listed.split(', ')
  const isInOrder = places === columns.map((_, place) => `$${place + 1}`).join(', ')
  if (table === '' || !isInOrder) return { isOther: true }
  const form = (): Form => ({ table, columns, waiting: [] })
  return { id: form(), none: form() }
}

/** One statement, however many rows there are: an array for each column, unless it is `null` in all of them. */
function written(
  { table, columns }: Form,
  column: 'id' | undefined,
  rows: readonly Waiting[],
): { readonly text: string; readonly values: readonly DatabaseValue[] } {
  const given: string[] = []
  const arrays: string[] = []
  const values: Buffer[] = []
  const selected = columns.map((name, place) => {
    const ofColumn = rows.map((row) => row.values[place] ?? null)
    const type = elementType(ofColumn)
    if (type === undefined) throw new Error(`The column ${name} of ${table} was given values of several types.`)
    // No value tells the type; PostgreSQL knows it of the column.
    if (type === 'none') return 'null'
    given.push(name)
    values.push(binaryArray(type, ofColumn))
    arrays.push(`$${values.length}::${type}[]`)
    return name
  })
  const from = `unnest(${arrays.join(', ')}) as given (${given.join(', ')})`
  const text = `insert into ${table} (${columns.join(', ')}) select ${selected.join(', ')} from ${from}`
  return { text: column === undefined ? text : `${text} returning ${column}`, values }
}
