import type { Migration } from './migration.ts'

/** Identity providers that orgs believe, and what these call the users. */
export const samlSingleSignOn: Migration = {
  version: 18,
  statements({ queries: { schema }, columns: { number }, table }) {
    return [
      schema.alterTable('users').addColumn('federation_id', 'text'),
      schema.createIndex('users_by_federation_id').on('users').columns(['org_id', 'federation_id']).unique(),
      table('saml_sso_configs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('full_name', 'text', (column) => column.notNull())
        .addColumn('label', 'text', (column) => column.notNull())
        .addColumn('issuer', 'text', (column) => column.notNull())
        .addColumn('entity_id', 'text', (column) => column.notNull())
        .addColumn('certificate', 'text', (column) => column.notNull())
        .addColumn('identity_mapping', 'text', (column) => column.notNull())
        .addColumn('identity_location', 'text', (column) => column.notNull())
        .addColumn('attribute_name', 'text')
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull())
        .addUniqueConstraint('saml_sso_configs_by_name', ['org_id', 'full_name'])
        .addUniqueConstraint('saml_sso_configs_by_issuer', ['org_id', 'issuer']),
    ]
  },
}
