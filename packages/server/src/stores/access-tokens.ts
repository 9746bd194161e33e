import { setImmediate } from 'node:timers/promises'
import { sameHash } from '../secret.ts'
import type { AccessToken, AccessTokenFinding, AccessTokenStore, ListedAccessToken } from '../tokens/access-token.ts'
import type { Noting } from './audit-trail.ts'
import { instant, readBytes, readInstant, readScopes } from './column-values.ts'
import { counterColumns } from './counters.ts'
import type { Database } from './database.ts'
import { type LookUpReader, lookUps } from './look-ups.ts'
import { type Given, type Placeholder, statement } from './statement.ts'

// Rows that are looked at in one go.
const stretch = 32_768
// Tokens that were shown a moment ago.
const recentTokens = 10_000

const management = { section: 'Session Management' }
const endedSession = { action: 'endedSession', text: 'Ended a session of connected app' }

/** Which live tokens are wanted; `null` for what is not asked. */
type Wanted = {
  readonly orgId: string
  readonly userId: string | null
  readonly appId: string | null
  readonly now: number
  readonly first: number
  readonly before: number
}

/** A token, and whether nothing has ended it but time. */
interface Found {
  readonly token: AccessToken
  readonly stands: boolean
}

// So many tokens take longer to count than a page may take, and milliseconds for which that is not done again.
const many = 1000
const manyKept = 10_000

/** Access tokens in the database. */
export function accessTokenStore(database: Database): Noting<AccessTokenStore> {
  const { queries, read, write, later, replica } = database
  // Everything that may have ended a token is asked in the one look-up that finds it.
  const tokens = queries
    .selectFrom('access_tokens as token')
    .innerJoin('standings as now', 'now.approval_id', 'token.approval_id')
    .leftJoin('refresh_tokens as source', 'source.id', 'token.refresh_token_id')
    .select((is) => [
      'token.id',
      'token.hash',
      'now.org_id',
      'now.user_id',
      'now.app_id',
      'token.approval_id',
      'token.refresh_token_id',
      'token.scopes',
      'token.is_jwt',
      'token.issued_at',
      'token.expires_at',
      'token.timeout',
      'token.session_level',
      'token.dpop_key',
      is
        .case()
        .when(
          is.and([
            is('token.revoked_at', 'is', null),
            is('now.is_open', '=', is.lit(1)),
            is('token.approval_epoch', '=', is.ref('now.approval_epoch')),
            is('token.user_epoch', '=', is.ref('now.user_epoch')),
            is('token.app_epoch', '=', is.ref('now.app_epoch')),
            is('token.org_epoch', '=', is.ref('now.org_epoch')),
            is.or([
              is('token.refresh_token_id', 'is', null),
              is.and([is('source.id', 'is not', null), is('source.revoked_at', 'is', null)]),
            ]),
          ]),
        )
        .then(is.lit(1))
        .else(is.lit(0))
        .end()
        .as('stands'),
    ])
  const find = statement((given: Placeholder<{ id: number }>) => tokens.where('token.id', '=', given('id')))
  const lookUp = lookUps((ids) => tokens.where('token.id', 'in', ids))
  const live = (given: Given<Wanted>) =>
    tokens
      .where('token.id', '>=', given('first'))
      .where('token.id', '<', given('before'))
      .where('token.expires_at', '>', given('now'))
      .where('token.approval_id', 'in', (within) =>
        within
          .selectFrom('approvals')
          .select('id')
          .where('org_id', '=', given('orgId'))
          .where((is) => is.or([is(given('userId'), 'is', null), is('user_id', '=', given('userId'))]))
          .where((is) => is.or([is(given('appId'), 'is', null), is('app_id', '=', given('appId'))])),
      )
  const list = statement((given: Placeholder<Wanted & { limit: number }>) =>
    queries
      .selectFrom(live(given).as('live'))
      .selectAll()
      .where('stands', '=', 1)
      .orderBy('id', 'desc')
      .limit(given('limit')),
  )
  // By approval first: a row of each approval is then joined to what may have ended it, not one of each token.
  const count = statement((given: Placeholder<{ orgId: string; now: number; first: number; before: number }>) =>
    queries
      .selectFrom(
        queries
          .selectFrom('access_tokens as token')
          .leftJoin('refresh_tokens as source', 'source.id', 'token.refresh_token_id')
          .select(({ fn }) => [
            ...counterColumns.map((column) => `token.${column}` as const),
            fn.countAll<number>().as('count'),
          ])
          .where('token.id', '>=', given('first'))
          .where('token.id', '<', given('before'))
          .where('token.expires_at', '>', given('now'))
          .where('token.revoked_at', 'is', null)
          .where((is) =>
            is.or([
              is('token.refresh_token_id', 'is', null),
              is.and([is('source.id', 'is not', null), is('source.revoked_at', 'is', null)]),
            ]),
          )
          .groupBy(counterColumns.map((column) => `token.${column}` as const))
          .as('token'),
      )
      .innerJoin('standings as now', (join) =>
        join
          .onRef('now.approval_id', '=', 'token.approval_id')
          .onRef('now.approval_epoch', '=', 'token.approval_epoch')
          .onRef('now.user_epoch', '=', 'token.user_epoch')
          .onRef('now.app_epoch', '=', 'token.app_epoch')
          .onRef('now.org_epoch', '=', 'token.org_epoch'),
      )
      .select(({ fn }) => ['now.app_id', fn.sum<number>('token.count').as('count')])
      .where('now.org_id', '=', given('orgId'))
      .where((is) => is('now.is_open', '=', is.lit(1)))
      .groupBy('now.app_id'),
  )
  const newestRow = statement(() => queries.selectFrom('access_tokens').select('id').orderBy('id', 'desc').limit(1))
  const oldestRow = statement(() => queries.selectFrom('access_tokens').select('id').orderBy('id').limit(1))
  const extend = statement((given: Placeholder<{ id: number; expiresAt: number }>) =>
    queries
      .updateTable('access_tokens')
      .set({ expires_at: given('expiresAt') })
      .where('id', '=', given('id'))
      .where('expires_at', '<', given('expiresAt')),
  )
  const revoke = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .updateTable('access_tokens')
      .set({ revoked_at: given('now') })
      .where('id', '=', given('id'))
      .where('revoked_at', 'is', null),
  )
  const deleteExpired = statement((given: Placeholder<{ now: number; limit: number }>) =>
    queries
      .deleteFrom('access_tokens')
      .where('id', 'in', (within) =>
        within
          .selectFrom('access_tokens')
          .select('id')
          .where('expires_at', '<', given('now'))
          .orderBy('expires_at')
          .limit(given('limit')),
      ),
  )

  type Row = ReturnType<typeof find.row>
  const recent = database.recent<Found>(recentTokens)

  const manyCounted = new Map<string, { readonly counts: ReadonlyMap<string, number>; readonly at: number }>()

  return (note) => ({
    async find(presented, now) {
      const nearby = replica?.fresh()
      // Only what is good is believed of a replica: a new token may not have come there yet, nor the later end of an old one.
      const finding = nearby && (await foundBy(nearby, presented.id).then(judged, () => undefined))
      if (finding?.state === 'live') return finding
      return judged(await recent.get(String(presented.id), () => foundBy(read, presented.id)))

      function judged(found: Found | undefined): AccessTokenFinding {
        if (found === undefined || !sameHash(found.token.hash, presented.hash)) return { state: 'unknown' }
        const { token, stands } = found
        if (!stands) return { state: 'revoked', token }
        return { state: token.expiresAt <= now ? 'expired' : 'live', token }
      }
    },
    extend: (id, expiresAt) => later((tx) => tx.run(extend, { id, expiresAt: instant(expiresAt) }), about(id)),
    revoke(id, now) {
      return write(async (tx) => {
        const found = await tx.first(find, { id })
        if (found === undefined || found.expires_at <= instant(now)) return false
        // Also one that is only held back, by a blocked app or a closed org: it must not come back when they open again.
        await tx.run(revoke, { id, now: instant(now) })
        return found.stands === 1
      }, about(id))
    },
    async list(orgId, { userId, appId, now, before = Number.MAX_SAFE_INTEGER, limit }) {
      const found: ListedAccessToken[] = []
      const wanted = { orgId, userId: userId ?? null, appId: appId ?? null, now: instant(now) }
      for await (const part of stretches(before)) {
        found.push(...(await read.all(list, { ...wanted, ...part, limit: limit - found.length })).map(listedFrom))
        if (found.length === limit) break
      }
      return found
    },
    async countLive(orgId, now) {
      const before = manyCounted.get(orgId)
      if (before !== undefined && performance.now() - before.at < manyKept) return before.counts
      manyCounted.delete(orgId)
      const counts = new Map<string, number>()
      for await (const part of stretches()) {
        for (const row of await read.all(count, { orgId, now: instant(now), ...part })) {
          counts.set(row.app_id, (counts.get(row.app_id) ?? 0) + row.count)
        }
      }
      const total = [...counts.values()].reduce((sum, one) => sum + one, 0)
      if (total >= many) manyCounted.set(orgId, { counts, at: performance.now() })
      return counts
    },
    endIn: (orgId, id, now) =>
      write(async (tx) => {
        const found = await tx.first(find, { id })
        if (found?.org_id !== orgId || found.stands === 0 || found.expires_at <= instant(now)) return false
        const to = { app: found.app_id, approvedBy: found.user_id }
        await note(tx, { ...management, ...endedSession, to, ownOf: found.user_id })
        await tx.run(revoke, { id, now: instant(now) })
        return true
      }),
    deleteExpired: (now, limit) => write((tx) => tx.run(deleteExpired, { now: instant(now), limit })),
  })

  async function foundBy(reader: LookUpReader, id: number): Promise<Found | undefined> {
    const row = await lookUp(reader, id)
    return row && { token: fromRow(row), stands: row.stands === 1 }
  }

  /** The rows before one, newest first, a part at a time: others want the database, too. */
  async function* stretches(before = Number.MAX_SAFE_INTEGER) {
    const oldest = (await read.first(oldestRow, {}))?.id ?? 0
    const end = ((await read.first(newestRow, {}))?.id ?? -1) + 1
    for (let next = Math.min(before, end); next > oldest; next -= stretch) {
      yield { first: next - stretch, before: next }
      await setImmediate()
    }
  }

  function fromRow(row: Row): AccessToken {
    return { ...listedFrom(row), hash: readBytes(row.hash) }
  }

  function listedFrom(row: Row): ListedAccessToken {
    return {
      id: row.id,
      orgId: row.org_id,
      userId: row.user_id,
      appId: row.app_id,
      approvalId: row.approval_id,
      refreshTokenId: row.refresh_token_id ?? undefined,
      scopes: readScopes(row.scopes),
      format: row.is_jwt === 1 ? 'jwt' : 'opaque',
      issuedAt: readInstant(row.issued_at),
      expiresAt: readInstant(row.expires_at),
      timeout: row.timeout,
      sessionLevel: row.session_level,
      key: row.dpop_key ?? undefined,
    }
  }
}

function about(id: number): string {
  return `access token ${id}`
}
