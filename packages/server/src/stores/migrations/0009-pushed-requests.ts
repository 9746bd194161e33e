import type { Migration } from './migration.ts'

/** Authorize requests that apps push here by themselves (RFC 9126). */
export const pushedRequests: Migration = {
  version: 9,
  statements({ columns, table }) {
    const { number, bytes } = columns
    return [
      table('pushed_requests')
        .addColumn('id', number, columns.quickId)
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('parameters', 'text', (column) => column.notNull())
        .addColumn('pushed_at', number, (column) => column.notNull())
        .addColumn('opened_at', number)
        .addColumn('answered_at', number),
    ]
  },
}
