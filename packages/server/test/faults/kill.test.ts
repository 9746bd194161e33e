import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { judged } from './audit.ts'
import { makeFaultOrgs } from './fault-org.ts'
import { type KillableServer, longest, startKillableServer } from './killable-server.ts'
import { answers, load, newRun } from './load.ts'

const kills = 3

vi.setConfig({ testTimeout: longest })

let folder: string
let file: string
const nodes: KillableServer[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-faults-'))
  file = join(folder, 'sallyport.db')
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill()))
  await rm(folder, { recursive: true, force: true })
})

it('a server that is killed under load, again and again, has lost nothing of what it had answered', async ({
  annotate,
}) => {
  const orgs = await makeFaultOrgs({ file })
  nodes[0] = await startKillableServer(file)
  const run = await newRun(nodes, orgs)
  let isGoing = true
  const loading = load(run, 12, () => isGoing)
  for (let killed = 0; killed < kills; killed += 1) {
    nodes[0].killAfter(randomInt(80, 220))
    await nodes[0].ended
    nodes[0] = await startKillableServer(file)
  }
  await answers(run, 100)
  isGoing = false
  await loading
  const { violations, figures } = await judged(run, `the server killed ${kills} times`)
  expect(violations).toEqual([])
  await annotate(figures)
})
