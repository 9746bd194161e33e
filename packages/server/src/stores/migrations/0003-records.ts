import { sql } from 'kysely'
import { jsonText } from '../json-sql.ts'
import type { Migration } from './migration.ts'

const everything = ['Account', 'Case', 'Contact', 'Event', 'Lead', 'Opportunity', 'Task'].map((object) => ({
  object,
  allowCreate: true,
  allowRead: true,
  allowEdit: true,
  allowDelete: true,
}))

/** What queries and changes of records need: who changed them, the recycle bin, look-ups by value, and paging. */
export const records: Migration = {
  version: 3,
  statements({ queries, columns: { number }, table }) {
    const { schema } = queries
    return [
      schema.alterTable('records').addColumn('created_by_id', 'text', (column) => column.notNull().defaultTo('')),
      schema.alterTable('records').addColumn('modified_by_id', 'text', (column) => column.notNull().defaultTo('')),
      schema.alterTable('records').addColumn('deleted_at', number),
      queries.updateTable('records').set(({ ref }) => ({
        created_by_id: ref('owner_id'),
        modified_by_id: ref('owner_id'),
      })),
      // Before, only what had a field of that name was known by it.
      queries
        .updateTable('records')
        .set({
          name: sql<string>`coalesce(${jsonText('fields', 'CaseNumber')}, ${jsonText('fields', 'Subject')},
            ltrim(coalesce(${jsonText('fields', 'FirstName')}, '') || ' ' || ${jsonText('fields', 'LastName')}), '')`,
        })
        .where('name', '=', ''),
      schema.dropIndex('records_by_name'),
      schema
        .createIndex('records_by_name')
        .on('records')
        .columns(['org_id', 'object'])
        .expression(sql`lower(name)`)
        .columns(['id', 'deleted_at']),

      table('record_keys')
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('object', 'text', (column) => column.notNull())
        .addColumn('field', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('record_id', 'text', (column) => column.notNull().references('records.id'))
        .addPrimaryKeyConstraint('record_keys_key', ['org_id', 'object', 'field', 'value', 'record_id']),
      schema.createIndex('record_keys_of_record').on('record_keys').column('record_id'),

      table('query_cursors')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('soql', 'text', (column) => column.notNull())
        .addColumn('includes_deleted', number, (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull()),
      schema.createIndex('query_cursors_of_user').on('query_cursors').columns(['user_id', 'created_at']),
      schema.createIndex('query_cursors_by_age').on('query_cursors').column('created_at'),

      table('custom_objects')
        .addColumn('org_id', 'text', (column) => column.notNull().references('orgs.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('definition', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('custom_objects_key', ['org_id', 'name']),

      schema
        .alterTable('profiles')
        .addColumn('object_permissions', 'text', (column) => column.notNull().defaultTo('[]')),
      schema
        .alterTable('permission_sets')
        .addColumn('object_permissions', 'text', (column) => column.notNull().defaultTo('[]')),
      // Until now every user of the API read every record, and goes on to.
      queries
        .updateTable('profiles')
        .set({ object_permissions: JSON.stringify(everything) })
        .where('permissions', 'like', '%"ApiEnabled"%'),
    ]
  },
}
