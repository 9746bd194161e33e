import type { Migration } from './migration.ts'

/** Custom scopes, custom permissions, and the custom attributes of apps. */
export const customScopesAndClaims: Migration = {
  version: 10,
  statements({ queries: { schema }, columns: { number }, table }) {
    return [
      table('custom_scopes')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('is_public', number, (column) => column.notNull())
        .addColumn('is_protected', number, (column) => column.notNull())
        .addUniqueConstraint('custom_scopes_by_name', ['org_id', 'name']),
      table('custom_permissions')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('description', 'text')
        .addColumn('app_id', 'text')
        .addColumn('profile_ids', 'text', (column) => column.notNull())
        .addColumn('permission_set_ids', 'text', (column) => column.notNull())
        .addUniqueConstraint('custom_permissions_by_name', ['org_id', 'name']),
      schema.alterTable('connected_apps').addColumn('attributes', 'text', (column) => column.notNull().defaultTo('[]')),
    ]
  },
}
