import type { Answered } from './postgres-session.ts'
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
}

/** A statement that adds rows: its text up to the values, and how many of these a row has. */
interface Form {
  readonly beginning: string
  readonly width: number
  readonly waiting: Waiting[]
  /** By how many rows there are. */
  readonly texts: Map<number, string>
}

interface Waiting {
  readonly values: readonly DatabaseValue[]
  resolve(id: number): void
  reject(error: unknown): void
}

// Few sizes, so that few statements are prepared.
const sizes = [64, 32, 16, 8, 4, 2, 1]

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
      return new Promise((resolve, reject) => form.waiting.push({ values: statement.bind(params), resolve, reject }))
    },
  }

  function flush(): void {
    const forms = begun
    begun = []
    for (const { form, column } of forms) {
      let rows = form.waiting.splice(0)
      for (const size of sizes) {
        while (rows.length >= size) {
          insert(form, column, rows.slice(0, size))
          rows = rows.slice(size)
        }
      }
    }
  }

  async function insert(form: Form, column: 'id' | undefined, rows: readonly Waiting[]): Promise<void> {
    try {
      const answered = await send(
        textOf(form, column, rows.length),
        rows.flatMap(({ values }) => values),
      )
      // Numbers are given in the order of the rows; in which order they are answered nobody promises.
      const ids = answered.rows.map(([id]) => Number(id)).sort((one, other) => one - other)
      for (const [place, { resolve }] of rows.entries()) resolve(ids[place] ?? 0)
    } catch (error) {
      for (const { reject } of rows) reject(error)
    }
  }
}

function formsOf(text: string): { readonly [Column in 'id' | 'none']: Form } | { readonly isOther: true } {
  const [, beginning = '', places = ''] =
    /^(insert into "\w+" \([^()]+\) values )\((\$\d+(?:, \$\d+)*)\)$/.exec(text) ?? []
  const width = places.split(', ').length
  const isInOrder = places === placesFrom(1, width)
  if (beginning === '' || !isInOrder) return { isOther: true }
  const form = (): Form => ({ beginning, width, waiting: [], texts: new Map() })
  return { id: form(), none: form() }
}

function textOf({ beginning, width, texts }: Form, column: 'id' | undefined, count: number): string {
  let text = texts.get(count)
  if (text === undefined) {
    const rows = Array.from({ length: count }, (_, row) => `(${placesFrom(row * width + 1, width)})`)
    text = `${beginning}${rows.join(', ')}${column === undefined ? '' : ` returning ${column}`}`
    texts.set(count, text)
  }
  return text
}

function placesFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, place) => `$${first + place}`).join(', ')
}
