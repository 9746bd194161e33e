import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { OrgStore } from '../orgs/org.ts'
import { fromSocket, type Incoming } from './incoming.ts'
import { type Reply, send, withHeaders } from './reply.ts'

// Imported, it would load all that only its WebSocket needs: a fifth of the time that the program takes to start.
const { createServer } = process.getBuiltinModule('node:http')

/** Where to listen, and what answers. */
export interface ListenOptions {
  readonly answer: (request: Incoming) => Promise<Reply>
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Orgs whose own ports are listened on too, from within a second of their being set. */
  readonly orgs: Pick<OrgStore, 'list'>
  /** Certificate and private key (PEM), where https is spoken and nobody in front does. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string } | undefined
  readonly onError: (error: unknown, where: string) => void
}

/** A server that listens. */
export interface Listening {
  /** The port of the login host. */
  readonly port: number
  /** Answers as before, and has every connection end with its answer, so that none is cut when the server closes. */
  drain(): void
  /** Stops taking connections, lets requests finish for at most `seconds`, and closes. */
  close(seconds: number): Promise<void>
}

// Milliseconds in which whoever is refused while still sending may read why, before the connection is cut.
const patience = 1000

/** Listens on the login host's port and on those of the orgs. @throws {Error} with `code` when a port cannot be had */
export async function listen({ answer, host, port, orgs, tls, onError }: ListenOptions): Promise<Listening> {
  const servers = new Map<number, Server>()
  let isDraining = false
  const main = await open(port)
  const address = main.address()
  const mainPort = typeof address === 'object' && address !== null ? address.port : port
  try {
    await openOrgPorts()
  } catch (error) {
    // Half a server is none: what listens already must not keep the process alive.
    await closeAll(0)
    throw error
  }
  // Told once: a port that is taken may stay so for long.
  const taken = new Set<number>()
  const timer = setInterval(() => {
    followOrgs().catch((error) => onError(error, 'the ports of the orgs'))
  }, 500).unref()

  return {
    port: mainPort,
    drain() {
      isDraining = true
    },
    async close(seconds) {
      clearInterval(timer)
      await closeAll(seconds)
    },
  }

  async function closeAll(seconds: number): Promise<void> {
    const all = [main, ...servers.values()]
    const impatience = setTimeout(() => {
      for (const server of all) server.closeAllConnections()
    }, seconds * 1000)
    await Promise.all(all.map(closed))
    clearTimeout(impatience)
  }

  async function openOrgPorts(): Promise<void> {
    for (const missing of await missingPorts()) servers.set(missing, await open(missing))
  }

  /** The same, but one that cannot be had keeps no other org from its own. */
  async function followOrgs(): Promise<void> {
    for (const missing of await missingPorts()) {
      try {
        servers.set(missing, await open(missing))
        taken.delete(missing)
      } catch (error) {
        if (!taken.has(missing)) onError(error, `the port ${missing} of an org`)
        taken.add(missing)
      }
    }
  }

  async function missingPorts(): Promise<readonly number[]> {
    const ports = (await orgs.list()).flatMap((org) => (org.port === undefined ? [] : [org.port]))
    return ports.filter((each) => each !== mainPort && !servers.has(each))
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await answer(fromSocket(message))
      send(isDraining ? withHeaders(reply, { connection: 'close' }) : reply, response)
      if (!message.complete) letFinish(message)
    } catch (error) {
      onError(error, 'an answer that could not be sent')
      message.destroy()
    }
  }

  function open(onPort: number): Promise<Server> {
    // Slow senders are cut off; headers are bounded by the platform at 16 KiB.
    const limits = {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
      joinDuplicateHeaders: true,
    }
    const server =
      tls === undefined
        ? createServer(limits, together(serve))
        : process
            .getBuiltinModule('node:https')
            .createServer({ ...limits, cert: tls.certificate, key: tls.privateKey }, together(serve))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(onPort, host, () => {
        server.off('error', reject)
        server.on('error', (error) => onError(error, `the port ${onPort}`))
        resolve(server)
      })
    })
  }
}

/**
 * Begins what one turn of the event loop brought at the end of that turn, all of it side by side. The same few steps done
 * for many requests one after the other are done nearly twice as fast as all steps of one request, then all of the next,
 * with the system's own work in between; and reads and writes of one turn share their transactions.
 */
function together(serve: (message: IncomingMessage, response: ServerResponse) => void): RequestListener {
  let arrived: [IncomingMessage, ServerResponse][] = []
  const begin = () => {
    const batch = arrived
    arrived = []
    for (const [message, response] of batch) serve(message, response)
  }
  return (message, response) => {
    if (arrived.push([message, response]) === 1) setImmediate(begin)
  }
}

/** Reads on what nobody wants any more, so that the answer is not lost with the connection, but not for long. */
function letFinish(message: IncomingMessage): void {
  message.resume()
  setTimeout(() => {
    if (!message.complete) message.destroy()
  }, patience).unref()
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
