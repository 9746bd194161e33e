import type { Clock } from '../clock.ts'
import type { Seal } from '../seal.ts'
import { accessTokenStore } from './access-tokens.ts'
import { accountLinkStore } from './account-links.ts'
import { approvalStore } from './approvals.ts'
import { assertionStore } from './assertions.ts'
import { auditNotes, auditTrailStore } from './audit-trail.ts'
import { authProviderStore } from './auth-providers.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { caches } from './cache.ts'
import { certificateStore } from './certificates.ts'
import { connectedAppStore } from './connected-apps.ts'
import { externalCredentialStore, namedCredentialStore } from './credentials.ts'
import { cursorStore } from './cursors.ts'
import { customObjectStore } from './custom-objects.ts'
import { customPermissionStore } from './custom-permissions.ts'
import { customScopeStore } from './custom-scopes.ts'
import type { Database } from './database.ts'
import { deviceCodeStore } from './device-codes.ts'
import type { Connection, Dialect } from './dialect.ts'
import { frontdoorPassStore } from './frontdoor-passes.ts'
import { answerTo } from './handed-over.ts'
import { issueStore } from './issue.ts'
import { journalStore } from './journal.ts'
import { keptFormStore } from './kept-forms.ts'
import { loginHistoryStore } from './login-history.ts'
import { migrate } from './migrations/migrate.ts'
import { orgStore } from './orgs.ts'
import type { Replica, ReplicaNeeds, ReplicaPlace } from './postgres-replica.ts'
import { permissionSetStore, profileStore } from './profiles.ts'
import { provisioningStore } from './provisioned-users.ts'
import { pushedRequestStore } from './pushed-requests.ts'
import { recentFinds } from './recent.ts'
import { recordStore } from './records.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { registrationStore } from './registrations.ts'
import { resealing } from './reseal.ts'
import { samlSsoConfigStore } from './saml-sso-configs.ts'
import { sessionStore } from './sessions.ts'
import { signingKeyStore } from './signing-keys.ts'
import { sqliteDialect } from './sqlite.ts'
import { statement } from './statement.ts'
import type { ActStores, Stores } from './stores.ts'
import { tokenExchangeHandlerStore } from './token-exchange-handlers.ts'
import { userStore } from './users.ts'
import { verificationHistoryStore } from './verification-history.ts'
import { verificationStore } from './verifications.ts'
import { watchChanges } from './watch-changes.ts'
import { writeGroup } from './write-group.ts'

/** How stores are opened. */
export type StoresOptions = Place & {
  /** The seal under the encryption key that the database was made with. */
  readonly seal: Seal
  readonly now: Clock
  /** Is told of writes that failed and nobody waited for. */
  onError(error: unknown): void
}

/** Which database. */
export type Place =
  | {
      /** The SQLite file; made, readable by its owner only, when it is not there. Its folder must be. */
      readonly file: string
      /** `FULL`, unless given: an answered write is on the disk. `OFF` is quicker and survives no power cut: for tests. */
      readonly synchronous?: 'FULL' | 'OFF'
    }
  | {
      /** `postgres://…`; its tables are made when they are not there. */
      readonly url: string
      /** Goes before the one in the URL. */
      readonly password?: string | undefined
      /** Where tokens are looked up, as long as it is not too late. */
      readonly replica?: ReplicaPlace | undefined
    }

// Milliseconds that a write waits for those of another process, such as the command line.
const busyTimeout = 5000

/**
 * Opens the database, brings its schema up to date, and gives its stores.
 * @throws {DatabaseTooNew} when a newer program made it
 * @throws {WrongEncryptionKey} when it was made under another encryption key; it stays as it was
 * @throws {DatabaseUnusable} when there is none to be had at that place
 * @throws {DatabaseBusy} when another process keeps it locked
 */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const dialect = await dialectAt(options)
  const connection = await dialect.connect()
  try {
    await migrate(connection, dialect, options.seal)
    return await storesOn(dialect, connection, options)
  } catch (error) {
    await connection.close()
    throw dialect.explained(error)
  }
}

/** The kind of database at a place. @throws {DatabaseUnusable} when it can be none */
export async function dialectAt(place: Place): Promise<Dialect> {
  if ('file' in place) {
    const { file, synchronous = 'FULL' } = place
    return sqliteDialect({ file, synchronous, busyTimeout })
  }
  // Loaded where it is used: most programs are started on SQLite.
  const { postgresDialect, readPostgresUrl } = await import('./postgres.ts')
  return postgresDialect(readPostgresUrl(place.url, place.password))
}

async function storesOn({ queries }: Dialect, connection: Connection, options: StoresOptions): Promise<Stores> {
  const { seal, now, onError } = options
  const { reader } = connection
  const replica = await replicaOf(options, { queries, reader, onError })
  const group = writeGroup(connection)
  const ready = caches()
  const finds = recentFinds(connection)
  const findRevision = statement(() => queries.selectFrom('changes').select('revision'))
  const raiseRevision = statement(() =>
    queries
      .updateTable('changes')
      .set((changes) => ({ revision: changes('revision', '+', 1) }))
      .returning('revision'),
  )
  let revision = (await reader.first(findRevision, {}))?.revision

  const database: Database = {
    queries,
    read: reader,
    now,
    write: (job, about) => forgetting(group.write(job, about)),
    async change(job) {
      const changed = await group.write(async (tx) => {
        const result = await answerTo(await job(tx))
        const raised = await tx.first(raiseRevision, {})
        await tx.announce()
        return { result, revision: raised?.revision }
      })
      revision = changed.revision
      forget()
      return changed.result
    },
    async later(job, about) {
      forgetting(group.later(job, about)).catch(onError)
    },
    async aside(job, about) {
      group.later(job, about).catch(onError)
    },
    settled: group.settled,
    cache: ready.cache,
    recent: finds.recent,
    replica,
  }

  const watch = watchChanges({
    async look() {
      const found = await reader.first(findRevision, {})
      if (found?.revision === revision) return
      revision = found?.revision
      forget()
    },
    blind: forget,
    onError,
  })
  connection.onAnnounced(watch.look)
  let closed: Promise<void> | undefined

  const notes = auditNotes(database)
  const noting = {
    orgs: orgStore(database),
    users: userStore(database),
    profiles: profileStore(database),
    permissionSets: permissionSetStore(database),
    customPermissions: customPermissionStore(database),
    apps: connectedAppStore(database),
    customScopes: customScopeStore(database),
    registrations: registrationStore(database),
    approvals: approvalStore(database),
    accessTokens: accessTokenStore(database),
    refreshTokens: refreshTokenStore(database),
    sessions: sessionStore(database),
    verifications: verificationStore(database),
    certificates: certificateStore(database),
    samlSsoConfigs: samlSsoConfigStore(database),
    authProviders: authProviderStore(database),
    accountLinks: accountLinkStore(database),
    tokenExchangeHandlers: tokenExchangeHandlerStore(database),
    namedCredentials: namedCredentialStore(database),
    externalCredentials: externalCredentialStore(database),
    signingKeys: signingKeyStore(database),
    objects: customObjectStore(database),
  }
  const actedBy = (by: string | undefined): ActStores => {
    const note = notes(by)
    return {
      orgs: noting.orgs(note),
      users: noting.users(note),
      profiles: noting.profiles(note),
      permissionSets: noting.permissionSets(note),
      customPermissions: noting.customPermissions(note),
      apps: noting.apps(note),
      customScopes: noting.customScopes(note),
      registrations: noting.registrations(note),
      approvals: noting.approvals(note),
      accessTokens: noting.accessTokens(note),
      refreshTokens: noting.refreshTokens(note),
      sessions: noting.sessions(note),
      verifications: noting.verifications(note),
      certificates: noting.certificates(note),
      samlSsoConfigs: noting.samlSsoConfigs(note),
      authProviders: noting.authProviders(note),
      accountLinks: noting.accountLinks(note),
      tokenExchangeHandlers: noting.tokenExchangeHandlers(note),
      namedCredentials: noting.namedCredentials(note),
      externalCredentials: noting.externalCredentials(note),
      signingKeys: noting.signingKeys(note),
      objects: noting.objects(note),
    }
  }
  return {
    ...actedBy(undefined),
    codes: authorizationCodeStore(database),
    deviceCodes: deviceCodeStore(database),
    pushed: pushedRequestStore(database),
    keptForms: keptFormStore(database),
    frontdoorPasses: frontdoorPassStore(database),
    issue: issueStore(database),
    assertions: assertionStore(database),
    provisioning: provisioningStore(database),
    loginHistory: loginHistoryStore(database),
    verificationHistory: verificationHistoryStore(database),
    journal: journalStore(database),
    auditTrail: auditTrailStore(database),
    records: recordStore(database),
    cursors: cursorStore(database),
    sealing: resealing(database, seal),
    actedBy,
    clock: connection.clock,
    leads: connection.leads,
    parts: connection.parts,
    isWriting: group.isWriting,
    load: () => ({
      ...connection.load(),
      ...group.load(),
      ...(replica === undefined ? {} : { replica: replica.load() }),
    }),
    close() {
      watch.stop()
      closed ??= connection
        .quiet()
        .then(group.close)
        .then(() => replica?.close())
        .then(connection.close)
      return closed
    },
  }

  /** Whoever is told of a write, or that it failed, finds nothing of before. */
  function forgetting<T>(written: Promise<T>): Promise<T> {
    return written.finally(finds.forget)
  }

  /** What was ready is to be read again, and from a replica only once it knows what has changed. */
  function forget(): void {
    ready.forget()
    finds.forget()
    replica?.catchUp()
  }
}

/** The replica of a place, if it has one. @throws {DatabaseUnusable} when its URL is none */
export async function replicaOf(place: Place, needs: Omit<ReplicaNeeds, 'primary'>): Promise<Replica | undefined> {
  if ('file' in place || place.replica === undefined) return undefined
  const [{ readPostgresUrl }, { postgresReplica }] = await Promise.all([
    import('./postgres-place.ts'),
    import('./postgres-replica.ts'),
  ])
  return postgresReplica(place.replica, { ...needs, primary: readPostgresUrl(place.url, place.password) })
}
