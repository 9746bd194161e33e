import { Client, type ClientConfig } from 'pg'
import type { PostgresPlace } from './postgres-place.ts'

/** The servers that a database may be on. One of them takes writes at a time, the primary; the others follow it. */
export interface Servers {
  /**
   * Connects to the primary, and does what is to be done first over the connection.
   * @throws what kept us from it: of several servers, what the most telling of them said
   */
  connect(config: ClientConfig, begin?: (client: Client) => Promise<unknown>): Promise<Client>
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
  const open = new Map<Client, number>()

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
  }

  async function connected(config: ClientConfig, begin: (client: Client) => Promise<unknown> = async () => {}) {
    const client = new Client({ ...config, connectionTimeoutMillis: patience })
    // Whoever waits for it is told otherwise.
    client.on('error', () => {})
    const timer = setTimeout(() => client.connection.stream.destroy(), 2 * patience)
    try {
      await client.connect()
      adopt(client, await timelineOf(client))
      await begin(client)
      return client
    } catch (error) {
      client.end().catch(() => {})
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  function adopt(client: Client, timeline: number | undefined): void {
    if (timeline === undefined) return
    if (timeline < newest) throw new NotPrimary('another server was made the primary since this one was')
    newest = timeline
    for (const [other, its] of open) if (its < newest) other.connection.stream.destroy()
    open.set(client, timeline)
    client.on('end', () => open.delete(client))
  }
}

/** The number of the primary's timeline; `undefined` where the server, being of another make, has none. */
async function timelineOf(client: Client): Promise<number | undefined> {
  const ask = (text: string) => client.query({ text, rowMode: 'array' }).then(({ rows }) => rows[0]?.[0])
  const [isFollowing, file] = await Promise.all([
    ask('select pg_is_in_recovery()'),
    ask('select pg_walfile_name(pg_current_wal_lsn())').catch(() => undefined),
  ])
  if (isFollowing === true) throw new NotPrimary('it takes no writes: it is a standby')
  return file === undefined ? undefined : Number.parseInt(String(file).slice(0, 8), 16)
}

/** Whether a server said something, where others were only silent. */
function isFromServer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))
}
