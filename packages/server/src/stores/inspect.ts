import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Seal } from '../seal.ts'
import { DatabaseUnusable } from './database-errors.ts'
import { newest, schemaVersion } from './migrations/migrate.ts'
import { dialectAt, type Place, replicaOf } from './open.ts'

/** What a database is found to be, before anything is done with it. */
export interface DatabaseFindings {
  /** The version of its schema; 0 where it is still empty. */
  readonly version: number
  /** The version that this program brings it to. */
  readonly newest: number
  /** What its clock says. */
  readonly time: Date
}

/**
 * Looks at a database that is there, and changes nothing in it.
 * @throws {DatabaseTooNew | WrongEncryptionKey | DatabaseUnusable | DatabaseUnreachable | DatabaseBusy}
 */
export async function inspectDatabase(place: Place, seal: Seal): Promise<DatabaseFindings> {
  const dialect = await dialectAt(place)
  const connection = await dialect.connect()
  try {
    const version = await schemaVersion(connection, dialect, seal)
    const now = sql<string>`select current_timestamp as time`
    const [row] = await connection.values({ compile: () => now.compile(dialect.queries) })
    return { version, newest, time: readTime(row?.[0]) }
  } catch (error) {
    throw dialect.explained(error)
  } finally {
    await connection.close()
  }
}

// Milliseconds in which a replica that is good has been found so.
const patience = 3000
// Milliseconds between two looks.
const pause = 20

/**
 * Looks whether a replica follows its database closely enough.
 * @throws {DatabaseUnusable} that says why it cannot be used
 */
export async function inspectReplica(place: Place): Promise<void> {
  const dialect = await dialectAt(place)
  const connection = await dialect.connect()
  const problems: unknown[] = []
  const onError = (problem: unknown) => problems.push(problem)
  const replica = await replicaOf(place, { queries: dialect.queries, reader: connection.reader, onError })
  try {
    const end = performance.now() + patience
    while (replica?.load().isInUse === false && problems.length === 0) {
      if (performance.now() > end) throw new DatabaseUnusable('replica', 'it is too far behind the primary.')
      await setTimeout(pause)
    }
    if (problems.length > 0) throw problems[0]
  } finally {
    await replica?.close()
    await connection.close()
  }
}

/** SQLite writes UTC without saying so; PostgreSQL's driver brings a date. */
function readTime(value: unknown): Date {
  return value instanceof Date ? value : new Date(String(value).replace(/^(\S+) (\S+)$/, '$1T$2Z'))
}
