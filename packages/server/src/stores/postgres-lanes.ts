import type { Client } from 'pg'
import type { PostgresPlace } from './postgres-place.ts'
import { type Servers, serversOf } from './postgres-servers.ts'
import { type Lane, lane } from './postgres-session.ts'

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

/** The connections of a process, each for what must not wait for the others. */
export interface Lanes {
  readonly writer: Lane
  /** For look-ups and lists. */
  readonly readers: readonly Lane[]
  /** For queries that come from outside. */
  readonly passing: readonly Lane[]
  readonly own: OwnConnection
  /** For what is done to tables as a whole: nobody waits for it, and it waits for whom it has to. */
  readonly keeper: Lane
  readonly all: readonly Lane[]
}

/** Makes them; nothing is connected to yet. */
export function lanesTo({ config: given, hosts }: PostgresPlace): Lanes {
  const servers = serversOf({ hosts })
  const config = {
    ...given,
    keepAlive: true,
    statement_timeout: hurried.longestStatement,
    lock_timeout: longestLock,
    idle_in_transaction_session_timeout: longestIdle,
  }
  const { patience } = hurried
  const optioned = (...options: string[]) => ({ ...config, options: [config.options ?? '', ...options].join(' ') })
  const readOnly = '-c default_transaction_read_only=on'
  // Planned once for all values: to plan a look-up takes many times as long as to do it, and PostgreSQL would plan each anew,
  // because it counts all the parts of a table that it then leaves out.
  const plannedOnce = '-c plan_cache_mode=force_generic_plan'
  const lanes = (count: number, config: PostgresPlace['config'], patience: number) =>
    Array.from({ length: count }, () => lane({ servers, config, patience }))
  const writer = lane({ servers, config: optioned(plannedOnce), patience, begin: makeDurable })
  const readers = lanes(readLanes, optioned(readOnly, plannedOnce), patience)
  const forPassing = { ...optioned(readOnly), statement_timeout: unhurried.longestStatement }
  const passing = lanes(passingLanes, forPassing, unhurried.patience)
  const own = ownConnection(servers, { ...config, statement_timeout: false })
  const forKeeping: PostgresPlace['config'] = { ...config, statement_timeout: false, lock_timeout: 0 }
  const keeper = lane({ servers, config: forKeeping, patience, begin: makeDurable })
  keeper.isHurried = false
  return { writer, readers, passing, own, keeper, all: [writer, ...readers, ...passing, own.lane, keeper] }
}

/** The lane on which somebody who comes now waits the least. */
export function quickest(lanes: readonly Lane[]): Lane {
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

/** By what name changes are announced. */
export const channel = 'sallyport_changes'

/** What is answered is on the disk, even where the database is set up to be quicker than that. */
function makeDurable(client: Client): Promise<unknown> {
  return client.query(
    `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  )
}

/** The connection over which a process hears of changes, and which holds the lead as long as it lasts. */
export interface OwnConnection {
  readonly lane: Lane
  onAnnounced(listener: () => void): void
  leads(): Promise<boolean>
}

function ownConnection(servers: Servers, config: PostgresPlace['config']): OwnConnection {
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
