import type { Cursor, CursorStore } from '../rest/record.ts'
import { flag, ifFound, instant, readInstant } from './column-values.ts'
import type { Database, Reader } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

// Salesforce's: cursors that a user may have open at once.
const mostOfUser = 10

/** Cursors in the database. */
export function cursorStore({ queries, write }: Pick<Database, 'queries' | 'write'>): CursorStore {
  const trim = statement((given: Placeholder<{ userId: string; keep: number }>) =>
    queries
      .deleteFrom('query_cursors')
      .where('user_id', '=', given('userId'))
      .where('id', 'not in', (latest) =>
        latest
          .selectFrom('query_cursors')
          .select('id')
          .where('user_id', '=', given('userId'))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(given('keep')),
      ),
  )
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('query_cursors')
      .where('id', 'in', (within) =>
        within.selectFrom('query_cursors').select('id').where('created_at', '<', given('before')).limit(given('limit')),
      ),
  )
  return {
    async add({ id, orgId, userId, soql, includesDeleted, createdAt }) {
      await write(async (tx) => {
        await tx.execute(
          queries.insertInto('query_cursors').values({
            id,
            org_id: orgId,
            user_id: userId,
            soql,
            includes_deleted: flag(includesDeleted),
            created_at: instant(createdAt),
          }),
        )
        await tx.run(trim, { userId, keep: mostOfUser })
      })
    },
    deleteBefore: (before, limit) => write((tx) => tx.run(deleteBefore, { before: instant(before), limit })),
  }
}

/** Finds a cursor, wherever is read: inside of a transaction as well. */
export function cursorFinder({ queries }: Pick<Database, 'queries'>) {
  const find = statement((given: Placeholder<{ orgId: string; id: string }>) =>
    queries.selectFrom('query_cursors').selectAll().where('org_id', '=', given('orgId')).where('id', '=', given('id')),
  )
  return async (from: Reader, orgId: string, id: string): Promise<Cursor | undefined> =>
    ifFound(await from.first(find, { orgId, id }), (row) => ({
      id: row.id,
      orgId: row.org_id,
      userId: row.user_id,
      soql: row.soql,
      includesDeleted: row.includes_deleted === 1,
      createdAt: readInstant(row.created_at),
    }))
}
