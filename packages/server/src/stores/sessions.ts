import { sameHash } from '../secret.ts'
import type { SessionStore } from '../sessions/session.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** Browser sessions in the database. */
export function sessionStore({ queries, read, write, later }: Database): SessionStore {
  const find = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .selectFrom('sessions as session')
      .innerJoin('users as user', (join) =>
        join.onRef('user.id', '=', 'session.user_id').onRef('user.epoch', '=', 'session.user_epoch'),
      )
      .innerJoin('orgs as org', (join) =>
        join.onRef('org.id', '=', 'session.org_id').onRef('org.epoch', '=', 'session.org_epoch'),
      )
      .selectAll('session')
      .where('session.id', '=', given('id'))
      .where('session.expires_at', '>', given('now'))
      .where((is) =>
        is.and([
          is('user.is_active', '=', is.lit(1)),
          is('user.is_frozen', '=', is.lit(0)),
          is('org.is_active', '=', is.lit(1)),
        ]),
      ),
  )
  const extend = statement((given: Placeholder<{ id: number; expiresAt: number }>) =>
    queries
      .updateTable('sessions')
      .set({ expires_at: given('expiresAt') })
      .where('id', '=', given('id'))
      .where('expires_at', '<', given('expiresAt')),
  )
  const end = statement((given: Placeholder<{ id: number }>) =>
    queries.deleteFrom('sessions').where('id', '=', given('id')),
  )
  const deleteExpired = statement((given: Placeholder<{ now: number; limit: number }>) =>
    queries
      .deleteFrom('sessions')
      .where('id', 'in', (within) =>
        within
          .selectFrom('sessions')
          .select('id')
          .where('expires_at', '<', given('now'))
          .orderBy('expires_at')
          .limit(given('limit')),
      ),
  )

  return {
    add(session) {
      const query = queries
        .insertInto('sessions')
        .values({
          hash: session.hash,
          org_id: session.orgId,
          user_id: session.userId,
          org_epoch: session.epochs.org,
          user_epoch: session.epochs.user,
          auth_time: instant(session.authTime),
          expires_at: instant(session.expiresAt),
          timeout: session.timeout,
          source_ip: session.sourceIp,
          form_secret: session.formSecret,
        })
        .returning('id')
      return write(async (tx) => {
        const added = await tx.first(
          statement(() => query),
          {},
        )
        if (added === undefined) throw new Error('A session that was added did not come back.')
        return added.id
      })
    },
    async find({ id, hash }, now) {
      const row = await read.first(find, { id, now: instant(now) })
      if (row === undefined || !sameHash(row.hash, hash)) return undefined
      return {
        id: row.id,
        orgId: row.org_id,
        userId: row.user_id,
        authTime: readInstant(row.auth_time),
        expiresAt: readInstant(row.expires_at),
        timeout: row.timeout,
        sourceIp: row.source_ip,
        formSecret: row.form_secret,
      }
    },
    extend: (id, expiresAt) => later((tx) => tx.run(extend, { id, expiresAt: instant(expiresAt) })),
    async end(id) {
      await write((tx) => tx.run(end, { id }))
    },
    deleteExpired: (now, limit) => write((tx) => tx.run(deleteExpired, { now: instant(now), limit })),
  }
}
