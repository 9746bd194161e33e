import type { Migration } from './migration.ts'

/** Binary and icon of apps for mobile devices. */
export const mobileAppFiles: Migration = {
  version: 29,
  statements({ columns: { number, bytes }, table }) {
    return [
      table('connected_app_files')
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('piece', number, (column) => column.notNull())
        .addColumn('bytes', bytes, (column) => column.notNull())
        .addPrimaryKeyConstraint('connected_app_files_key', ['app_id', 'sha256', 'piece']),
    ]
  },
}
