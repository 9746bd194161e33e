import type { Selectable } from 'kysely'
import type { KeptVerification, VerificationHistoryStore } from '../sessions/verification.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** The history of verifications of identities, in the database. */
export function verificationHistoryStore({ queries, read, write }: Database): VerificationHistoryStore {
  const list = statement((given: Placeholder<{ orgId: string; before: number; limit: number }>) =>
    queries
      .selectFrom('verification_history')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .where('id', '<', given('before'))
      .orderBy('id', 'desc')
      .limit(given('limit')),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('verification_history')
      .where('id', 'in', (within) =>
        within.selectFrom('verification_history').select('id').orderBy('id').limit(given('limit')),
      )
      .where('at', '<', given('before')),
  )
  return {
    async add({ orgId, userId, at, activity, policy, method, status, sourceIp, resourceId }) {
      const row = {
        org_id: orgId,
        user_id: userId,
        at: instant(at),
        activity,
        policy,
        method,
        status,
        source_ip: sourceIp,
        resource_id: resourceId ?? null,
      }
      await write((tx) => tx.execute(queries.insertInto('verification_history').values(row)))
    },
    async list(orgId, { before = Number.MAX_SAFE_INTEGER, limit }) {
      return (await read.all(list, { orgId, before, limit })).map(fromRow)
    },
    deleteBefore: (before, limit) => write((tx) => tx.run(deleteBefore, { before: instant(before), limit })),
  }
}

function fromRow(row: Selectable<Tables['verification_history']>): KeptVerification {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    at: readInstant(row.at),
    activity: row.activity,
    policy: row.policy,
    method: row.method,
    status: row.status,
    sourceIp: row.source_ip,
    resourceId: row.resource_id ?? undefined,
  }
}
