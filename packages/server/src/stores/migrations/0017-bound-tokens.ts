import type { Migration } from './migration.ts'

/** The keys that tokens, and the codes they come from, are bound to (RFC 9449). */
export const boundTokens: Migration = {
  version: 17,
  statements({ queries: { schema } }) {
    return [
      schema.alterTable('access_tokens').addColumn('dpop_key', 'text'),
      schema.alterTable('refresh_tokens').addColumn('dpop_key', 'text'),
      schema.alterTable('authorization_codes').addColumn('dpop_key', 'text'),
    ]
  },
}
