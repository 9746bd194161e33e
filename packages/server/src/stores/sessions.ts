import type { Selectable } from 'kysely'
import { sameHash } from '../secret.ts'
import type { ListedSession, NewSession, SessionLevel, SessionStore, SessionType } from '../sessions/session.ts'
import { ssoSessionShape, ssoSubjectHash } from '../sessions/sso-session.ts'
import type { Noting } from './audit-trail.ts'
import { flag, instant, readInstant, readTexts } from './column-values.ts'
import { counterColumns } from './counters.ts'
import type { Database, Transaction } from './database.ts'
import { type Given, type Placeholder, statement } from './statement.ts'
import type { Flag, Tables } from './tables.ts'

const management = { section: 'Session Management' }

type SessionRow = {
  readonly hash: Uint8Array
  readonly orgId: string
  readonly userId: string
  readonly orgEpoch: number
  readonly userEpoch: number
  readonly authTime: number
  readonly expiresAt: number
  readonly timeout: number
  readonly sourceIp: string
  readonly type: SessionType
  readonly accessTokenId: number | null
  readonly level: SessionLevel
  readonly awaitsVerification: Flag
  readonly sid: string | null
  readonly sso: string | null
  readonly ssoSubject: Uint8Array | null
  readonly formSecret: string
}

/** Adds sessions in a transaction; answers the number of the new row. */
export function sessionInserts({
  queries,
}: Pick<Database, 'queries'>): (tx: Transaction, session: NewSession) => Promise<number> {
  const insert = statement((given: Placeholder<SessionRow>) =>
    queries.insertInto('sessions').values({
      hash: given('hash'),
      org_id: given('orgId'),
      user_id: given('userId'),
      org_epoch: given('orgEpoch'),
      user_epoch: given('userEpoch'),
      auth_time: given('authTime'),
      expires_at: given('expiresAt'),
      timeout: given('timeout'),
      source_ip: given('sourceIp'),
      type: given('type'),
      access_token_id: given('accessTokenId'),
      level: given('level'),
      awaits_verification: given('awaitsVerification'),
      sid: given('sid'),
      sso: given('sso'),
      sso_subject: given('ssoSubject'),
      form_secret: given('formSecret'),
    }),
  )
  return (tx, session) =>
    tx.insert(insert, {
      hash: session.hash,
      orgId: session.orgId,
      userId: session.userId,
      orgEpoch: session.epochs.org,
      userEpoch: session.epochs.user,
      authTime: instant(session.authTime),
      expiresAt: instant(session.expiresAt),
      timeout: session.timeout,
      sourceIp: session.sourceIp,
      type: session.type,
      accessTokenId: session.accessTokenId ?? null,
      level: session.level,
      awaitsVerification: flag(session.awaitsVerification),
      sid: session.sid ?? null,
      sso: session.sso === undefined ? null : JSON.stringify(session.sso),
      ssoSubject: session.sso === undefined ? null : ssoSubjectHash(session.sso),
      formSecret: session.formSecret,
    })
}

/** Browser sessions in the database. */
export function sessionStore({ queries, read, write, later }: Database): Noting<SessionStore> {
  const insert = sessionInserts({ queries })
  const live = (given: Given<{ now: number }>) =>
    queries
      .selectFrom('sessions as session')
      .innerJoin('users as user', (join) =>
        join.onRef('user.id', '=', 'session.user_id').onRef('user.epoch', '=', 'session.user_epoch'),
      )
      .innerJoin('orgs as org', (join) =>
        join.onRef('org.id', '=', 'session.org_id').onRef('org.epoch', '=', 'session.org_epoch'),
      )
      .selectAll('session')
      .where('session.expires_at', '>', given('now'))
      .where((is) =>
        is.and([
          is('user.is_active', '=', is.lit(1)),
          is('user.is_frozen', '=', is.lit(0)),
          is('org.is_active', '=', is.lit(1)),
        ]),
      )
      .where((is) =>
        is.or([
          is('session.access_token_id', 'is', null),
          is.exists(
            is
              .selectFrom('access_tokens as token')
              .innerJoin('standings as now', (join) =>
                counterColumns.reduce(
                  (all, column) => all.onRef(`now.${column}`, '=', `token.${column}`),
                  join.on('now.is_open', '=', 1),
                ),
              )
              .leftJoin('refresh_tokens as source', 'source.id', 'token.refresh_token_id')
              .select('token.id')
              .whereRef('token.id', '=', 'session.access_token_id')
              .where('token.expires_at', '>', given('now'))
              .where('token.revoked_at', 'is', null)
              .where((of) =>
                of.or([
                  of('token.refresh_token_id', 'is', null),
                  of.and([of('source.id', 'is not', null), of('source.revoked_at', 'is', null)]),
                ]),
              ),
          ),
        ]),
      )
  const find = statement((given: Placeholder<{ id: number; now: number }>) =>
    live(given).where('session.id', '=', given('id')),
  )
  const signedIn = (given: Given<{ now: number }>) =>
    live(given).where((is) => is('session.awaits_verification', '=', is.lit(0)))
  const listOfOrg = statement((given: Placeholder<{ orgId: string; now: number; before: number; limit: number }>) =>
    signedIn(given)
      .where('session.org_id', '=', given('orgId'))
      .where('session.id', '<', given('before'))
      .orderBy('session.id', 'desc')
      .limit(given('limit')),
  )
  const listOfUser = statement(
    (given: Placeholder<{ orgId: string; userId: string; now: number; before: number; limit: number }>) =>
      signedIn(given)
        .where('session.user_id', '=', given('userId'))
        .where('session.org_id', '=', given('orgId'))
        .where('session.id', '<', given('before'))
        .orderBy('session.id', 'desc')
        .limit(given('limit')),
  )
  const listOfSso = statement((given: Placeholder<{ subject: Uint8Array; now: number }>) =>
    live(given).where('session.sso_subject', '=', given('subject')).orderBy('session.id', 'desc'),
  )
  const extend = statement((given: Placeholder<{ id: number; expiresAt: number }>) =>
    queries
      .updateTable('sessions')
      .set({ expires_at: given('expiresAt') })
      .where('id', '=', given('id'))
      .where('expires_at', '<', given('expiresAt')),
  )
  const extendToken = statement((given: Placeholder<{ id: number; expiresAt: number }>) =>
    queries
      .updateTable('access_tokens')
      .set({ expires_at: given('expiresAt') })
      .where('id', '=', (of) =>
        of.selectFrom('sessions').select('sessions.access_token_id').where('sessions.id', '=', given('id')),
      )
      .where('is_jwt', '=', 0)
      .where('expires_at', '<', given('expiresAt')),
  )
  const noteVerified = statement((given: Placeholder<{ id: number; hash: Uint8Array }>) =>
    queries
      .updateTable('sessions')
      .set({ hash: given('hash'), level: 'HIGH_ASSURANCE', awaits_verification: 0 })
      .where('id', '=', given('id')),
  )
  const findApps = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('sessions').select('app_ids').where('id', '=', given('id')),
  )
  const setApps = statement((given: Placeholder<{ id: number; appIds: string }>) =>
    queries
      .updateTable('sessions')
      .set({ app_ids: given('appIds') })
      .where('id', '=', given('id')),
  )
  const end = statement((given: Placeholder<{ id: number }>) =>
    queries.deleteFrom('sessions').where('id', '=', given('id')),
  )
  const findUserOf = statement((given: Placeholder<{ id: number; orgId: string }>) =>
    queries.selectFrom('sessions').select('user_id').where('id', '=', given('id')).where('org_id', '=', given('orgId')),
  )
  const endAllOf = statement((given: Placeholder<{ userId: string; exceptId: number }>) =>
    queries.deleteFrom('sessions').where('user_id', '=', given('userId')).where('id', '<>', given('exceptId')),
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

  return (note) => ({
    add: (session) => write((tx) => insert(tx, session)),
    async find({ id, hash }, now) {
      const row = await read.first(find, { id, now: instant(now) })
      if (row === undefined || !sameHash(row.hash, hash)) return undefined
      return { ...fromRow(row), formSecret: row.form_secret }
    },
    async list(orgId, { userId, now, before = Number.MAX_SAFE_INTEGER, limit }) {
      const page = { orgId, now: instant(now), before, limit }
      const rows = await (userId === undefined ? read.all(listOfOrg, page) : read.all(listOfUser, { ...page, userId }))
      return rows.map(fromRow)
    },
    async listOfSso(subject, now) {
      const rows = await read.all(listOfSso, { subject: ssoSubjectHash(subject), now: instant(now) })
      return rows.map(fromRow)
    },
    extend: (id, expiresAt) =>
      later(async (tx) => {
        await tx.run(extendToken, { id, expiresAt: instant(expiresAt) })
        return tx.run(extend, { id, expiresAt: instant(expiresAt) })
      }, `session ${id}`),
    async noteVerified(id, hash) {
      await write((tx) => tx.run(noteVerified, { id, hash }))
    },
    async noteApp(id, appId) {
      await write(async (tx) => {
        await tx.alone(`apps of session ${id}`)
        const found = await tx.first(findApps, { id })
        const appIds = readTexts(found?.app_ids ?? '[]')
        if (!appIds.includes(appId)) await tx.run(setApps, { id, appIds: JSON.stringify([...appIds, appId]) })
      })
    },
    async end(id) {
      await write((tx) => tx.run(end, { id }))
    },
    endIn: (orgId, id) =>
      write(async (tx) => {
        const found = await tx.first(findUserOf, { orgId, id })
        if (found === undefined) return false
        const { user_id: userId } = found
        const did = { action: 'endedSession', text: 'Ended a session of user' }
        await note(tx, { ...management, ...did, to: { user: userId }, ownOf: userId })
        await tx.run(end, { id })
        return true
      }),
    endAllOf: (userId, exceptId = 0) =>
      write(async (tx) => {
        const ended = await tx.run(endAllOf, { userId, exceptId })
        const did = { action: 'endedSessions', text: 'Ended every session of user' }
        if (ended > 0) await note(tx, { ...management, ...did, to: { user: userId }, ownOf: userId })
        return ended
      }),
    deleteExpired: (now, limit) => write((tx) => tx.run(deleteExpired, { now: instant(now), limit })),
  })
}

function fromRow(row: Selectable<Tables['sessions']>): ListedSession {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    authTime: readInstant(row.auth_time),
    expiresAt: readInstant(row.expires_at),
    timeout: row.timeout,
    sourceIp: row.source_ip,
    type: row.type,
    accessTokenId: row.access_token_id ?? undefined,
    level: row.level,
    awaitsVerification: row.awaits_verification === 1,
    sid: row.sid ?? undefined,
    appIds: readTexts(row.app_ids),
    sso: row.sso === null ? undefined : ssoSessionShape.parse(JSON.parse(row.sso)),
  }
}
