import type { Migration } from './migration.ts'

/** When users of a profile may sign in. */
export const loginHours: Migration = {
  version: 31,
  statements({ queries: { schema } }) {
    return [
      schema.alterTable('profiles').addColumn('login_hours', 'text', (column) => column.notNull().defaultTo('{}')),
    ]
  },
}
