import { Client, type ClientConfig } from 'pg'
import type { PostgresPlace } from './postgres-place.ts'

/** The servers that a database may be on. One of them takes writes at a time, the primary; the others follow it. */
export interface Servers {
  /**
   * Connects to the primary, and does what is to be done first over the connection.
   * @throws what kept us from it: of several servers, what the most telling of them said
   */
  connect(config: ClientConfig, begin?: (client: Client) => Promise<unknown>): Promise<Client>
  /** Ends a connection that is of no use any more, and what the server still does for it. */
  giveUp(client: Client): void
}

/** A server answers, but what is written there is not, or no longer, part of the database. */
export class NotPrimary extends Error {
  override readonly name = 'NotPrimary'
  /** As PostgreSQL says it of a transaction that may not write. */
  readonly code = '25006'
}

// Milliseconds until a server that does not answer is given up.
const patience = 2000

/** Finds the primary among the servers of a place, again for each new connection: it may have changed. */
export function serversOf({ hosts }: Pick<PostgresPlace, 'hosts'>): Servers {
  let latest = 0
  // Each promotion of a standby begins a timeline with the next number. A primary that was passed over and has come back
  // knows nothing of what was written since: not even of what was revoked.
  let newest = 0
  const open = new Map<Client, Backend>()
  // PostgreSQL does not notice that nobody waits for a commit any more, which goes on waiting for a standby with all its locks.
  let givenUp: readonly Backend[] = []

  return {
    async connect(config, begin) {
      const problems: unknown[] = []
      const first = latest
      for (const step of hosts.keys()) {
        const index = (first + step) % hosts.length
        try {
          const client = await connected({ ...config, ...hosts[index] }, begin)
          latest = index
          return client
        } catch (error) {
          problems.push(error)
        }
      }
      throw problems.find(isFromServer) ?? problems[0]
    },
    giveUp,
  }

  async function connected(config: ClientConfig, begin: (client: Client) => Promise<unknown> = async () => {}) {
    const client = new Client({ ...config, connectionTimeoutMillis: patience })
    // Whoever waits for it is told otherwise.
    client.on('error', () => {})
    const timer = setTimeout(() => giveUp(client), 2 * patience)
    try {
      await client.connect()
      adopt(client, await backendOf(client))
      await endGivenUp(client)
      await begin(client)
      return client
    } catch (error) {
      client.end().catch(() => {})
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  function adopt(client: Client, backend: Backend): void {
    if (backend.timeline < newest) throw new NotPrimary('another server was made the primary since this one was')
    newest = backend.timeline
    for (const [other, { timeline }] of open) if (timeline < newest) other.connection.stream.destroy()
    open.set(client, backend)
    client.on('end', () => open.delete(client))
  }

  function giveUp(client: Client): void {
    const backend = open.get(client)
    if (backend !== undefined) givenUp = [...givenUp, backend]
    client.connection.stream.destroy()
  }

  async function endGivenUp(client: Client): Promise<void> {
    const ending = givenUp
    givenUp = []
    for (const { pid, since } of ending) {
      const text = 'select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start::text = $2'
      await client.query(text, [pid, since])
    }
  }
}

/** The process of a server that is there for a connection. */
interface Backend {
  readonly pid: number
  readonly since: string
  /** The number of the primary's timeline; 0 where the server, being of another make, has none. */
  readonly timeline: number
}

async function backendOf(client: Client): Promise<Backend> {
  const ask = (text: string) => client.query({ text, rowMode: 'array' }).then(({ rows }) => rows[0] ?? [])
  const [[isFollowing, pid, since], [file]] = await Promise.all([
    ask('select pg_is_in_recovery(), pid, backend_start::text from pg_stat_activity where pid = pg_backend_pid()'),
    ask('select pg_walfile_name(pg_current_wal_lsn())').catch(() => ['0']),
  ])
  if (isFollowing === true) throw new NotPrimary('it takes no writes: it is a standby')
  return { pid: Number(pid), since: String(since), timeline: Number.parseInt(String(file).slice(0, 8), 16) }
}

/** Whether a server said something, where others were only silent. */
function isFromServer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))
}
