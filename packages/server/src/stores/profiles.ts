import type { Selectable } from 'kysely'
import { z } from 'zod'
import { anyTime, type LoginHours } from '../users/login-hours.ts'
import {
  type ObjectPermission,
  type PermissionSet,
  type PermissionSetStore,
  type Profile,
  type ProfileStore,
  type ProfileUse,
  type UserPermission,
  userPermissions,
} from '../users/profile.ts'
import type { Noting } from './audit-trail.ts'
import { flag, ifFound, readIpRanges, readTexts } from './column-values.ts'
import type { Database, Reader } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const manageUsers = { section: 'Manage Users' }

/** Profiles in the database. */
export function profileStore(database: Database): Noting<ProfileStore> {
  const { queries, read, change, cache } = database
  const select = queries.selectFrom('profiles').selectAll()
  const findById = statement((given: Placeholder<{ id: string }>) => select.where('id', '=', given('id')))
  const findByName = statement((given: Placeholder<{ orgId: string; name: string }>) =>
    select.where('org_id', '=', given('orgId')).where('name', '=', given('name')),
  )
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    select.where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const usedBy = statement((given: Placeholder<Wanted>) =>
    queries
      .selectFrom('users')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('org_id', '=', given('orgId'))
      .where((user) => user('profile_id', '=', given('id'))),
  )
  const opens = appsOpenedBy(queries, 'profile_ids')
  const remove = statement((given: Placeholder<{ id: string; orgId: string }>) =>
    queries.deleteFrom('profiles').where('id', '=', given('id')).where('org_id', '=', given('orgId')),
  )
  const byId = cache<Profile>(10_000)

  const useOf = async (reader: Reader, wanted: Wanted): Promise<ProfileUse> => ({
    users: (await reader.first(usedBy, wanted))?.count ?? 0,
    apps: (await reader.all(opens, wanted)).map(({ label }) => label),
  })

  return (note) => ({
    async add(profile) {
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'createdprofile', text: 'Created profile', to: profile })
        return tx.execute(queries.insertInto('profiles').values(toProfileRow(profile)))
      })
    },
    find: (id) => byId.get(id, async () => ifFound(await read.first(findById, { id }), fromProfileRow)),
    async findByName(orgId, name) {
      return ifFound(await read.first(findByName, { orgId, name }), fromProfileRow)
    },
    async list(orgId) {
      return (await read.all(listOfOrg, { orgId })).map(fromProfileRow)
    },
    async update(profile) {
      const { id, org_id, ...changed } = toProfileRow(profile)
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'changedprofile', text: 'Changed profile', to: profile })
        return tx.execute(
          queries.updateTable('profiles').set(changed).where('id', '=', id).where('org_id', '=', org_id),
        )
      })
    },
    useOf: (of) => useOf(read, wantedOf(of)),
    delete: (profile) =>
      change(async (tx) => {
        const { users, apps } = await useOf(tx, wantedOf(profile))
        if (users > 0 || apps.length > 0) return false
        const { id, orgId } = profile
        if ((await tx.run(remove, { id, orgId })) === 0) return false
        await note(tx, { ...manageUsers, action: 'deletedprofile', text: 'Deleted profile', to: profile })
        return true
      }),
  })
}

/** Permission sets in the database. */
export function permissionSetStore(database: Database): Noting<PermissionSetStore> {
  const { queries, read, change, cache } = database
  const select = queries.selectFrom('permission_sets').selectAll()
  const findById = statement((given: Placeholder<{ id: string }>) => select.where('id', '=', given('id')))
  const findByName = statement((given: Placeholder<{ orgId: string; name: string }>) =>
    select.where('org_id', '=', given('orgId')).where('name', '=', given('name')),
  )
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    select.where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const usedBy = statement((given: Placeholder<Wanted>) =>
    queries
      .selectFrom('users')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('org_id', '=', given('orgId'))
      .where((user) => user('permission_set_ids', 'like', given('listed'))),
  )
  const opens = appsOpenedBy(queries, 'permission_set_ids')
  const remove = statement((given: Placeholder<{ id: string; orgId: string }>) =>
    queries.deleteFrom('permission_sets').where('id', '=', given('id')).where('org_id', '=', given('orgId')),
  )
  const byId = cache<PermissionSet>(10_000)

  const useOf = async (reader: Reader, wanted: Wanted): Promise<ProfileUse> => ({
    users: (await reader.first(usedBy, wanted))?.count ?? 0,
    apps: (await reader.all(opens, wanted)).map(({ label }) => label),
  })

  return (note) => ({
    async add(permissionSet) {
      const row = toPermissionSetRow(permissionSet)
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'PermSetCreate', text: 'Created permission set', to: permissionSet })
        return tx.execute(queries.insertInto('permission_sets').values(row))
      })
    },
    find: (id) => byId.get(id, async () => ifFound(await read.first(findById, { id }), fromPermissionSetRow)),
    async findByName(orgId, name) {
      return ifFound(await read.first(findByName, { orgId, name }), fromPermissionSetRow)
    },
    async list(orgId) {
      return (await read.all(listOfOrg, { orgId })).map(fromPermissionSetRow)
    },
    async update(permissionSet) {
      const { id, org_id, ...changed } = toPermissionSetRow(permissionSet)
      await change(async (tx) => {
        await note(tx, { ...manageUsers, action: 'PermSetChange', text: 'Changed permission set', to: permissionSet })
        return tx.execute(
          queries.updateTable('permission_sets').set(changed).where('id', '=', id).where('org_id', '=', org_id),
        )
      })
    },
    useOf: (of) => useOf(read, wantedOf(of)),
    delete: (permissionSet) =>
      change(async (tx) => {
        const { users, apps } = await useOf(tx, wantedOf(permissionSet))
        if (users > 0 || apps.length > 0) return false
        const { id, orgId } = permissionSet
        if ((await tx.run(remove, { id, orgId })) === 0) return false
        await note(tx, { ...manageUsers, action: 'PermSetDelete', text: 'Deleted permission set', to: permissionSet })
        return true
      }),
  })
}

type Wanted = { readonly id: string; readonly orgId: string; readonly listed: string }

/** The id, and a pattern of the JSON lists that hold it. */
function wantedOf({ id, orgId }: Pick<Profile, 'id' | 'orgId'>): Wanted {
  return { id, orgId, listed: `%"${id}"%` }
}

function appsOpenedBy(queries: Database['queries'], column: 'profile_ids' | 'permission_set_ids') {
  return statement((given: Placeholder<Wanted>) =>
    queries
      .selectFrom('app_policies as policy')
      .innerJoin('connected_apps as app', 'app.id', 'policy.app_id')
      .select('app.label')
      .where('policy.org_id', '=', given('orgId'))
      .where(`policy.${column}`, 'like', given('listed'))
      .orderBy('app.label'),
  )
}

type ProfileRow = Selectable<Tables['profiles']>
type PermissionSetRow = Selectable<Tables['permission_sets']>

function toProfileRow(profile: Profile): ProfileRow {
  return {
    id: profile.id,
    org_id: profile.orgId,
    name: profile.name,
    permissions: JSON.stringify(profile.permissions),
    login_ip_ranges: JSON.stringify(profile.loginIpRanges),
    login_hours: JSON.stringify(profile.loginHours),
    session_timeout: profile.sessionTimeout ?? null,
    requires_high_assurance: flag(profile.requiresHighAssurance),
    object_permissions: JSON.stringify(profile.objectPermissions),
  }
}

function fromProfileRow(row: ProfileRow): Profile {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    permissions: readPermissions(row.permissions),
    loginIpRanges: readIpRanges(row.login_ip_ranges),
    loginHours: readLoginHours(row.login_hours),
    sessionTimeout: row.session_timeout ?? undefined,
    requiresHighAssurance: row.requires_high_assurance === 1,
    objectPermissions: readObjectPermissions(row.object_permissions),
  }
}

function toPermissionSetRow(permissionSet: PermissionSet): PermissionSetRow {
  return {
    id: permissionSet.id,
    org_id: permissionSet.orgId,
    name: permissionSet.name,
    label: permissionSet.label,
    permissions: JSON.stringify(permissionSet.permissions),
    object_permissions: JSON.stringify(permissionSet.objectPermissions),
  }
}

function fromPermissionSetRow(row: PermissionSetRow): PermissionSet {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    label: row.label,
    permissions: readPermissions(row.permissions),
    objectPermissions: readObjectPermissions(row.object_permissions),
  }
}

/** A permission that a later program knew and this one does not allows nothing. */
function readPermissions(json: string): readonly UserPermission[] {
  const names = new Set(readTexts(json))
  return userPermissions.filter((permission) => names.has(permission))
}

const dayHours = z.object({ from: z.number(), until: z.number() }).exactOptional()
const loginHoursSchema = z.object({
  monday: dayHours,
  tuesday: dayHours,
  wednesday: dayHours,
  thursday: dayHours,
  friday: dayHours,
  saturday: dayHours,
  sunday: dayHours,
})

function readLoginHours(json: string): LoginHours {
  return json === '{}' ? anyTime : loginHoursSchema.parse(JSON.parse(json))
}

const objectPermissionsSchema = z.array(
  z.object({
    object: z.string(),
    allowCreate: z.boolean(),
    allowRead: z.boolean(),
    allowEdit: z.boolean(),
    allowDelete: z.boolean(),
  }),
)

function readObjectPermissions(json: string): readonly ObjectPermission[] {
  return json === '[]' ? [] : objectPermissionsSchema.parse(JSON.parse(json))
}
