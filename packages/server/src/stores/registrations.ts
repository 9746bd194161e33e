import type { Registration, RegistrationStore } from '../connected-apps/registration.ts'
import { type PresentedToken, sameHash } from '../secret.ts'
import type { Noting } from './audit-trail.ts'
import { ifFound, instant, readInstant } from './column-values.ts'
import { toPoliciesRow, toRow } from './connected-apps.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

const apps = { section: 'Connected Apps' }

/** Initial access tokens and registrations in the database. */
export function registrationStore({ queries, read, write, change }: Database): Noting<RegistrationStore> {
  const initialOf = statement((given: Placeholder<{ appId: string }>) =>
    queries.selectFrom('initial_access_tokens').selectAll().where('app_id', '=', given('appId')),
  )
  const findInitial = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('initial_access_tokens').selectAll().where('id', '=', given('id')),
  )
  const addInitial = statement((given: Placeholder<{ appId: string; hash: Uint8Array; at: number }>) =>
    queries.insertInto('initial_access_tokens').values({
      app_id: given('appId'),
      hash: given('hash'),
      created_at: given('at'),
      used_at: null,
    }),
  )
  const useInitial = statement((given: Placeholder<{ appId: string; at: number }>) =>
    queries
      .updateTable('initial_access_tokens')
      .set({ used_at: given('at') })
      .where('app_id', '=', given('appId')),
  )
  const deleteInitial = statement((given: Placeholder<{ appId: string }>) =>
    queries.deleteFrom('initial_access_tokens').where('app_id', '=', given('appId')),
  )
  const countOf = statement((given: Placeholder<{ parentId: string }>) =>
    queries
      .selectFrom('registered_apps')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('parent_id', '=', given('parentId')),
  )
  const add = statement((given: Placeholder<{ appId: string; parentId: string; hash: Uint8Array; at: number }>) =>
    queries.insertInto('registered_apps').values({
      app_id: given('appId'),
      parent_id: given('parentId'),
      hash: given('hash'),
      registered_at: given('at'),
    }),
  )
  const find = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('registered_apps').selectAll().where('id', '=', given('id')),
  )
  const byApp = statement((given: Placeholder<{ appId: string }>) =>
    queries.selectFrom('registered_apps').selectAll().where('app_id', '=', given('appId')),
  )
  const byParent = statement((given: Placeholder<{ parentId: string }>) =>
    queries.selectFrom('registered_apps').selectAll().where('parent_id', '=', given('parentId')).orderBy('id', 'desc'),
  )

  type Row = ReturnType<typeof find.row>

  return (note) => ({
    setInitialToken: (appId, hash, now) =>
      write(async (tx) => {
        const did = { action: 'generateInitialAccessToken', text: 'Generated initial access token of connected app' }
        await note(tx, { ...apps, ...did, to: { app: appId } })
        await tx.run(deleteInitial, { appId })
        return tx.insert(addInitial, { appId, hash, at: instant(now) })
      }),
    deleteInitialToken: (appId) =>
      write(async (tx) => {
        if ((await tx.run(deleteInitial, { appId })) === 0) return false
        const did = { action: 'deleteInitialAccessToken', text: 'Deleted initial access token of connected app' }
        await note(tx, { ...apps, ...did, to: { app: appId } })
        return true
      }),
    async initialTokenOf(appId) {
      const row = await read.first(initialOf, { appId })
      return ifFound(row, ({ created_at }) => ({ createdAt: readInstant(created_at) }))
    },
    async findByInitialToken(presented) {
      return proved(await read.first(findInitial, { id: presented.id }), presented)?.app_id
    },
    register: (app, policies, { appId, parentId, hash, registeredAt }, limit) =>
      change(async (tx) => {
        // Whoever registers under the same app waits here, so that nobody counts what another is about to add.
        const at = instant(registeredAt)
        if ((await tx.run(useInitial, { appId: parentId, at })) === 0) return undefined
        if (((await tx.first(countOf, { parentId }))?.count ?? 0) >= limit) return undefined
        const did = { action: 'registerConnectedApplication', text: 'Registered itself: connected app' }
        await tx.execute(queries.insertInto('connected_apps').values(toRow(app)))
        await tx.execute(queries.insertInto('app_policies').values(toPoliciesRow(policies)))
        await note(tx, { ...apps, ...did, to: { app: appId } })
        return tx.insert(add, { appId, parentId, hash, at })
      }),
    async findByRegistrationToken(presented) {
      return ifFound(proved(await read.first(find, { id: presented.id }), presented), fromRow)
    },
    async parentOf(appId) {
      return (await read.first(byApp, { appId }))?.parent_id
    },
    async childrenOf(parentId) {
      return (await read.all(byParent, { parentId })).map(fromRow)
    },
  })

  function fromRow(row: Row): Registration {
    return { appId: row.app_id, parentId: row.parent_id, registeredAt: readInstant(row.registered_at) }
  }
}

/** The row, if what was shown is its token. */
function proved<Row extends { readonly hash: Uint8Array }>(
  row: Row | undefined,
  { hash }: PresentedToken,
): Row | undefined {
  return row !== undefined && sameHash(row.hash, hash) ? row : undefined
}
