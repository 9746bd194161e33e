import type { Migration } from './migration.ts'

/** A user keeps five refresh tokens of an app at most: those that a later one has taken the place of say so. */
export const fiveApprovals: Migration = {
  version: 15,
  statements({ queries: { schema }, columns: { number } }) {
    return [schema.alterTable('refresh_tokens').addColumn('displaced_at', number)]
  },
}
