import type { Migration } from './migration.ts'

/** Whose code says what users are like who are made by signing in with an identity provider, and as whom it runs. */
export const jitHandlers: Migration = {
  version: 39,
  statements: ({ queries: { schema } }) => [
    schema.alterTable('saml_sso_configs').addColumn('jit_handler', 'text'),
    schema.alterTable('saml_sso_configs').addColumn('execution_user_id', 'text'),
  ],
}
