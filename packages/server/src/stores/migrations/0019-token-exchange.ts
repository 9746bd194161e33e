import type { Migration } from './migration.ts'

/** What token exchange and asset tokens need to know, and the handlers of the orgs. */
export const tokenExchange: Migration = {
  version: 19,
  statements({ queries: { schema }, columns: { number }, table }) {
    const apps = () => schema.alterTable('connected_apps')
    return [
      apps().addColumn('is_token_exchange_enabled', number, (column) => column.notNull().defaultTo(0)),
      apps().addColumn('is_secret_required_for_token_exchange', number, (column) => column.notNull().defaultTo(1)),
      apps().addColumn('asset_token_config', 'text'),
      schema
        .alterTable('app_policies')
        .addColumn('is_token_exchange_flow_enabled', number, (column) => column.notNull().defaultTo(0)),
      table('token_exchange_handlers')
        .addColumn('id', 'text', (column) => column.notNull().primaryKey())
        .addColumn('org_id', 'text', (column) => column.notNull())
        .addColumn('developer_name', 'text', (column) => column.notNull())
        .addColumn('master_label', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('token_handler_apex', 'text', (column) => column.notNull())
        .addColumn('token_types', 'text', (column) => column.notNull())
        .addColumn('is_enabled', number, (column) => column.notNull())
        .addColumn('is_user_creation_allowed', number, (column) => column.notNull())
        .addColumn('is_protected', number, (column) => column.notNull())
        .addColumn('created_at', number, (column) => column.notNull())
        .addColumn('modified_at', number, (column) => column.notNull()),
      schema
        .createIndex('token_exchange_handlers_name')
        .unique()
        .on('token_exchange_handlers')
        .columns(['org_id', 'developer_name']),
      table('token_exchange_enablements')
        .addColumn('handler_id', 'text', (column) => column.notNull())
        .addColumn('app_id', 'text', (column) => column.notNull())
        .addColumn('execution_user_id', 'text', (column) => column.notNull())
        .addColumn('is_default', number, (column) => column.notNull())
        .addPrimaryKeyConstraint('token_exchange_enablements_key', ['handler_id', 'app_id']),
    ]
  },
}
