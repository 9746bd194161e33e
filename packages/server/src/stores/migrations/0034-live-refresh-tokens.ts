import type { Migration } from './migration.ts'

/**
 * Which refresh tokens of an approval have not ended is found without a look at those that have: whoever signs in again and again
 * leaves thousands of them behind, and each code that is exchanged asks.
 */
export const liveRefreshTokens: Migration = {
  version: 34,
  indexes: ({ queries: { schema } }) => [
    {
      name: 'refresh_tokens_by_standing',
      definition: schema
        .createIndex('refresh_tokens_by_standing')
        .ifNotExists()
        .on('refresh_tokens')
        .columns(['approval_id', 'revoked_at', 'id']),
    },
  ],
  // The other one leads to all that are of an approval, and so does the new one.
  statements: ({ queries: { schema } }) => [schema.dropIndex('refresh_tokens_of_approval')],
}
