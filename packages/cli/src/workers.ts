import cluster, { type Worker } from 'node:cluster'
import { openWorkersMeter } from '@sallyport/server'
import { Failure } from './failure.ts'
import type { Log } from './log.ts'
import { listenForMetrics } from './metrics-listener.ts'
import type { MetricsPlace } from './serving.ts'

/** What a worker tells the process that started it. */
type FromWorker =
  | { readonly kind: 'ready'; readonly answer: ReadyAnswer }
  | { readonly kind: 'failed'; readonly message: string; readonly next: string | undefined }

/** What is told to a worker. */
type ToWorker = { readonly kind: 'stop'; readonly signal: NodeJS.Signals }

/** The line that a server prints when it is ready, for programs and for people. */
export interface ReadyAnswer {
  readonly value: Readonly<Record<string, unknown>>
  readonly text: string
}

/** Whether this process is one of several that another one started. */
export const isWorker = cluster.isWorker

// A worker that ends by itself is started again; so often within a minute, something is wrong with all of them.
const mostRestarts = 5
const minute = 60_000

const ready = new WeakSet<Worker>()

/** Several processes that answer on the same ports. */
export interface Workers {
  /** What the first of them said when all were ready. */
  readonly ready: ReadyAnswer
  /** Where the metrics of all of them are given, if anywhere. */
  readonly metricsPort: number | undefined
  /** Stops them as they stop by themselves, and waits until they have. */
  stop(signal: NodeJS.Signals): Promise<void>
  /** Rejects when they cannot be kept running. */
  readonly failed: Promise<never>
}

/**
 * Runs this very command in `count` processes, which share its ports, and starts again whichever dies.
 * @throws {Failure} as a single one would have failed to start
 */
export async function startWorkers(count: number, log: Log, metrics: MetricsPlace | undefined): Promise<Workers> {
  // Each takes connections by itself: one that dies takes none along that were only meant for it.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let isStopping = false
  let restarts: number[] = []
  let giveUp: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  // Whoever waits for it comes later.
  failed.catch(() => {})

  const meter = metrics === undefined ? undefined : await openWorkersMeter()
  const forMetrics =
    meter === undefined || metrics?.port === undefined
      ? undefined
      : await listenForMetrics(meter, metrics.host, metrics.port)
  const first = await startAll(count).catch(async (error) => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
    await forMetrics?.close()
    throw error
  })
  cluster.on('exit', (worker, code, signal) => {
    if (isStopping) return
    log.failed(new Error(`It ended with ${signal ?? code}.`), `worker ${worker.id}`)
    const at = Date.now()
    restarts = [...restarts.filter((before) => at - before < minute), at]
    if (restarts.length > mostRestarts) giveUp(new Failure('The workers die again and again; the log says of what.'))
    else startOne().catch(giveUp)
  })

  return {
    ready: first,
    metricsPort: forMetrics?.port,
    failed,
    async stop(signal) {
      isStopping = true
      const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      await Promise.all(workers.map((worker) => ended(worker, signal)))
      await forMetrics?.close()
    },
  }
}

/** Resolves with what the first of them says when all answer requests. */
async function startAll(count: number): Promise<ReadyAnswer> {
  const [first] = await Promise.all(Array.from({ length: count }, () => startOne()))
  if (first === undefined) throw new Error('There are to be no workers.')
  return first
}

/** Resolves when a new worker answers requests. */
function startOne(): Promise<ReadyAnswer> {
  const worker = cluster.fork()
  return new Promise((resolve, reject) => {
    // The counting of requests talks by the same way.
    worker.on('message', (message: FromWorker | { readonly kind?: undefined }) => {
      if (message.kind === 'ready') {
        ready.add(worker)
        resolve(message.answer)
      }
      if (message.kind === 'failed')
        reject(new Failure(message.message, message.next === undefined ? {} : { next: message.next }))
    })
    worker.once('exit', (code) => reject(new Failure(`A worker ended with ${code} before it was ready.`)))
  })
}

function ended(worker: Worker, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
    // One that is still starting has answered nobody, and might not hear what it is told.
    if (!ready.has(worker)) worker.process.kill('SIGKILL')
    const message: ToWorker = { kind: 'stop', signal }
    worker.send(message, () => {})
  })
}

/** Says to the process that started this one that it is ready. */
export function tellReady(answer: ReadyAnswer): void {
  const message: FromWorker = { kind: 'ready', answer }
  process.send?.(message)
}

/** Says to the process that started this one why it cannot start. */
export function tellFailed(failure: Pick<Failure, 'message' | 'next'>): void {
  const message: FromWorker = { kind: 'failed', message: failure.message, next: failure.next }
  process.send?.(message)
}

/**
 * Resolves with the signal when the process that started this one says so, or is gone. Signals of its own are not heeded: a
 * terminal sends Ctrl-C to all of them at once.
 */
export function untilToldToStop(): Promise<NodeJS.Signals> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker | { readonly kind?: undefined }) => {
      if (message.kind === 'stop') resolve(message.signal)
    })
    process.on('disconnect', () => resolve('SIGINT'))
  })
}
