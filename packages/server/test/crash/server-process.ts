// Serves a database over HTTP, as it is built for people to run, and prints the port when requests succeed.
import { defaultServerOptions, listen, openStores, salesforcePosture, sallyport, sealWith } from '@sallyport/server'

const [, , file = '', mainUrl = ''] = process.argv

const fail = (error: unknown) => {
  throw error
}
const now = () => new Date()
const seal = sealWith(Buffer.alloc(32, 7))
const stores = await openStores({ file, seal, now, onError: fail })
const server = await sallyport({
  options: { ...defaultServerOptions, mainUrl, posture: salesforcePosture },
  stores,
  seal,
  now,
  onError: fail,
})
const { port } = await listen({ answer: server.answer, host: '127.0.0.1', port: 0, orgs: stores.orgs, onError: fail })
// Nobody is left to speak to once whoever started it has gone.
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write(`${port}\n`)
