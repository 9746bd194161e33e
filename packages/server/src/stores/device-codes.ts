import { sameHash } from '../secret.ts'
import type { DeviceCode, DeviceCodeFinding, DeviceCodeStore, TryLimit } from '../tokens/device-code.ts'
import { approvalUses } from './approval-use.ts'
import { instant, readInstant, readScopes, scopeText } from './column-values.ts'
import { counterColumns } from './counters.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

// RFC 8628 §3.5: by so many seconds each time; but not without end, should a device never slow down.
const slowdown = 5
const longestInterval = 60

type NewCode = {
  readonly hash: Uint8Array
  readonly userCodeHash: Uint8Array
  readonly appId: string
  readonly scopes: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly interval: number
}

type Answer = {
  readonly id: number
  readonly now: number
  readonly orgId: string
  readonly userId: string
  readonly authTime: number
}

/** What a job about one device code is about. */
export function aboutDeviceCode(id: number): string {
  return `device code ${id}`
}

/** Device codes in the database. */
export function deviceCodeStore(database: Database): DeviceCodeStore {
  const { queries, read, write } = database
  const approvals = approvalUses(database)
  const insert = statement((given: Placeholder<NewCode>) =>
    queries.insertInto('device_codes').values({
      hash: given('hash'),
      user_code_hash: given('userCodeHash'),
      app_id: given('appId'),
      scopes: given('scopes'),
      issued_at: given('issuedAt'),
      expires_at: given('expiresAt'),
      poll_interval: given('interval'),
    }),
  )
  const codes = queries
    .selectFrom('device_codes as code')
    .leftJoin('standings as now', 'now.approval_id', 'code.approval_id')
    .select((is) => [
      'code.id',
      'code.hash',
      'code.app_id',
      'code.scopes',
      'code.issued_at',
      'code.expires_at',
      'code.poll_interval',
      'code.answered_at',
      'code.redeemed_at',
      'code.org_id',
      'code.user_id',
      'code.auth_time',
      'code.approval_id',
      is
        .case()
        .when(
          is.and([
            is('code.approval_epoch', '=', is.ref('now.approval_epoch')),
            is('code.user_epoch', '=', is.ref('now.user_epoch')),
            is('code.app_epoch', '=', is.ref('now.app_epoch')),
            is('code.org_epoch', '=', is.ref('now.org_epoch')),
          ]),
        )
        .then(is.lit(1))
        .else(is.lit(0))
        .end()
        .as('stands'),
    ])
  const find = statement((given: Placeholder<{ id: number }>) => codes.where('code.id', '=', given('id')))
  const findTyped = statement((given: Placeholder<{ hash: Uint8Array }>) =>
    codes.where('code.user_code_hash', '=', given('hash')),
  )
  const poll = statement((given: Placeholder<{ id: number; now: number; tolerance: number }>) =>
    queries
      .updateTable('device_codes')
      .set({ polled_at: given('now') })
      .where('id', '=', given('id'))
      .where((code) =>
        code.or([
          code('polled_at', 'is', null),
          code(
            code('polled_at', '+', code('poll_interval', '*', code.lit(1000))),
            '<=',
            code(given('now'), '+', given('tolerance')),
          ),
        ]),
      )
      .returning('poll_interval'),
  )
  const slowDown = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .updateTable('device_codes')
      .set((code) => ({
        polled_at: given('now'),
        poll_interval: code
          .case()
          .when('poll_interval', '<', longestInterval - slowdown)
          .then(code('poll_interval', '+', code.lit(slowdown)))
          .else(code.lit(longestInterval))
          .end(),
      }))
      .where('id', '=', given('id'))
      .returning('poll_interval'),
  )
  const answer = statement((given: Placeholder<Answer>) =>
    queries
      .updateTable('device_codes')
      .set({
        answered_at: given('now'),
        org_id: given('orgId'),
        user_id: given('userId'),
        auth_time: given('authTime'),
      })
      .where('id', '=', given('id'))
      .where('answered_at', 'is', null)
      .where('expires_at', '>', given('now')),
  )
  const findCounters = statement((given: Placeholder<{ approvalId: number }>) =>
    queries.selectFrom('standings').select(counterColumns).where('approval_id', '=', given('approvalId')),
  )
  const triesBy = statement((given: Placeholder<{ by: string; since: number }>) =>
    queries
      .selectFrom('user_code_tries')
      .select('count')
      .where('tried_by', '=', given('by'))
      .where('since', '>', given('since')),
  )
  const countTry = statement((given: Placeholder<{ by: string; now: number; since: number }>) =>
    queries
      .insertInto('user_code_tries')
      .values({ tried_by: given('by'), since: given('now'), count: 1 })
      .onConflict((conflict) =>
        conflict.column('tried_by').doUpdateSet((tries) => ({
          count: tries
            .case()
            .when('user_code_tries.since', '>', given('since'))
            .then(tries('user_code_tries.count', '+', tries.lit(1)))
            .else(tries.lit(1))
            .end(),
          since: tries
            .case()
            .when('user_code_tries.since', '>', given('since'))
            .then(tries.ref('user_code_tries.since'))
            .else(given('now'))
            .end(),
        })),
      ),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteExpired = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('device_codes')
      .where('id', 'in', (within) => within.selectFrom('device_codes').select('id').orderBy('id').limit(given('limit')))
      .where('expires_at', '<', given('before')),
  )
  const deleteTries = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('user_code_tries')
      .where('tried_by', 'in', (within) =>
        within
          .selectFrom('user_code_tries')
          .select('tried_by')
          .where('since', '<', given('before'))
          .orderBy('since')
          .limit(given('limit')),
      ),
  )

  return {
    add({ hash, userCodeHash, appId, scopes, issuedAt, expiresAt, interval }) {
      return write(async (tx) => {
        if ((await tx.first(findTyped, { hash: userCodeHash })) !== undefined) return undefined
        return tx.insert(insert, {
          hash,
          userCodeHash,
          appId,
          scopes: scopeText(scopes),
          issuedAt: instant(issuedAt),
          expiresAt: instant(expiresAt),
          interval,
        })
      })
    },
    async find({ id, hash }, now) {
      const row = await read.first(find, { id })
      return row === undefined || !sameHash(row.hash, hash) ? { state: 'unknown' } : fromRow(row, now)
    },
    notePoll: (id, now, tolerance) =>
      write(async (tx) => {
        const inTime = await tx.first(poll, { id, now: instant(now), tolerance })
        if (inTime !== undefined) return { isTooFast: false, interval: inTime.poll_interval }
        const slowed = await tx.first(slowDown, { id, now: instant(now) })
        return { isTooFast: true, interval: slowed?.poll_interval ?? longestInterval }
      }, aboutDeviceCode(id)),
    findByUserCode: (hash, { limits, window }, now) =>
      write(async (tx) => {
        const since = instant(now) - window * 1000
        const reached = await reachedLimit(tx, limits, since)
        if (reached !== undefined) return { state: 'too-many-tries', by: reached.by }
        const row = await tx.first(findTyped, { hash })
        const finding = row === undefined ? undefined : fromRow(row, now)
        if (finding?.state === 'pending') return finding
        for (const { by } of limits) await tx.run(countTry, { by, now: instant(now), since })
        return { state: 'unknown' }
      }),
    answer: (id, { orgId, userId, authTime, isAllowed }, now) =>
      write(async (tx) => {
        const given = { id, now: instant(now), orgId, userId, authTime: instant(authTime) }
        if ((await tx.run(answer, given)) === 0) return false
        const code = await tx.first(find, { id })
        if (isAllowed && code !== undefined) await standOn(tx, id, { orgId, userId, appId: code.app_id, at: given.now })
        return true
      }, aboutDeviceCode(id)),
    deleteExpired: (before, limit) => write((tx) => tx.run(deleteExpired, { before: instant(before), limit })),
    deleteTries: (before, limit) => write((tx) => tx.run(deleteTries, { before: instant(before), limit })),
  }

  /** Ties the code to the approval at the counters of this moment: what is raised before it is spent ends it as well. */
  async function standOn(
    tx: Transaction,
    id: number,
    use: { readonly orgId: string; readonly userId: string; readonly appId: string; readonly at: number },
  ): Promise<void> {
    const approval = await approvals.ensure(tx, use)
    const counters = await tx.first(findCounters, { approvalId: approval.id })
    if (counters === undefined) throw new Error(`A device was allowed ${use.appId}, which is not in ${use.orgId}.`)
    await tx.execute(queries.updateTable('device_codes').set(counters).where('id', '=', id))
  }

  async function reachedLimit(
    tx: Transaction,
    limits: readonly TryLimit[],
    since: number,
  ): Promise<TryLimit | undefined> {
    for (const limit of limits) {
      const tries = await tx.first(triesBy, { by: limit.by, since })
      if (tries !== undefined && tries.count >= limit.most) return limit
    }
    return undefined
  }

  function fromRow(row: ReturnType<typeof find.row>, now: Date): Exclude<DeviceCodeFinding, { state: 'unknown' }> {
    const code: DeviceCode = {
      id: row.id,
      appId: row.app_id,
      scopes: readScopes(row.scopes),
      issuedAt: readInstant(row.issued_at),
      expiresAt: readInstant(row.expires_at),
      interval: row.poll_interval,
    }
    const { org_id: orgId, user_id: userId, auth_time: authTime } = row
    const isPast = row.expires_at <= instant(now)
    if (orgId === null || userId === null || authTime === null) {
      return isPast ? { state: 'expired', code } : { state: 'pending', code }
    }
    const answer = { orgId, userId, authTime: readInstant(authTime) }
    if (row.approval_id === null) return { state: 'denied', code, answer }
    if (row.redeemed_at !== null || row.stands === 0) return { state: 'spent', code, answer }
    return isPast ? { state: 'expired', code } : { state: 'allowed', code, answer }
  }
}
