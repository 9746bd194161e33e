import type { Migration } from './migration.ts'

/** External client apps beside connected apps, and the policies that they alone have. */
export const externalClientApps: Migration = {
  version: 33,
  statements({ queries: { schema }, columns: { number } }) {
    const policies = () => schema.alterTable('app_policies')
    return [
      schema.alterTable('connected_apps').addColumn('distribution_state', 'text'),
      policies().addColumn('is_client_credentials_flow_enabled', number, (column) => column.notNull().defaultTo(0)),
      policies().addColumn('is_enabled', number, (column) => column.notNull().defaultTo(1)),
      policies().addColumn('is_oauth_plugin_enabled', number, (column) => column.notNull().defaultTo(1)),
    ]
  },
}
