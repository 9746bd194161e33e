import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  type ColumnDataType,
  type ColumnDefinitionBuilder,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Tables, Transaction } from './database.ts'
import { DatabaseBusy, DatabaseUnusable } from './database-errors.ts'
import { type DatabaseValue, type Statement, statement, type Values } from './statement.ts'

/** What differs between databases when a table is made. */
export interface ColumnTypes {
  /** A whole number up to 2⁵³. */
  readonly number: ColumnDataType
  readonly bytes: ColumnDataType
  /** Makes a `number` column the row's own number, which the database gives, and never gives twice. */
  id(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** What ends the definition of a table. */
  readonly tableEnd: RawBuilder<unknown>
}

/** A connection to a database. Outside of `begin` and `commit` each statement is a transaction of its own. */
export interface Connection extends Transaction {
  /** Waits for its turn to write. @throws {DatabaseBusy} when another process does not let it */
  begin(): Promise<void>
  /** When it resolves, what was written is durable. */
  commit(): Promise<void>
  /** Takes back what was written since `begin`; nothing where the database has done so already. */
  rollback(): Promise<void>
  /** The names of the tables there are. */
  tables(): Promise<readonly string[]>
  /** Sets what is kept in the database itself. To be called once it is known to be ours. */
  adopt(): Promise<void>
  close(): Promise<void>
}

/** A kind of database: how queries are written for it, and how it is connected to. */
export interface Dialect {
  /** The place of the database, as messages name it. */
  readonly place: string
  readonly queries: Kysely<Tables>
  readonly columns: ColumnTypes
  /** @throws {DatabaseUnusable} when there is no database to be had at that place */
  connect(): Promise<Connection>
}

/** How the file of a database is opened. */
export interface SqliteOptions {
  readonly file: string
  /** `FULL`: a commit has reached the disk before it is answered. `OFF` leaves that to the system, for tests. */
  readonly synchronous: 'FULL' | 'OFF'
}

// Milliseconds that a write waits for other processes to finish theirs.
const busyTimeout = 5000
// KiB of the database that a connection keeps in memory.
const cacheSize = 32_768
// Pages in the write-ahead log before they go to their places: more is faster, until the log no longer fits in memory.
const checkpointAt = 4000

// Result codes of SQLite (sqlite.org/rescode.html); the lower byte of an extended one.
const busy = 5
const corrupt = 11
const cannotOpen = 14
const notADatabase = 26

/** SQLite in one file, by `node:sqlite`. */
export function sqliteDialect({ file, synchronous }: SqliteOptions): Dialect {
  return {
    place: file,
    queries: new Kysely<Tables>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (queries) => new SqliteIntrospector(queries),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
    columns: {
      number: 'integer',
      bytes: 'blob',
      id: (column) => column.primaryKey().autoIncrement(),
      tableEnd: sql`strict`,
    },
    async connect() {
      const database = explaining(file, () => {
        makeFile(file)
        return new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true })
      })
      try {
        return sqliteConnection(database, file, synchronous)
      } catch (error) {
        database.close()
        throw error
      }
    },
  }
}

/** Makes the file, if it is not there, so that nobody but its owner can read it at any moment. */
function makeFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) closeSync(openSync(file, 'a', 0o600))
  else if (!found.isFile()) throw new DatabaseUnusable(file, 'it is not a file.')
}

function sqliteConnection(database: DatabaseSync, file: string, synchronous: 'FULL' | 'OFF'): Connection {
  explaining(file, () => {
    database.exec(`pragma synchronous = ${synchronous}`)
    database.exec(`pragma cache_size = -${cacheSize}`)
    database.exec(`pragma wal_autocheckpoint = ${checkpointAt}`)
    // The first to read the file: finds out whether it is a database.
    database.prepare('select count(*) from sqlite_master').get()
  })
  const prepared = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    const ready = prepared.get(text)
    if (ready !== undefined) return ready
    const made = database.prepare(text)
    prepared.set(text, made)
    return made
  }
  const run = (text: string, values: DatabaseValue[]) => Number(prepare(text).run(...values).changes)
  return {
    async first<Params extends Values, Row>({ sql: text, bind, row }: Statement<Params, Row>, params: Params) {
      const found = prepare(text).get(...bind(params))
      return found === undefined ? undefined : row(found)
    },
    async all<Params extends Values, Row>({ sql: text, bind, row }: Statement<Params, Row>, params: Params) {
      return prepare(text)
        .all(...bind(params))
        .map(row)
    },
    async run({ sql: text, bind }, params) {
      return run(text, bind(params))
    },
    async execute(query) {
      const { sql: text, bind } = statement(() => query)
      return run(text, bind({}))
    },
    async begin() {
      explaining(file, () => prepare('begin immediate').run())
    },
    async commit() {
      explaining(file, () => prepare('commit').run())
    },
    async rollback() {
      // After some errors, such as a full disk, SQLite has rolled back by itself.
      if (database.isTransaction) prepare('rollback').run()
    },
    async tables() {
      const rows = prepare(`select name from sqlite_master where type = 'table'`).all()
      return rows.map(({ name }) => String(name))
    },
    async adopt() {
      explaining(file, () => database.exec('pragma journal_mode = wal'))
    },
    async close() {
      database.close()
    },
  }
}

/** Lets the errors that a person can do something about say what. */
function explaining<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
    if (code === busy) throw new DatabaseBusy(file, error)
    if (code === notADatabase)
      throw new DatabaseUnusable(file, 'it is a file of another kind, no SQLite database.', error)
    if (code === corrupt) throw new DatabaseUnusable(file, 'it is damaged; restore a backup.', error)
    if (code === cannotOpen) throw new DatabaseUnusable(file, 'it cannot be opened; see to its permissions.', error)
    const reason = error instanceof Error && 'code' in error ? error.code : undefined
    if (reason === 'ENOENT') throw new DatabaseUnusable(file, 'its folder does not exist.', error)
    if (reason === 'EACCES' || reason === 'EROFS' || reason === 'EPERM') {
      throw new DatabaseUnusable(file, 'its folder may not be written to.', error)
    }
    throw error
  }
}
