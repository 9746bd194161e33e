import { vi } from 'vitest'

/** Milliseconds after which what is to happen by itself has failed to: far longer than it takes, on the slowest machine. */
export const patience = 30_000

/** Checks again and again until nothing is thrown any more; answers what the last check did. @throws what that threw, in the end */
export function eventually<Result>(check: () => Result | Promise<Result>, timeout = patience): Promise<Result> {
  return vi.waitFor(check, { timeout, interval: 20 })
}
