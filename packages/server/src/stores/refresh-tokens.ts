import { endedBy } from '../connected-apps/refresh-policy.ts'
import { sameHash } from '../secret.ts'
import type { RefreshToken, RefreshTokenStore } from '../tokens/refresh-token.ts'
import type { Noting } from './audit-trail.ts'
import { ifFound, instant, readInstant, readPolicy, readScopes } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** What jobs about one refresh token say they are about. */
export function aboutRefreshToken(id: number): string {
  return `refresh token ${id}`
}

/** Refresh tokens in the database. */
export function refreshTokenStore({ queries, read, write, now }: Database): Noting<RefreshTokenStore> {
  const tokens = queries
    .selectFrom('refresh_tokens as token')
    .innerJoin('standings as now', 'now.approval_id', 'token.approval_id')
    .select((is) => [
      'token.id',
      'token.hash',
      'now.org_id',
      'now.user_id',
      'now.app_id',
      'now.refresh_token_policy',
      'token.approval_id',
      'token.scopes',
      'token.auth_time',
      'token.session_level',
      'token.sid',
      'token.issued_at',
      'token.last_used_at',
      'token.use_count',
      'token.revoked_at',
      'token.displaced_at',
      'token.dpop_key',
      is
        .case()
        .when(
          is.and([
            is('token.revoked_at', 'is', null),
            is('token.approval_epoch', '=', is.ref('now.approval_epoch')),
            is('token.user_epoch', '=', is.ref('now.user_epoch')),
            is('token.app_epoch', '=', is.ref('now.app_epoch')),
            is('token.org_epoch', '=', is.ref('now.org_epoch')),
          ]),
        )
        .then(is.lit(1))
        .else(is.lit(0))
        .end()
        .as('stands'),
    ])
  const find = statement((given: Placeholder<{ id: number }>) => tokens.where('token.id', '=', given('id')))
  const newestFirst = tokens.where('token.revoked_at', 'is', null).orderBy('token.id', 'desc')
  const listOf = statement((given: Placeholder<{ userId: string }>) =>
    newestFirst.where('now.user_id', '=', given('userId')),
  )
  const listOfApp = statement((given: Placeholder<{ userId: string; appId: string }>) =>
    newestFirst.where('now.user_id', '=', given('userId')).where('now.app_id', '=', given('appId')),
  )
  const findRotated = statement((given: Placeholder<{ id: number; hash: Uint8Array }>) =>
    queries
      .selectFrom('rotated_refresh_tokens')
      .select('rotated_at')
      .where('refresh_token_id', '=', given('id'))
      .where('hash', '=', given('hash')),
  )
  const revoke = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .updateTable('refresh_tokens')
      .set({ revoked_at: given('now') })
      .where('id', '=', given('id'))
      .where('revoked_at', 'is', null),
  )
  const noteUse = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .updateTable('refresh_tokens')
      .set((token) => ({ last_used_at: given('now'), use_count: token('use_count', '+', token.lit(1)) }))
      .where('id', '=', given('id'))
      .where('revoked_at', 'is', null),
  )
  const listEnded = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .selectFrom('refresh_tokens')
      .select('id')
      .where('revoked_at', 'is not', null)
      .where('revoked_at', '<', given('before'))
      .orderBy('revoked_at')
      .limit(given('limit')),
  )
  const listFrom = statement((given: Placeholder<{ after: number; limit: number }>) =>
    tokens.where('token.id', '>', given('after')).orderBy('token.id').limit(given('limit')),
  )
  const deleteOne = statement((given: Placeholder<{ id: number }>) =>
    queries.deleteFrom('refresh_tokens').where('id', '=', given('id')),
  )
  const deleteRotated = statement((given: Placeholder<{ id: number }>) =>
    queries.deleteFrom('rotated_refresh_tokens').where('refresh_token_id', '=', given('id')),
  )
  // A token that a counter or a policy ended has no mark of its own: each deletion looks at the next few rows for such.
  let lookedAt = 0

  return (note) => ({
    async find({ id, hash }) {
      const row = await read.first(find, { id })
      if (row === undefined) return { state: 'unknown' }
      const token = fromRow(row)
      if (sameHash(row.hash, hash)) {
        if (row.displaced_at !== null) return { state: 'displaced', token, at: readInstant(row.displaced_at) }
        return { state: row.stands === 1 ? 'live' : 'revoked', token }
      }
      const rotated = await read.first(findRotated, { id, hash })
      return rotated === undefined ? { state: 'unknown' } : { state: 'rotated-out', token }
    },
    revoke(id, at) {
      return write(async (tx) => {
        const found = await tx.first(find, { id })
        await tx.run(revoke, { id, now: instant(at) })
        return found?.stands === 1
      }, aboutRefreshToken(id))
    },
    async findNumbered(id) {
      return ifFound(await read.first(find, { id }), fromRow)
    },
    async noteUse(id, at) {
      await write((tx) => tx.run(noteUse, { id, now: instant(at) }), aboutRefreshToken(id))
    },
    async listLive({ userId, appId }, at) {
      const rows =
        appId === undefined ? await read.all(listOf, { userId }) : await read.all(listOfApp, { userId, appId })
      return rows
        .filter(({ stands }) => stands === 1)
        .map((row) => ({ token: fromRow(row), policy: readPolicy(row.refresh_token_policy) }))
        .filter(({ token, policy }) => endedBy(policy, token, at) === undefined)
        .map(({ token }) => token)
    },
    endOf: (userId, id, at) =>
      write(async (tx) => {
        const found = await tx.first(find, { id })
        if (found === undefined || found.user_id !== userId || found.stands === 0) return false
        await tx.run(revoke, { id, now: instant(at) })
        const did = { action: 'revokeRefreshToken', text: 'Revoked a refresh token of connected app' }
        const to = { app: found.app_id, approvedBy: userId }
        await note(tx, { section: 'Connected Apps OAuth Usage', ...did, to, ownOf: userId })
        return true
      }, aboutRefreshToken(id)),
    async deleteEnded(before, limit) {
      const looked = await read.all(listFrom, { after: lookedAt, limit })
      const unmarked = looked.filter((row) => row.revoked_at === null)
      const dead = unmarked.filter((row) => row.stands === 0)
      const outlived = unmarked.filter(
        (row) => row.stands === 1 && endedBy(readPolicy(row.refresh_token_policy), fromRow(row), before) !== undefined,
      )
      const deleted = await write(async (tx) => {
        for (const { id } of dead) await tx.run(revoke, { id, now: instant(now()) })
        const ended = await tx.all(listEnded, { before: instant(before), limit })
        const gone = [...ended, ...outlived].slice(0, limit)
        for (const { id } of gone) {
          await tx.run(deleteRotated, { id })
          await tx.run(deleteOne, { id })
        }
        return gone.length
      })
      lookedAt = looked.length < limit ? 0 : (looked.at(-1)?.id ?? 0)
      return deleted
    },
  })

  function fromRow(row: ReturnType<typeof find.row>): RefreshToken {
    return {
      id: row.id,
      orgId: row.org_id,
      userId: row.user_id,
      appId: row.app_id,
      approvalId: row.approval_id,
      scopes: readScopes(row.scopes),
      authTime: readInstant(row.auth_time),
      session: { level: row.session_level, sid: row.sid ?? undefined },
      issuedAt: readInstant(row.issued_at),
      lastUsedAt: readInstant(row.last_used_at),
      useCount: row.use_count,
      key: row.dpop_key ?? undefined,
    }
  }
}
