import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { type Seal, sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
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

/** Opens a new, empty SQLite database in a folder of its own. */
export const openTestStores: OpenTestStores = async ({ now = () => new Date(), onError = fail } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-stores-'))
  const file = join(folder, 'sallyport.db')
  const open = () => openStores({ file, seal: testSeal, now, onError, synchronous: 'OFF' })
  const stores = await open()
  const close = async () => {
    await stores.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...stores, seal: testSeal, openAgain: open, close, [Symbol.asyncDispose]: close }
}

/** What the stores promise on every database. */
export function contract(title: string, promises: (open: OpenTestStores) => void): void {
  describe.each([{ database: 'SQLite', open: openTestStores }])(`${title} ($database)`, ({ open }) => promises(open))
}

function fail(error: unknown): never {
  throw error
}
