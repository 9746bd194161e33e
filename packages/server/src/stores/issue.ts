import type { NotNull } from 'kysely'
import { mostRefreshTokens } from '../connected-apps/approval.ts'
import type { SessionLevel } from '../sessions/session.ts'
import type { Issuance, Issued, IssueStore, Purchase } from '../tokens/issuance.ts'
import { approvalUses, type KnownApproval } from './approval-use.ts'
import { assertionUse } from './assertions.ts'
import { aboutCode, codeReplays } from './authorization-codes.ts'
import { flag, instant, scopeText } from './column-values.ts'
import { type Counters, counterColumns, countersOf } from './counters.ts'
import type { Database, Transaction } from './database.ts'
import { aboutDeviceCode } from './device-codes.ts'
import { answerTo, type HandedOver, handedOver } from './handed-over.ts'
import { loginNotes } from './login-history.ts'
import { aboutRefreshToken } from './refresh-tokens.ts'
import { sessionInserts } from './sessions.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Flag } from './tables.ts'

const replayed: Purchase = { outcome: 'replayed' }

type IssuedPurchase = Extract<Purchase, { readonly outcome: 'issued' }>

type NewAccessToken = Counters & {
  readonly hash: Uint8Array
  readonly refreshTokenId: number | null
  readonly issuedAt: number
  readonly expiresAt: number
  readonly timeout: number
  readonly scopes: string
  readonly isJwt: Flag
  readonly sessionLevel: SessionLevel
  readonly key: string | null
}

type NewRefreshToken = Counters & {
  readonly hash: Uint8Array
  readonly scopes: string
  readonly authTime: number
  readonly sessionLevel: SessionLevel
  readonly sid: string | null
  readonly issuedAt: number
  readonly key: string | null
}

type Cutoffs = { readonly at: number; readonly issuedSince: number; readonly usedSince: number }

/** How many refresh tokens ended so that there are no more than five. It is known when the transaction is about to be committed. */
interface Displaced {
  count: number
}

const none: Displaced = { count: 0 }

/** The refresh token that goes with an access token, and the older ones that it took the place of. */
interface GivenRefreshToken {
  readonly id: number | undefined
  readonly displaced: Displaced
}

const noRefreshToken: GivenRefreshToken = { id: undefined, displaced: none }
// There is one too many at most, but for those of before the rule.
const endedAtOnce = 1000

/** The purchases of tokens, each a transaction. */
export function issueStore(database: Database): IssueStore {
  const { queries, write } = database
  const useAssertion = assertionUse(database)
  const approvals = approvalUses(database)
  const endBoughtWith = codeReplays(database)
  const noteLogin = loginNotes(database)
  const addSession = sessionInserts(database)
  const ending = new WeakMap<Transaction, Set<string>>()
  const addAccessToken = statement((given: Placeholder<NewAccessToken>) =>
    queries.insertInto('access_tokens').values({
      hash: given('hash'),
      approval_id: given('approval_id'),
      approval_epoch: given('approval_epoch'),
      org_epoch: given('org_epoch'),
      user_epoch: given('user_epoch'),
      app_epoch: given('app_epoch'),
      refresh_token_id: given('refreshTokenId'),
      issued_at: given('issuedAt'),
      expires_at: given('expiresAt'),
      timeout: given('timeout'),
      scopes: given('scopes'),
      is_jwt: given('isJwt'),
      session_level: given('sessionLevel'),
      dpop_key: given('key'),
    }),
  )
  const addRefreshToken = statement((given: Placeholder<NewRefreshToken>) =>
    queries.insertInto('refresh_tokens').values({
      hash: given('hash'),
      approval_id: given('approval_id'),
      approval_epoch: given('approval_epoch'),
      org_epoch: given('org_epoch'),
      user_epoch: given('user_epoch'),
      app_epoch: given('app_epoch'),
      scopes: given('scopes'),
      auth_time: given('authTime'),
      session_level: given('sessionLevel'),
      sid: given('sid'),
      issued_at: given('issuedAt'),
      last_used_at: given('issuedAt'),
      use_count: 0,
      dpop_key: given('key'),
    }),
  )
  const redeemCode = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('authorization_codes')
      .set({ redeemed_at: given('at') })
      .where('id', '=', given('id'))
      .where('redeemed_at', 'is', null)
      .returning(counterColumns),
  )
  const redeemDeviceCode = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('device_codes')
      .set({ redeemed_at: given('at') })
      .where('id', '=', given('id'))
      .where('redeemed_at', 'is', null)
      .where('approval_id', 'is not', null)
      .returning(counterColumns)
      .$narrowType<{ [Column in keyof Counters]: NotNull }>(),
  )
  const noteBought = statement(
    (given: Placeholder<{ id: number; accessTokenId: number; refreshTokenId: number | null }>) =>
      queries
        .updateTable('authorization_codes')
        .set({ access_token_id: given('accessTokenId'), refresh_token_id: given('refreshTokenId') })
        .where('id', '=', given('id')),
  )
  const useRefreshToken = statement(
    (given: Placeholder<{ id: number; hash: Uint8Array; nextHash: Uint8Array; at: number }>) =>
      queries
        .updateTable('refresh_tokens')
        .set((token) => ({
          hash: given('nextHash'),
          last_used_at: given('at'),
          use_count: token('use_count', '+', token.lit(1)),
        }))
        .where('id', '=', given('id'))
        .where('hash', '=', given('hash'))
        .where('revoked_at', 'is', null)
        .where('approval_epoch', '=', (token) =>
          token
            .selectFrom('approvals')
            .select('approvals.epoch')
            .whereRef('approvals.id', '=', 'refresh_tokens.approval_id'),
        )
        .returning(counterColumns),
  )
  const noteRotated = statement((given: Placeholder<{ id: number; hash: Uint8Array; at: number }>) =>
    queries.insertInto('rotated_refresh_tokens').values({
      refresh_token_id: given('id'),
      hash: given('hash'),
      rotated_at: given('at'),
    }),
  )
  const endOldest = statement((given: Placeholder<Counters & Cutoffs>) =>
    queries
      .updateTable('refresh_tokens')
      .set({ revoked_at: given('at'), displaced_at: given('at') })
      .where('id', 'in', (within) =>
        within
          .selectFrom('refresh_tokens')
          .select('id')
          .where('approval_id', '=', given('approval_id'))
          .where('approval_epoch', '=', given('approval_epoch'))
          .where('org_epoch', '=', given('org_epoch'))
          .where('user_epoch', '=', given('user_epoch'))
          .where('app_epoch', '=', given('app_epoch'))
          .where('revoked_at', 'is', null)
          .where('issued_at', '>=', given('issuedSince'))
          .where('last_used_at', '>=', given('usedSince'))
          .orderBy('id', 'desc')
          .limit(endedAtOnce)
          .offset(mostRefreshTokens),
      ),
  )
  const endRefreshToken = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('refresh_tokens')
      .set({ revoked_at: given('at') })
      .where('id', '=', given('id'))
      .where('revoked_at', 'is', null),
  )

  return {
    forAssertion: (issuance, id) =>
      write(async (tx) => {
        const tooMany = await withoutLogin(tx, issuance)
        if (tooMany !== undefined) return tooMany
        if (id !== undefined && !(await useAssertion(tx, id))) return replayed
        const { orgId, userId, appId } = issuance
        const approval = await approvals.count(tx, { orgId, userId, appId, at: instant(issuance.at) })
        const counters = countersOf(approval, issuance.epochs)
        return issue(tx, issuance, counters, await newRefreshToken(tx, issuance, counters))
      }, issuance),

    forCode: (issuance, codeId) =>
      write(async (tx) => {
        const tooMany = await withoutLogin(tx, issuance)
        if (tooMany !== undefined) return tooMany
        const at = instant(issuance.at)
        const code = await tx.first(redeemCode, { id: codeId, at })
        if (code === undefined) {
          await endBoughtWith(tx, codeId, issuance.at)
          return replayed
        }
        if (!(await approvals.countOf(tx, approvalOf(code, issuance)))) return replayed
        const given = await newRefreshToken(tx, issuance, code)
        const purchase = await answerTo(await issue(tx, issuance, code, given))
        const { accessTokenId } = purchase.issued
        const noted = tx.run(noteBought, { id: codeId, accessTokenId, refreshTokenId: given.id ?? null })
        return handedOver(noted.then(() => purchase))
      }, aboutCode(codeId)),

    forDeviceCode: (issuance, deviceCodeId) =>
      write(async (tx) => {
        const tooMany = await withoutLogin(tx, issuance)
        if (tooMany !== undefined) return tooMany
        const code = await tx.first(redeemDeviceCode, { id: deviceCodeId, at: instant(issuance.at) })
        if (code === undefined) return replayed
        const isApproved = await approvals.countOf(tx, approvalOf(code, issuance))
        return isApproved ? issue(tx, issuance, code, await newRefreshToken(tx, issuance, code)) : replayed
      }, aboutDeviceCode(deviceCodeId)),

    forRefreshToken: (issuance, { id, hash, newHash }) =>
      write(async (tx) => {
        const tooMany = await withoutLogin(tx, issuance)
        if (tooMany !== undefined) return tooMany
        const at = instant(issuance.at)
        const used = await tx.first(useRefreshToken, { id, hash, nextHash: newHash ?? hash, at })
        if (used === undefined) {
          await tx.run(endRefreshToken, { id, at })
          return replayed
        }
        if (newHash !== undefined) await tx.run(noteRotated, { id, hash, at })
        await approvals.countOf(tx, approvalOf(used, issuance))
        return issue(tx, issuance, used, { id, displaced: none })
      }, aboutRefreshToken(id)),
  }

  /** Takes a login of the user, before anything is spent; what comes of there being none left in this hour. */
  async function withoutLogin(
    tx: Transaction,
    { userId, at, mostLogins: most }: Issuance,
  ): Promise<Purchase | undefined> {
    if (most === undefined || (await approvals.takeLogin(tx, { userId, at: instant(at) }, most))) return undefined
    return { outcome: 'too-many-logins', most }
  }

  function approvalOf({ approval_id, approval_epoch }: Counters, { userId, at }: Issuance): KnownApproval {
    return { id: approval_id, epoch: approval_epoch, userId, at: instant(at) }
  }

  /** Adds the refresh token, and has the oldest end of those that are too many with it. */
  async function newRefreshToken(tx: Transaction, issuance: Issuance, counters: Counters): Promise<GivenRefreshToken> {
    if (issuance.refreshToken === undefined) return noRefreshToken
    const { hash, authTime, policyCutoffs } = issuance.refreshToken
    const { issuedSince, usedSince } = policyCutoffs
    const at = instant(issuance.at)
    const id = await tx.insert(addRefreshToken, {
      ...counters,
      hash,
      scopes: scopeText(issuance.scopes),
      authTime: instant(authTime),
      sessionLevel: issuance.session.level,
      sid: issuance.session.sid ?? null,
      issuedAt: at,
      key: issuance.refreshToken.key ?? null,
    })
    const since = { issuedSince: issuedSince?.getTime() ?? 0, usedSince: usedSince?.getTime() ?? 0 }
    return { id, displaced: endTooMany(tx, { ...counters, ...since, at }) }
  }

  /**
   * Ends the oldest refresh tokens once the approval is this transaction's alone: counted any earlier, two processes at once
   * would each leave five without seeing the other's. Once for all jobs of a group: the first tells of it.
   */
  function endTooMany(tx: Transaction, of: Counters & Cutoffs): Displaced {
    const seen = ending.get(tx) ?? new Set<string>()
    ending.set(tx, seen)
    const key = [of.approval_id, of.approval_epoch, of.org_epoch, of.user_epoch, of.app_epoch].join(' ')
    if (seen.has(key)) return none
    seen.add(key)
    const displaced: Displaced = { count: 0 }
    approvals.onceCounted(tx, async () => {
      displaced.count = await tx.run(endOldest, of)
    })
    return displaced
  }

  async function issue(
    tx: Transaction,
    issuance: Issuance,
    counters: Counters,
    { id: refreshTokenId, displaced }: GivenRefreshToken,
  ): Promise<HandedOver<IssuedPurchase>> {
    const added = tx.insert(addAccessToken, {
      ...counters,
      hash: issuance.accessToken.hash,
      refreshTokenId: refreshTokenId ?? null,
      issuedAt: instant(issuance.at),
      expiresAt: instant(issuance.accessToken.expiresAt),
      timeout: issuance.accessToken.timeout,
      scopes: scopeText(issuance.scopes),
      isJwt: flag(issuance.accessToken.format === 'jwt'),
      sessionLevel: issuance.session.level,
      key: issuance.accessToken.key ?? null,
    })
    const written = Promise.all([added, noteLogin(tx, issuance.login)])
    const purchase = (accessTokenId: number, sessions: Issued['sessions']): IssuedPurchase => ({
      outcome: 'issued',
      issued: {
        accessTokenId,
        refreshTokenId,
        sessions,
        get displaced() {
          return displaced.count
        },
      },
    })
    if (issuance.opens.length === 0) return handedOver(written.then(([accessTokenId]) => purchase(accessTokenId, [])))
    const [accessTokenId] = await written
    const { orgId, userId, session } = issuance
    const token = { id: accessTokenId, orgId, userId, sessionLevel: session.level }
    const sessions = issuance.opens.map(async (open) => {
      const opened = open(token)
      return { ...opened, id: await addSession(tx, opened.session) }
    })
    return handedOver(Promise.all(sessions).then((opened) => purchase(accessTokenId, opened)))
  }
}
