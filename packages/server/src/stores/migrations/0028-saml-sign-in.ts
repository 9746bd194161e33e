import type { Migration } from './migration.ts'

/** Where people are sent to sign in with the identity provider of single sign-on settings, and how it is asked. */
export const samlSignIn: Migration = {
  version: 28,
  statements({ queries: { schema }, columns: { number } }) {
    const settings = () => schema.alterTable('saml_sso_configs')
    return [
      settings().addColumn('login_url', 'text'),
      settings().addColumn('redirect_binding', number, (column) => column.notNull().defaultTo(1)),
      settings().addColumn('request_signing_certificate', 'text'),
      settings().addColumn('request_signature_method', 'text', (column) => column.notNull().defaultTo('RSA-SHA256')),
    ]
  },
}
