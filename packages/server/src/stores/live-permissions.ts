import { type RawBuilder, sql } from 'kysely'
import { userPermissions } from '../users/profile.ts'
import { jsonElements } from './json-sql.ts'
import { idBehind, type LiveTable, ofMetadata, pairId } from './live-table.ts'

const has = (permission: string) =>
  sql`case when permissions like ${sql.lit(`%"${permission}"%`)} then 1 else 0 end as ${sql.id(`Permissions${permission}`)}`
const permissionColumns = sql.join(userPermissions.map(has))

// As at Salesforce each profile has a permission set of its own. Its id, and those that refer to sets, are 15 characters long.
const setOf = (profileId: string) => idBehind('0PS', profileId)
const short = (id: string) => sql`substr(${sql.ref(id)}, 1, 15)`

/** Which profiles and permission sets give what a row has: `profile_ids` and `permission_set_ids` of a table are lists. */
const givenBy = (table: string, idColumn: string, type: RawBuilder<unknown>, orgId: string) => {
  const id = sql.ref(`given.${idColumn}`)
  const rows = (list: string, parent: ReturnType<typeof short>) => sql`
    select ${pairId('0J0', id, sql`allowed.value`)} as "Id", ${parent} as "ParentId", ${id} as "SetupEntityId",
      ${type} as "SetupEntityType"
    from ${sql.table(table)} as given, ${jsonElements(sql.ref(`given.${list}`))} as allowed where given.org_id = ${orgId}`
  return sql`${rows('profile_ids', setOf('allowed.value'))} union all ${rows('permission_set_ids', short('allowed.value'))}`
}

const kindOfApp = sql`case when (
    select app.distribution_state from connected_apps as app where app.id = given.app_id
  ) is null then 'ConnectedApplication' else 'ExternalClientApplication' end`

/** Who may what, as tables. */
export const livePermissionTables: Readonly<Record<string, LiveTable>> = {
  Profile: ({ orgId }) => sql`
    select id as "Id", name as "Name", 'Standard' as "UserType", ${permissionColumns}
    from profiles where org_id = ${orgId}`,
  PermissionSet: ({ orgId }) => sql`
    select ${short('id')} as "Id", name as "Name", label as "Label", 'Regular' as "Type", 1 as "IsCustom",
      0 as "IsOwnedByProfile", null as "ProfileId", null as "NamespacePrefix", ${permissionColumns}
    from permission_sets where org_id = ${orgId}
    union all
    select ${setOf('id')}, 'X' || ${short('id')}, ${short('id')}, 'Profile', 0, 1, id, null, ${permissionColumns}
    from profiles where org_id = ${orgId}`,
  PermissionSetAssignment: ({ orgId }) => sql`
    select ${pairId('0Pa', sql`users.id`, sql`assigned.value`)} as "Id", ${short('assigned.value')} as "PermissionSetId",
      users.id as "AssigneeId"
    from users, ${jsonElements(sql`users.permission_set_ids`)} as assigned where users.org_id = ${orgId}
    union all
    select ${pairId('0Pa', sql`users.id`, sql`users.profile_id`)}, ${setOf('users.profile_id')}, users.id
    from users where users.org_id = ${orgId}`,
  SetupEntityAccess: ({ orgId }) => sql`
    ${givenBy('app_policies', 'app_id', kindOfApp, orgId)}
    union all
    ${givenBy('custom_permissions', 'id', sql`'CustomPermission'`, orgId)}`,
  CustomPermission: ({ orgId }) => sql`
    select id as "Id", name as "DeveloperName", label as "MasterLabel", description as "Description", ${ofMetadata},
      0 as "IsProtected", 0 as "IsLicensed"
    from custom_permissions where org_id = ${orgId}`,
}
