import type { Migration } from './migration.ts'

/**
 * What of a user's own changed last (`/recent`). Before, for somebody who owns little, the changes of everybody were read to the
 * first of them.
 */
export const ownChanges: Migration = {
  version: 38,
  indexes: ({ queries: { schema } }) => [
    {
      name: 'own_records_by_change',
      definition: schema
        .createIndex('own_records_by_change')
        .ifNotExists()
        .on('records')
        .columns(['org_id', 'object', 'owner_id', 'modified_at desc', 'id', 'deleted_at']),
    },
  ],
  statements: () => [],
}
