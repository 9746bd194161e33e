import type { Migration } from './migration.ts'

/** Forms of Setup that came back to whoever sent them. */
export const keptForms: Migration = {
  version: 32,
  statements({ queries: { schema }, columns: { number }, table }) {
    return [
      table('kept_forms')
        .addColumn('id', 'text', (column) => column.notNull().primaryKey())
        .addColumn('session_id', number, (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('expires_at', number, (column) => column.notNull()),
      schema.createIndex('kept_forms_session').on('kept_forms').columns(['session_id', 'expires_at']),
      schema.createIndex('kept_forms_expiry').on('kept_forms').column('expires_at'),
    ]
  },
}
