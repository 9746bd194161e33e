import { sameHash } from '../secret.ts'
import type { SessionLevel } from '../sessions/session.ts'
import type { AuthorizationCode, AuthorizationCodeStore } from '../tokens/authorization-code.ts'
import { approvalUses } from './approval-use.ts'
import { instant, readInstant, readScopes, scopeText } from './column-values.ts'
import { type Counters, counterColumns } from './counters.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** What jobs about one code say they are about. */
export function aboutCode(id: number): string {
  return `code ${id}`
}

/** Ends what a code has bought, within a transaction: its refresh token with all that came from it, or its access token. */
export function codeReplays({
  queries,
}: Pick<Database, 'queries'>): (tx: Transaction, codeId: number, now: Date) => Promise<void> {
  const endAccessToken = statement((given: Placeholder<{ codeId: number; now: number }>) =>
    queries
      .updateTable('access_tokens')
      .set({ revoked_at: given('now') })
      .where('id', 'in', (within) =>
        within.selectFrom('authorization_codes').select('access_token_id').where('id', '=', given('codeId')),
      )
      // The number of a token deleted meanwhile may be another's now, of a later time.
      .where('issued_at', 'in', (within) =>
        within.selectFrom('authorization_codes').select('redeemed_at').where('id', '=', given('codeId')),
      )
      .where('revoked_at', 'is', null),
  )
  const endRefreshToken = statement((given: Placeholder<{ codeId: number; now: number }>) =>
    queries
      .updateTable('refresh_tokens')
      .set({ revoked_at: given('now') })
      .where('id', 'in', (within) =>
        within.selectFrom('authorization_codes').select('refresh_token_id').where('id', '=', given('codeId')),
      )
      .where('revoked_at', 'is', null),
  )
  return async (tx, codeId, now) => {
    await tx.run(endAccessToken, { codeId, now: instant(now) })
    await tx.run(endRefreshToken, { codeId, now: instant(now) })
  }
}

type NewCode = Counters & {
  readonly hash: Uint8Array
  readonly redirectUri: string
  readonly scopes: string
  readonly codeChallenge: string | null
  readonly nonce: string | null
  readonly dpopKey: string | null
  readonly authTime: number
  readonly sessionLevel: SessionLevel
  readonly sid: string | null
  readonly issuedAt: number
}

/** Authorization codes in the database. */
export function authorizationCodeStore(database: Database): AuthorizationCodeStore {
  const { queries, read, write } = database
  const approvals = approvalUses(database)
  const endBought = codeReplays(database)
  const findCounters = statement((given: Placeholder<{ approvalId: number }>) =>
    queries.selectFrom('standings').select(counterColumns).where('approval_id', '=', given('approvalId')),
  )
  const insert = statement((given: Placeholder<NewCode>) =>
    queries.insertInto('authorization_codes').values({
      approval_id: given('approval_id'),
      approval_epoch: given('approval_epoch'),
      org_epoch: given('org_epoch'),
      user_epoch: given('user_epoch'),
      app_epoch: given('app_epoch'),
      hash: given('hash'),
      redirect_uri: given('redirectUri'),
      scopes: given('scopes'),
      code_challenge: given('codeChallenge'),
      nonce: given('nonce'),
      dpop_key: given('dpopKey'),
      auth_time: given('authTime'),
      session_level: given('sessionLevel'),
      sid: given('sid'),
      issued_at: given('issuedAt'),
    }),
  )
  const find = statement((given: Placeholder<{ id: number }>) =>
    queries
      .selectFrom('authorization_codes as code')
      .innerJoin('standings as now', 'now.approval_id', 'code.approval_id')
      .select((is) => [
        'code.id',
        'code.hash',
        'now.org_id',
        'now.user_id',
        'now.app_id',
        'code.redirect_uri',
        'code.scopes',
        'code.code_challenge',
        'code.nonce',
        'code.dpop_key',
        'code.auth_time',
        'code.session_level',
        'code.sid',
        'code.issued_at',
        is
          .case()
          .when(
            is.and([
              is('code.redeemed_at', 'is', null),
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
      .where('code.id', '=', given('id')),
  )
  const redeem = statement((given: Placeholder<{ id: number; now: number }>) =>
    queries
      .updateTable('authorization_codes')
      .set({ redeemed_at: given('now') })
      .where('id', '=', given('id'))
      .where('redeemed_at', 'is', null),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteExpired = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('authorization_codes')
      .where('id', 'in', (within) =>
        within.selectFrom('authorization_codes').select('id').orderBy('id').limit(given('limit')),
      )
      .where('issued_at', '<', given('before')),
  )

  return {
    async add(code) {
      const { orgId, userId, appId } = code
      return write(async (tx) => {
        const approval = await approvals.ensure(tx, { orgId, userId, appId, at: instant(code.issuedAt) })
        // Those of this moment: what is raised before the exchange ends the code as well.
        const counters = await tx.first(findCounters, { approvalId: approval.id })
        if (counters === undefined) throw new Error(`A code was to be added for ${appId}, which is not in ${orgId}.`)
        return tx.insert(insert, {
          ...counters,
          hash: code.hash,
          redirectUri: code.redirectUri,
          scopes: scopeText(code.scopes),
          codeChallenge: code.codeChallenge ?? null,
          nonce: code.nonce ?? null,
          dpopKey: code.dpopKey ?? null,
          authTime: instant(code.authTime),
          sessionLevel: code.session.level,
          sid: code.session.sid ?? null,
          issuedAt: instant(code.issuedAt),
        })
      }, code)
    },
    async find({ id, hash }) {
      const row = await read.first(find, { id })
      if (row === undefined || !sameHash(row.hash, hash)) return { state: 'unknown' }
      return { state: row.stands === 1 ? 'unspent' : 'spent', code: fromRow(row) }
    },
    async spend(id, now) {
      await write(async (tx) => {
        const isFirst = (await tx.run(redeem, { id, now: instant(now) })) === 1
        if (!isFirst) await endBought(tx, id, now)
      }, aboutCode(id))
    },
    deleteExpired: (before, limit) => write((tx) => tx.run(deleteExpired, { before: instant(before), limit })),
  }

  function fromRow(row: ReturnType<typeof find.row>): AuthorizationCode {
    return {
      id: row.id,
      orgId: row.org_id,
      userId: row.user_id,
      appId: row.app_id,
      redirectUri: row.redirect_uri,
      scopes: readScopes(row.scopes),
      codeChallenge: row.code_challenge ?? undefined,
      nonce: row.nonce ?? undefined,
      dpopKey: row.dpop_key ?? undefined,
      authTime: readInstant(row.auth_time),
      session: { level: row.session_level, sid: row.sid ?? undefined },
      issuedAt: readInstant(row.issued_at),
    }
  }
}
