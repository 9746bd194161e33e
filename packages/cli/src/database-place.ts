import { Option } from '@commander-js/extra-typings'
import { isPostgresUrl } from '@sallyport/server'
import { type DataFolder, dataFolder } from './data-folder.ts'
import { WrongUsage } from './failure.ts'
import { readFile } from './secret-source.ts'

/** Where the database of a server is. */
export interface DatabasePlace {
  /** Has the SQLite database, unless the database is on a server, and the encryption key, unless the environment has it. */
  readonly folder: DataFolder
  /** The database server, and the password that goes before the one in its URL. */
  readonly server?: DatabaseServer | undefined
}

/** A database server. */
export interface DatabaseServer {
  readonly url: string
  readonly password: string | undefined
  /** Where tokens are looked up, and how many milliseconds it may be late. */
  readonly replica?: { readonly url: string; readonly staleness: number } | undefined
}

/** Options of every command that works on a database. */
export interface OnDatabase {
  /** The data folder. */
  readonly data: string
  /** The URL of a database on a server; else it is in the data folder. */
  readonly database?: string | undefined
  readonly databasePasswordFile?: string | undefined
  /** The URL of a server that follows the database. */
  readonly databaseReplica?: string | undefined
  /** Milliseconds. */
  readonly replicaStaleness?: number | undefined
}

/** `--database`: for every command that has `--data`, but for those that make what they serve. */
export function databaseOptions(): readonly Option[] {
  return [
    new Option('--database <url>', 'PostgreSQL instead of the data folder: postgres://user@host/database').env(
      'SALLYPORT_DATABASE_URL',
    ),
    new Option('--database-password-file <file>', 'where its password is, if that is not in the URL').env(
      'SALLYPORT_DATABASE_PASSWORD_FILE',
    ),
  ]
}

/** Finds out where the database is. @throws {WrongUsage} when the URL is none; it is not repeated, for there may be a password in it */
export function databasePlace({
  data,
  database,
  databasePasswordFile,
  databaseReplica,
  replicaStaleness = 0,
}: OnDatabase): DatabasePlace {
  const folder = dataFolder(data)
  const hasReplica = databaseReplica !== undefined && databaseReplica !== ''
  if (database === undefined || database === '') {
    if (hasReplica) throw new WrongUsage('A replica is of a PostgreSQL database: --database is missing.')
    return { folder }
  }
  if (!isPostgresUrl(database)) {
    throw new WrongUsage('What --database or SALLYPORT_DATABASE_URL says is no URL of a PostgreSQL database.', {
      next: 'It looks like postgres://user@host:5432/database. Without one, everything is in SQLite in the data folder.',
    })
  }
  if (hasReplica && !isPostgresUrl(databaseReplica)) {
    throw new WrongUsage(
      'What --database-replica or SALLYPORT_DATABASE_REPLICA_URL says is no URL of a PostgreSQL database.',
    )
  }
  const file = databasePasswordFile === '' ? undefined : databasePasswordFile
  const password = file === undefined ? undefined : readFile(file).replace(/\r?\n$/, '')
  const replica = hasReplica ? { url: databaseReplica, staleness: replicaStaleness } : undefined
  return { folder, server: { url: database, password, replica } }
}
