import { setTimeout } from 'node:timers/promises'
import { type Compilable, sql } from 'kysely'
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
import { tablesInParts } from './0024-tables-in-parts.ts'
import { listViewIndexes } from './0025-list-view-indexes.ts'
import { identityProvider } from './0026-identity-provider.ts'
import { appHandlers } from './0027-app-handlers.ts'
import { samlSignIn } from './0028-saml-sign-in.ts'
import { mobileAppFiles } from './0029-mobile-app-files.ts'
import { loginRate } from './0030-login-rate.ts'
import { loginHours } from './0031-login-hours.ts'
import { keptForms } from './0032-kept-forms.ts'
import { externalClientApps } from './0033-external-client-apps.ts'
import { liveRefreshTokens } from './0034-live-refresh-tokens.ts'
import { assertionDecryption } from './0035-assertion-decryption.ts'
import { userProvisioning } from './0036-user-provisioning.ts'
import { samlLogoutOfProviders } from './0037-saml-logout-of-providers.ts'
import { ownChanges } from './0038-own-changes.ts'
import { jitHandlers } from './0039-jit-handlers.ts'
import type { Migration } from './migration.ts'

const migrations: readonly Migration[] = [
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
  tablesInParts,
  listViewIndexes,
  identityProvider,
  appHandlers,
  samlSignIn,
  mobileAppFiles,
  loginRate,
  loginHours,
  keptForms,
  externalClientApps,
  liveRefreshTokens,
  assertionDecryption,
  userProvisioning,
  samlLogoutOfProviders,
  ownChanges,
  jitHandlers,
]
/** The version that this program's schema has. */
export const newest = migrations.length
/** What the text is bound to by which a database knows its encryption key. */
export const samplePurpose = 'encryption key check'

// Milliseconds that a step may wait for a table while others wait behind it; and that they then have it to themselves.
const longestLock = 300
const pause = 700
// After as many a person should look at who keeps the table.
const tries = 120

/**
 * Brings a database to this program's schema, a version at a time, while servers of the version before go on; an empty one is
 * made ready in one transaction. Until it is known that the database is ours and the encryption key is the right one, nothing
 * in it changes.
 * @param goal the version to stop at: only a test makes a database of long ago
 * @throws {DatabaseTooNew | WrongEncryptionKey | DatabaseUnusable}
 */
export async function migrate(connection: Connection, dialect: Dialect, seal: Seal, goal = newest): Promise<void> {
  const { queries, columns, intoParts } = dialect
  const table = (name: string) => queries.schema.createTable(name).modifyEnd(columns.tableEnd)
  const needs = { queries, columns, table, intoParts }
  if ((await schemaVersion(connection, dialect, seal)) === newest) return connection.adopt()
  await connection.adopt()
  await connection.guarded(async () => {
    // Another process may have been quicker while we waited for our turn.
    if ((await schemaVersion(connection, dialect, seal)) === 0) return makeReady()
    for (const migration of migrations.slice(0, goal)) await bringTo(migration)
  })

  async function makeReady(): Promise<void> {
    await together(async () => {
      if ((await schemaVersion(connection, dialect, seal)) !== 0) return
      await prepare()
      for (const migration of migrations.slice(0, goal)) {
        for (const text of migration.meanwhile?.(needs) ?? []) await connection.execute(written(text))
        await Promise.all(migration.statements(needs).map((step) => connection.execute(step)))
        for (const { definition } of migration.indexes?.(needs) ?? []) await connection.execute(definition)
      }
      await connection.execute(queries.updateTable('schema_version').set({ version: goal }))
    })
  }

  async function bringTo(migration: Migration): Promise<void> {
    const { version } = migration
    if ((await schemaVersion(connection, dialect, seal)) >= version) return
    for (const text of migration.meanwhile?.(needs) ?? []) await patiently(() => connection.outside(written(text)))
    for (const index of migration.indexes?.(needs) ?? []) {
      await patiently(async () => {
        for (const step of dialect.indexMeanwhile(index)) await connection.outside(step)
      })
    }
    await patiently(() =>
      together(async () => {
        if ((await schemaVersion(connection, dialect, seal)) >= version) return
        await Promise.all(migration.statements(needs).map((step) => connection.execute(step)))
        await connection.execute(queries.updateTable('schema_version').set({ version }))
      }),
    )
  }

  /** Tries again what others were in the way of. */
  async function patiently(act: () => Promise<void>): Promise<void> {
    for (let left = tries; ; left--) {
      try {
        return await act()
      } catch (error) {
        if (left === 1 || !connection.mayPass(error)) throw error
      }
      await setTimeout(pause)
    }
  }

  async function together(act: () => Promise<void>): Promise<void> {
    await connection.begin()
    try {
      await connection.unhurried(longestLock)
      await act()
      await connection.commit()
    } catch (error) {
      await connection.rollback()
      throw error
    }
  }

  function written(text: string): Compilable<unknown> {
    return { compile: () => sql.raw(text).compile(queries) }
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
