import type { Migration } from './migration.ts'

/** Apps that register themselves, and the tokens by which they do. */
export const registeredApps: Migration = {
  version: 14,
  statements({ queries: { schema }, columns, table }) {
    const { number, bytes } = columns
    return [
      table('initial_access_tokens')
        .addColumn('id', number, columns.id)
        .addColumn('app_id', 'text', (column) => column.notNull().unique())
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('used_at', number),
      table('registered_apps')
        .addColumn('id', number, columns.id)
        .addColumn('app_id', 'text', (column) => column.notNull().unique())
        .addColumn('parent_id', 'text', (column) => column.notNull())
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('registered_at', number, (column) => column.notNull()),
      schema.createIndex('registered_apps_of_parent').on('registered_apps').column('parent_id'),
    ]
  },
}
