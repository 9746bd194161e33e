import type { Migration } from './migration.ts'

/** How apps look to people and on their devices: mobile and canvas settings, and the place in an org's App Launcher. */
export const appMenu: Migration = {
  version: 16,
  statements({ queries: { schema }, columns: { number } }) {
    return [
      schema.alterTable('connected_apps').addColumn('mobile', 'text'),
      schema.alterTable('connected_apps').addColumn('canvas', 'text'),
      schema.alterTable('app_policies').addColumn('mobile_policy', 'text'),
      schema.alterTable('app_policies').addColumn('is_in_menu', number, (column) => column.notNull().defaultTo(1)),
      schema.alterTable('app_policies').addColumn('sort_order', number, (column) => column.notNull().defaultTo(0)),
    ]
  },
}
