import type { Seal } from '../../seal.ts'
import { DatabaseTooNew, DatabaseUnusable, WrongEncryptionKey } from '../database-errors.ts'
import type { Connection, Dialect } from '../dialect.ts'
import { statement } from '../statement.ts'
import { first } from './0001-first.ts'
import { clientCredentials } from './0002-client-credentials.ts'
import { records } from './0003-records.ts'
import { auditTrail } from './0004-audit-trail.ts'
import { setupLists } from './0005-setup-lists.ts'
import { installedApps } from './0006-installed-apps.ts'
import { jwtAccessTokens } from './0007-jwt-access-tokens.ts'
import { deviceFlow } from './0008-device-flow.ts'
import { pushedRequests } from './0009-pushed-requests.ts'
import { customScopesAndClaims } from './0010-custom-scopes-and-claims.ts'
import { sessionLevels } from './0011-session-levels.ts'
import { journalRefusals } from './0012-journal-refusals.ts'
import { flowsInBrowserAndApp } from './0013-flows-in-browser-and-app.ts'
import { registeredApps } from './0014-registered-apps.ts'
import { fiveApprovals } from './0015-five-approvals.ts'
import { appMenu } from './0016-app-menu.ts'
import { boundTokens } from './0017-bound-tokens.ts'
import { samlSingleSignOn } from './0018-saml-single-sign-on.ts'
import { tokenExchange } from './0019-token-exchange.ts'
import { sessionsOfTokens } from './0020-sessions-of-tokens.ts'
import { namedCredentials } from './0021-named-credentials.ts'
import { authProviders } from './0022-auth-providers.ts'
import { signingKeyTurns } from './0023-signing-key-turns.ts'

const migrations = [
  first,
  clientCredentials,
  records,
  auditTrail,
  setupLists,
  installedApps,
  jwtAccessTokens,
  deviceFlow,
  pushedRequests,
  customScopesAndClaims,
  sessionLevels,
  journalRefusals,
  flowsInBrowserAndApp,
  registeredApps,
  fiveApprovals,
  appMenu,
  boundTokens,
  samlSingleSignOn,
  tokenExchange,
  sessionsOfTokens,
  namedCredentials,
  authProviders,
  signingKeyTurns,
]
/** The version that this program's schema has. */
export const newest = migrations.length
/** What the text is bound to by which a database knows its encryption key. */
export const samplePurpose = 'encryption key check'

/**
 * Brings a database to this program's schema, in one transaction; an empty one is made ready. Until it is known that
 * the database is ours and the encryption key is the right one, nothing in it changes.
 * @param goal the version to stop at: only a test makes a database of long ago
 * @throws {DatabaseTooNew | WrongEncryptionKey | DatabaseUnusable}
 */
export async function migrate(connection: Connection, dialect: Dialect, seal: Seal, goal = newest): Promise<void> {
  const { queries, columns } = dialect
  if ((await schemaVersion(connection, dialect, seal)) === newest) return connection.adopt()
  await connection.adopt()
  await connection.begin()
  try {
    await connection.unhurried()
    await connection.alone('migration')
    // Another process may have been quicker while we waited to write.
    const version = await schemaVersion(connection, dialect, seal)
    if (version === 0) await prepare()
    for (const migration of migrations.slice(version, goal)) {
      const table = (name: string) => queries.schema.createTable(name).modifyEnd(columns.tableEnd)
      await Promise.all(migration.statements({ queries, columns, table }).map((step) => connection.execute(step)))
    }
    await connection.execute(queries.updateTable('schema_version').set({ version: goal }))
    await connection.commit()
  } catch (error) {
    await connection.rollback()
    throw error
  }

  async function prepare(): Promise<void> {
    const { schema } = queries
    const steps = [
      schema
        .createTable('schema_version')
        .addColumn('version', columns.number, (column) => column.notNull())
        .modifyEnd(columns.tableEnd),
      schema
        .createTable('encryption')
        .addColumn('sample', 'text', (column) => column.notNull())
        .modifyEnd(columns.tableEnd),
      queries.insertInto('schema_version').values({ version: 0 }),
      queries.insertInto('encryption').values({ sample: seal.close('sallyport', samplePurpose) }),
    ]
    for (const step of steps) await connection.execute(step)
  }
}

/**
 * The version of a database's schema, 0 for an empty database. Changes nothing.
 * @throws {DatabaseTooNew | WrongEncryptionKey | DatabaseUnusable}
 */
export async function schemaVersion(
  connection: Connection,
  { queries, place }: Pick<Dialect, 'queries' | 'place'>,
  seal: Seal,
): Promise<number> {
  const tables = await connection.tables()
  if (tables.length === 0) return 0
  if (!tables.includes('schema_version') || !tables.includes('encryption')) {
    throw new DatabaseUnusable(place, 'it holds the tables of another program.')
  }
  const found = await connection.first(
    statement(() => queries.selectFrom('schema_version').select('version')),
    {},
  )
  if (found === undefined) throw new DatabaseUnusable(place, 'it does not say which version it is of.')
  if (found.version > newest) throw new DatabaseTooNew(place, found.version, newest)
  const encryption = await connection.first(
    statement(() => queries.selectFrom('encryption').select('sample')),
    {},
  )
  try {
    seal.open(encryption?.sample ?? '', samplePurpose)
  } catch (cause) {
    throw new WrongEncryptionKey(place, cause)
  }
  return found.version
}
