import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterEach, expect, it, vi } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import { judged } from './audit.ts'
import { anyOf, makeFaultOrgs } from './fault-org.ts'
import { violations } from './history.ts'
import { type KillableServer, longest, startKillableServer } from './killable-server.ts'
import { answers, deeds, load, newRun } from './load.ts'

vi.setConfig({ testTimeout: longest })

const minutes = 60_000
const nodes: KillableServer[] = []
afterEach(() => Promise.all(nodes.splice(0).map((node) => node.kill())))

it('the clock of one node is set back and forth: what is there once is there once, and nothing is lost', async ({
  annotate,
}) => {
  const url = await newSchemaUrl()
  const orgs = await makeFaultOrgs({ url })
  const client = new Client(readPostgresUrl(url, undefined).config)
  await client.connect()
  const sweeping = await startKillableServer(url)
  nodes.push(sweeping)
  // The first to keep house goes on with it.
  await eventually(async () => {
    const { rows } = await client.query(`select 1 from pg_locks where locktype = 'advisory'
      and (classid::bigint << 32 | objid::bigint) = hashtextextended(current_schema(), 0)`)
    expect(rows).toHaveLength(1)
  }, minutes)
  const steady = await startKillableServer(url)
  nodes.push(steady)
  const run = await newRun(nodes, orgs)
  const { tradeAssertion, allow, exchange } = deeds(run)
  const { stock, history } = run
  const [org] = orgs

  let isGoing = true
  const loading = load(run, 4, () => isGoing)
  await answers(run, 50)
  for (const ahead of [1.5, -1.5]) {
    await sweeping.setClock(ahead * minutes)
    await answers(run, 100)
  }
  isGoing = false
  await loading

  // What was used is not to be used again, and what was not used is still there, whatever the one that sweeps takes for expired.
  const assertion = org?.assertion() ?? ''
  await tradeAssertion(steady, org, assertion)
  await allow(anyOf(stock.unasked))
  const code = [...stock.codes].at(-1)
  await sweeping.setClock(180 * minutes)
  await client.query('insert into used_assertions (hash, expires_at) values ($1, $2)', [
    randomBytes(32),
    Date.now() - 60 * minutes,
  ])
  const longAgo = async () =>
    (await client.query('select 1 from used_assertions where expires_at < $1', [Date.now() - 50 * minutes])).rows
  await eventually(async () => expect(await longAgo()).toEqual([]), minutes)
  await tradeAssertion(steady, org, assertion)
  if (code !== undefined) await exchange(steady, code)
  expect(history.events.slice(-2).map(({ outcome }) => outcome)).toEqual(['refused', 'done'])
  expect(violations(history.events)).toEqual([])

  // A node that is late takes what has expired for good.
  await sweeping.setClock(-5 * minutes)
  await tradeAssertion(sweeping, org, assertion)
  expect(history.events.at(-1)?.outcome).toBe('refused')
  await client.end()
  const faults = 'the clock of 1 of 2 nodes 90 s ahead, 90 s behind, 3 h ahead, 5 min behind'
  const verdict = await judged({ ...run, nodes: [steady, sweeping] }, faults)
  expect(verdict.violations).toEqual([])
  await annotate(verdict.figures)
})
