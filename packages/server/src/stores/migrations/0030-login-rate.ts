import type { Migration } from './migration.ts'

/** How many logins a user had with an app in the latest hour that there were any, of hours since 1970. */
export const loginRate: Migration = {
  version: 30,
  statements({ queries: { schema }, columns: { number } }) {
    const approvals = () => schema.alterTable('approvals')
    return [
      approvals().addColumn('login_hour', number, (column) => column.notNull().defaultTo(0)),
      approvals().addColumn('logins', number, (column) => column.notNull().defaultTo(0)),
    ]
  },
}
