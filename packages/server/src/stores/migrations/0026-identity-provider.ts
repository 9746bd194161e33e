import type { Migration } from './migration.ts'

/** Apps that people sign in to by SAML: the settings of each. */
export const identityProvider: Migration = {
  version: 26,
  statements({ queries: { schema } }) {
    return [schema.alterTable('connected_apps').addColumn('saml_config', 'text')]
  },
}
