import type { Migration } from './migration.ts'

/** Which apps may use the user-agent, username-password, and code and credentials flows, and what the second asks of users. */
export const flowsInBrowserAndApp: Migration = {
  version: 13,
  statements({ queries: { schema }, columns: { number, bytes } }) {
    const allowed = (column: string) =>
      schema.alterTable('connected_apps').addColumn(column, number, (made) => made.notNull().defaultTo(0))
    return [
      allowed('is_user_agent_enabled'),
      allowed('is_username_password_enabled'),
      allowed('is_code_credential_enabled'),
      allowed('is_code_credential_post_only'),
      schema.alterTable('users').addColumn('security_token_hash', bytes),
    ]
  },
}
