import { type Compilable, type RawBuilder, sql } from 'kysely'

/** A value as the database takes and gives it: instants are epoch milliseconds, flags 0 or 1, hashes bytes. */
export type DatabaseValue = string | number | Uint8Array | null

/** The values that one execution of a statement is given, by name. */
export type Values = Readonly<Record<string, DatabaseValue>>

/** Stands in a query for the value of that name, which each execution gives anew. */
export type Placeholder<Params extends Values> = <Name extends keyof Params & string>(
  name: Name,
) => RawBuilder<Params[Name]>

/** As {@link Placeholder}, for a part that several statements have in common. */
export type Given<Params extends Values> = <Name extends keyof Params & string>(name: Name) => RawBuilder<Params[Name]>

/** A query compiled once: its text, how to put the values of an execution in order, and what its rows are. */
export interface Statement<Params extends Values, Row> {
  readonly sql: string
  /** The values in the order of the text's parameters. */
  bind(params: Params): DatabaseValue[]
  /** A row that this statement brought back. */
  row(found: object): Row
}

class NamedParameter {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * Makes a query a statement to execute many times. It is compiled once, when it is first executed: a start would
 * otherwise wait for very many that it does not need.
 * @param build writes the query; what it calls with a name is a value of each execution
 */
export function statement<Params extends Values, Row>(
  build: (parameter: Placeholder<Params>) => Compilable<Row>,
): Statement<Params, Row> {
  let compiled: Compiled | undefined
  const ready = () => {
    compiled ??= compile(build)
    return compiled
  }
  return {
    get sql() {
      return ready().sql
    },
    bind(params) {
      const values: DatabaseValue[] = []
      for (const parameter of ready().parameters) {
        if (!(parameter instanceof NamedParameter)) {
          values.push(parameter)
          continue
        }
        const value = params[parameter.name]
        if (value === undefined) throw new Error(`A statement was run without its value \`${parameter.name}\`.`)
        values.push(value)
      }
      return values
    },
    row(found) {
      if (isRow<Row>(found)) return found
      throw new Error('A statement brought back no row.')
    },
  }
}

interface Compiled {
  readonly sql: string
  readonly parameters: readonly (DatabaseValue | NamedParameter)[]
}

function compile<Params extends Values>(build: (parameter: Placeholder<Params>) => Compilable): Compiled {
  // A value inside Kysely's template is a parameter of the statement, whatever it is; its type is the one stated.
  const { sql: text, parameters } = build((name) => sql`${new NamedParameter(name)}`).compile()
  return { sql: text, parameters: parameters.map(readParameter) }
}

/** Takes what stands in some column for what it is. @throws {Error} for what no column of ours holds */
export function readValue(value: unknown): DatabaseValue {
  if (value instanceof Uint8Array || value === null) return value
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new Error(`A column holds a value that is none of ours: ${typeof value}.`)
}

function readParameter(value: unknown): DatabaseValue | NamedParameter {
  if (value instanceof NamedParameter || value instanceof Uint8Array || value === null) return value
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new Error(`A query holds a value that is none of the database's: ${typeof value}.`)
}

/**
 * Takes the database's word for the types of its columns: the tables are strict, the query was written against the same
 * tables, and a schema over every row would cost more than the query. JSON inside a column is parsed like any input.
 */
function isRow<Row>(found: unknown): found is Row {
  return found !== undefined
}

/** The row whose values came as an array. */
export function named(columns: readonly string[], values: Readonly<Record<number, unknown>>): object {
  const row: Record<string, unknown> = {}
  for (let place = 0; place < columns.length; place++) row[columns[place] ?? ''] = values[place]
  return row
}
