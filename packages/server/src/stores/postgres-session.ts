import { Client, type ClientConfig, type QueryArrayConfig, types } from 'pg'
import type { DatabaseValue } from './statement.ts'

/** What a statement came to. */
export interface Answered {
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[]
  readonly columns: readonly string[]
  /** How many rows were found or written. */
  readonly count: number
  /** What was done, in PostgreSQL's word: `COMMIT` is `ROLLBACK` where something had failed before. */
  readonly command: string
}

/** A connection as long as it lasts: what is sent over it is done in that order, or not at all. */
export interface Session {
  /** Sends a statement, without waiting for the answers to those before. @param name prepares it under that name */
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
  readonly config: ClientConfig
  /** Milliseconds after which a connection that owes answers and gives none is given up. */
  readonly patience: number
  /** Is done with each new connection before anything else is sent. */
  readonly begin?: (client: Client) => Promise<unknown>
}

// Milliseconds that making a connection may take, and that pass before it is tried again after a failure.
const connectPatience = 2000
const pause = 250
// Milliseconds between looks for connections that have fallen silent.
const watchInterval = 500

// Numbers come as texts, for not all of them are numbers to JavaScript; ours are.
const numberTypes = new Set([20, 21, 23, 700, 701, 1700])
const parsers: NonNullable<ClientConfig['types']> = {
  getTypeParser: (type, format) => (numberTypes.has(type) ? Number : types.getTypeParser(type, format)),
}

/** Makes a lane; nothing is connected to yet. */
export function lane({ config, patience, begin }: LaneOptions): Lane {
  let current: { readonly session: Promise<Session>; ready?: Session; readonly client: Client } | undefined
  let failure: { readonly error: unknown; readonly until: number } | undefined
  let isClosed = false
  let waiting = 0
  let since = 0
  let isHurried = true

  const watch = setInterval(() => {
    if (isHurried && silence() > patience) current?.client.connection.stream.destroy()
  }, watchInterval)
  watch.unref()

  function silence(): number {
    return waiting === 0 ? 0 : performance.now() - since
  }

  function forget(client: Client): void {
    if (current?.client === client) current = undefined
  }

  async function connect(client: Client): Promise<Session> {
    try {
      await client.connect()
      await begin?.(client)
    } catch (error) {
      forget(client)
      failure = { error, until: performance.now() + pause }
      client.end().catch(() => {})
      throw error
    }
    failure = undefined
    const session: Session = {
      send: (text, values, name) => send(client, text, values, name),
      discard() {
        forget(client)
        client.end().catch(() => {})
      },
    }
    if (current?.client === client) current.ready = session
    return session
  }

  function send(client: Client, text: string, values: readonly DatabaseValue[], name?: string): Promise<Answered> {
    if (waiting === 0) since = performance.now()
    waiting += 1
    return new Promise((resolve, reject) => {
      const query: QueryArrayConfig<DatabaseValue[]> = { text, values: [...values], rowMode: 'array' }
      if (name !== undefined) query.name = name
      client.query<unknown[], DatabaseValue[]>(query, (error, result) => {
        waiting -= 1
        since = performance.now()
        // The driver's types promise no error where there is one.
        if (error instanceof Error) return reject(error)
        const { rows, fields, rowCount, command } = result
        resolve({ rows, columns: fields.map(({ name }) => name), count: rowCount ?? 0, command })
      })
    })
  }

  return {
    session() {
      if (current !== undefined) return current.session
      if (isClosed) return Promise.reject(new Error('The database is closed.'))
      // Whoever comes in crowds to a database that is gone must not have to wait for it one after the other.
      if (failure !== undefined && performance.now() < failure.until) return Promise.reject(failure.error)
      const client = new Client({ ...config, types: parsers, connectionTimeoutMillis: connectPatience, pipeline: true })
      client.on('error', () => forget(client))
      client.on('end', () => forget(client))
      current = { session: Promise.resolve().then(() => connect(client)), client }
      return current.session
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
      await last?.client.end().catch(() => {})
      clearInterval(watch)
    },
  }
}
