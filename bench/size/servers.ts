import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/postgres-server.ts'
import { durable, type PreparedSallyport, prepareSallyport } from '../targets/sallyport.ts'

/** The databases that are measured. */
export type DatabaseKind = 'sqlite' | 'postgres'

/** A server with a database and a folder of its own, which go with it. */
export interface OwnServer extends AsyncDisposable {
  readonly server: PreparedSallyport
}

// As a small machine for a database would have them.
const settings = [...durable, 'shared_buffers=512MB', 'max_wal_size=4GB']

/** Makes one. @param program another than this one */
export async function ownServer(kind: DatabaseKind, core: number | undefined, program?: string): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-size-'))
  const postgres = kind === 'postgres' ? await startPostgres({ settings }) : undefined
  const options = {
    how: 'serve' as const,
    ...(postgres === undefined ? {} : { database: postgres.url }),
    ...(program === undefined ? {} : { program }),
  }
  const server = await prepareSallyport({ folder, core, nodeArguments: [] }, options)
  return {
    server,
    async [Symbol.asyncDispose]() {
      await postgres?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
