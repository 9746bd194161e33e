import type { Migration } from './migration.ts'

/** Whether users are made, and brought up to date, by signing in with an identity provider. */
export const userProvisioning: Migration = {
  version: 36,
  statements: ({ queries: { schema }, columns: { number } }) => [
    schema
      .alterTable('saml_sso_configs')
      .addColumn('user_provisioning', number, (column) => column.notNull().defaultTo(0)),
  ],
}
