import type { Migration } from './migration.ts'

/** On PostgreSQL, tables of which most rows end soon are kept in parts that go as a whole. */
export const tablesInParts: Migration = {
  version: 24,
  meanwhile: ({ intoParts }) => ['access_tokens', 'journal', 'login_history'].flatMap(intoParts),
  statements: () => [],
}
