import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { eventually, patience } from '../../../../test/eventually.ts'
import { type PostgresServer, startPostgres } from '../../../../test/postgres-server.ts'
import { judged } from './audit.ts'
import { type FaultOrg, makeFaultOrgs } from './fault-org.ts'
import { type KillableServer, longest, startKillableServer } from './killable-server.ts'
import { answers, load, newRun } from './load.ts'
import { slowLine } from './slow-line.ts'

vi.setConfig({ testTimeout: longest, hookTimeout: longest })

let postgres: PostgresServer
let orgs: readonly FaultOrg[]
let nodes: readonly KillableServer[] = []

beforeAll(async () => {
  postgres = await startPostgres({ settings: ['wal_keep_size=256MB'] })
})
afterEach(() => Promise.all(nodes.map((node) => node.kill())))
afterAll(() => postgres.stop())

/** Makes a database of its own for a test. @param place which follows `postgres://`, as far as the name of the database */
async function start(schema: string, count: number, place = postgres.url): Promise<void> {
  orgs = await makeFaultOrgs({ url: `${postgres.url}?schema=${schema}` })
  nodes = await Promise.all(Array.from({ length: count }, () => startKillableServer(`${place}?schema=${schema}`)))
}

/** Asks each node for a token; answers its status, and what it says of when to come again. */
const trade = () =>
  Promise.all(
    nodes.map(async (node) => {
      const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
      const assertion = orgs[0]?.assertion() ?? ''
      const { status, headers } = await node.post('/services/oauth2/token', { grant_type, assertion })
      return [status, headers.get('retry-after')]
    }),
  )

const readiness = () => Promise.all(nodes.map(async (node) => (await node.request('/health/ready')).status))

const becomes = (expected: unknown, ask: () => Promise<unknown>) =>
  eventually(async () => expect(await ask()).toEqual(expected), 2 * patience)

it('PostgreSQL is killed under load and started again: 503 meanwhile, and nothing lost that was answered', async ({
  annotate,
}) => {
  await start('killed', 2)
  const run = await newRun(nodes, orgs)
  let isGoing = true
  const loading = load(run, 4, () => isGoing)
  await answers(run, 100)
  await postgres.kill()
  await becomes([503, 503], readiness)
  expect(await trade()).toEqual([
    [503, '1'],
    [503, '1'],
  ])
  await postgres.start()
  await becomes([200, 200], readiness)
  await answers(run, 100)
  isGoing = false
  await loading
  const { violations, figures } = await judged(run, 'PostgreSQL killed and started again')
  expect(violations).toEqual([])
  await annotate(figures)
})

it('PostgreSQL is half a second away, or out of reach: requests are slow, or answered 503 in bounded time', async ({
  annotate,
}) => {
  const line = await slowLine(postgres.port)
  await start('slow', 1, postgres.url.replace(`:${postgres.port}/`, `:${line.port}/`))
  const run = await newRun(nodes, orgs)
  let isGoing = true
  // Enough of them that the answers do not take the test longer than the faults.
  const loading = load(run, 16, () => isGoing)
  await answers(run, 100)
  line.delay = 250
  await answers(run, 20)
  expect(await readiness()).toEqual([200])

  line.delay = undefined
  const lostAt = performance.now()
  expect(await Promise.all([trade(), readiness()])).toEqual([[[503, '1']], [503]])
  expect(performance.now() - lostAt).toBeLessThan(patience)

  line.delay = 0
  await becomes([200], readiness)
  await answers(run, 100)
  isGoing = false
  await loading
  const { violations, figures } = await judged(run, 'answers 500 ms late, then none')
  line.close()
  expect(violations).toEqual([])
  await annotate(figures)
})

it('a standby takes over under load: nodes find it, nothing is lost, and the former primary is not believed', async ({
  annotate,
}) => {
  const primary = postgres
  await primary.sql(`create schema failover`)
  const standby = await primary.standby('second')
  await primary.sql(`alter system set synchronous_standby_names = 'second'`)
  await primary.sql('select pg_reload_conf()')
  await start('failover', 2, primary.url.replace(/(:\d+)(?=\/)/, `$1,127.0.0.1:${standby.port}`))
  const run = await newRun(nodes, orgs)
  let isGoing = true
  const loading = load(run, 4, () => isGoing)
  await answers(run, 100)

  // A commit that is not let wait for the standby is there, on one server alone: nobody may be told of it.
  standby.freeze(true)
  const waiting = () => primary.sql(`select pid from pg_stat_activity where wait_event = 'SyncRep'`)
  await eventually(async () => expect((await waiting()).length).toBe(2), 2 * patience)
  const told = trade()
  await primary.sql(`select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`)
  expect(await told).toEqual([
    [503, '1'],
    [503, '1'],
  ])
  await becomes([503, 503], readiness)
  standby.freeze(false)
  await becomes([200, 200], readiness)
  await answers(run, 100)

  const lostAt = performance.now()
  await primary.kill()
  await standby.sql('select pg_promote()')
  await becomes([200, 200], readiness)
  const takenOver = Math.round(performance.now() - lostAt)
  await answers(run, 100)

  await primary.start()
  const tokens = async (server: PostgresServer) => (await server.sql('select count(*) from failover.access_tokens'))[0]
  const before = await tokens(primary)
  standby.freeze(true)
  await becomes([503, 503], readiness)
  expect((await trade()).map(([status]) => status)).toEqual([503, 503])
  expect(await tokens(primary)).toEqual(before)
  standby.freeze(false)
  await becomes([200, 200], readiness)
  await answers(run, 100)
  isGoing = false
  await loading
  const faults = `standby frozen, its commits cancelled, primary killed, standby promoted (ready after ${takenOver} ms)`
  const { violations, figures } = await judged(run, faults)
  await standby.stop()
  expect(violations).toEqual([])
  await annotate(figures)
})
