import type { Migration } from './migration.ts'

/** The certificate of the org with whose key assertions of an identity provider are decrypted. */
export const assertionDecryption: Migration = {
  version: 35,
  statements: ({ queries: { schema } }) => [
    schema.alterTable('saml_sso_configs').addColumn('decryption_certificate', 'text'),
  ],
}
