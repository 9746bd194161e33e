import type { VerificationStore } from '../sessions/verification.ts'
import type { Noting } from './audit-trail.ts'
import { instant, readBytes, readInstantOrNull } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

const users = { section: 'Manage Users' }

/** What users verify their identity with, in the database. */
export function verificationStore({ queries, read, write }: Database): Noting<VerificationStore> {
  const find = statement((given: Placeholder<{ userId: string }>) =>
    queries.selectFrom('identity_verifications').selectAll().where('user_id', '=', given('userId')),
  )
  const countTry = statement(
    (given: Placeholder<{ userId: string; limit: number; lockedUntil: number; now: number }>) =>
      queries
        .insertInto('identity_verifications')
        .values({ user_id: given('userId'), failures: 1 })
        .onConflict((conflict) =>
          conflict
            .column('user_id')
            .doUpdateSet((row) => ({
              failures: row
                .case()
                .when(row('identity_verifications.failures', '>=', given('limit')))
                .then(row.lit(1))
                .else(row('identity_verifications.failures', '+', row.lit(1)))
                .end(),
              locked_until: row
                .case()
                .when(row(row('identity_verifications.failures', '+', row.lit(1)), '=', given('limit')))
                .then(given('lockedUntil'))
                .else(row.lit(null))
                .end(),
            }))
            .where((row) =>
              row.or([
                row('identity_verifications.locked_until', 'is', null),
                row('identity_verifications.locked_until', '<=', given('now')),
              ]),
            ),
        ),
  )
  const takeStep = statement((given: Placeholder<{ userId: string; step: number }>) =>
    queries
      .updateTable('identity_verifications')
      .set({ last_step: given('step') })
      .where('user_id', '=', given('userId'))
      .where((row) => row.or([row('last_step', 'is', null), row('last_step', '<', given('step'))])),
  )
  const clearTries = statement((given: Placeholder<{ userId: string }>) =>
    queries
      .updateTable('identity_verifications')
      .set({ failures: 0, locked_until: null })
      .where('user_id', '=', given('userId')),
  )

  return (note) => ({
    async find(userId) {
      const row = await read.first(find, { userId })
      if (row === undefined) return undefined
      const sealedSecret = row.sealed_secret ?? undefined
      const hash = row.temporary_code_hash ?? undefined
      const [registeredAt, expiresAt] = [row.registered_at, row.temporary_code_expires_at].map(readInstantOrNull)
      return {
        authenticator:
          sealedSecret === undefined || registeredAt === undefined ? undefined : { sealedSecret, registeredAt },
        temporaryCode: hash === undefined || expiresAt === undefined ? undefined : { hash: readBytes(hash), expiresAt },
        lockedUntil: readInstantOrNull(row.locked_until),
      }
    },
    async register(userId, sealedSecret, step, at) {
      const registered = { sealed_secret: sealedSecret, registered_at: instant(at), last_step: step }
      const did = { action: 'registeredAuthenticator', text: 'Connected an authenticator app of user' }
      await write(async (tx) => {
        await note(tx, { ...users, ...did, to: { user: userId }, ownOf: userId })
        await tx.execute(
          queries
            .insertInto('identity_verifications')
            .values({ user_id: userId, failures: 0, ...registered })
            .onConflict((conflict) => conflict.column('user_id').doUpdateSet(registered)),
        )
      })
    },
    async removeAuthenticator(userId) {
      const gone = { sealed_secret: null, registered_at: null, last_step: null }
      const did = { action: 'removedAuthenticator', text: 'Disconnected the authenticator app of user' }
      await write(async (tx) => {
        await note(tx, { ...users, ...did, to: { user: userId }, ownOf: userId })
        await tx.execute(queries.updateTable('identity_verifications').set(gone).where('user_id', '=', userId))
      })
    },
    async setTemporaryCode(userId, code) {
      const set = {
        temporary_code_hash: code?.hash ?? null,
        temporary_code_expires_at: code === undefined ? null : instant(code.expiresAt),
      }
      const did =
        code === undefined
          ? { action: 'expiredTemporaryCode', text: 'Expired the temporary verification code of user' }
          : { action: 'generatedTemporaryCode', text: 'Generated a temporary verification code for user' }
      await write(async (tx) => {
        await note(tx, { ...users, ...did, to: { user: userId } })
        await tx.execute(
          queries
            .insertInto('identity_verifications')
            .values({ user_id: userId, failures: 0, ...set })
            .onConflict((conflict) => conflict.column('user_id').doUpdateSet(set)),
        )
      })
    },
    countTry: (userId, limit, lockedUntil, now) =>
      write(async (tx) => {
        const counted = { userId, limit, lockedUntil: instant(lockedUntil), now: instant(now) }
        return (await tx.run(countTry, counted)) === 1
      }),
    takeStep: (userId, step) => write(async (tx) => (await tx.run(takeStep, { userId, step })) === 1),
    async clearTries(userId) {
      await write((tx) => tx.run(clearTries, { userId }))
    },
  })
}
