import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startPostgres } from '../../../../test/postgres-server.ts'
import type { Place } from '../../src/stores/open.ts'
import { judged } from './audit.ts'
import { anyOf, makeFaultOrgs } from './fault-org.ts'
import { type KillableServer, longest, startKillableServer } from './killable-server.ts'
import { answers, deeds, keyOf, load, newRun } from './load.ts'
import { mayMakeDisks, type SmallDisk, smallDisk } from './small-disk.ts'

vi.setConfig({ testTimeout: longest })

const nodes: KillableServer[] = []
afterEach(() => Promise.all(nodes.splice(0).map((node) => node.kill())))

// Without the rights of root there is no file system to fill; what PostgreSQL and SQLite say of a full one is then
// tested by `write-group.test.ts` alone.
describe.runIf(mayMakeDisks)('the disk of the database is full: 503 for what writes, tokens are still checked', () => {
  it('on SQLite', async ({ annotate }) => {
    using disk = smallDisk(64)
    const file = join(disk.folder, 'sallyport.db')
    await annotate(await filledUp(disk, { file }, file))
  })

  it('on PostgreSQL', async ({ annotate }) => {
    using disk = smallDisk(256)
    const postgres = await startPostgres({ under: disk.folder })
    await annotate(await filledUp(disk, { url: postgres.url }, postgres.url))
    await postgres.stop()
  })
})

/** Fills the disk of a database under load, and makes room again; answers the figures. */
async function filledUp(disk: SmallDisk, place: Place, database: string): Promise<string> {
  const orgs = await makeFaultOrgs(place)
  const node = await startKillableServer(database)
  nodes.push(node)
  const run = await newRun(nodes, orgs)
  const { stock, history } = run
  let isGoing = true
  const loading = load(run, 4, () => isGoing)
  await answers(run, 100)
  const readiness = async () => (await node.request('/health/ready')).status
  const becomes = (status: number) =>
    vi.waitFor(async () => expect(await readiness()).toBe(status), { timeout: 60_000, interval: 50 })

  // Nobody revokes it meanwhile.
  const kept = anyOf(stock.single)
  stock.single.delete(kept)
  disk.fill()
  await becomes(503)
  // Some of what is written may still find room in what the database has already.
  await vi.waitFor(
    async () => {
      const assertion = orgs[0]?.assertion() ?? ''
      const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
      const refused = await node.post('/services/oauth2/token', { grant_type, assertion })
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    },
    { timeout: 60_000, interval: 10 },
  )
  await deeds(run).check(node, kept)
  expect(history.events.findLast(({ key }) => key === keyOf(kept))?.outcome).toBe('done')

  disk.free()
  await becomes(200)
  await answers(run, 50)
  isGoing = false
  await loading
  const { violations, figures } = await judged(run, 'the disk full, and emptied')
  expect(violations).toEqual([])
  return figures
}
