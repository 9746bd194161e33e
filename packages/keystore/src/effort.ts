import { KeyStoreError } from './key-store-error.ts'

/** How much work a file may ask for: a count of iterations stands in the file, and anybody may write any count there. */
export interface Effort {
  /** Counts iterations that the thread pool does. @throws {KeyStoreError} `too-large` when they are too many in all */
  spend(iterations: number): void
  /** Counts iterations that are done on this thread, so that few are enough. @throws {KeyStoreError} `too-large` */
  spendHere(iterations: number): void
}

// About three seconds each on a slow machine, and a multiple of what any tool writes.
const inPool = 10_000_000
const here = 2_000_000

/** What one file may ask for in all. */
export function effort(): Effort {
  let leftInPool = inPool
  let leftHere = here
  return {
    spend(iterations) {
      leftInPool -= iterations
      if (leftInPool < 0) throw tooMuch()
    },
    spendHere(iterations) {
      leftHere -= iterations
      if (leftHere < 0) throw tooMuch()
    },
  }
}

function tooMuch(): KeyStoreError {
  return new KeyStoreError(
    'too-large',
    'This file asks for millions of iterations to try a password, so it is damaged or made to keep its reader busy. ' +
      'Make it again with an iteration count below a million.',
  )
}
