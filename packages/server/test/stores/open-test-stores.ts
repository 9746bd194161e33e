import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { describe, inject } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import type { Clock } from '../../src/clock.ts'
import { type Seal, sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import type { Stores } from '../../src/stores/stores.ts'

/** What test databases are sealed with. */
export const testSeal = sealWith(Buffer.alloc(32, 7))

/** Stores of a test: closing them (`await using` does) removes them from the disk. */
export interface TestStores extends Stores, AsyncDisposable {
  readonly seal: Seal
  /** Opens the same database once more, as another process would. The caller closes it first. */
  openAgain(): Promise<Stores>
}

/** What a test may set. */
export interface TestStoresOptions {
  /** The system's clock, unless given. */
  readonly now?: Clock
  /** Is told of failed writes that nobody waited for; throws, unless given. */
  readonly onError?: (error: unknown) => void
}

/** Opens a new, empty database that is only the test's. */
export type OpenTestStores = (options?: TestStoresOptions) => Promise<TestStores>

/** Opens a new, empty database of the kind that the tests run on: `vitest.config.ts` says which run on which. */
export const openTestStores: OpenTestStores = (options) =>
  inject('database') === 'PostgreSQL' ? openPostgresStores(options) : openSqliteStores(options)

/** Opens a new, empty SQLite database in a folder of its own. */
export const openSqliteStores: OpenTestStores = async ({ now = () => new Date(), onError = fail } = {}) => {
  const { folder, file } = await newFile()
  await writeFile(file, await emptySqlite())
  const open = () => openStores({ file, seal: testSeal, now, onError, synchronous: 'OFF' })
  const stores = await open()
  const close = async () => {
    await stores.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...stores, seal: testSeal, openAgain: open, close, [Symbol.asyncDispose]: close }
}

async function newFile() {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-stores-'))
  return { folder, file: join(folder, 'sallyport.db') }
}

// Making the tables takes longer than most tests: they are made once for all of a worker.
let empty: Promise<Uint8Array> | undefined

/** The file of an empty SQLite database, with all tables. */
function emptySqlite(): Promise<Uint8Array> {
  empty ??= made()
  return empty

  async function made(): Promise<Uint8Array> {
    const { folder, file } = await newFile()
    const stores = await openStores({ file, seal: testSeal, now: () => new Date(), onError: fail, synchronous: 'OFF' })
    await stores.close()
    const bytes = await readFile(file)
    await rm(folder, { recursive: true, force: true })
    return bytes
  }
}

/** Opens a new, empty schema of the run's PostgreSQL. */
export const openPostgresStores: OpenTestStores = async ({ now = () => new Date(), onError = fail } = {}) => {
  const url = unused.pop() ?? (await newSchemaUrl())
  const open = () => openStores({ url, seal: testSeal, now, onError })
  const stores = await open()
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= stores.close().then(async () => {
      await emptied(url)
      unused.push(url)
    })
    return closed
  }
  return { ...stores, seal: testSeal, openAgain: open, close, [Symbol.asyncDispose]: close }
}

// Those of a worker follow one another in the same schema, for the same reason.
const unused: string[] = []

/** Leaves nothing in a schema but its empty tables. */
async function emptied(url: string): Promise<void> {
  const client = new Client(readPostgresUrl(url, undefined).config)
  await client.connect()
  // Those that ever had rows, because to delete nothing from all takes a while. The latest first: they refer to those before.
  await client.query(`do $$ declare found record; begin
    for found in select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
      and pg_relation_size(oid) > 0 and relname not in ('schema_version', 'encryption', 'changes') order by oid desc
    loop execute format('delete from %I', found.relname); end loop; end $$`)
  await client.end()
}

/** The databases that there are, for what is to be tested on each. */
export const databases = [
  { database: 'SQLite', open: openSqliteStores },
  { database: 'PostgreSQL', open: openPostgresStores },
] as const

/** What the stores promise on every database. */
export function contract(title: string, promises: (open: OpenTestStores) => void): void {
  describe.each(databases)(`${title} ($database)`, ({ open }) => promises(open))
}

function fail(error: unknown): never {
  throw error
}
