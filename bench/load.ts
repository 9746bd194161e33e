import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type Answer, readAnswer } from './http.ts'
import { percentile } from './statistics.ts'

/** What to send and for how long: the window closes after `seconds`, or sooner when the requests run out. */
export interface Volley {
  readonly port: number
  readonly connections: number
  readonly requests: readonly Buffer[]
  /** Whether a request may go again: a refresh token may, an authorization code may not. */
  readonly reusable: boolean
  readonly seconds: number
  /** How many are sent in a second; as many as are answered, unless given. */
  readonly perSecond?: number
  /** Looks at every answer; a text is a complaint. */
  readonly inspect: (answer: Answer) => string | undefined
}

/** What came back. The rate counts answers inside the window; complaints are about every answer, late ones too. */
export interface VolleyResult {
  readonly answered: number
  readonly perSecond: number
  /** Milliseconds from when a request was to be sent until its answer had been read: the middle one, and 99 of 100. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds that the slowest took. */
  readonly longest: number
  /** The share of the time in which the generator had answers to read, 0 to 1. Near 1 it has measured only itself. */
  readonly generatorBusy: number
  readonly complaints: ReadonlyMap<string, number>
}

/** Sends requests over connections that stay open, one at a time on each, and looks at every answer. */
export async function fire({
  port,
  connections,
  requests,
  reusable,
  seconds,
  perSecond,
  inspect,
}: Volley): Promise<VolleyResult> {
  const complaints = new Map<string, number>()
  const latencies: number[] = []
  let sent = 0

  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(port)))
  const startedAt = performance.now()
  const deadline = startedAt + seconds * 1000
  let lastAnswerAt = startedAt
  const idle = perSecond === undefined ? stayAwake(() => sent) : mayRest()
  await Promise.all(lines.map(keepBusy))

  const idleMilliseconds = idle.stop()
  return {
    answered: latencies.length,
    perSecond: (latencies.length * 1000) / (lastAnswerAt - startedAt),
    generatorBusy: 1 - idleMilliseconds / (performance.now() - startedAt),
    p50: percentile(latencies, 50) ?? Number.NaN,
    p99: percentile(latencies, 99) ?? Number.NaN,
    longest: percentile(latencies, 100) ?? Number.NaN,
    complaints,
  }

  /** Settles when this connection has nothing more to send, or is lost. */
  async function keepBusy(line: Line): Promise<void> {
    const { socket } = line
    let sentAt = 0
    let waiting = false
    let begun: Buffer | undefined
    line.onBytes = (bytes) => {
      try {
        take(begun === undefined ? bytes : Buffer.concat([begun, bytes]))
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error('unreadable answer', { cause: error }))
      }
    }
    socket.on('error', (error) => complain(error.message))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    sendNext()
    await closed
    if (waiting) complain('connection closed before the answer')

    function sendNext(): void {
      const request = reusable || sent < requests.length ? requests[sent % requests.length] : undefined
      const now = performance.now()
      const dueAt = perSecond === undefined ? now : startedAt + (sent * 1000) / perSecond
      if (request === undefined || Math.max(now, dueAt) >= deadline) {
        socket.end()
        return
      }
      sent += 1
      // What late answers keep from being sent in time counts from when it was due.
      sentAt = dueAt
      if (dueAt <= now) send(request)
      else setTimeout(send, dueAt - now, request)
    }

    function send(request: Buffer): void {
      if (socket.destroyed) return
      waiting = true
      socket.write(request)
    }

    function take(bytes: Buffer): void {
      const read = readAnswer(bytes)
      begun = read === undefined ? Buffer.from(bytes) : undefined // the bytes of a line are overwritten by the next
      if (read === undefined) return
      waiting = false
      const now = performance.now()
      if (now < deadline) {
        latencies.push(now - sentAt)
        lastAnswerAt = now
      }
      sendNext()
      const complaint = read.length < bytes.length ? 'bytes after the end of the answer' : inspect(read.answer)
      if (complaint !== undefined) complain(complaint)
    }
  }

  function complain(complaint: string): void {
    complaints.set(complaint, (complaints.get(complaint) ?? 0) + 1)
  }
}

/**
 * Keeps the event loop turning instead of sleeping in wait for an answer. A sleeping core has to be woken by whoever writes
 * to it, and on a virtual machine that costs the server more than its answer does; the slower a server, the less often
 * the generator would sleep, so the cost would not even be the same for all.
 */
function stayAwake(progress: () => number): { stop(): number } {
  let idleMilliseconds = 0
  let before = progress()
  let turnedAt = performance.now()
  let turn = setImmediate(look)
  return {
    stop() {
      clearImmediate(turn)
      return idleMilliseconds
    },
  }

  function look(): void {
    const now = performance.now()
    if (progress() === before) idleMilliseconds += now - turnedAt
    before = progress()
    turnedAt = now
    turn = setImmediate(look)
  }
}

/** Lets the generator sleep between requests that are due later. It is then busy as long as it uses a processor. */
function mayRest(): { stop(): number } {
  const startedAt = performance.now()
  const used = process.cpuUsage()
  return {
    stop() {
      const { user, system } = process.cpuUsage(used)
      return performance.now() - startedAt - (user + system) / 1000
    },
  }
}

/** A connection that reads into a buffer of its own instead of making one for each answer. */
interface Line {
  readonly socket: Socket
  onBytes: (bytes: Buffer) => void
}

const silenceMilliseconds = 30_000
const lineBytes = 64 * 1024

function openLine(port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(lineBytes)
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: take } })
    const line: Line = { socket, onBytes: () => undefined }
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(line)
    })
    socket.setTimeout(silenceMilliseconds, () => socket.destroy(new Error('30 s without an answer')))

    function take(length: number): boolean {
      line.onBytes(buffer.subarray(0, length))
      return true
    }
  })
}
