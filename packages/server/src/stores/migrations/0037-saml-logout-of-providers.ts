import type { Migration } from './migration.ts'

/** Where identity providers take messages about signing out, and which sessions one began, so that it can end them. */
export const samlLogoutOfProviders: Migration = {
  version: 37,
  statements({ queries: { schema }, columns: { bytes } }) {
    const settings = () => schema.alterTable('saml_sso_configs')
    const sessions = () => schema.alterTable('sessions')
    return [
      settings().addColumn('single_logout_url', 'text'),
      settings().addColumn('single_logout_binding', 'text', (column) => column.notNull().defaultTo('RedirectBinding')),
      settings().addColumn('logout_url', 'text'),
      sessions().addColumn('sso', 'text'),
      sessions().addColumn('sso_subject', bytes),
      schema
        .createIndex('sessions_by_sso_subject')
        .on('sessions')
        .column('sso_subject')
        .where('sso_subject', 'is not', null),
    ]
  },
}
