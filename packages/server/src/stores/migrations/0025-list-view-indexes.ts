import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** What list views show first: a user's records by name, and those that changed last. Before, every record was read and sorted. */
export const listViewIndexes: Migration = {
  version: 25,
  indexes: ({ queries: { schema } }) => [
    {
      name: 'records_of_owner',
      definition: schema
        .createIndex('records_of_owner')
        .ifNotExists()
        .on('records')
        .columns(['org_id', 'object', 'owner_id'])
        .expression(sql`lower(name)`)
        .columns(['id', 'deleted_at']),
    },
    {
      name: 'records_by_change',
      definition: schema
        .createIndex('records_by_change')
        .ifNotExists()
        .on('records')
        .columns(['org_id', 'object', 'modified_at desc', 'id', 'deleted_at', 'owner_id']),
    },
  ],
  statements: () => [],
}
