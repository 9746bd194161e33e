import { setImmediate } from 'node:timers/promises'
import { type Compilable, sql } from 'kysely'
import type { Client } from 'pg'
import type { Reader, Statements } from './database.ts'
import { DatabaseBusy, DatabaseUnusable } from './database-errors.ts'
import type { Connection, Dialect } from './dialect.ts'
import { insertBatches } from './postgres-batches.ts'
import { codeOf, explained, explainedAtStart, isOfConnection, isOutdated } from './postgres-errors.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { postgresQueries } from './postgres-queries.ts'
import { type Servers, serversOf } from './postgres-servers.ts'
import { type Answered, type Lane, lane, type Session } from './postgres-session.ts'
import { preparer, withoutNul, withTypes } from './postgres-text.ts'
import { type DatabaseValue, named, readValue, type Statement, statement, type Values } from './statement.ts'

// Connections for look-ups and lists, and for queries that come from outside: these may take long, and must not be waited for.
const readLanes = 4
const passingLanes = 2

// Milliseconds that a statement may take before PostgreSQL gives it up, and that an answer may be late before we do: for what
// requests for tokens wait for, and for queries that come from outside.
const hurried = { longestStatement: 3000, patience: 4000 }
const unhurried = { longestStatement: 10_000, patience: 12_000 }
// Milliseconds that a write waits for those of other processes. A deadlock is found after one second.
const longestLock = 2500
// Milliseconds after which PostgreSQL ends a transaction whose process has gone without a word.
const longestIdle = 10_000
// Milliseconds without an answer after which others are not queued behind a statement.
const slow = 20

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

function postgresConnection({ name: place, config: given, hosts }: PostgresPlace) {
  const servers = serversOf({ hosts })
  const config = {
    ...given,
    keepAlive: true,
    statement_timeout: hurried.longestStatement,
    lock_timeout: longestLock,
    idle_in_transaction_session_timeout: longestIdle,
  }
  const { patience } = hurried
  const writer = lane({ servers, config, patience, begin: makeDurable })
  const forReading = { ...config, options: `${config.options ?? ''} -c default_transaction_read_only=on` }
  const readers = Array.from({ length: readLanes }, () => lane({ servers, config: forReading, patience }))
  const forPassing = { ...forReading, statement_timeout: unhurried.longestStatement }
  const passing = Array.from({ length: passingLanes }, () =>
    lane({ servers, config: forPassing, patience: unhurried.patience }),
  )
  const own = ownConnection(servers, { ...config, statement_timeout: false })
  const lanes = [writer, ...readers, ...passing, own.lane]

  const prepare = preparer()
  const sent = async (session: Session, text: string, values: readonly DatabaseValue[], isPrepared: boolean) => {
    try {
      const known = isPrepared ? prepare(text, values) : { text: withTypes(text, values), name: undefined }
      return await session.send(known.text, withoutNul(values), known.name)
    } catch (error) {
      // What is lost with it is lost: the next transaction gets a connection of its own.
      if (isOutdated(error) || isOfConnection(error)) session.discard()
      throw error
    }
  }
  const read = async (among: readonly Lane[], text: string, values: readonly DatabaseValue[], isPrepared: boolean) => {
    const chosen = quickest(among)
    try {
      const session = chosen.ready ?? (await chosen.session())
      return await sent(session, text, values, isPrepared)
    } catch (error) {
      if (!isOutdated(error)) throw explained(place, error)
      const session = await chosen.session()
      return sent(session, text, values, isPrepared)
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

  const reader: Reader = {
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
      sent(transaction, 'begin isolation level read committed read write', [], false).catch(() => {})
    },
    async unhurried() {
      writer.isHurried = false
      const limits = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
      for (const limit of limits) await inTransaction(`set local ${limit} = 0`, [], false)
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
    async continueNumbers(tables) {
      for (const table of tables) {
        const named = `pg_get_serial_sequence(format('%I.%I', current_schema(), '${table}'), 'id')`
        const { rows } = await inTransaction(
          `select 1 from information_schema.columns where table_schema = current_schema() and table_name = '${table}' and is_identity = 'YES'`,
          [],
          false,
        )
        if (rows.length > 0) await inTransaction(`select setval(${named}, max(id)) from "${table}"`, [], false)
      }
    },
    async commit() {
      const { command } = await inTransaction('commit', [], false)
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
    leads: own.leads,
    load: () => ({
      connections: lanes.filter(({ ready }) => ready !== undefined).length,
      waiting: lanes.reduce((sum, each) => sum + each.waiting, 0),
      longestWait: Math.round(Math.max(...lanes.map((each) => each.silence()))),
    }),
    async quiet() {
      do await setImmediate()
      while ([...readers, ...passing].some(({ waiting }) => waiting > 0))
    },
    async tables() {
      const text = `select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        order by oid`
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
      current_setting('server_encoding'), current_schema()`
    const [[major, version, encoding, current] = []] = (await outside(settings)).rows
    if (Number(major) < oldest) {
      throw new DatabaseUnusable(place, `it is PostgreSQL ${version}; ${oldest} or newer is needed.`)
    }
    if (encoding !== 'UTF8') {
      throw new DatabaseUnusable(place, `its encoding is ${encoding}; create it with ENCODING 'UTF8'.`)
    }
    if (current !== null) return
    if (schema === undefined) {
      throw new DatabaseUnusable(place, 'the user has no schema there. Name one in the URL: ?schema=<name>.')
    }
    // Of two that come first at the same time, one is told that the other was quicker.
    await outside(`create schema if not exists "${schema}"`).catch((error) => {
      if (codeOf(error) !== '23505') throw error
    })
  }
}

/** The lane on which somebody who comes now waits the least. */
function quickest(lanes: readonly Lane[]): Lane {
  const [first, ...others] = lanes
  if (first === undefined) throw new Error('There is no connection to read over.')
  let best = first
  let least = pressure(first)
  for (const each of others) {
    if (least === 0) break
    const found = pressure(each)
    if (found < least) [best, least] = [each, found]
  }
  return best
}

/** What is not connected yet costs a little, so that a small load opens few connections. */
function pressure(each: Lane): number {
  return each.waiting + (each.silence() > slow ? 1000 : 0) + (each.ready === undefined ? 4 : 0)
}

const channel = 'sallyport_changes'

/** What is answered is on the disk, even where the database is set up to be quicker than that. */
function makeDurable(client: Client): Promise<unknown> {
  return client.query(
    `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  )
}

/** The connection over which a process hears of changes, and which holds the lead as long as it lasts. */
function ownConnection(servers: Servers, config: PostgresPlace['config']) {
  let act = () => {}
  let isLeading = false
  let schema: unknown
  const own = lane({
    servers,
    config,
    patience: hurried.patience,
    async begin(client) {
      isLeading = false
      client.on('notification', ({ payload }) => {
        if (payload === schema) act()
      })
      await client.query(`listen ${channel}`)
      const { rows } = await client.query({ text: 'select current_schema()', rowMode: 'array' })
      schema = rows[0]?.[0]
      // What was announced before has not been heard.
      act()
    },
  })
  return {
    lane: own,
    onAnnounced(listener: () => void) {
      act = listener
      own.session().catch(() => {})
    },
    async leads() {
      const session = await own.session()
      if (isLeading) {
        // The lead ends with the connection, which may have been lost without a word.
        await session.send('select 1', [])
        return isLeading
      }
      const text = `select pg_try_advisory_lock(hashtextextended(current_schema(), 0))`
      const { rows } = await session.send(text, [])
      isLeading = rows[0]?.[0] === true
      return isLeading
    },
  }
}
