import type { Selectable } from 'kysely'
import type { CustomPermission, CustomPermissionStore } from '../users/custom-permission.ts'
import type { Noting } from './audit-trail.ts'
import { readTexts } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const permissions = { section: 'Custom Permissions' }

/** Custom permissions in the database. */
export function customPermissionStore({ queries, read, change, cache }: Database): Noting<CustomPermissionStore> {
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('custom_permissions').selectAll().where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const ofOrg = cache<readonly CustomPermission[]>(1000)

  return (note) => ({
    async add(permission) {
      const did = { action: 'insertCustomPermission', text: 'Created custom permission', to: permission }
      await change(async (tx) => {
        await note(tx, { ...permissions, ...did })
        return tx.execute(queries.insertInto('custom_permissions').values(toRow(permission)))
      })
    },
    async update(permission) {
      const { id, org_id, name, ...changed } = toRow(permission)
      const did = { action: 'updateCustomPermission', text: 'Changed custom permission', to: permission }
      await change(async (tx) => {
        await note(tx, { ...permissions, ...did })
        return tx.execute(queries.updateTable('custom_permissions').set(changed).where('id', '=', id))
      })
    },
    async delete(permission) {
      const did = { action: 'deleteCustomPermission', text: 'Deleted custom permission', to: permission }
      await change(async (tx) => {
        await note(tx, { ...permissions, ...did })
        return tx.execute(queries.deleteFrom('custom_permissions').where('id', '=', permission.id))
      })
    },
    list: async (orgId) =>
      (await ofOrg.get(orgId, async () => (await read.all(listOfOrg, { orgId })).map(fromRow))) ?? [],
  })
}

type Row = Selectable<Tables['custom_permissions']>

function toRow(permission: CustomPermission): Row {
  return {
    id: permission.id,
    org_id: permission.orgId,
    name: permission.name,
    label: permission.label,
    description: permission.description ?? null,
    app_id: permission.appId ?? null,
    profile_ids: JSON.stringify(permission.profileIds),
    permission_set_ids: JSON.stringify(permission.permissionSetIds),
  }
}

function fromRow(row: Row): CustomPermission {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    label: row.label,
    description: row.description ?? undefined,
    appId: row.app_id ?? undefined,
    profileIds: readTexts(row.profile_ids),
    permissionSetIds: readTexts(row.permission_set_ids),
  }
}
