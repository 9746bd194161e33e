import type { Migration } from './migration.ts'

/** What the client credentials flow needs to know: whether an app may use it, and whom it acts for. */
export const clientCredentials: Migration = {
  version: 2,
  statements({ queries: { schema }, columns: { number } }) {
    return [
      schema
        .alterTable('connected_apps')
        .addColumn('is_client_credential_enabled', number, (column) => column.notNull().defaultTo(0)),
      schema.alterTable('app_policies').addColumn('client_credential_user_id', 'text'),
    ]
  },
}
