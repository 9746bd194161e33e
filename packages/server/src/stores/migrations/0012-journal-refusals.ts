import type { Migration } from './migration.ts'

/** Refusals are found by an index that holds their reasons: what they say as a whole is too long for one. */
export const journalRefusals: Migration = {
  version: 12,
  statements({ queries: { schema } }) {
    return [
      schema.dropIndex('journal_refusals'),
      schema.createIndex('journal_refusals').on('journal').columns(['id', 'reason']).where('reason', 'is not', null),
    ]
  },
}
