import type { Migration } from './migration.ts'

/** Until now an org had policies only for what was installed there. */
export const installedApps: Migration = {
  version: 6,
  statements({ queries: { schema }, columns: { number } }) {
    const policies = () => schema.alterTable('app_policies')
    return [
      policies().addColumn('is_installed', number, (column) => column.notNull().defaultTo(1)),
      policies().addColumn('refused_at', number),
    ]
  },
}
