import { type Client, type ClientConfig, type QueryArrayConfig, types } from 'pg'
import { type Answered, message, type Outgoing, type Prepared, valueReader } from './postgres-message.ts'
import type { Servers } from './postgres-servers.ts'
import type { DatabaseValue } from './statement.ts'

/** A connection as long as it lasts: what is sent over it is done in that order, or not at all. */
export interface Session {
  /**
   * Sends a statement, without waiting for the answers to those before.
   * @param name prepares it under that name, and has it travel with others of the moment
   * @throws {NotBegun} when one of these failed before it
   */
  send(text: string, values: readonly DatabaseValue[], name?: string): Promise<Answered>
  /** Lets it be replaced by a new one, for what is sent from now on. */
  discard(): void
}

/** A place for one connection, which is made when it is needed, and made anew when it was lost. */
export interface Lane {
  session(): Promise<Session>
  /** The session, if there is one at the moment. */
  readonly ready: Session | undefined
  /** Statements that have not been answered yet. */
  readonly waiting: number
  /** Whether a connection that gives no answer is given up; it is, unless set. */
  isHurried: boolean
  /** Milliseconds since the last answer, or since there has been something to answer; 0 when there is nothing. */
  silence(): number
  close(): Promise<void>
}

/** What a lane is made of. */
export interface LaneOptions {
  readonly servers: Servers
  readonly config: ClientConfig
  /** Milliseconds after which a connection that owes answers and gives none is given up. */
  readonly patience: number
  /** Is done with each new connection before anything else is sent. */
  readonly begin?: (client: Client) => Promise<unknown>
}

// Milliseconds that pass before a connection is tried again after a failure.
const pause = 250
// Milliseconds between looks for connections that have fallen silent.
const watchInterval = 500

const parsers: NonNullable<ClientConfig['types']> = {
  getTypeParser: (type, format) => (format === 'binary' ? types.getTypeParser(type, format) : valueReader(type)),
}

/** A connection, from when it is wanted until it is given up. */
interface Link {
  session: Promise<Session>
  client?: Client
  ready?: Session
}

/** Whether what a connection answers is as good as it says. */
interface Doubts {
  isDurable: boolean
}

/** Makes a lane; nothing is connected to yet. */
export function lane({ servers, config, patience, begin }: LaneOptions): Lane {
  let current: Link | undefined
  let failure: { readonly error: unknown; readonly until: number } | undefined
  let isClosed = false
  let waiting = 0
  let since = 0
  let isHurried = true

  const watch = setInterval(() => {
    if (isHurried && silence() > patience && current?.client !== undefined) servers.giveUp(current.client)
  }, watchInterval)
  watch.unref()

  function silence(): number {
    return waiting === 0 ? 0 : performance.now() - since
  }

  function forget(link: Link): void {
    if (current === link) current = undefined
  }

  async function connect(link: Link): Promise<Session> {
    try {
      const client = await servers.connect({ ...config, types: parsers, pipeline: true }, begin)
      failure = undefined
      return sessionOf(link, client)
    } catch (error) {
      forget(link)
      failure = { error, until: performance.now() + pause }
      throw error
    }
  }

  function sessionOf(link: Link, client: Client): Session {
    const doubts: Doubts = { isDurable: true }
    const prepared: Prepared = new Map()
    let gathered: Outgoing[] = []
    const flush = () => {
      const statements = gathered
      gathered = []
      if (statements.length > 0) client.query(message(statements, prepared))
    }
    link.client = client
    link.ready = {
      send: (text, values, name) =>
        answered(doubts, (resolve, reject) => {
          if (name === undefined) {
            flush()
            return sendAlone(client, text, values, resolve, reject)
          }
          gathered.push({ text, values, name, resolve, reject })
          // After all promises that are settled by now have been acted upon, and what is gathered elsewhere was handed over.
          if (gathered.length === 1) process.nextTick(() => process.nextTick(flush))
        }),
      discard() {
        forget(link)
        client.end().catch(() => {})
      },
    }
    client.on('error', () => forget(link))
    client.on('end', () => forget(link))
    client.on('notice', ({ routine }) => {
      // A commit that was not let wait for the standby: it is on one server alone, which may be the one that is given up.
      if (routine !== 'SyncRepWaitForLSN') return
      doubts.isDurable = false
      servers.giveUp(client)
    })
    return link.ready
  }

  function answered(
    doubts: Doubts,
    send: (resolve: (answered: Answered) => void, reject: (error: unknown) => void) => void,
  ): Promise<Answered> {
    if (waiting === 0) since = performance.now()
    waiting += 1
    const isSettled = () => {
      waiting -= 1
      since = performance.now()
    }
    return new Promise((resolve, reject) => {
      send(
        (answered) => {
          isSettled()
          if (doubts.isDurable) resolve(answered)
          else reject(new Error('what was committed has not reached the standby'))
        },
        (error) => {
          isSettled()
          reject(error)
        },
      )
    })
  }

  return {
    session() {
      if (current !== undefined) return current.session
      if (isClosed) return Promise.reject(new Error('The database is closed.'))
      // Whoever comes in crowds to a database that is gone must not have to wait for it one after the other.
      if (failure !== undefined && performance.now() < failure.until) return Promise.reject(failure.error)
      const link: Link = { session: Promise.resolve().then(() => connect(link)) }
      current = link
      return link.session
    },
    get ready() {
      return current?.ready
    },
    get isHurried() {
      return isHurried
    },
    set isHurried(wanted) {
      isHurried = wanted
    },
    get waiting() {
      return waiting
    },
    silence,
    async close() {
      isClosed = true
      const last = current
      await last?.session.catch(() => {})
      await last?.client?.end().catch(() => {})
      clearInterval(watch)
    },
  }
}

/** Sends a statement by itself, for the first time and the last. */
function sendAlone(
  client: Client,
  text: string,
  values: readonly DatabaseValue[],
  resolve: (answered: Answered) => void,
  reject: (error: unknown) => void,
): void {
  const query: QueryArrayConfig<DatabaseValue[]> = { text, values: [...values], rowMode: 'array' }
  client.query<unknown[], DatabaseValue[]>(query, (error, result) => {
    // The driver's types promise no error where there is one.
    if (error instanceof Error) return reject(error)
    const { rows, fields, rowCount, command } = result
    resolve({ rows, columns: fields.map(({ name }) => name), count: rowCount ?? 0, command })
  })
}
