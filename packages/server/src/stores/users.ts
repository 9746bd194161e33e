import { type Selectable, sql } from 'kysely'
import type { User, UserFilter, UserOrder, UserStore } from '../users/user.ts'
import type { Noting } from './audit-trail.ts'
import {
  flag,
  ifFound,
  instant,
  instantOrNull,
  readBytes,
  readInstant,
  readInstantOrNull,
  readTexts,
} from './column-values.ts'
import type { Database } from './database.ts'
import { type Given, type Placeholder, statement } from './statement.ts'
import type { Flag, Tables } from './tables.ts'

const manageUsers = { section: 'Manage Users' }

// Users that are kept ready: those of every request that carries a token.
const readyUsers = 10_000

/** Users in the database, kept ready until one changes. What sign-ins note is known at once to the process that noted it. */
export function userStore(database: Database): Noting<UserStore> {
  const { queries, read, write, change, cache } = database
  const select = queries.selectFrom('users').selectAll()
  const findById = statement((given: Placeholder<{ id: string }>) => select.where('id', '=', given('id')))
  const findByUsername = statement((given: Placeholder<{ username: string }>) =>
    queries.selectFrom('users').select('id').where('username', '=', given('username')),
  )
  const findIdByFederationId = statement((given: Placeholder<{ orgId: string; federationId: string }>) =>
    queries
      .selectFrom('users')
      .select('id')
      .where('org_id', '=', given('orgId'))
      .where('federation_id', '=', given('federationId')),
  )
  const listOfOrg = statement((given: Placeholder<{ orgId: string; after: string; limit: number }>) =>
    select
      .where('org_id', '=', given('orgId'))
      .where('username', '>', given('after'))
      .orderBy('username')
      .limit(given('limit')),
  )
  const fits = (given: Given<Filtered>) =>
    queries
      .selectFrom('users')
      .where('org_id', '=', given('orgId'))
      .where((user) =>
        user.and([
          user.or([
            user(given('pattern'), 'is', null),
            ...searched.map((column) => sql<boolean>`lower(${sql.ref(column)}) like ${given('pattern')} escape '!'`),
          ]),
          user.or([user(given('profileId'), 'is', null), user('profile_id', '=', given('profileId'))]),
          user.or([user(given('isActive'), 'is', null), user('is_active', '=', given('isActive'))]),
          user.or([
            user(given('permissionSetId'), 'is', null),
            user('permission_set_ids', 'like', given('permissionSetId')),
          ]),
        ]),
      )
  const countThose = statement((given: Placeholder<Filtered>) =>
    fits(given).select(({ fn }) => fn.countAll<number>().as('count')),
  )
  const searches = new Map(
    userOrders.flatMap((sort) =>
      (['asc', 'desc'] as const).map((direction) => {
        const search = statement((given: Placeholder<Filtered & { limit: number; offset: number }>) => {
          // Sorted by their ids alone: to carry whole users along makes a page far down take three times as long.
          const page = orders[sort]
            .reduce((query, column) => query.orderBy(column, direction), fits(given).select('id'))
            .orderBy('id', direction)
            .limit(given('limit'))
            .offset(given('offset'))
          return orders[sort]
            .reduce((query, column) => query.orderBy(column, direction), select.where('id', 'in', page))
            .orderBy('id', direction)
        })
        return [`${sort} ${direction}`, search] as const
      }),
    ),
  )
  const countShutOut = statement((given: Placeholder<{ orgId: string; now: number }>) =>
    queries
      .selectFrom('users')
      .select(({ fn, eb }) => [
        fn.countAll<number>().filterWhere('is_frozen', '=', eb.lit(1)).as('frozen'),
        fn.countAll<number>().filterWhere('locked_until', '>', given('now')).as('locked'),
      ])
      .where('org_id', '=', given('orgId'))
      .where('is_active', '=', 1),
  )
  const countFailure = statement((given: Placeholder<{ id: string; limit: number; lockedUntil: number }>) =>
    queries
      .updateTable('users')
      .set((user) => {
        const isLast = user(user('failed_logins', '+', 1), '>=', given('limit'))
        return {
          failed_logins: user
            .case()
            .when(isLast)
            .then(0)
            .else(user('failed_logins', '+', 1))
            .end(),
          locked_until: user.case().when(isLast).then(given('lockedUntil')).else(user.ref('locked_until')).end(),
        }
      })
      .where('id', '=', given('id'))
      .returning(['failed_logins', 'locked_until']),
  )
  const noteLogin = statement((given: Placeholder<{ id: string; at: number }>) =>
    queries
      .updateTable('users')
      .set({ failed_logins: 0, last_login_at: given('at') })
      .where('id', '=', given('id')),
  )

  const ready = cache<User>(readyUsers)
  const ids = cache<string>(readyUsers)
  const find = (id: string) => ready.get(id, async () => ifFound(await read.first(findById, { id }), fromRow))

  return (note) => ({
    async add(user) {
      await write(async (tx) => {
        await note(tx, {
          ...manageUsers,
          action: 'createduser',
          text: 'Created new user',
          to: { orgId: user.orgId, name: user.username },
        })
        await tx.execute(queries.insertInto('users').values(userRow(user)))
      })
    },
    find,
    async findByUsername(username) {
      const id = await ids.get(username, async () => (await read.first(findByUsername, { username }))?.id)
      return ifFound(id, find)
    },
    async findByFederationId(orgId, federationId) {
      return ifFound((await read.first(findIdByFederationId, { orgId, federationId }))?.id, find)
    },
    async list(orgId, { after = '', limit }) {
      return (await read.all(listOfOrg, { orgId, after, limit })).map(fromRow)
    },
    async search(orgId, filter, { sort, direction, offset, limit }) {
      const search = searches.get(`${sort} ${direction}`)
      if (search === undefined) throw new Error(`Users cannot be sorted by ${sort} ${direction}.`)
      return (await read.all(search, { ...filtered(orgId, filter), offset, limit })).map(fromRow)
    },
    async count(orgId, filter) {
      return (await read.first(countThose, filtered(orgId, filter)))?.count ?? 0
    },
    async countShutOut(orgId, now) {
      const counted = await read.first(countShutOut, { orgId, now: instant(now) })
      return { frozen: Number(counted?.frozen ?? 0), locked: Number(counted?.locked ?? 0) }
    },
    async update(id, details) {
      const isActive = flag(details.isActive)
      const changed = queries
        .updateTable('users')
        .set((user) => ({
          username: details.username,
          email: details.email,
          first_name: details.firstName ?? null,
          last_name: details.lastName,
          nickname: details.nickname,
          profile_id: details.profileId,
          permission_set_ids: JSON.stringify(details.permissionSetIds),
          is_active: isActive,
          // Deactivating ends what the user had for good: activating again brings no old token back.
          epoch: isActive === 1 ? user.ref('epoch') : user('epoch', '+', user.ref('is_active')),
          time_zone: details.timeZone,
          locale: details.locale,
          language: details.language,
          country: details.country ?? null,
          mobile_phone: details.mobilePhone ?? null,
          federation_id: details.federationId ?? null,
          modified_at: instant(details.modifiedAt),
        }))
        .where('id', '=', id)
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'changeduser', text: 'Changed user', to: { user: id } })
        return tx.execute(changed)
      })
    },
    async setPassword(id, passwordHash, now) {
      const changed = queries
        .updateTable('users')
        .set({
          password_hash: passwordHash,
          security_token_hash: null,
          failed_logins: 0,
          locked_until: null,
          modified_at: instant(now),
        })
        .where('id', '=', id)
      await change(async (tx) => {
        const did = { action: 'changedpassword', text: 'Changed password of' }
        await note(tx, { ...manageUsers, ...did, to: { user: id }, ownOf: id })
        return tx.execute(changed)
      })
    },
    async setSecurityToken(id, hash, now) {
      const changed = queries
        .updateTable('users')
        .set({ security_token_hash: hash, modified_at: instant(now) })
        .where('id', '=', id)
      await change(async (tx) => {
        const did = { action: 'resetsecuritytoken', text: 'Reset the security token of' }
        await note(tx, { ...manageUsers, ...did, to: { user: id }, ownOf: id })
        return tx.execute(changed)
      })
    },
    async setFrozen(id, isFrozen) {
      const frozen = flag(isFrozen)
      const changed = queries
        .updateTable('users')
        .set((user) => ({ is_frozen: frozen, epoch: user('epoch', '+', frozen) }))
        .where('id', '=', id)
      await change(async (tx) => {
        const did = isFrozen
          ? { action: 'frozeuser', text: 'Froze user' }
          : { action: 'unfrozeuser', text: 'Unfroze user' }
        await note(tx, { ...manageUsers, ...did, to: { user: id } })
        return tx.execute(changed)
      })
    },
    async unlock(id) {
      const changed = queries.updateTable('users').set({ failed_logins: 0, locked_until: null }).where('id', '=', id)
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'unlockeduser', text: 'Unlocked user', to: { user: id } })
        return tx.execute(changed)
      })
    },
    async countFailure(id, limit = Number.MAX_SAFE_INTEGER, lockedUntil) {
      const params = { id, limit, lockedUntil: instant(lockedUntil) }
      const counted = await write((tx) => tx.first(countFailure, params))
      ready.forget(id)
      // Others must know of a user who is locked out; that one more sign-in failed can wait until they look.
      if (counted?.failed_logins === 0) await change(async () => {})
      return {
        failedLogins: counted?.failed_logins ?? 0,
        lockedUntil: readInstantOrNull(counted?.locked_until ?? null),
      }
    },
    async noteLogin(id, at) {
      await write((tx) => tx.run(noteLogin, { id, at: instant(at) }))
      ready.forget(id)
    },
    async endAll(id) {
      const raised = queries.updateTable('users').set((user) => ({ epoch: user('epoch', '+', 1) }))
      await change(async (tx) => {
        const did = { action: 'endedEverything', text: 'Ended every token and session of user' }
        await note(tx, { ...manageUsers, ...did, to: { user: id } })
        return tx.execute(raised.where('id', '=', id))
      })
    },
  })
}

/** What may be asked of users; `null` for what is not. */
type Filtered = {
  readonly orgId: string
  readonly pattern: string | null
  readonly profileId: string | null
  readonly permissionSetId: string | null
  readonly isActive: Flag | null
}

const searched = ['username', 'first_name', 'last_name', 'nickname', 'email'] as const
const userOrders: readonly UserOrder[] = ['name', 'username', 'lastLoginAt', 'createdAt']
const orders = {
  name: [sql`lower(last_name)`, sql`lower(coalesce(first_name, ''))`],
  username: [sql`username`],
  // Who never signed in stands before everybody who did.
  lastLoginAt: [sql`coalesce(last_login_at, 0)`],
  createdAt: [sql`created_at`],
} as const satisfies Readonly<Record<UserOrder, readonly unknown[]>>

function filtered(orgId: string, { text, profileId, permissionSetId, isActive }: UserFilter): Filtered {
  const wanted = text?.trim().toLowerCase() ?? ''
  return {
    orgId,
    pattern: wanted === '' ? null : `%${wanted.replaceAll(/[!%_]/g, '!$&')}%`,
    profileId: profileId ?? null,
    permissionSetId: permissionSetId === undefined ? null : `%"${permissionSetId}"%`,
    isActive: isActive === undefined ? null : flag(isActive),
  }
}

type Row = Selectable<Tables['users']>

/** The row of a user. */
export function userRow(user: User): Row {
  return {
    id: user.id,
    org_id: user.orgId,
    epoch: user.epoch,
    is_active: flag(user.isActive),
    is_frozen: flag(user.isFrozen),
    username: user.username,
    email: user.email,
    first_name: user.firstName ?? null,
    last_name: user.lastName,
    nickname: user.nickname,
    profile_id: user.profileId,
    permission_set_ids: JSON.stringify(user.permissionSetIds),
    password_hash: user.passwordHash ?? null,
    security_token_hash: user.securityTokenHash ?? null,
    failed_logins: user.failedLogins,
    locked_until: instantOrNull(user.lockedUntil),
    time_zone: user.timeZone,
    locale: user.locale,
    language: user.language,
    country: user.country ?? null,
    mobile_phone: user.mobilePhone ?? null,
    federation_id: user.federationId ?? null,
    last_login_at: instantOrNull(user.lastLoginAt),
    created_at: instant(user.createdAt),
    modified_at: instant(user.modifiedAt),
  }
}

function fromRow(row: Row): User {
  return {
    id: row.id,
    orgId: row.org_id,
    username: row.username,
    email: row.email,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name,
    nickname: row.nickname,
    profileId: row.profile_id,
    permissionSetIds: readTexts(row.permission_set_ids),
    isActive: row.is_active === 1,
    isFrozen: row.is_frozen === 1,
    passwordHash: row.password_hash ?? undefined,
    securityTokenHash: ifFound(row.security_token_hash ?? undefined, readBytes),
    failedLogins: row.failed_logins,
    lockedUntil: readInstantOrNull(row.locked_until),
    epoch: row.epoch,
    timeZone: row.time_zone,
    locale: row.locale,
    language: row.language,
    country: row.country ?? undefined,
    mobilePhone: row.mobile_phone ?? undefined,
    federationId: row.federation_id ?? undefined,
    lastLoginAt: readInstantOrNull(row.last_login_at),
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}
