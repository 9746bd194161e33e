import { cp, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { startPostgres } from '../../../../test/postgres-server.ts'
import { judged } from './audit.ts'
import { anyOf, type FaultOrg, makeFaultOrgs } from './fault-org.ts'
import { type KillableServer, longest, startKillableServer } from './killable-server.ts'
import { answers, deeds, keyOf, load, newRun } from './load.ts'
import { mayMakeDisks, type SmallDisk, smallDisk } from './small-disk.ts'

vi.setConfig({ testTimeout: longest })

const minute = 60_000

const nodes: KillableServer[] = []
afterEach(() => Promise.all(nodes.splice(0).map((node) => node.kill())))

// Where the system lets nobody but root make a file system to fill, what SQLite says of a full one is tested by
// `write-group.test.ts` alone.
describe.runIf(mayMakeDisks)('the disk of the database is full: 503 for what writes, tokens are still checked', () => {
  it('on SQLite', async ({ annotate }) => {
    using disk = await smallDisk(64)
    await using elsewhere = await mkdtempDisposable(join(tmpdir(), 'sallyport-full-'))
    const orgs = await makeFaultOrgs({ file: join(elsewhere.path, 'sallyport.db') })
    await cp(elsewhere.path, disk.folder, { recursive: true })
    const node = await startKillableServer(join(disk.mountedAs, 'sallyport.db'), disk.command)
    await annotate(await filledUp(disk, node, orgs))
  })

  it('on PostgreSQL', async ({ annotate }) => {
    using disk = await smallDisk(256)
    const postgres = await startPostgres({ under: disk.folder })
    const orgs = await makeFaultOrgs({ url: postgres.url })
    await annotate(await filledUp(disk, await startKillableServer(postgres.url), orgs))
    await postgres.stop()
  })
})

/** Fills the disk of a database under load, and makes room again; answers the figures. */
async function filledUp(disk: SmallDisk, node: KillableServer, orgs: readonly FaultOrg[]): Promise<string> {
  nodes.push(node)
  const run = await newRun(nodes, orgs)
  const { stock, history } = run
  let isGoing = true
  const loading = load(run, 4, () => isGoing)
  await answers(run, 100)
  const readiness = async () => (await node.request('/health/ready')).status
  const becomes = (status: number) => eventually(async () => expect(await readiness()).toBe(status), minute)

  // Nobody revokes it meanwhile.
  const kept = anyOf(stock.single)
  stock.single.delete(kept)
  disk.fill()
  await becomes(503)
  // Some of what is written may still find room in what the database has already.
  await eventually(async () => {
    const assertion = orgs[0]?.assertion() ?? ''
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const refused = await node.post('/services/oauth2/token', { grant_type, assertion })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  }, minute)
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
