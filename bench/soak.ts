import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { moveTo, separateCores } from './cores.ts'
import { type Answer, writeRequest } from './http.ts'
import { fire, type VolleyResult } from './load.ts'
import { readText } from './scenarios.ts'
import type { ServerProcess } from './server-process.ts'
import { floors, median, type Sample, slope } from './statistics.ts'
import { sallyportOnPostgres, sallyportServed } from './targets/sallyport.ts'
import type { RunningTarget } from './targets/target.ts'

const help = `Usage: npm run soak -- [options]

Has a server answer a steady mixture of requests for a long time, and looks whether its memory grows. Exit code 1 when it
does, or when an answer was wrong.

  --minutes N        how long (default 30)
  --settle N         minutes at the beginning that do not count (default 5)
  --share N          of what it answers at most, found before (default 0.5)
  --rate N           requests in a second, in place of a share
  --connections N    (default 32)
  --database NAME    sqlite or postgres (default sqlite)
  --json             print every figure as JSON
  --help             print this`

// Seconds between two looks at the memory; new connections are made then, and assertions signed anew now and then.
const sliceSeconds = 15
const assertionsLast = 20 * 60_000
// What memory may rise over the whole time: as a share of what it is, and in MB, whichever is more.
const mostRise = { share: 0.05, megabytes: 5 }

const numbers = z.object({
  minutes: z.coerce.number().positive(),
  settle: z.coerce.number().min(0),
  share: z.coerce.number().positive().max(1),
  rate: z.coerce.number().positive().optional(),
  connections: z.coerce.number().int().positive(),
  database: z.enum(['sqlite', 'postgres']),
  json: z.boolean(),
})
type Options = z.infer<typeof numbers>

try {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      settle: { type: 'string', default: '5' },
      share: { type: 'string', default: '0.5' },
      rate: { type: 'string' },
      connections: { type: 'string', default: '32' },
      database: { type: 'string', default: 'sqlite' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) console.log(help)
  else process.exitCode = await soak(numbers.parse(values))
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error)
  process.exitCode = 2
}

/** What was seen in one slice. */
interface Slice extends VolleyResult {
  /** Minutes since the load began. */
  readonly at: number
  /** MB (10⁶ bytes). */
  readonly resident: number
  /** Of objects that outlived the last full collection: the others come and go between two looks. */
  readonly heap: number
}

async function soak(options: Options): Promise<number> {
  const cores = separateCores()
  if (cores !== undefined) moveTo(cores.generator)
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const target = options.database === 'sqlite' ? sallyportServed : sallyportOnPostgres
  const prepared = await target.prepare({
    folder,
    core: cores?.server,
    nodeArguments: [],
    options: ['--metrics-port', '0'],
  })
  const running = await prepared.start()
  try {
    const refreshes = (await running.supply('refresh', 64)).requests
    const volley = { port: prepared.port, connections: options.connections, reusable: true, inspect }
    const rate = options.rate ?? options.share * (await peak())
    console.error(`${target.title}: ${Math.round(rate)} requests in a second for ${options.minutes} minutes.`)
    const slices: Slice[] = []
    const begunAt = Date.now()
    const minutes = () => (Date.now() - begunAt) / 60_000
    let requests = await mixture(running, prepared.port, refreshes)
    let signedAt = Date.now()
    while (minutes() < options.minutes) {
      if (Date.now() - signedAt > assertionsLast) {
        requests = await mixture(running, prepared.port, refreshes)
        signedAt = Date.now()
      }
      const result = await fire({ ...volley, requests, perSecond: rate, seconds: sliceSeconds })
      const slice = { ...result, at: minutes(), ...(await memoryOf(running.process)) }
      slices.push(slice)
      if (slices.length % 4 === 0) console.error(described(slice))
    }
    return report(slices, rate, options)

    async function peak(): Promise<number> {
      const all = await mixture(running, prepared.port, refreshes)
      const rounds = [5, 5].map((seconds) => async () => fire({ ...volley, requests: all, seconds }))
      let last = 0
      for (const round of rounds) last = (await round()).perSecond
      return last
    }
  } finally {
    await running.process.stop()
    await prepared.end?.()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * What callers do, shuffled together: they get tokens by assertion and by refresh, and use them.
 * @param refreshes made once: people sign in for them, and hashing their passwords is memory that stays with the process
 */
async function mixture(
  { supply }: RunningTarget,
  port: number,
  refreshes: readonly Buffer[],
): Promise<readonly Buffer[]> {
  const assertions = (await supply('jwt-bearer', 192)).requests
  const tokens: string[] = []
  const take = ({ body }: Answer) => {
    tokens.push(readText(body, 'access_token'))
    return undefined
  }
  await fire({ port, connections: 4, requests: assertions.slice(0, 64), reusable: false, seconds: 60, inspect: take })
  const uses = tokens.map((token) =>
    writeRequest({
      host: `127.0.0.1:${port}`,
      path: '/services/oauth2/userinfo',
      headers: { Authorization: `Bearer ${token}` },
    }),
  )
  const parts = [...assertions, ...twice(refreshes), ...twice(uses)]
  // Every seventh, and then those behind them: as good as any order, and the same each time.
  return Array.from({ length: 7 }, (_, start) => parts.filter((_, place) => place % 7 === start)).flat()
}

function twice(requests: readonly Buffer[]): readonly Buffer[] {
  return [...requests, ...requests]
}

function inspect({ status }: { readonly status: number }): string | undefined {
  return status === 200 ? undefined : `answered ${status}`
}

async function memoryOf(server: ServerProcess): Promise<{ readonly resident: number; readonly heap: number }> {
  const { metricsPort } = z.object({ metricsPort: z.number() }).parse(JSON.parse(server.said))
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const line = (name: string) => text.split('\n').find((line) => line.startsWith(`${name} `))
  const read = (name: string) => Number(line(name)?.split(' ').at(-1)) / 1e6
  return {
    resident: read('process_resident_memory_bytes'),
    heap: read('sallyport_heap_kept_bytes'),
  }
}

function report(slices: readonly Slice[], rate: number, { settle, minutes, json, database }: Options): number {
  const counted = slices.filter(({ at }) => at > settle)
  const [resident, heap] = (['resident', 'heap'] as const).map((kind) => rise(counted, kind))
  const wrong = new Map<string, number>()
  for (const { complaints } of slices) {
    for (const [complaint, count] of complaints) wrong.set(complaint, (wrong.get(complaint) ?? 0) + count)
  }
  const isFlat = [resident, heap].every((found) => found?.isFlat === true)
  const figures = {
    database,
    minutes,
    rate: Math.round(rate),
    answered: slices.reduce((sum, { answered }) => sum + answered, 0),
    p50: median(slices.map(({ p50 }) => p50)),
    p99: median(slices.map(({ p99 }) => p99)),
    worstP99: Math.max(...slices.map(({ p99 }) => p99)),
    resident,
    heap,
    wrong: Object.fromEntries(wrong),
    isFlat,
  }
  if (json) console.log(JSON.stringify({ ...figures, slices }, null, 2))
  else console.log(table(figures))
  if (!isFlat)
    console.error(`NOT FLAT: memory rises by more than ${mostRise.share * 100} % or ${mostRise.megabytes} MB.`)
  for (const [complaint, count] of wrong) console.error(`WRONG ${count} times: ${complaint}`)
  return isFlat && wrong.size === 0 ? 0 : 1
}

/** How a kind of memory rises: MB in an hour, and over the whole time. */
function rise(slices: readonly Slice[], kind: 'resident' | 'heap') {
  const samples: readonly Sample[] = floors(
    slices.map((slice) => ({ at: slice.at, value: slice[kind] })),
    1,
  )
  const perMinute = slope(samples)
  const middle = median(samples.map(({ value }) => value))
  const [first, last] = [samples[0], samples.at(-1)]
  if (perMinute === undefined || middle === undefined || first === undefined || last === undefined) return undefined
  const whole = perMinute * (last.at - first.at)
  const isFlat = whole <= Math.max(middle * mostRise.share, mostRise.megabytes)
  return { middle, perHour: perMinute * 60, whole, isFlat }
}

type Figures = Parameters<typeof table>[0]

function table({
  rate,
  minutes,
  answered,
  p50 = Number.NaN,
  p99 = Number.NaN,
  worstP99,
  resident,
  heap,
}: {
  readonly rate: number
  readonly minutes: number
  readonly answered: number
  readonly p50: number | undefined
  readonly p99: number | undefined
  readonly worstP99: number
  readonly resident: ReturnType<typeof rise>
  readonly heap: ReturnType<typeof rise>
}): string {
  const memory = (found: Figures['heap']) =>
    found === undefined
      ? 'too short to tell'
      : `${found.middle.toFixed(0)} MB, ${signed(found.perHour)} MB in an hour, ${signed(found.whole)} MB over the time counted`
  return [
    `| ${rate} requests in a second, ${minutes} minutes | |`,
    '| --- | --- |',
    `| answered | ${answered} |`,
    `| p50, p99, worst p99 of ${sliceSeconds} s | ${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms, ${worstP99.toFixed(1)} ms |`,
    `| resident memory | ${memory(resident)} |`,
    `| heap after collection | ${memory(heap)} |`,
  ].join('\n')
}

function signed(number: number): string {
  return `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(1)}`
}

function described({ at, perSecond, p50, p99, resident, heap }: Slice): string {
  const latency = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  return `${at.toFixed(1)} min: ${Math.round(perSecond)}/s, ${latency}, resident ${resident.toFixed(0)} MB, heap ${heap.toFixed(0)} MB`
}
