import type { Migration } from './migration.ts'

/** Signing keys are published before they sign. */
export const signingKeyTurns: Migration = {
  version: 23,
  statements({ queries: { schema }, columns: { number } }) {
    return [schema.alterTable('signing_keys').addColumn('signs_from', number)]
  },
}
