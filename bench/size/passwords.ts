import { Agent, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { moveTo, separateCores } from '../cores.ts'
import { fire } from '../load.ts'
import { inspectAnswer, jwtBearer } from '../scenarios.ts'
import { median } from '../statistics.ts'
import type { PreparedSallyport } from '../targets/sallyport.ts'
import { ownServer } from './servers.ts'

// Issues tokens while passwords are guessed and while they are not, in turn, and compares.
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    'per-minute': { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '16' },
  },
})
const kind = values.database === 'postgres' ? 'postgres' : 'sqlite'
const perSecond = Number(values['per-minute']) / 60
const [rounds, seconds, connections] = [Number(values.rounds), Number(values.seconds), Number(values.connections)]

// The server has both cores here, as it has elsewhere: what hashes has one to itself, if the system sees to it.
const cores = separateCores()
if (cores !== undefined) moveTo(cores.generator)
await using own = await ownServer(kind, undefined)
const { server } = own
const running = await server.start()
const latencies: { readonly quiet: number[]; readonly guessed: number[] } = { quiet: [], guessed: [] }
const statuses = new Map<number, number>()
try {
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const when of ['quiet', 'guessed'] as const) {
      const supply = await running.supply('jwt-bearer', 700 * seconds)
      const guesses = when === 'guessed' ? guessing(server) : undefined
      // What waits to be hashed is then as much as it will be.
      if (guesses !== undefined) await setTimeout(1000)
      const window = { port: server.port, connections, seconds, ...supply }
      const result = await fire({ ...window, inspect: (answer) => inspectAnswer(jwtBearer, answer) })
      await guesses?.stop()
      for (const [complaint, count] of result.complaints) console.error(`WRONG ${count} times: ${complaint}`)
      if (round > 0) latencies[when].push(result.p99)
      console.error(`${when} ${round}: ${Math.round(result.perSecond)}/s, p99 ${result.p99.toFixed(1)} ms`)
    }
  }
} finally {
  await running.process.stop()
}
const ratios = latencies.quiet.map((quiet, round) => (latencies.guessed[round] ?? Number.NaN) / quiet)
const shown = (figures: readonly number[]) => (median(figures) ?? Number.NaN).toFixed(1)
console.log(`${kind}, JWT bearer, p99: ${shown(latencies.quiet)} ms, and ${shown(latencies.guessed)} ms with \
${values['per-minute']} wrong passwords a minute; ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}, \
median ${(median(ratios) ?? Number.NaN).toFixed(2)}`)
console.log(`The guesses were answered ${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}`)

/** Guesses at a steady rate, whatever the answers take. */
function guessing({ port, wrongPasswords }: PreparedSallyport): { stop(): Promise<void> } {
  // Of nobody who is there, or they would be locked out; the work is the same.
  const names = Array.from({ length: 400 }, (_, number) => `nobody${number}@bench.example`)
  const bodies = wrongPasswords(names).requests.map((bytes) => bytes.toString().split('\r\n\r\n')[1] ?? '')
  const agent = new Agent({ keepAlive: true, maxSockets: 400 })
  const begun = performance.now()
  const underWay = new Set<Promise<void>>()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - begun) / 1000) * perSecond; sent++) {
      const one = guess(bodies[sent % bodies.length] ?? '').finally(() => underWay.delete(one))
      underWay.add(one)
    }
  }, 10)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      agent.destroy()
    },
  }

  function guess(body: string): Promise<void> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return new Promise((resolve) => {
      const count = (status: number) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        resolve()
      }
      const asked = request({ port, host: '127.0.0.1', method: 'POST', path: '/services/oauth2/token', agent, headers })
      asked.on('response', (answer) => answer.resume().on('end', () => count(answer.statusCode ?? 0)))
      asked.on('error', () => count(0))
      asked.end(body)
    })
  }
}
