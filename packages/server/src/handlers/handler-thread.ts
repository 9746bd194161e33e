import { Worker } from 'node:worker_threads'
import type { HandlerCall } from './call-handler.ts'
import type { FromHandler, HandlerAct, HandlerArguments, ToHandler } from './handler-messages.ts'
import type { HandlerTools } from './handler-tools.ts'

/** A module on a thread of its own. */
export interface HandlerThread {
  /** Whether it still runs. */
  readonly isAlive: boolean
  call(act: HandlerAct, args: HandlerArguments, findUsers: HandlerTools['findUsers']): Promise<HandlerCall>
  /** Ends the thread once nothing is waiting for it. */
  retire(): void
  /** Ends the thread at once. */
  stop(): void
}

interface Waiting {
  readonly settle: (call: HandlerCall) => void
  readonly findUsers: HandlerTools['findUsers']
}

// So many requests may wait for one module at once; more would only be late.
const mostWaiting = 64
const memory = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 24, stackSizeMb: 4 }

/**
 * Starts a thread with a module. A call that takes longer than `patience` milliseconds ends the thread with everything that waits
 * for it: only so can a loop without an end be stopped.
 */
export function handlerThread(file: URL, patience: number): HandlerThread {
  const entry = new URL(
    import.meta.url.endsWith('.ts') ? './handler-worker.ts' : './handler-worker.js',
    import.meta.url,
  )
  const worker = new Worker(entry, {
    workerData: file.href,
    // What the server's own secrets are in stays with the server.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_'))),
    resourceLimits: memory,
    stdout: true,
  })
  // What a handler prints is for whoever runs the server, and must not get among the answers of commands.
  worker.stdout.pipe(process.stderr, { end: false })
  worker.unref()
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let isAlive = true
  let isRetired = false

  worker.on('message', (message: FromHandler) => {
    const call = waiting.get(message.id)
    if (call === undefined) return
    if (message.kind === 'find') {
      const { lookup } = message
      call.findUsers(message.wanted).then(
        (users) => tell({ kind: 'found', lookup, users }),
        () => tell({ kind: 'found', lookup, users: [] }),
      )
    } else if (message.kind === 'answered') settle(message.id, { ok: true, json: message.json })
    else {
      const { kind, id, ...said } = message
      settle(id, { ok: false, ...said })
    }
  })
  worker.on('error', () => end('it stopped: an error that nobody caught, or too much memory'))
  worker.on('exit', () => end('it stopped'))

  return {
    get isAlive() {
      return isAlive && !isRetired
    },
    call(act, args, findUsers) {
      if (waiting.size >= mostWaiting) return Promise.resolve({ ok: false, problem: 'too many requests wait for it' })
      return new Promise((resolve) => {
        const id = nextId++
        const late = setTimeout(() => end(`${act} did not answer within ${patience / 1000} seconds`), patience)
        waiting.set(id, {
          findUsers,
          settle(call) {
            clearTimeout(late)
            resolve(call)
          },
        })
        tell({ kind: 'call', id, act, args })
      })
    },
    retire() {
      isRetired = true
      if (waiting.size === 0) end('it was replaced')
    },
    stop: () => end('the server stops'),
  }

  function tell(message: ToHandler): void {
    worker.postMessage(message)
  }

  function settle(id: number, call: HandlerCall): void {
    waiting.get(id)?.settle(call)
    waiting.delete(id)
    if (isRetired && waiting.size === 0) end('it was replaced')
  }

  function end(problem: string): void {
    if (!isAlive) return
    isAlive = false
    for (const { settle: tellIt } of waiting.values()) tellIt({ ok: false, problem })
    waiting.clear()
    worker.terminate().catch(() => undefined)
  }
}
