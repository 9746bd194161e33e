import { cpus } from 'node:os'
import { type Cores, moveTo, separateCores } from './cores.ts'
import { type Conditions, measureStart, measureUnderLoad, type Outcome } from './measure.ts'
import { help, type Options, readOptions, startRow } from './options.ts'
import { jwtBearer, scenarios } from './scenarios.ts'
import { median } from './statistics.ts'
import { type Row, renderTable } from './table.ts'
import { bare } from './targets/bare.ts'
import { oidcProvider } from './targets/oidc-provider.ts'
import { sallyport, sallyportOnPostgres } from './targets/sallyport.ts'
import type { Target } from './targets/target.ts'

const knownTargets = [bare, oidcProvider, sallyport, sallyportOnPostgres]

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) console.log(help)
  else process.exitCode = await run(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

/** Measures what was asked for and prints it; gives 1 when an answer was wrong, never because something was slow. */
async function run(options: Options): Promise<number> {
  const targets = knownTargets.filter(({ name }) => options.targets.includes(name))
  const cores = separateCores()
  if (cores !== undefined) moveTo(cores.generator)
  const circumstances = describe(options, cores)
  console.error(circumstances)

  const conditions = { ...options, core: cores?.server, say: (news: string) => console.error(news) }
  const { rows, complaints, busiest } = await measure(options, targets, conditions)

  if (options.json) {
    console.log(JSON.stringify({ circumstances, targets: options.targets, rows, busiest, complaints }, null, 2))
  } else {
    const columnOf = (target: Target) => (targets.includes(target) ? targets.indexOf(target) : undefined)
    const columns = { ours: columnOf(sallyport), peer: columnOf(oidcProvider), bare: columnOf(bare) }
    console.log(`${renderTable({ titles: targets.map(({ title }) => title), ...columns }, rows)}\n\n${circumstances}`)
    console.log(`The load generator was busy for at most ${Math.round(busiest * 100)} % of a window.`)
  }
  for (const complaint of complaints) console.error(`WRONG ${complaint}`)
  return complaints.length === 0 ? 0 : 1
}

/** The figures of the table, what was wrong with answers, and the load generator's largest share of its own core. */
interface Findings {
  readonly rows: readonly Row[]
  readonly complaints: readonly string[]
  readonly busiest: number
}

async function measure(options: Options, targets: readonly Target[], conditions: Conditions): Promise<Findings> {
  const rows: Row[] = []
  const complaints: string[] = []
  let busiest = 0
  for (const scenario of scenarios.filter(({ name }) => options.rows.includes(name))) {
    const { name, title, bar, hasPeer } = scenario
    const taking = targets.filter((target) => hasPeer || target !== oidcProvider)
    const outcomes = await measureUnderLoad(scenario, taking, conditions)
    const figures = targets.map((one) => {
      const outcome = outcomes.find(({ target }) => target === one)
      return outcome && median(outcome.rounds.map(({ perSecond }) => perSecond))
    })
    rows.push({ title, unit: '1/s', higherIsBetter: true, figures, bar })
    complaints.push(...complaintsOf(name, outcomes))
    busiest = Math.max(busiest, ...outcomes.flatMap(({ rounds }) => rounds.map(({ generatorBusy }) => generatorBusy)))
  }
  if (options.rows.includes(startRow)) {
    const outcomes = await measureStart(jwtBearer, targets, conditions)
    const first = outcomes.map(({ rounds }) => median(rounds.map((start) => start.firstTokenMilliseconds)))
    const idle = outcomes.map(({ rounds }) => median(rounds.flatMap((start) => start.idleMegabytes ?? [])))
    const lower = { higherIsBetter: false }
    rows.push({ title: 'first token after process start', unit: 'ms', ...lower, figures: first, bar: { atMost: 250 } })
    rows.push({ title: 'resident memory at rest', unit: 'MB', ...lower, figures: idle, bar: { atMost: 90 } })
    complaints.push(...complaintsOf(startRow, outcomes))
  }
  return { rows, complaints, busiest }
}

function complaintsOf(row: string, outcomes: readonly Outcome<unknown>[]): readonly string[] {
  return outcomes.flatMap(({ target, complaints }) =>
    [...complaints].map(([complaint, count]) => `${row}, ${target.name}, ${count} times: ${complaint}`),
  )
}

function describe({ seconds, rounds, connections }: Options, cores: Cores | undefined): string {
  const [processor] = cpus()
  const machine = `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node.js ${process.version}`
  const placing =
    cores === undefined
      ? 'NOT kept apart: server and load generator share the cores (no taskset, or one core)'
      : `server on core ${cores.server}, load generator on core ${cores.generator}`
  const load = `${connections} connections, median of ${rounds} windows of at most ${seconds} s, servers in turn`
  return `${machine}; ${placing}; ${load}.`
}
