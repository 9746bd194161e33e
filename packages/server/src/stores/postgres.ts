import { setImmediate, setTimeout } from 'node:timers/promises'
import { type Compilable, sql } from 'kysely'
import type { CommittedReader, Statements } from './database.ts'
import { DatabaseBusy, DatabaseUnusable, JustTaken } from './database-errors.ts'
import type { Connection, Dialect } from './dialect.ts'
import { partedTables } from './parted-tables.ts'
import { insertBatches } from './postgres-batches.ts'
import { explained, explainedAtStart, isOfConnection, isOutdated } from './postgres-errors.ts'
import { indexMeanwhile } from './postgres-index.ts'
import { intoParts } from './postgres-into-parts.ts'
import { channel, lanesTo, quickest } from './postgres-lanes.ts'
import { type Answered, NotBegun } from './postgres-message.ts'
import { makeRoomUpTo, partKeeper } from './postgres-parts.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { postgresQueries } from './postgres-queries.ts'
import type { Lane, Session } from './postgres-session.ts'
import { preparer, withoutNul, withTypes } from './postgres-text.ts'
import { type DatabaseValue, named, readValue, type Statement, statement, type Values } from './statement.ts'

// Milliseconds between two tries to be the only one at something.
const turnInterval = 100

const oldest = 15

export { readPostgresUrl } from './postgres-place.ts'

/** PostgreSQL, by `pg`. */
export function postgresDialect(place: PostgresPlace): Dialect {
  const { name, schema, config } = place
  return {
    place: name,
    queries: postgresQueries(),
    columns: {
      number: 'bigint',
      bytes: 'bytea',
      id: (column) => column.generatedByDefaultAsIdentity().primaryKey(),
      quickId: (column) => column.generatedByDefaultAsIdentity().primaryKey(),
      tableEnd: sql``,
    },
    intoParts,
    indexMeanwhile,
    explained: (error) => explainedAtStart(name, config.user, error),
    async connect() {
      const connection = postgresConnection(place)
      try {
        await connection.adoptSchema(schema)
        return connection
      } catch (error) {
        await connection.close()
        throw explainedAtStart(name, config.user, error)
      }
    },
  }
}

function postgresConnection(postgres: PostgresPlace) {
  const { name: place } = postgres
  const { writer, readers, passing, own, keeper, all: lanes } = lanesTo(postgres)
  const parts = partKeeper(keeper)

  const prepare = preparer()
  const sent = async (session: Session, text: string, values: readonly DatabaseValue[], isPrepared: boolean) => {
    try {
      const known = isPrepared ? prepare(text, values) : { text: withTypes(text, values), name: undefined }
      return await session.send(known.text, withoutNul(values), known.name)
    } catch (error) {
      const cause = error instanceof NotBegun ? error.cause : error
      // What is lost with it is lost: the next transaction gets a connection of its own.
      if (isOutdated(cause) || isOfConnection(cause)) session.discard()
      throw error
    }
  }
  const read = async (among: readonly Lane[], text: string, values: readonly DatabaseValue[], isPrepared: boolean) => {
    const chosen = quickest(among)
    try {
      const session = chosen.ready ?? (await chosen.session())
      return await sent(session, text, values, isPrepared)
    } catch (error) {
      // What only came after something that failed goes by itself now.
      const isNotBegun = error instanceof NotBegun && !isOfConnection(error.cause)
      if (!isNotBegun && !isOutdated(error)) throw explained(place, error)
      try {
        return await sent(await chosen.session(), text, values, isPrepared && !isNotBegun)
      } catch (again) {
        throw explained(place, again)
      }
    }
  }

  // Whether there is a transaction, and over which connection.
  let transaction: Session | undefined
  const inTransaction = async (
    text: string,
    values: readonly DatabaseValue[],
    isPrepared: boolean,
  ): Promise<Answered> => {
    if (transaction === undefined) throw new Error('Something was to be written outside of a transaction.')
    try {
      return await sent(transaction, text, values, isPrepared)
    } catch (error) {
      throw explained(place, error)
    }
  }
  const batches = insertBatches((text, values) => inTransaction(text, values, true))
  const outside = async (text: string) => sent(await writer.session(), text, [], false)

  const reader: CommittedReader = {
    isRemote: true,
    async first({ sql: text, bind, row }, params) {
      const { rows, columns } = await read(readers, text, bind(params), true)
      const [found] = rows
      return found === undefined ? undefined : row(named(columns, found))
    },
    async all({ sql: text, bind, row }, params) {
      const { rows, columns } = await read(readers, text, bind(params), true)
      return rows.map((found) => row(named(columns, found)))
    },
    async values(query) {
      const { sql: text, bind } = statement(() => query)
      return (await read(passing, text, bind({}), false)).rows
    },
  }
  const statements: Statements = {
    async first<Params extends Values, Row>(asked: Statement<Params, Row>, params: Params) {
      if (transaction === undefined) return reader.first(asked, params)
      const { rows, columns } = await inTransaction(asked.sql, asked.bind(params), true)
      const [found] = rows
      return found === undefined ? undefined : asked.row(named(columns, found))
    },
    async all<Params extends Values, Row>(asked: Statement<Params, Row>, params: Params) {
      if (transaction === undefined) return reader.all(asked, params)
      const { rows, columns } = await inTransaction(asked.sql, asked.bind(params), true)
      return rows.map((found) => asked.row(named(columns, found)))
    },
    async values(query) {
      if (transaction === undefined) return reader.values(query)
      const { sql: text, bind } = statement(() => query)
      return (await inTransaction(text, bind({}), false)).rows
    },
    async run<Params extends Values>(asked: Statement<Params, unknown>, params: Params) {
      const added = batches.add(asked, params, undefined)
      if (added !== undefined) {
        await added
        return 1
      }
      return (await inTransaction(asked.sql, asked.bind(params), true)).count
    },
    async insert<Params extends Values>(asked: Statement<Params, unknown>, params: Params) {
      const added = batches.add(asked, params, 'id')
      if (added !== undefined) return added
      const { rows } = await inTransaction(`${asked.sql} returning id`, asked.bind(params), true)
      return Number(rows[0]?.[0])
    },
    async execute(query: Compilable<unknown>) {
      const { sql: text, bind } = statement(() => query)
      return (await inTransaction(text, bind({}), false)).count
    },
    async alone(about) {
      await inTransaction(
        `select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1, 0))`,
        [about],
        true,
      )
    },
  }

  const connection: Connection = {
    ...statements,
    reader,
    isPipelined: true,
    async begin() {
      try {
        transaction = await writer.session()
      } catch (error) {
        throw explained(place, error)
      }
      // Not waited for: what comes next fails as well.
      sent(transaction, 'begin isolation level read committed read write', [], true).catch(() => {})
    },
    async unhurried(longestLock = 0) {
      writer.isHurried = false
      const limits = { statement_timeout: 0, lock_timeout: longestLock, idle_in_transaction_session_timeout: 0 }
      for (const [limit, value] of Object.entries(limits)) {
        await inTransaction(`set local ${limit} = ${value}`, [], false)
      }
    },
    async guarded(act) {
      const session = await keeper.session()
      // The name that programs of before lock for a migration, too.
      const name = `(hashtextextended(current_schema() || ' migration', 0))`
      const isOurs = async () => (await session.send(`select pg_try_advisory_lock${name}`, [])).rows[0]?.[0] === true
      while (!(await isOurs())) await setTimeout(turnInterval)
      try {
        return await act()
      } finally {
        await session.send(`select pg_advisory_unlock${name}`, []).catch(() => session.discard())
      }
    },
    moment: async () => undefined,
    async outside(query) {
      const { sql: text, bind } = statement(() => query)
      try {
        await (await keeper.session()).send(text, bind({}))
      } catch (error) {
        throw explained(place, error)
      }
    },
    async beginReading() {
      transaction = await writer.session()
      await inTransaction('begin isolation level repeatable read read only', [], false)
      await connection.unhurried()
      // What it sees is what there is at its first look.
      await inTransaction('select count(*) from schema_version', [], false)
    },
    async *rowsOf(table, atOnce) {
      await inTransaction(`declare rows_of no scroll cursor for select * from "${table}"`, [], false)
      for (;;) {
        const { rows, columns } = await inTransaction(`fetch ${atOnce} from rows_of`, [], false)
        if (rows.length === 0) break
        yield rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, readValue(row[place])])))
      }
      await inTransaction('close rows_of', [], false)
    },
    async makeRoom(table, highest) {
      if (!partedTables.includes(table)) return
      await makeRoomUpTo((text, values = []) => inTransaction(text, values, false), table, highest)
    },
    async continueNumbers(tables) {
      for (const table of tables) {
        const named = `pg_get_serial_sequence(format('%I.%I', current_schema(), '${table}'), 'id')`
        const { rows } = await inTransaction(
          `select 1 from information_schema.columns where table_schema = current_schema() and table_name = '${table}'
            and column_name = 'id' and (is_identity = 'YES' or column_default like 'nextval(%')`,
          [],
          false,
        )
        if (rows.length > 0) await inTransaction(`select setval(${named}, max(id)) from "${table}"`, [], false)
      }
    },
    flush: batches.flush,
    async commit() {
      batches.flush()
      const { command } = await inTransaction('commit', [], true)
      if (command !== 'COMMIT') throw new Error('A transaction was taken back whose statements had all succeeded.')
      transaction = undefined
      writer.isHurried = true
    },
    async rollback() {
      // Where it cannot be said any more, the end of the connection says it.
      await inTransaction('rollback', [], false).catch(() => transaction?.discard())
      transaction = undefined
      writer.isHurried = true
    },
    mayPass: (error) => error instanceof DatabaseBusy,
    async announce() {
      await inTransaction(`select pg_notify('${channel}', current_schema())`, [], true)
    },
    onAnnounced: own.onAnnounced,
    async clock() {
      const { rows } = await read(readers, 'select extract(epoch from clock_timestamp()) * 1000', [], true)
      return new Date(Number(rows[0]?.[0]))
    },
    async leads() {
      try {
        return await own.leads()
      } catch (error) {
        throw explained(place, error)
      }
    },
    parts: {
      async keep(neededSince) {
        try {
          return await parts.keep(neededSince)
        } catch (error) {
          throw explained(place, error)
        }
      },
    },
    load: () => ({
      connections: lanes.filter(({ ready }) => ready !== undefined).length,
      mostConnections: lanes.length,
      waiting: lanes.reduce((sum, each) => sum + each.waiting, 0),
      longestWait: Math.round(Math.max(...lanes.map((each) => each.silence()))),
    }),
    async quiet() {
      do await setImmediate()
      while ([...readers, ...passing].some(({ waiting }) => waiting > 0))
    },
    async tables() {
      const text = `select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        and not relispartition order by oid`
      return (await outside(text)).rows.map(([table]) => String(table))
    },
    async adopt() {},
    async close() {
      await Promise.all(lanes.map((each) => each.close()))
    },
  }
  return { ...connection, adoptSchema }

  async function adoptSchema(schema: string | undefined): Promise<void> {
    const settings = `select current_setting('server_version_num')::int / 10000, current_setting('server_version'),
      current_setting('server_encoding'), current_schema(), current_user,
      (select pg_get_userbyid(relowner) from pg_class where relnamespace = current_schema()::regnamespace
        and relname = 'schema_version' and not pg_has_role(relowner, 'usage'))`
    const [[major, version, encoding, current, user, stranger] = []] = (await outside(settings)).rows
    if (Number(major) < oldest) {
      throw new DatabaseUnusable(place, `it is PostgreSQL ${version}; ${oldest} or newer is needed.`)
    }
    if (encoding !== 'UTF8') {
      throw new DatabaseUnusable(place, `its encoding is ${encoding}; create it with ENCODING 'UTF8'.`)
    }
    if (typeof stranger === 'string') {
      const mending = `As an administrator: GRANT "${stranger}" TO "${user}"`
      throw new DatabaseUnusable(
        place,
        `the user ${user} lacks a right: its tables are those of ${stranger}. ${mending}`,
      )
    }
    if (current !== null) return
    if (schema === undefined) {
      throw new DatabaseUnusable(place, 'the user has no schema there. Name one in the URL: ?schema=<name>.')
    }
    // Of two that come first at the same time, one is told that the other was quicker.
    await outside(`create schema if not exists "${schema}"`).catch((error) => {
      if (!(error instanceof JustTaken)) throw error
    })
  }
}
