// Serves a database over HTTP, as it is built for people to run, and prints the port when requests succeed.
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import {
  defaultServerOptions,
  isPostgresUrl,
  listen,
  openStores,
  salesforcePosture,
  sallyport,
  sealWith,
  Unavailable,
} from '@sallyport/server'

const [, , database = '', mainUrl = ''] = process.argv
const place = isPostgresUrl(database) ? { url: database } : { file: database }

// A database that has gone is part of some tests.
const onError = (error: unknown) => {
  if (!(error instanceof Unavailable)) throw error
}
// What the users' passwords are hashed at: no sign-in hashes one again.
const passwordCost = { memory: 64, passes: 1, parallelism: 1 }
let ahead = 0
const now = () => new Date(Date.now() + ahead)
const seal = sealWith(Buffer.alloc(32, 7))
const stores = await openStores({ ...place, seal, now, onError })
const server = await sallyport({
  options: { ...defaultServerOptions, mainUrl, posture: salesforcePosture, passwordCost },
  stores,
  seal,
  now,
  onError,
})
const { port } = await listen({ answer: server.answer, host: '127.0.0.1', port: 0, orgs: stores.orgs, onError })
// Each line sets the clock, in milliseconds ahead of the machine's. At the end nobody is left to speak to.
createInterface(process.stdin)
  .on('line', (line) => {
    ahead = Number(line)
    process.stdout.write('set\n')
  })
  .on('close', () => process.exit())
// Most of these are killed, and would leave nothing compiled for the next.
flushCompileCache()
process.stdout.write(`${port}\n`)
