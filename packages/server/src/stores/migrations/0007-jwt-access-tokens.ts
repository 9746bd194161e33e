import type { Migration } from './migration.ts'

/** Which access tokens are JWTs, which apps get such, and for how long. */
export const jwtAccessTokens: Migration = {
  version: 7,
  statements({ queries: { schema }, columns: { number } }) {
    return [
      schema.alterTable('access_tokens').addColumn('is_jwt', number, (column) => column.notNull().defaultTo(0)),
      schema
        .alterTable('connected_apps')
        .addColumn('is_named_user_jwt_enabled', number, (column) => column.notNull().defaultTo(0)),
      schema.alterTable('app_policies').addColumn('named_user_jwt_timeout', number, (column) => column.defaultTo(1800)),
    ]
  },
}
