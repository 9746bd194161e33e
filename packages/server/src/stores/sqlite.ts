import { closeSync, openSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import {
  DatabaseBusy,
  DatabaseFull,
  DatabaseUnreachable,
  DatabaseUnusable,
  JustTaken,
  OutOfDate,
} from './database-errors.ts'
import type { Connection, Dialect } from './dialect.ts'
import { type DatabaseValue, named, readValue, type Statement, statement, type Values } from './statement.ts'
import type { Tables } from './tables.ts'

/** How the file of a database is opened. */
export interface SqliteOptions {
  readonly file: string
  /** `FULL`: a commit has reached the disk before it is answered. `OFF` leaves that to the system, for tests. */
  readonly synchronous: 'FULL' | 'OFF'
  /** Milliseconds that a write waits for other processes to finish theirs. */
  readonly busyTimeout: number
}

// Milliseconds that SQLite itself waits, with the whole process, and that we wait before we try again.
const blockingTimeout = 10
const pause = 5
// KiB of the database that a connection keeps in memory.
const cacheSize = 32_768
// Pages in the write-ahead log before they go to their places: more is faster, until the log no longer fits in memory.
const checkpointAt = 4000

// Queries from outside that are kept compiled.
const mostPassing = 100

// Result codes of SQLite (sqlite.org/rescode.html); the lower byte of an extended one.
const busy = 5
const readOnly = 8
const inputOutput = 10
const corrupt = 11
const full = 13
// SQLITE_CONSTRAINT_NOTNULL
const nullRefused = 1299
// SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY
const takenAlready = [2067, 1555]
const cannotOpen = 14
const notADatabase = 26

/** SQLite in one file, by `node:sqlite`. */
export function sqliteDialect({ file, synchronous, busyTimeout }: SqliteOptions): Dialect {
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
      quickId: (column) => column.primaryKey(),
      tableEnd: sql`strict`,
    },
    intoParts: () => [],
    indexMeanwhile: ({ definition }) => [definition],
    // Every act that opens it explains itself.
    explained: (error) => error,
    async connect() {
      const database = explaining(file, () => {
        makeFile(file)
        return new DatabaseSync(file, { timeout: blockingTimeout, enableForeignKeyConstraints: true })
      })
      try {
        const patiently: Patiently = (act) => untilFree(busyTimeout, () => explaining(file, act))
        await patiently(() => {
          database.exec(`pragma synchronous = ${synchronous}`)
          database.exec(`pragma cache_size = -${cacheSize}`)
          database.exec(`pragma wal_autocheckpoint = ${checkpointAt}`)
          // The first to read the file: finds out whether it is a database.
          database.prepare('select count(*) from sqlite_master').get()
        })
        return sqliteConnection(file, database, patiently)
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

/** Does something that other processes may stand in the way of. */
type Patiently = (act: () => void) => Promise<void>

/** Tries again while another process is writing, without keeping this one from its other work. */
async function untilFree(patience: number, act: () => void): Promise<void> {
  const end = performance.now() + patience
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof DatabaseBusy) || performance.now() > end) throw error
    }
    await setTimeout(pause)
  }
}

function sqliteConnection(file: string, database: DatabaseSync, patiently: Patiently): Connection {
  const prepared = new Map<string, Prepared>()
  const prepare = (text: string): Prepared => {
    const ready = prepared.get(text)
    if (ready !== undefined) return ready
    const made = database.prepare(text)
    // Arrays are made much faster than objects, whose every key is a text to be made first.
    made.setReturnArrays(true)
    const columns = made.columns().map(({ name }) => name)
    const statement = { sqlite: made, columns }
    prepared.set(text, statement)
    return statement
  }
  const act = (text: string) => {
    running(file, () => prepare(text).sqlite.run())
  }
  const first = <Params extends Values, Row>({ sql: text, bind, row }: Statement<Params, Row>, params: Params) => {
    const { sqlite, columns } = prepare(text)
    const found = running(file, () => sqlite.get(...bind(params)))
    return found === undefined ? undefined : row(named(columns, found))
  }
  const all = <Params extends Values, Row>({ sql: text, bind, row }: Statement<Params, Row>, params: Params) => {
    const { sqlite, columns } = prepare(text)
    return running(file, () => sqlite.all(...bind(params))).map((found) => row(named(columns, found)))
  }

  // The same for queries that come from outside, which are as many as people think of.
  const passing = new Map<string, StatementSync>()
  const preparePassing = (text: string): StatementSync => {
    const ready = passing.get(text)
    if (ready !== undefined) return ready
    const made = database.prepare(text)
    made.setReturnArrays(true)
    const oldest = passing.size < mostPassing ? undefined : passing.keys().next().value
    if (oldest !== undefined) passing.delete(oldest)
    passing.set(text, made)
    return made
  }
  const values = (query: Compilable<unknown>): readonly (readonly unknown[])[] => {
    const { sql: text, bind } = statement(() => query)
    return preparePassing(text)
      .all(...bind({}))
      .map((row) => Object.values(row))
  }

  // Reads of one turn of the event loop share a transaction: taking and giving back its locks costs as much as a look-up.
  let isReading = false
  const beginReading = () => {
    if (isReading) return
    act('begin')
    isReading = true
    setImmediate(endReading)
  }
  let moment: number | undefined
  const endReading = () => {
    if (!isReading) return
    isReading = false
    moment = undefined
    act('commit')
  }
  let writing: Promise<void> | undefined
  let endWriting = () => {}

  return {
    isPipelined: false,
    reader: {
      isRemote: false,
      async first(statement, params) {
        while (writing !== undefined) await writing
        beginReading()
        return first(statement, params)
      },
      async all(statement, params) {
        while (writing !== undefined) await writing
        beginReading()
        return all(statement, params)
      },
      async values(query) {
        while (writing !== undefined) await writing
        beginReading()
        return values(query)
      },
    },
    async first(statement, params) {
      return first(statement, params)
    },
    async all(statement, params) {
      return all(statement, params)
    },
    async values(query) {
      return values(query)
    },
    async run({ sql: text, bind }, params) {
      return Number(running(file, () => prepare(text).sqlite.run(...bind(params))).changes)
    },
    async insert({ sql: text, bind }, params) {
      return Number(running(file, () => prepare(text).sqlite.run(...bind(params))).lastInsertRowid)
    },
    async execute(query) {
      const { sql: text, bind } = statement(() => query)
      return Number(running(file, () => prepare(text).sqlite.run(...bind({}))).changes)
    },
    async begin() {
      await patiently(() => {
        endReading()
        act('begin immediate')
        // At once: whoever reads in the same turn must find that it is under way.
        writing = new Promise((resolve) => {
          endWriting = () => {
            writing = undefined
            resolve()
          }
        })
      })
    },
    async moment() {
      while (writing !== undefined) await writing
      beginReading()
      moment ??= Number(prepare('pragma data_version').sqlite.get()?.[0])
      return moment
    },
    async unhurried() {},
    // The first that writes keeps all others from it.
    guarded: (act) => act(),
    async outside(query) {
      const { sql: text, bind } = statement(() => query)
      await patiently(() => prepare(text).sqlite.run(...bind({})))
    },
    async beginReading() {
      endReading()
      await patiently(() => {
        act('begin')
        // A transaction sees what there is at its first look.
        database.prepare('select count(*) from sqlite_master').get()
      })
    },
    async *rowsOf(table, atOnce) {
      const rows = database.prepare(`select * from "${table}"`).iterate()
      let some: Record<string, DatabaseValue>[] = []
      for (const row of rows) {
        some.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, readValue(value)])))
        if (some.length < atOnce) continue
        yield some
        some = []
      }
      if (some.length > 0) yield some
    },
    async makeRoom() {},
    // The highest number is noted with each row.
    async continueNumbers() {},
    flush() {},
    async commit() {
      act('commit')
      endWriting()
    },
    async rollback() {
      // After some errors, such as a full disk, SQLite has rolled back by itself.
      try {
        if (database.isTransaction) act('rollback')
      } finally {
        endWriting()
      }
    },
    // A transaction keeps all other processes from writing.
    async alone() {},
    mayPass: () => false,
    async announce() {},
    onAnnounced() {},
    clock: async () => undefined,
    leads: async () => true,
    parts: undefined,
    async quiet() {},
    load: () => ({ connections: 1, mostConnections: 1, waiting: 0, longestWait: 0 }),
    async tables() {
      const listed = `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid`
      const rows = database.prepare(listed).all()
      return rows.map(({ name }) => String(name))
    },
    adopt: () => patiently(() => database.exec('pragma journal_mode = wal')),
    async close() {
      endReading()
      database.close()
    },
  }
}

interface Prepared {
  readonly sqlite: StatementSync
  readonly columns: readonly string[]
}

/** Lets the errors that a person can do something about say what. */
function explaining<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = codeOf(error)
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

/** Lets the errors say what they are that come of the disk while the server runs. */
function running<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = codeOf(error)
    if (code === full) throw new DatabaseFull(file, error)
    const extended = extendedCodeOf(error)
    // A value is null where a condition does not hold, see `held`.
    if (extended === nullRefused) throw new OutOfDate(error)
    if (extended !== undefined && takenAlready.includes(extended)) throw new JustTaken(error)
    if (code === inputOutput || code === readOnly || code === cannotOpen) throw new DatabaseUnreachable(file, error)
    throw error
  }
}

function codeOf(error: unknown): number | undefined {
  const code = extendedCodeOf(error)
  return code === undefined ? undefined : code & 0xff
}

function extendedCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined
}
