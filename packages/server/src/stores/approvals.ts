import type { Selectable } from 'kysely'
import type { Approval, ApprovalStore } from '../connected-apps/approval.ts'
import type { Noting } from './audit-trail.ts'
import { ifFound, instant, readInstant, readScopes, scopeText } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const apps = { section: 'Connected Apps OAuth Usage' }

/** Approvals in the database. One that was taken back keeps its row, whose counter holds its tokens dead. */
export function approvalStore({ queries, read, write }: Database): Noting<ApprovalStore> {
  const select = queries.selectFrom('approvals').selectAll().where('revoked_at', 'is', null)
  const find = statement((given: Placeholder<{ userId: string; appId: string }>) =>
    select.where('app_id', '=', given('appId')).where('user_id', '=', given('userId')),
  )
  const insert = statement(
    (given: Placeholder<{ orgId: string; userId: string; appId: string; scopes: string; now: number }>) =>
      queries.insertInto('approvals').values({
        org_id: given('orgId'),
        user_id: given('userId'),
        app_id: given('appId'),
        epoch: 1,
        scopes: given('scopes'),
        first_used_at: given('now'),
        last_used_at: given('now'),
        use_count: 0,
        revoked_at: null,
      }),
  )
  const findNumbered = statement((given: Placeholder<{ id: number }>) => select.where('id', '=', given('id')))
  const findAny = statement((given: Placeholder<{ userId: string; appId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(['id', 'scopes', 'revoked_at'])
      .where('app_id', '=', given('appId'))
      .where('user_id', '=', given('userId')),
  )
  const scopesOfRefreshTokens = statement(
    (given: Placeholder<{ userId: string; appId: string; issuedSince: number; usedSince: number }>) =>
      queries
        .selectFrom('standings as now')
        .innerJoin('refresh_tokens as token', (join) =>
          join
            .onRef('token.approval_id', '=', 'now.approval_id')
            .onRef('token.approval_epoch', '=', 'now.approval_epoch')
            .onRef('token.org_epoch', '=', 'now.org_epoch')
            .onRef('token.user_epoch', '=', 'now.user_epoch')
            .onRef('token.app_epoch', '=', 'now.app_epoch'),
        )
        .select('token.scopes')
        .distinct()
        .where('now.app_id', '=', given('appId'))
        .where('now.user_id', '=', given('userId'))
        .where('token.revoked_at', 'is', null)
        .where('token.issued_at', '>=', given('issuedSince'))
        .where('token.last_used_at', '>=', given('usedSince')),
  )
  const usage = statement((given: Placeholder<{ orgId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(({ fn }) => [
        'app_id',
        fn.countAll<number>().as('user_count'),
        fn.sum<number>('use_count').as('use_count'),
        fn.min('first_used_at').as('first_used_at'),
        fn.max('last_used_at').as('last_used_at'),
      ])
      .where('org_id', '=', given('orgId'))
      .where('revoked_at', 'is', null)
      .where((approval) => approval.or([approval('use_count', '>', 0), approval('scopes', '<>', '')]))
      .groupBy('app_id')
      .orderBy('app_id'),
  )
  // A row without use and consent is one that an admin's approval once made, for a code that nobody exchanged.
  const used = select
    .where((approval) => approval.or([approval('use_count', '>', 0), approval('scopes', '<>', '')]))
    .orderBy('last_used_at', 'desc')
    .orderBy('id', 'desc')
  const usersOf = statement((given: Placeholder<{ orgId: string; appId: string; limit: number; offset: number }>) =>
    used
      .where('org_id', '=', given('orgId'))
      .where('app_id', '=', given('appId'))
      .limit(given('limit'))
      .offset(given('offset')),
  )
  const listOf = statement((given: Placeholder<{ userId: string }>) => used.where('user_id', '=', given('userId')))

  const countUsers = statement((given: Placeholder<{ appId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('app_id', '=', given('appId'))
      .where('revoked_at', 'is', null)
      .where((approval) => approval.or([approval('use_count', '>', 0), approval('scopes', '<>', '')])),
  )
  const countAccessTokens = statement((given: Placeholder<{ appId: string; now: number }>) =>
    queries
      .selectFrom('standings as now')
      .innerJoin('access_tokens as token', (join) =>
        join
          .onRef('token.approval_id', '=', 'now.approval_id')
          .onRef('token.approval_epoch', '=', 'now.approval_epoch')
          .onRef('token.org_epoch', '=', 'now.org_epoch')
          .onRef('token.user_epoch', '=', 'now.user_epoch')
          .onRef('token.app_epoch', '=', 'now.app_epoch'),
      )
      .leftJoin('refresh_tokens as source', 'source.id', 'token.refresh_token_id')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('now.app_id', '=', given('appId'))
      .where('now.is_open', '=', (is) => is.lit(1))
      .where('token.expires_at', '>', given('now'))
      .where('token.revoked_at', 'is', null)
      .where('source.revoked_at', 'is', null),
  )
  const countRefreshTokens = statement((given: Placeholder<{ appId: string }>) =>
    queries
      .selectFrom('standings as now')
      .innerJoin('refresh_tokens as token', (join) =>
        join
          .onRef('token.approval_id', '=', 'now.approval_id')
          .onRef('token.approval_epoch', '=', 'now.approval_epoch')
          .onRef('token.org_epoch', '=', 'now.org_epoch')
          .onRef('token.user_epoch', '=', 'now.user_epoch')
          .onRef('token.app_epoch', '=', 'now.app_epoch'),
      )
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('now.app_id', '=', given('appId'))
      .where('token.revoked_at', 'is', null),
  )

  return (note) => ({
    async findNumbered(id) {
      return ifFound(await read.first(findNumbered, { id }), fromRow)
    },
    async find(userId, appId) {
      return ifFound(await read.first(find, { userId, appId }), fromRow)
    },
    async allow({ orgId, userId, appId, scopes }, now) {
      await write(async (tx) => {
        await tx.alone(`approval ${userId} ${appId}`)
        const found = await tx.first(findAny, { userId, appId })
        if (found === undefined) {
          await tx.run(insert, { orgId, userId, appId, scopes: scopeText(scopes), now: instant(now) })
          return
        }
        const isNew = found.revoked_at !== null
        const together = new Set([...readScopes(found.scopes), ...scopes])
        await tx.execute(
          queries
            .updateTable('approvals')
            .set({
              scopes: scopeText([...together]),
              revoked_at: null,
              ...(isNew ? { first_used_at: instant(now), last_used_at: instant(now) } : {}),
            })
            .where('id', '=', found.id),
        )
      })
    },
    async scopesWithRefreshToken(userId, appId, { issuedSince, usedSince }) {
      const since = { issuedSince: issuedSince?.getTime() ?? 0, usedSince: usedSince?.getTime() ?? 0 }
      const found = await read.all(scopesOfRefreshTokens, { userId, appId, ...since })
      const [only] = found
      if (only !== undefined && found.length === 1) return readScopes(only.scopes)
      return [...new Set(found.flatMap(({ scopes }) => readScopes(scopes)))]
    },
    async usage(orgId) {
      return (await read.all(usage, { orgId })).map((row) => ({
        appId: row.app_id,
        userCount: row.user_count,
        useCount: row.use_count,
        firstUsedAt: readInstant(row.first_used_at),
        lastUsedAt: readInstant(row.last_used_at),
      }))
    },
    async usersOf(appId, orgId, { limit, offset } = { limit: Number.MAX_SAFE_INTEGER, offset: 0 }) {
      return (await read.all(usersOf, { appId, orgId, limit, offset })).map(fromRow)
    },
    async reach(appId, now) {
      const [users, accessTokens, refreshTokens] = await Promise.all([
        read.first(countUsers, { appId }),
        read.first(countAccessTokens, { appId, now: instant(now) }),
        read.first(countRefreshTokens, { appId }),
      ])
      return {
        userCount: users?.count ?? 0,
        accessTokenCount: accessTokens?.count ?? 0,
        refreshTokenCount: refreshTokens?.count ?? 0,
      }
    },
    async listOf(userId) {
      return (await read.all(listOf, { userId })).map(fromRow)
    },
    async revoke(userId, appId, now) {
      const approval = queries
        .selectFrom('approvals')
        .select('id')
        .where('app_id', '=', appId)
        .where('user_id', '=', userId)
      return write(async (tx) => {
        const revoked = await tx.execute(takeBack(now).where('app_id', '=', appId).where('user_id', '=', userId))
        await tx.execute(
          queries
            .updateTable('refresh_tokens')
            .set({ revoked_at: instant(now) })
            .where('approval_id', 'in', approval)
            .where('revoked_at', 'is', null),
        )
        if (revoked > 0) {
          const did = { action: 'revokeApproval', text: 'Revoked connected app' }
          await note(tx, { ...apps, ...did, to: { app: appId, approvedBy: userId }, ownOf: userId })
        }
        return revoked > 0
      })
    },
    // The counters end the refresh tokens too; there may be very many, so they are marked later, a few at a time.
    revokeAll: (appId, orgId, now) =>
      write(async (tx) => {
        const revoked = await tx.execute(takeBack(now).where('app_id', '=', appId).where('org_id', '=', orgId))
        if (revoked > 0) {
          const did = { action: 'revokeEveryApproval', text: 'Revoked every user of connected app' }
          await note(tx, { ...apps, ...did, to: { app: appId, orgId } })
        }
        return revoked
      }),
  })

  function takeBack(now: Date) {
    return queries
      .updateTable('approvals')
      .set((approval) => ({
        epoch: approval('epoch', '+', 1),
        scopes: '',
        use_count: 0,
        revoked_at: instant(now),
      }))
      .where('revoked_at', 'is', null)
  }
}

function fromRow(row: Selectable<Tables['approvals']>): Approval {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    appId: row.app_id,
    scopes: readScopes(row.scopes),
    epoch: row.epoch,
    firstUsedAt: readInstant(row.first_used_at),
    lastUsedAt: readInstant(row.last_used_at),
    useCount: row.use_count,
  }
}
