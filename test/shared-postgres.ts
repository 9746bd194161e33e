import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers the URL of the run's PostgreSQL, and starts it for whoever asks first. */
    postgres: string
    /** What the flows are tested on. */
    database: 'SQLite' | 'PostgreSQL'
  }
}

let server: Promise<PostgresServer> | undefined
let doorbell: Server | undefined

/** One PostgreSQL for all tests of a run, or that of `SALLYPORT_TEST_DATABASE_URL`; none for a run that needs none. */
export async function setup(project: TestProject): Promise<void> {
  doorbell = createServer(async (_, response) => {
    try {
      const given = process.env['SALLYPORT_TEST_DATABASE_URL']
      // A test that fails in the middle of a transaction must not keep the others waiting.
      if (given === undefined) server ??= startPostgres({ settings: ['idle_in_transaction_session_timeout=30s'] })
      response.end(given ?? (await server)?.url)
    } catch (error) {
      response.statusCode = 500
      response.end(String(error))
    }
  })
  doorbell.listen(0, '127.0.0.1')
  await once(doorbell, 'listening')
  doorbell.unref()
  const address = doorbell.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  project.provide('postgres', `http://127.0.0.1:${address.port}`)
}

/** Ends it. */
export async function teardown(): Promise<void> {
  doorbell?.closeAllConnections()
  doorbell?.close()
  await (await server)?.stop()
}
