import {
  DatabaseBusy,
  DatabaseFull,
  DatabaseTooNew,
  DatabaseUnreachable,
  DatabaseUnusable,
  installPlatformCli,
  installSamlAssertionApp,
  openStores,
  type PasswordCost,
  type Passwords,
  passwords,
  prefixedIds,
  type RecordKind,
  recordIds,
  type Seal,
  type Stores,
  sealWith,
  WrongEncryptionKey,
} from '@sallyport/server'
import {
  type DataFolder,
  makeDataFolder,
  readEncryptionKey,
  readFurtherKeys,
  readOrMakeEncryptionKey,
} from './data-folder.ts'
import { type DatabasePlace, databasePlace, type OnDatabase } from './database-place.ts'
import { Failure } from './failure.ts'

/** An open database, and what acts on it need besides. */
export interface Database {
  readonly folder: DataFolder
  readonly stores: Stores
  readonly seal: Seal
  readonly passwords: Passwords
  readonly newId: (kind: RecordKind) => string
  /** Makes ids for records of objects, by the first three characters. */
  readonly newRecordId: (prefix: string) => string
  readonly now: () => Date
}

/**
 * Does something with a database that exists, also while servers run on it, and closes it.
 * @throws {Failure} when there is none, or it cannot be used
 */
export async function withDatabase<Result>(
  options: OnDatabase,
  act: (database: Database) => Promise<Result>,
): Promise<Result> {
  const place = databasePlace(options)
  const { folder, server } = place
  if (server === undefined && !folder.hasDatabase) {
    throw new Failure(`There is no database in ${folder.path}.`, {
      next: 'Run `sallyport dev` first, or make an org: sallyport org create <name>. Another folder: --data <folder>.',
    })
  }
  return useDatabase(place, readEncryptionKey(folder, process.env), act)
}

/** The same, but makes folder, key and database where they are not there yet. */
export async function withNewDatabase<Result>(
  options: OnDatabase,
  act: (database: Database) => Promise<Result>,
): Promise<Result> {
  const place = databasePlace(options)
  const { folder, server } = place
  // The key of a database that many machines use is not to lie on one of them alone.
  if (server !== undefined) return useDatabase(place, readEncryptionKey(folder, process.env), act)
  makeDataFolder(folder)
  return useDatabase(place, readOrMakeEncryptionKey(folder, process.env), act)
}

async function useDatabase<Result>(
  place: DatabasePlace,
  key: Buffer,
  act: (database: Database) => Promise<Result>,
): Promise<Result> {
  const failures: unknown[] = []
  const database = await openDatabase(place, key, (error) => failures.push(error))
  let result: Result
  try {
    result = await act(database)
  } catch (error) {
    throw readable(error)
  } finally {
    await database.stores.close()
  }
  if (failures.length > 0) throw readable(failures[0])
  return result
}

/**
 * Opens a database; whoever does so closes `stores`.
 * @param passwordCost what a new password costs, where that is not the usual
 * @throws {Failure} when it cannot be used, in words
 */
export async function openDatabase(
  { folder, server }: DatabasePlace,
  key: Buffer,
  onError: (error: unknown) => void,
  passwordCost?: PasswordCost,
): Promise<Database> {
  const now = () => new Date()
  const seal = sealWith(key, readFurtherKeys(process.env))
  try {
    const stores = await openStores({ ...(server ?? { file: folder.database }), seal, now, onError })
    const newId = recordIds(now)
    // As in every org of Salesforce: `sf org login web` and `sallyport login web` sign in by it.
    await installPlatformCli({ ...stores, seal, newId, now })
    await installSamlAssertionApp({ ...stores, seal, newId, now })
    return { folder, stores, seal, passwords: passwords(passwordCost), newId, newRecordId: prefixedIds(now), now }
  } catch (error) {
    throw readable(error)
  }
}

/** What the database says of itself is for people already; anything else stays as it is. */
export function readable(error: unknown): unknown {
  const said = [DatabaseTooNew, DatabaseUnusable, DatabaseUnreachable, DatabaseBusy, DatabaseFull, WrongEncryptionKey]
  const isSaid = said.some((kind) => error instanceof kind)
  return isSaid && error instanceof Error ? new Failure(error.message, { cause: error }) : error
}
