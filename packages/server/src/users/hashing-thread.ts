import { Worker } from 'node:worker_threads'

/** What a key is derived from by argon2id (RFC 9106 §3.1). */
export interface Derivation {
  readonly message: string
  readonly nonce: Uint8Array
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  /** Bytes of the key. */
  readonly tagLength: number
}

/** What comes back from a thread. */
export type Derived = { readonly tag: Uint8Array } | { readonly problem: string }

// Threads with nothing to do; there are as many as were ever needed at once.
const idle = new Set<Worker>()

/**
 * Derives a key on a thread of its own, which on Linux has a lower priority than all others: when every core is busy, requests that
 * hash nothing go first. Whoever calls sees to it that few do at once.
 */
export async function deriveOnThread(derivation: Derivation): Promise<Buffer> {
  const [found] = idle
  const thread = found ?? startThread()
  idle.delete(thread)
  // Whoever waits for a key keeps the process alive; a thread that waits for work does not.
  thread.ref()
  const derived = await new Promise<Derived>((resolve, reject) => {
    thread.once('message', settled(resolve))
    thread.once('error', settled(reject))
    thread.postMessage(derivation)

    function settled<Value>(settle: (value: Value) => void): (value: Value) => void {
      return (value) => {
        thread.removeAllListeners('message').removeAllListeners('error')
        settle(value)
      }
    }
  })
  thread.unref()
  idle.add(thread)
  if ('problem' in derived) throw new Error(derived.problem)
  return Buffer.from(derived.tag)
}

function startThread(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './hashing-worker.ts' : './hashing-worker.js'
  const worker = new Worker(new URL(file, import.meta.url), { env: {} })
  worker.once('exit', () => idle.delete(worker))
  return worker
}
