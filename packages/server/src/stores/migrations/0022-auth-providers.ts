import type { Migration } from './migration.ts'

/** Outside providers that orgs let their people sign in with, and who is who there. */
export const authProviders: Migration = {
  version: 22,
  statements({ queries: { schema }, columns: { number }, table }) {
    return [
      table('auth_providers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('developer_name', 'text', (column) => column.notNull())
        .addColumn('friendly_name', 'text', (column) => column.notNull())
        .addColumn('consumer_key', 'text', (column) => column.notNull())
        .addColumn('sealed_secret', 'text')
        .addColumn('authorize_url', 'text', (column) => column.notNull())
        .addColumn('token_url', 'text', (column) => column.notNull())
        .addColumn('user_info_url', 'text')
        .addColumn('token_issuer', 'text')
        .addColumn('default_scopes', 'text', (column) => column.notNull())
        .addColumn('sends_credentials_in_header', number, (column) => column.notNull())
        .addColumn('is_pkce_enabled', number, (column) => column.notNull())
        .addColumn('requires_mfa', number, (column) => column.notNull())
        .addColumn('user_matching', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull())
        .addUniqueConstraint('auth_providers_by_name', ['org_id', 'developer_name']),
      table('account_links')
        .addColumn('provider_id', 'text', (column) => column.notNull())
        .addColumn('remote_id', 'text', (column) => column.notNull())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addPrimaryKeyConstraint('account_links_key', ['provider_id', 'remote_id']),
      schema.createIndex('account_links_by_age').on('account_links').columns(['provider_id', 'created_at']),
    ]
  },
}
