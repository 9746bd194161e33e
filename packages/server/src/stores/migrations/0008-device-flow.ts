import type { Migration } from './migration.ts'

/** The device flow: whether an app may use it, the codes of devices, and how often somebody typed a wrong one. */
export const deviceFlow: Migration = {
  version: 8,
  statements({ queries: { schema }, columns, table }) {
    const { number, bytes } = columns
    return [
      schema
        .alterTable('connected_apps')
        .addColumn('is_device_flow_enabled', number, (column) => column.notNull().defaultTo(0)),

      table('device_codes')
        .addColumn('id', number, columns.id)
        .addColumn('hash', bytes, (column) => column.notNull())
        .addColumn('user_code_hash', bytes, (column) => column.notNull().unique())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('issued_at', number, (column) => column.notNull())
        .addColumn('expires_at', number, (column) => column.notNull())
        .addColumn('poll_interval', number, (column) => column.notNull())
        .addColumn('polled_at', number)
        .addColumn('answered_at', number)
        .addColumn('org_id', 'text')
        .addColumn('user_id', 'text')
        .addColumn('auth_time', number)
        // What it was allowed by, at the counters of that moment; empty when it was denied.
        .addColumn('approval_id', number)
        .addColumn('approval_epoch', number)
        .addColumn('org_epoch', number)
        .addColumn('user_epoch', number)
        .addColumn('app_epoch', number)
        .addColumn('redeemed_at', number),

      table('user_code_tries')
        .addColumn('tried_by', 'text', (column) => column.primaryKey())
        .addColumn('since', number, (column) => column.notNull())
        .addColumn('count', number, (column) => column.notNull()),
      schema.createIndex('user_code_tries_by_begin').on('user_code_tries').column('since'),
    ]
  },
}
