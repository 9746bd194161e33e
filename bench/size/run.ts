import { parseArgs } from 'node:util'
import { keyPrefixes } from '../../packages/server/src/record-id.ts'
import { sealWith } from '../../packages/server/src/seal.ts'
import { openStores } from '../../packages/server/src/stores/open.ts'
import { moveTo, separateCores } from '../cores.ts'
import { fire, type VolleyResult } from '../load.ts'
import { inspectAnswer, readObject, type Scenario, scenarios } from '../scenarios.ts'
import { median } from '../statistics.ts'
import type { PreparedSallyport } from '../targets/sallyport.ts'
import type { RunningTarget, Supply } from '../targets/target.ts'
import { type Filled, fill } from './fill.ts'
import { type DatabaseKind, ownServer } from './servers.ts'

// Issues and checks tokens at a server with few tokens and at one with very many, in turn, and compares.
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    live: { type: 'string', default: '1000000' },
    expired: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
})
const kind: DatabaseKind = values.database === 'postgres' ? 'postgres' : 'sqlite'
const [live, expired] = [Number(values.live), Number(values.expired)]
const [rounds, seconds, connections] = [Number(values.rounds), Number(values.seconds), Number(values.connections)]
const few = 1000
// An assertion costs its maker 0.3 ms; a window may end before its time.
const perWindow = 700 * seconds
const mostChecked = 20_000

const cores = separateCores()
if (cores !== undefined) moveTo(cores.generator)
await using small = await ownServer(kind, cores?.server)
await using large = await ownServer(kind, cores?.server)
const ofSmall = await fill(small.server.store, small.server, { live: few, expired: 0 })
console.error(`Filling ${kind} with ${live} live and ${expired} expired tokens.`)
const ofLarge = await fill(large.server.store, large.server, { live, expired })
console.log(`${kind}: ${live} live and ${expired} expired tokens: ${Math.round(ofLarge.bytesPerToken)} bytes each with indexes; \
filled in ${Math.round(ofLarge.secondsTaken)} s`)

const sides = [
  { server: small.server, filled: ofSmall, running: await small.server.start() },
  { server: large.server, filled: ofLarge, running: await large.server.start() },
]
try {
  await compare('issue', scenarioOf('jwt-bearer'), (side) => side.running.supply('jwt-bearer', perWindow))
  await compare('check', scenarioOf('introspection'), async ({ server, filled }) =>
    server.checks(filled.tokens(mostChecked)),
  )
  await revokeAll(large.server, ofLarge)
} finally {
  for (const { running } of sides) await running.process.stop()
}

interface Side {
  readonly server: PreparedSallyport
  readonly filled: Filled
  readonly running: RunningTarget
}

async function compare(what: string, scenario: Scenario, supply: (side: Side) => Promise<Supply>): Promise<void> {
  const results: Result[][] = [[], []]
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [place, side] of sides.entries()) {
      const window = { port: side.server.port, connections, seconds, ...(await supply(side)) }
      const before = side.running.process.cpuSeconds() ?? Number.NaN
      const fired = await fire({ ...window, inspect: (answer) => inspectAnswer(scenario, answer) })
      const used = (side.running.process.cpuSeconds() ?? Number.NaN) - before
      const result = { ...fired, microseconds: (used / fired.answered) * 1e6 }
      for (const [complaint, count] of result.complaints) console.error(`WRONG ${what}, ${count} times: ${complaint}`)
      if (round > 0) results[place]?.push(result)
      console.error(`${what} ${round} ${place}: ${Math.round(result.perSecond)}/s, p99 ${result.p99.toFixed(1)} ms`)
    }
  }
  const [few = [], many = []] = results
  for (const [name, figure] of [
    ['p50', p50],
    ['p99', p99],
    ['1/s', rate],
    ['µs of the server', microseconds],
  ] as const) {
    const ratios = few.map((one, round) => figure(many[round] ?? one) / figure(one)).toSorted((a, b) => a - b)
    const at = (share: number) => ratios[Math.floor((ratios.length - 1) * share)]?.toFixed(2)
    const [one, other] = [few, many].map((results) => (median(results.map(figure)) ?? Number.NaN).toFixed(1))
    console.log(
      `${kind}, ${what}, ${name}: ${one} with few, ${other} with many tokens; ` +
        `median of ratios ${(median(ratios) ?? Number.NaN).toFixed(2)} (quartiles ${at(0.25)} to ${at(0.75)})`,
    )
  }
}

/** What came back, and the server's processor time for each answer: steadier than all else on a machine that does other work. */
interface Result extends VolleyResult {
  readonly microseconds: number
}

/** Ends all tokens of the app from another process, and asks the server until it says so. */
async function revokeAll(server: PreparedSallyport, filled: Filled): Promise<void> {
  const seal = sealWith(Buffer.from(server.encryptionKey, 'base64'))
  const stores = await openStores({ ...server.store, seal, now: () => new Date(), onError: console.error })
  const [org] = await stores.orgs.list()
  const app = await stores.apps.findByConsumerKey(server.consumerKey)
  if (org === undefined || app === undefined) throw new Error(`No org of ${keyPrefixes.organization}, or no app.`)
  const begun = performance.now()
  await stores.apps.endAll(app.id, org.id, false)
  const ended = performance.now() - begun
  let seen = 0
  let isActive = true
  while (isActive && seen < 10_000) {
    const { requests } = server.checks(filled.tokens(1).slice(0, 1))
    await fire({ port: server.port, connections: 1, requests, reusable: false, seconds: 5, inspect: noteActive })
    seen = performance.now() - begun
  }
  let active = 0
  await fire({
    port: server.port,
    connections,
    seconds: 20,
    reusable: false,
    requests: server.checks(filled.tokens(mostChecked)).requests,
    inspect({ body }) {
      if (readObject(body)['active'] === true) active += 1
      return undefined
    },
  })
  await stores.close()
  console.log(`${kind}, mass revocation of ${live} tokens: done in ${ended.toFixed(0)} ms, seen by another process after \
${seen.toFixed(0)} ms; of ${mostChecked} checked then, ${active} were active`)

  function noteActive({ body }: { readonly body: string }): undefined {
    isActive = readObject(body)['active'] === true
  }
}

function scenarioOf(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name)
  if (found === undefined) throw new Error(`There is no scenario ${name}.`)
  return found
}

function p50(result: Result): number {
  return result.p50
}

function p99(result: Result): number {
  return result.p99
}

function rate(result: Result): number {
  return result.perSecond
}

function microseconds(result: Result): number {
  return result.microseconds
}
