import { type Compilable, sql } from 'kysely'
import type { Seal } from '../seal.ts'
import { DatabaseUnusable } from './database-errors.ts'
import type { Connection, Dialect } from './dialect.ts'
import { migrate } from './migrations/migrate.ts'
import { dialectAt, type Place } from './open.ts'
import { partedTables } from './parted-tables.ts'
import type { DatabaseValue } from './statement.ts'

/** What has been copied of a table. */
export interface CopiedTable {
  readonly table: string
  readonly rows: number
}

/** From where to where, and who wants to know how far it is. */
export interface CopyOptions {
  readonly from: Place
  /** Empty: nothing that is there is ever written over. */
  readonly to: Place
  /** The seal under the encryption key of both. */
  readonly seal: Seal
  /** Is told after each few rows. */
  onProgress?(copied: CopiedTable): void
}

// The target has its own of these by then.
const ofSchema: ReadonlySet<string> = new Set(['schema_version', 'encryption', 'changes'])
// Values of one statement, and rows of one look at the source.
const mostValues = 10_000
const stretch = 500

/**
 * Copies everything from one database to another, of the same kind or not, as it is at one moment: servers may run on the
 * source, and go on. All of it is there in the end, counted, or nothing.
 * @throws {DatabaseUnusable} when one of them cannot be used, or the target is not empty
 */
export async function copyDatabase({ from, to, seal, onProgress }: CopyOptions): Promise<readonly CopiedTable[]> {
  return using(await dialectAt(from), seal, (source) =>
    dialectAt(to).then((dialect) => using(dialect, seal, (target) => copyAll(source, target, dialect, onProgress))),
  )
}

async function using<T>(dialect: Dialect, seal: Seal, act: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await dialect.connect()
  try {
    await migrate(connection, dialect, seal)
    return await act(connection)
  } catch (error) {
    throw dialect.explained(error)
  } finally {
    await connection.close()
  }
}

async function copyAll(
  source: Connection,
  target: Connection,
  { queries, place }: Dialect,
  onProgress: CopyOptions['onProgress'],
): Promise<readonly CopiedTable[]> {
  const ready = (text: ReturnType<typeof sql>): Compilable<unknown> => ({ compile: () => text.compile(queries) })
  const count = async (table: string) =>
    Number((await target.values(ready(sql`select count(*) from ${sql.table(table)}`)))[0]?.[0])
  const tables = (await target.tables()).filter((table) => !ofSchema.has(table))
  const copied: CopiedTable[] = []
  await source.beginReading()
  await target.begin()
  try {
    await target.unhurried()
    for (const table of tables) {
      if ((await count(table)) > 0) throw new DatabaseUnusable(place, 'it is not empty. Name another one to copy to.')
    }
    for (const table of tables) copied.push(await copyTable(table))
    await target.continueNumbers(tables)
    await target.commit()
  } catch (error) {
    await target.rollback()
    throw error
  } finally {
    await source.rollback()
  }
  return copied

  async function copyTable(table: string): Promise<CopiedTable> {
    const [[highest] = []] = partedTables.includes(table)
      ? await source.values(ready(sql`select max(id) from ${sql.table(table)}`))
      : []
    if (typeof highest === 'number') await target.makeRoom(table, highest)
    let rows = 0
    for await (const some of source.rowsOf(table, stretch)) {
      const columns = Object.keys(some[0] ?? {})
      const most = Math.floor(mostValues / columns.length)
      for (let place = 0; place < some.length; place += most) {
        await add(table, columns, some.slice(place, place + most))
      }
      rows += some.length
      onProgress?.({ table, rows })
    }
    const found = await count(table)
    if (found !== rows) throw new Error(`Of ${rows} rows of ${table}, ${found} have arrived.`)
    return { table, rows }
  }

  async function add(
    table: string,
    columns: readonly string[],
    rows: readonly Readonly<Record<string, DatabaseValue>>[],
  ): Promise<void> {
    const names = sql.join(columns.map((column) => sql.ref(column)))
    const values = rows.map((row) => sql`(${sql.join(columns.map((column) => sql`${row[column]}`))})`)
    await target.execute(ready(sql`insert into ${sql.table(table)} (${names}) values ${sql.join(values)}`))
  }
}
