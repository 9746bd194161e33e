import type { Migration } from './migration.ts'

/** What was changed of how an org is set up, and by whom (*Setup Audit Trail*). */
export const auditTrail: Migration = {
  version: 4,
  statements({ queries: { schema }, columns, table }) {
    const { number } = columns
    return [
      table('setup_audit_trail')
        .addColumn('id', number, columns.id)
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('at', number, (column) => column.notNull())
        .addColumn('created_by_id', 'text')
        .addColumn('section', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('display', 'text', (column) => column.notNull()),
      schema.createIndex('setup_audit_trail_of_org').on('setup_audit_trail').columns(['org_id', 'id']),
    ]
  },
}
