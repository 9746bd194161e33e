import { type Connection, Query, types } from 'pg'
import type { DatabaseValue } from './statement.ts'

/** What a statement came to. */
export interface Answered {
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[]
  readonly columns: readonly string[]
  /** How many rows were found or written. */
  readonly count: number
  /** What was done, in PostgreSQL's word: `COMMIT` is `ROLLBACK` where something had failed before. */
  readonly command: string
}

/** A statement to be sent, and who waits for what it comes to. */
export interface Outgoing {
  readonly text: string
  readonly values: readonly DatabaseValue[]
  /** The name that it is prepared under. */
  readonly name: string
  resolve(answered: Answered): void
  reject(error: unknown): void
}

/** Something failed before a statement in the same message: nobody has looked at this one. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun'
}

/** The statements that a connection has been told of, by name; with their columns, once it has told of these. */
export type Prepared = Map<string, Columns | undefined>

interface Columns {
  readonly names: readonly string[]
  readonly readers: readonly ((text: string) => unknown)[]
}

const none: Columns = { names: [], readers: [] }

// Numbers come as texts, for not all of them are numbers to JavaScript; ours are.
const numberTypes = new Set([20, 21, 23, 700, 701, 1700])

/** Gives what reads the values of a type from PostgreSQL's text. */
export function valueReader(type: number): (text: string) => unknown {
  return numberTypes.has(type) ? Number : types.getTypeParser(type)
}

/**
 * Statements that PostgreSQL is sent together, and answers together: to send one, and to be woken by its answer, costs about as
 * much as to add a row. A query of the driver, which knows of one statement at a time.
 */
export function message(statements: readonly Outgoing[], prepared: Prepared): Query {
  const answers: Answered[] = []
  let columns: Columns | undefined
  let rows: unknown[][] = []

  return Object.assign(new Query(''), {
    submit(connection: Connection) {
      connection.stream.cork()
      for (const { text, values, name } of statements) {
        if (!prepared.has(name)) {
          // It may be there, of a message in which something failed; to close what is not there is no error.
          connection.close({ type: 'S', name }, true)
          connection.parse({ name, text, types: [] }, true)
          prepared.set(name, undefined)
        }
        connection.bind({ statement: name, values: values.map(wireValue) }, true)
        if (prepared.get(name) === undefined) connection.describe({ type: 'P' }, true)
        connection.execute(null, true)
      }
      connection.sync()
      connection.stream.uncork()
    },
    handleRowDescription({ fields }: { readonly fields: readonly Field[] }) {
      columns = {
        names: fields.map(({ name }) => name),
        readers: fields.map(({ dataTypeID }) => valueReader(dataTypeID)),
      }
    },
    handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }) {
      const { readers } = columns ?? columnsOf(statements[answers.length]) ?? none
      rows.push(fields.map((value, place) => (value === null ? null : readers[place]?.(value))))
    },
    handleCommandComplete({ text }: { readonly text: string }) {
      const statement = statements[answers.length]
      const found = columns ?? columnsOf(statement) ?? none
      if (statement !== undefined) prepared.set(statement.name, found)
      const [command = '', ...numbers] = text.split(' ')
      answers.push({ rows, columns: found.names, count: Number(numbers.at(-1) ?? 0), command })
      columns = undefined
      rows = []
    },
    handleReadyForQuery() {
      for (const [place, answer] of answers.entries()) statements[place]?.resolve(answer)
    },
    /** What was done before it failed was done; where all had been done, it was the end of it that failed. */
    handleError(error: unknown) {
      const failed = answers.length < statements.length ? answers.length : 0
      for (const [place, { name, resolve, reject }] of statements.entries()) {
        const answer = answers[place]
        if (answer === undefined && prepared.get(name) === undefined) prepared.delete(name)
        if (place < failed && answer !== undefined) resolve(answer)
        else if (place === failed || answer !== undefined) reject(error)
        else reject(new NotBegun('Something before it failed.', { cause: error }))
      }
    },
  })

  function columnsOf(statement: Outgoing | undefined): Columns | undefined {
    return statement && prepared.get(statement.name)
  }
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** A value as the driver takes it: bytes are sent as they are, all else as text. */
function wireValue(value: DatabaseValue): Buffer | string | null {
  if (typeof value === 'number') return String(value)
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}
