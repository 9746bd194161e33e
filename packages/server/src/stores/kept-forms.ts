import type { KeptFormStore } from '../sessions/kept-form.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** How many of one session are kept: tabs that are open side by side, each with a form or two. */
const mostOfSession = 10

/** Forms that came back, in the database. */
export function keptFormStore({ queries, read, write }: Database): KeptFormStore {
  const find = statement((given: Placeholder<{ id: string; sessionId: number; now: number }>) =>
    queries
      .selectFrom('kept_forms')
      .selectAll()
      .where('id', '=', given('id'))
      .where('session_id', '=', given('sessionId'))
      .where('expires_at', '>', given('now')),
  )
  return {
    async add({ id, sessionId, content, expiresAt }) {
      const row = { id, session_id: sessionId, content, expires_at: instant(expiresAt) }
      const newest = queries
        .selectFrom('kept_forms')
        .select('id')
        .where('session_id', '=', sessionId)
        .orderBy('expires_at', 'desc')
        .limit(mostOfSession - 1)
      const older = queries.deleteFrom('kept_forms').where('session_id', '=', sessionId).where('id', 'not in', newest)
      await write(async (tx) => {
        await tx.execute(older)
        await tx.execute(queries.insertInto('kept_forms').values(row))
      })
    },
    async find({ id, sessionId }, now) {
      const row = await read.first(find, { id, sessionId, now: instant(now) })
      return row && { id, sessionId, content: row.content, expiresAt: readInstant(row.expires_at) }
    },
    deleteExpired: (before, limit) =>
      write((tx) =>
        tx.execute(
          queries
            .deleteFrom('kept_forms')
            .where('id', 'in', (within) =>
              within
                .selectFrom('kept_forms')
                .select('id')
                .where('expires_at', '<', instant(before))
                .orderBy('expires_at')
                .limit(limit),
            ),
        ),
      ),
  }
}
