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
  readonly server?: { readonly url: string; readonly password: string | undefined } | undefined
}

/** Options of every command that works on a database. */
export interface OnDatabase {
  /** The data folder. */
  readonly data: string
  /** The URL of a database on a server; else it is in the data folder. */
  readonly database?: string | undefined
  readonly databasePasswordFile?: string | undefined
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
export function databasePlace({ data, database, databasePasswordFile }: OnDatabase): DatabasePlace {
  const folder = dataFolder(data)
  if (database === undefined || database === '') return { folder }
  if (!isPostgresUrl(database)) {
    throw new WrongUsage('What --database or SALLYPORT_DATABASE_URL says is no URL of a PostgreSQL database.', {
      next: 'It looks like postgres://user@host:5432/database. Without one, everything is in SQLite in the data folder.',
    })
  }
  const file = databasePasswordFile === '' ? undefined : databasePasswordFile
  const password = file === undefined ? undefined : readFile(file).replace(/\r?\n$/, '')
  return { folder, server: { url: database, password } }
}
