import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/clock.ts'
import { type Seal, sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
import type { Stores } from '../../src/stores/stores.ts'

/** Stores of a test: closing them (`await using` does) removes them from the disk. */
export interface TestStores extends Stores, AsyncDisposable {
  /** The seal that they were opened with. */
  readonly seal: Seal
  /** Opens the same database once more, as another process would. The caller closes it. */
  openAgain(): Promise<Stores>
}

/** What a test may set. */
export interface TestStoresOptions {
  /** The system's clock, unless given. */
  readonly now?: Clock
  /** Is told of failed writes that nobody waited for; throws, unless given. */
  readonly onError?: (error: unknown) => void
}

/** Opens a new, empty database in a folder of its own. */
export async function openTestStores({
  now = () => new Date(),
  onError = fail,
}: TestStoresOptions = {}): Promise<TestStores> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-stores-'))
  const seal = sealWith(Buffer.alloc(32, 7))
  const open = () => openStores({ file: join(folder, 'sallyport.db'), seal, now, onError, synchronous: 'OFF' })
  const stores = await open()
  const close = async () => {
    await stores.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...stores, seal, openAgain: open, close, [Symbol.asyncDispose]: close }
}

function fail(error: unknown): never {
  throw error
}
