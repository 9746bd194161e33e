import { sql } from 'kysely'
import { providerSecretPurpose } from '../auth-providers/auth-provider.ts'
import { certificateKeyPurpose } from '../certificates/new-certificate.ts'
import { signingKeyPurpose } from '../certificates/signing-keys.ts'
import { consumerSecretPurpose } from '../connected-apps/consumer-secret.ts'
import type { Seal } from '../seal.ts'
import { authenticatorPurpose } from '../sessions/authenticator.ts'
import type { Database } from './database.ts'
import { samplePurpose } from './migrations/migrate.ts'
import type { Tables } from './tables.ts'

/** Where something sealed is kept, and what it is bound to. */
interface SealedColumn {
  readonly table: keyof Tables
  /** What tells its rows apart; `undefined` where there is one row. */
  readonly id: string | undefined
  readonly column: string
  /** The same for all rows, or made of what tells a row apart. */
  readonly purpose: string | ((id: string) => string)
}

/** Every column with sealed values: `reseal.test.ts` finds those that are forgotten here. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'connected_apps', id: 'id', column: 'secret_sealed', purpose: consumerSecretPurpose },
  { table: 'auth_providers', id: 'id', column: 'sealed_secret', purpose: providerSecretPurpose },
  { table: 'certificates', id: 'id', column: 'sealed_private_key', purpose: certificateKeyPurpose },
  { table: 'identity_verifications', id: 'user_id', column: 'sealed_secret', purpose: authenticatorPurpose },
  { table: 'signing_keys', id: 'kid', column: 'sealed_private_key', purpose: signingKeyPurpose },
  // Last: what stands here says under which key all the others are.
  { table: 'encryption', id: undefined, column: 'sample', purpose: samplePurpose },
]

/** Moves what is sealed from one encryption key to another, while servers run. */
export interface Resealing {
  /** How many values are sealed under another key than the current one. */
  left(): Promise<number>
  /**
   * Seals at most `limit` of them under the current key; answers how many. What somebody changes meanwhile stays as they
   * left it, for another time.
   * @throws {Error} when one opens under none of the keys; what was done before stays done
   */
  reseal(limit: number): Promise<number>
}

/** Resealing in the database. */
export function resealing({ queries, read, change }: Database, seal: Seal): Resealing {
  const isOld = (column: string) => sql<boolean>`${sql.ref(column)} not like ${`${seal.current}%`}`

  return {
    async left() {
      const counts = await Promise.all(
        sealedColumns.map(({ table, column }) =>
          read.values(
            queries
              .selectFrom(table)
              .select(({ fn }) => fn.countAll().as('count'))
              .where(isOld(column)),
          ),
        ),
      )
      return counts.reduce((sum, rows) => sum + Number(rows[0]?.[0] ?? 0), 0)
    },
    async reseal(limit) {
      let done = 0
      for (const sealed of sealedColumns) {
        if (done >= limit) return done
        done += await resealSome(sealed, limit - done)
      }
      return done
    },
  }

  async function resealSome({ table, id, column, purpose }: SealedColumn, limit: number): Promise<number> {
    const name = id === undefined ? sql<string>`''` : sql.ref<string>(id)
    const found = await read.values(
      queries
        .selectFrom(table)
        .select([name.as('name'), sql.ref<string>(column).as('value')])
        .where(isOld(column))
        .limit(limit),
    )
    if (found.length === 0) return 0
    const counts = await change((tx) =>
      Promise.all(
        found.map(([key, value]) => {
          const before = String(value)
          const boundTo = typeof purpose === 'string' ? purpose : purpose(String(key))
          const after = seal.close(seal.open(before, boundTo), boundTo)
          const row = id === undefined ? sql<boolean>`true` : sql<boolean>`${sql.ref(id)} = ${String(key)}`
          const update = sql`update ${sql.table(table)} set ${sql.ref(column)} = ${after} where ${row} and ${sql.ref(column)} = ${before}`
          return tx.execute({ compile: () => update.compile(queries) })
        }),
      ),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
