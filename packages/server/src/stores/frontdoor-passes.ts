import type { Selectable } from 'kysely'
import { sameHash } from '../secret.ts'
import type { SessionLevel } from '../sessions/session.ts'
import type { FrontdoorPass, FrontdoorPassStore } from '../tokens/frontdoor-pass.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

type NewPass = {
  readonly hash: Uint8Array
  readonly accessTokenId: number
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly level: SessionLevel
  readonly startUrl: string
  readonly issuedAt: number
}

/** Frontdoor passes in the database. */
export function frontdoorPassStore({ queries, write }: Database): FrontdoorPassStore {
  const insert = statement((given: Placeholder<NewPass>) =>
    queries.insertInto('frontdoor_passes').values({
      hash: given('hash'),
      access_token_id: given('accessTokenId'),
      org_id: given('orgId'),
      user_id: given('userId'),
      app_id: given('appId'),
      level: given('level'),
      start_url: given('startUrl'),
      issued_at: given('issuedAt'),
    }),
  )
  const find = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('frontdoor_passes').selectAll().where('id', '=', given('id')),
  )
  const use = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('frontdoor_passes')
      .set({ used_at: given('at') })
      .where('id', '=', given('id'))
      .where('used_at', 'is', null),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteExpired = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('frontdoor_passes')
      .where('id', 'in', (within) =>
        within.selectFrom('frontdoor_passes').select('id').orderBy('id').limit(given('limit')),
      )
      .where('issued_at', '<', given('before')),
  )

  return {
    add: ({ hash, issuedAt, ...pass }) =>
      write((tx) => tx.insert(insert, { ...pass, hash, issuedAt: instant(issuedAt) })),
    use: ({ id, hash }, now) =>
      write(async (tx) => {
        const row = await tx.first(find, { id })
        if (row === undefined || !sameHash(row.hash, hash)) return { state: 'unknown' }
        const isFirst = (await tx.run(use, { id, at: instant(now) })) === 1
        return { state: isFirst ? 'used' : 'used-before', pass: fromRow(row) }
      }),
    deleteExpired: (before, limit) => write((tx) => tx.run(deleteExpired, { before: instant(before), limit })),
  }
}

function fromRow(row: Selectable<Tables['frontdoor_passes']>): FrontdoorPass {
  return {
    accessTokenId: row.access_token_id,
    orgId: row.org_id,
    userId: row.user_id,
    appId: row.app_id,
    level: row.level,
    startUrl: row.start_url,
    issuedAt: readInstant(row.issued_at),
  }
}
