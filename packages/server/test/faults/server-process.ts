// Serves a database over HTTP, as it is built for people to run, and prints the port when requests succeed.
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
const now = () => new Date()
const seal = sealWith(Buffer.alloc(32, 7))
const stores = await openStores({ ...place, seal, now, onError })
const server = await sallyport({
  options: { ...defaultServerOptions, mainUrl, posture: salesforcePosture },
  stores,
  seal,
  now,
  onError,
})
const { port } = await listen({ answer: server.answer, host: '127.0.0.1', port: 0, orgs: stores.orgs, onError })
// Nobody is left to speak to once whoever started it has gone.
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write(`${port}\n`)
