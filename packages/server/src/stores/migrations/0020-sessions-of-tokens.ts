import type { Migration } from './migration.ts'

/** Browser sessions that access tokens open, and the passes by which a browser gets to one. */
export const sessionsOfTokens: Migration = {
  version: 20,
  statements({ queries: { schema }, columns, table }) {
    const { number, bytes } = columns
    return [
      schema.alterTable('sessions').addColumn('type', 'text', (column) => column.notNull().defaultTo('UI')),
      schema.alterTable('sessions').addColumn('access_token_id', number),
      table('frontdoor_passes')
        .addColumn('id', number, columns.quickId)
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('access_token_id', number, (column) => column.notNull())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('level', 'text', (column) => column.notNull())
        .addColumn('start_url', 'text', (column) => column.notNull())
        .addColumn('issued_at', number, (column) => column.notNull())
        .addColumn('used_at', number),
    ]
  },
}
