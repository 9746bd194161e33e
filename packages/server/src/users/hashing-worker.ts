// What runs on a thread that derives keys from passwords.
import { argon2Sync } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import type { Derivation, Derived } from './hashing-thread.ts'

yieldToOthers()

const port = parentPort
port?.on('message', (derivation: Derivation) => {
  let derived: Derived
  try {
    derived = { tag: argon2Sync('argon2id', derivation) }
  } catch (error) {
    derived = { problem: error instanceof Error ? error.message : String(error) }
  }
  port.postMessage(derived)
})

/** Only on Linux a thread has a priority, under a number of its own; elsewhere all stay alike. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), 5)
  } catch {
    // No such file, or no leave: hashing works all the same.
  }
}
