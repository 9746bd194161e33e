import { type Compilable, sql } from 'kysely'
import { Client, type ClientConfig } from 'pg'
import { DatabaseUnusable } from './database-errors.ts'
import type { Connection, Dialect, ReplicaLoad } from './dialect.ts'
import type { LookUpReader } from './look-ups.ts'
import { quickest } from './postgres-lanes.ts'
import { NotBegun } from './postgres-message.ts'
import { type PostgresPlace, readPostgresUrl } from './postgres-place.ts'
import type { Servers } from './postgres-servers.ts'
import { lane } from './postgres-session.ts'
import { preparer, withoutNul } from './postgres-text.ts'
import { named, statement } from './statement.ts'

/** A server that follows the primary, for what may be a little late. */
export interface Replica {
  /** Reads from it, while it is known to have all that had been committed as long ago as it may be late; else `undefined`. */
  fresh(): LookUpReader | undefined
  /** Has it read from no more until it has all that has been committed by now. */
  catchUp(): void
  load(): ReplicaLoad
  close(): Promise<void>
}

/** Where a replica is, and how late it may be. */
export interface ReplicaPlace {
  /** `postgres://…`, with the primary's user, password and schema where it names none. */
  readonly url: string
  /** Milliseconds. */
  readonly staleness: number
}

/** What a replica is held against. */
export interface ReplicaNeeds {
  readonly primary: PostgresPlace
  readonly queries: Dialect['queries']
  readonly reader: Connection['reader']
  /** Is told, once, why it cannot be used. */
  onError(error: unknown): void
}

const lanes = 2
// Milliseconds that a statement may take, and that an answer may be late before the connection is given up.
const longestStatement = 1000
const patience = 500
// Milliseconds until a server that does not answer is given up.
const connectPatience = 2000
// Looks in the time that it may be late, and the milliseconds between two at the most and least.
const looks = 4
const [rarest, densest] = [500, 25]

/** What a look at it came to. */
type State = 'fresh' | 'behind' | 'no standby' | 'another database' | 'hidden'

const problems: Readonly<Partial<Record<State, string>>> = {
  'no standby': 'it follows nobody: give the URL of a standby.',
  'another database': 'it is of another database than the primary.',
  hidden: 'the user may not see how far it has followed. As an administrator: GRANT pg_read_all_stats TO …',
}

/**
 * Reads from a standby that streams from the primary. How late it is, no clock says: the primary is asked how far it has written,
 * and the standby whether it has come so far. What the standby answers then is as old as the question to the primary at the most.
 * @throws {DatabaseUnusable} when its URL is none
 */
export function postgresReplica(
  { url, staleness }: ReplicaPlace,
  { primary, queries, reader, onError }: ReplicaNeeds,
): Replica {
  const place = replicaAt(url, primary)
  const { hosts, config: given } = place
  const config = {
    ...given,
    keepAlive: true,
    statement_timeout: longestStatement,
    options: `${given.options ?? ''} -c default_transaction_read_only=on`,
  }
  const servers = anyOf(hosts)
  const readers = Array.from({ length: lanes }, () => lane({ servers, config, patience }))
  const looking = lane({ servers, config, patience })
  const prepare = preparer()
  const written = statement(() => compiled<Written>(queries, primaryState))

  let askedAt = Number.NEGATIVE_INFINITY
  let mustHave = 0
  let told: string | undefined
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  schedule()

  const reads: LookUpReader = {
    isRemote: true,
    first: async (asked, params) => (await reads.all(asked, params))[0],
    async all({ sql: text, bind, row }, params) {
      const session = quickest(readers).ready
      // The primary does not keep anybody waiting for a connection.
      if (session === undefined) throw new Error('The replica is not connected to.')
      const values = bind(params)
      const known = prepare(text, values)
      try {
        const { rows, columns } = await session.send(known.text, withoutNul(values), known.name)
        return rows.map((found) => row(named(columns, found)))
      } catch (error) {
        // Whoever reads from it asks the primary then.
        if (!(error instanceof NotBegun)) session.discard()
        throw error
      }
    },
  }
  const isFresh = () => askedAt >= mustHave && performance.now() - askedAt <= staleness

  return {
    fresh: () => (isFresh() ? reads : undefined),
    catchUp() {
      mustHave = performance.now()
    },
    load: () => ({ isInUse: isFresh(), lag: Number.isFinite(askedAt) ? Math.round(performance.now() - askedAt) : 0 }),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await Promise.all([...readers, looking].map((each) => each.close()))
    },
  }

  function schedule(): void {
    const pause = Math.min(rarest, Math.max(densest, staleness / looks))
    timer = setTimeout(async () => {
      await look().catch((error) => tell(error instanceof Error ? error.message : String(error), error))
      if (!isClosed) schedule()
    }, pause).unref()
  }

  async function look(): Promise<void> {
    const begunAt = performance.now()
    const state = await reader.first(written, {})
    if (state === undefined) return
    const session = await looking.session()
    const { rows } = await session.send(replicaState, [state.lsn, state.timeline, state.system])
    const found = rows[0]?.[0]
    if (found === 'fresh') {
      await Promise.all(readers.map((each) => each.ready ?? each.session()))
      askedAt = begunAt
      told = undefined
    }
    const problem = Object.entries(problems).find(([name]) => name === found)?.[1]
    if (problem !== undefined) tell(problem)
  }

  function tell(problem: string, cause?: unknown): void {
    if (told === problem || isClosed) return
    told = problem
    onError(new DatabaseUnusable(`replica ${place.name}`, problem, cause))
  }
}

/** How far the primary has written: timelines tell apart what a server wrote that was passed over since. */
const primaryState = `select pg_current_wal_lsn()::text as lsn, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) as timeline,
  (select system_identifier::text from pg_control_system()) as system`

interface Written {
  readonly lsn: string
  readonly timeline: string
  readonly system: string
}

const replicaState = `select case
  when not pg_is_in_recovery() then 'no standby'
  when (select system_identifier::text from pg_control_system()) <> $3 then 'another database'
  when pid is null then 'behind'
  when received_tli is null then 'hidden'
  when lpad(upper(to_hex(received_tli)), 8, '0') = $2 and pg_last_wal_replay_lsn() >= $1::pg_lsn then 'fresh'
  else 'behind' end
  from (select 1) as always left join pg_stat_wal_receiver on true`

function compiled<Row>(queries: Dialect['queries'], text: string): Compilable<Row> {
  return { compile: () => sql<Row>`${sql.raw(text)}`.compile(queries) }
}

/** @throws {DatabaseUnusable} when the URL is none */
function replicaAt(url: string, { config }: PostgresPlace): PostgresPlace {
  const place = readPostgresUrl(url, undefined)
  return {
    ...place,
    config: {
      ...place.config,
      user: place.config.user ?? config.user,
      password: place.config.password ?? config.password,
      ...(place.schema === undefined && config.options !== undefined ? { options: config.options } : {}),
    },
  }
}

/** The first of some servers that answers. */
function anyOf(hosts: PostgresPlace['hosts']): Servers {
  return {
    async connect(config: ClientConfig) {
      let problem: unknown
      for (const host of hosts) {
        const client = new Client({ ...config, ...host, connectionTimeoutMillis: connectPatience })
        client.on('error', () => {})
        try {
          await client.connect()
          return client
        } catch (error) {
          problem ??= error
          client.end().catch(() => {})
        }
      }
      throw problem
    },
    giveUp: (client) => client.connection.stream.destroy(),
  }
}
