import type { Transaction } from './database.ts'
import { handedOver } from './handed-over.ts'

/** Adds one up under a key. */
export type Tally<Sum> = (tx: Transaction, key: string, add: (sum: Sum | undefined) => Sum) => void

/**
 * Adds up what happens many times in one group of writes, so that it is written once, before the commit.
 * @param name of what is counted: sums are written in the order of names and keys
 * @param write writes the sum of a key
 */
export function tallies<Sum>(name: string, write: (tx: Transaction, sum: Sum) => Promise<unknown>): Tally<Sum> {
  const ofGroups = new WeakMap<Transaction, Map<string, Sum>>()
  return (tx, key, add) => {
    let sums = ofGroups.get(tx)
    if (sums === undefined) {
      const begun = new Map<string, Sum>()
      ofGroups.set(tx, begun)
      tx.beforeCommit(async () => {
        const sums = [...begun].sort(([one], [other]) => (one < other ? -1 : 1))
        return handedOver(Promise.all(sums.map(([, sum]) => write(tx, sum))).then(() => undefined))
      }, name)
      sums = begun
    }
    sums.set(key, add(sums.get(key)))
  }
}
