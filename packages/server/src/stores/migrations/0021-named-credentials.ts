import type { Migration } from './migration.ts'

/** Named and external credentials: where an org's code calls, and how it signs in there. */
export const namedCredentials: Migration = {
  version: 21,
  statements({ columns: { number }, table }) {
    return (['named_credentials', 'external_credentials'] as const).map((name) =>
      table(name)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('settings', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull())
        .addUniqueConstraint(`${name}_name`, ['org_id', 'name']),
    )
  },
}
