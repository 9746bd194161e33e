import type { Transaction } from './database.ts'

/** Adds one up under a key. */
export type Tally<Sum> = (tx: Transaction, key: string, add: (sum: Sum | undefined) => Sum) => void

/**
 * Adds up what happens many times in one group of writes, so that it is written once, before the commit.
 * @param write writes the sum of a key
 */
export function tallies<Sum>(write: (tx: Transaction, sum: Sum) => Promise<unknown>): Tally<Sum> {
  const ofGroups = new WeakMap<Transaction, Map<string, Sum>>()
  return (tx, key, add) => {
    let sums = ofGroups.get(tx)
    if (sums === undefined) {
      const begun = new Map<string, Sum>()
      ofGroups.set(tx, begun)
      tx.beforeCommit(async () => {
        for (const sum of begun.values()) await write(tx, sum)
      })
      sums = begun
    }
    sums.set(key, add(sums.get(key)))
  }
}
