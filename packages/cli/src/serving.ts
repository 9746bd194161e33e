import { setTimeout } from 'node:timers/promises'
import {
  type Listening,
  type ListenOptions,
  listen,
  openPrometheusMeter,
  openTraces,
  type ServerOptions,
  sallyport,
} from '@sallyport/server'
import type { Database } from './database.ts'
import { Failure } from './failure.ts'
import type { Log } from './log.ts'
import { listenForMetrics, type MetricsListener } from './metrics-listener.ts'

/** A server on an open database. */
export interface Serving {
  /** The port of the login host. */
  readonly port: number
  /** The port of the metrics, if they have one. */
  readonly metricsPort: number | undefined
  /**
   * Says to balancers that nothing new is wanted, goes on answering for so many seconds, answers what is then under way, and
   * stops. The database stays open.
   */
  close(drainSeconds: number): Promise<void>
}

/** Where a server listens. */
export interface Place {
  /** Addresses to listen on; an address of a family that this machine does not have is left out. */
  readonly hosts: readonly string[]
  readonly port: number
  /** Where https is spoken. */
  readonly tls?: ListenOptions['tls']
  readonly metrics?: MetricsPlace
}

/** Where what was counted can be read. */
export interface MetricsPlace {
  readonly host: string
  /** A port of its own; `undefined` has none. */
  readonly port: number | undefined
  /** What opens `/metrics` on the port of the login host; `undefined` opens nothing. */
  readonly token: string | undefined
}

// Seconds that requests under way are given when the server stops.
const patience = 5

/**
 * Starts a server on an open database. When it resolves, requests succeed.
 * @throws {Failure} when a port cannot be had
 */
export async function startServing(
  database: Database,
  options: ServerOptions,
  { hosts, port, tls, metrics }: Place,
  log: Log,
): Promise<Serving> {
  const { stores, seal, now } = database
  const { journal } = stores
  const meter = metrics === undefined ? undefined : await openPrometheusMeter()
  const traces = await openTraces(process.env)
  const server = await sallyport({
    options,
    stores: {
      ...stores,
      journal: {
        ...journal,
        add(entry) {
          log.answered(entry)
          return journal.add(entry)
        },
      },
    },
    seal,
    now,
    onError: log.failed,
    meters: [meter, traces?.meter].filter((one) => one !== undefined),
    ...(meter === undefined || metrics?.token === undefined ? {} : { metrics: { meter, token: metrics.token } }),
  })
  const listening: Listening[] = []
  let forMetrics: MetricsListener | undefined
  try {
    if (meter !== undefined && metrics?.port !== undefined) {
      forMetrics = await listenForMetrics(meter, metrics.host, metrics.port)
    }
    for (const host of hosts) {
      try {
        listening.push(await listen({ answer: server.answer, host, port, orgs: stores.orgs, tls, onError: log.failed }))
      } catch (error) {
        const code = codeOf(error)
        const isMissing = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
        if (!isMissing || hosts.length === 1) throw error
      }
    }
  } catch (error) {
    server.stop()
    await Promise.all([...listening.map((each) => each.close(0)), forMetrics?.close()])
    throw listenFailure(error, port)
  }
  const [first] = listening
  if (first === undefined) throw new Failure(`None of ${hosts.join(', ')} is an address of this machine.`)

  return {
    port: first.port,
    metricsPort: forMetrics?.port,
    async close(drainSeconds) {
      server.drain()
      for (const each of listening) each.drain()
      await setTimeout(drainSeconds * 1000)
      await Promise.all(listening.map((each) => each.close(patience)))
      await forMetrics?.close()
      await traces?.close()
      server.stop()
    },
  }
}

/** Resolves with the signal when the process is told to end (Ctrl-C, SIGTERM). A second time ends it at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isAsked = false
    const stop = (signal: NodeJS.Signals) => {
      if (isAsked) process.exit(130)
      isAsked = true
      resolve(signal)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

function listenFailure(error: unknown, mainPort: number): unknown {
  const code = codeOf(error)
  const port = error instanceof Error && 'port' in error ? Number(error.port) : mainPort
  if (code === 'EADDRINUSE') {
    const next =
      port === mainPort
        ? 'Choose another with --port <number>; 0 takes one that is free.'
        : 'It is to be the port of an org. Stop that program, or give the org another port in the org file; the orgs of ' +
          'the demo follow --port <number>.'
    return new Failure(`Port ${port} is taken by another program.`, { next, cause: error })
  }
  if (code === 'EACCES') {
    const next = 'Choose one above 1023 with --port <number>.'
    return new Failure(`Port ${port} may not be used by this user.`, { next, cause: error })
  }
  if (code === 'EADDRNOTAVAIL') {
    const address = error instanceof Error && 'address' in error ? String(error.address) : 'That'
    return new Failure(`${address} is no address of this machine.`, { next: 'Choose one with --host.', cause: error })
  }
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
