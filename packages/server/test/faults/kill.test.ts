import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeCrashOrg, people } from './crash-org.ts'
import { doneTwice, lost } from './history.ts'
import { startKillableServer } from './killable-server.ts'
import { emptyLedger, loadUntilDeath } from './load.ts'

const rounds = 3

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-crash-'))
  file = join(folder, 'sallyport.db')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

it('a server that is killed under load, again and again, has lost nothing of what it had answered', async () => {
  const org = await makeCrashOrg({ file })
  let server = await startKillableServer(file)
  // The browsers speak to whichever server there is.
  const unasked = await people({
    base: server.base,
    request: (path, init) => server.request(path, init),
    post: server.post,
  })

  const complaints: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const ledger = emptyLedger(unasked)
    server.killAfter(randomInt(80, 220))
    await Promise.all(Array.from({ length: 12 }, () => loadUntilDeath(server, ledger, org)))
    await server.kill()
    server = await startKillableServer(file)
    complaints.push(...(await lost(server, ledger, org)), ...(await doneTwice(server, ledger, org)))
  }
  await server.kill()
  expect(complaints).toEqual([])
})
