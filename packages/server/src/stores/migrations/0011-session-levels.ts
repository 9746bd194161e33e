import type { Migration } from './migration.ts'

/** How sure it is that a session is its person's, what makes it surer, and which apps were opened from it. */
export const sessionLevels: Migration = {
  version: 11,
  statements({ queries: { schema }, columns: { number, bytes, quickId }, table }) {
    const withLevel = (name: string) =>
      schema.alterTable(name).addColumn('session_level', 'text', (column) => column.notNull().defaultTo('STANDARD'))
    return [
      schema.alterTable('sessions').addColumn('level', 'text', (column) => column.notNull().defaultTo('STANDARD')),
      schema.alterTable('sessions').addColumn('awaits_verification', number, (column) => column.notNull().defaultTo(0)),
      schema.alterTable('sessions').addColumn('sid', 'text'),
      schema.alterTable('sessions').addColumn('app_ids', 'text', (column) => column.notNull().defaultTo('[]')),
      ...['authorization_codes', 'refresh_tokens', 'access_tokens'].map(withLevel),
      ...['authorization_codes', 'refresh_tokens'].map((name) => schema.alterTable(name).addColumn('sid', 'text')),
      schema
        .alterTable('app_policies')
        .addColumn('assurance_action', 'text', (column) => column.notNull().defaultTo('Block')),

      table('identity_verifications')
        .addColumn('user_id', 'text', (column) => column.primaryKey())
        .addColumn('sealed_secret', 'text')
        .addColumn('registered_at', number)
        .addColumn('last_step', number)
        .addColumn('temporary_code_hash', bytes)
        .addColumn('temporary_code_expires_at', number)
        .addColumn('failures', number, (column) => column.notNull())
        .addColumn('locked_until', number),

      table('verification_history')
        .addColumn('id', number, quickId)
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('at', number, (column) => column.notNull())
        .addColumn('activity', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('source_ip', 'text', (column) => column.notNull())
        .addColumn('resource_id', 'text'),
      schema.createIndex('verification_history_of_org').on('verification_history').columns(['org_id', 'id']),
    ]
  },
}
