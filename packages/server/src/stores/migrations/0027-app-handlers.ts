import type { Migration } from './migration.ts'

/** Whose code has a say about the users of an app in an org, where they sign out of it, and who must verify their identity. */
export const appHandlers: Migration = {
  version: 27,
  statements({ queries: { schema }, columns: { number } }) {
    return [
      schema.alterTable('app_policies').addColumn('plugin', 'text'),
      schema.alterTable('app_policies').addColumn('plugin_execution_user_id', 'text'),
      schema.alterTable('app_policies').addColumn('single_logout_url', 'text'),
      schema
        .alterTable('profiles')
        .addColumn('requires_high_assurance', number, (column) => column.notNull().defaultTo(0)),
    ]
  },
}
