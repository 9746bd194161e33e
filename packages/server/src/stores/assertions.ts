import type { AssertionStore } from '../oauth/assertion-store.ts'
import { instant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** The `jti` of an assertion. */
export interface AssertionId {
  readonly hash: Buffer
  readonly expiresAt: Date
}

/** Notes a `jti` as used, within a transaction; `false` when it had been. */
export function assertionUse({
  queries,
}: Pick<Database, 'queries'>): (tx: Transaction, jti: AssertionId) => Promise<boolean> {
  const insert = statement((given: Placeholder<{ hash: Uint8Array; expiresAt: number }>) =>
    queries
      .insertInto('used_assertions')
      .values({ hash: given('hash'), expires_at: given('expiresAt') })
      .onConflict((conflict) => conflict.column('hash').doNothing()),
  )
  return async (tx, { hash, expiresAt }) => (await tx.run(insert, { hash, expiresAt: instant(expiresAt) })) === 1
}

/** Used assertions in the database. */
export function assertionStore(database: Database): AssertionStore {
  const { queries, read, write } = database
  const use = assertionUse(database)
  const deleteExpired = statement((given: Placeholder<{ now: number; limit: number }>) =>
    queries
      .deleteFrom('used_assertions')
      .where('hash', 'in', (within) =>
        within
          .selectFrom('used_assertions')
          .select('hash')
          .where('expires_at', '<', given('now'))
          .orderBy('expires_at')
          .limit(given('limit')),
      ),
  )
  const find = statement((given: Placeholder<{ hash: Uint8Array }>) =>
    queries.selectFrom('used_assertions').select('expires_at').where('hash', '=', given('hash')),
  )
  return {
    async usedUntil(hash) {
      const found = await read.first(find, { hash })
      return found && new Date(found.expires_at)
    },
    use: (jti) => write((tx) => use(tx, jti), jti),
    deleteExpired: (now, limit) => write((tx) => tx.run(deleteExpired, { now: instant(now), limit })),
  }
}
