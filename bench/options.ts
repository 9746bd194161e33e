import { parseArgs } from 'node:util'
import { type ScenarioName, scenarioNames } from './scenarios.ts'
import { type TargetName, targetNames } from './targets/target.ts'

/** A row of the table: a scenario under load, or the start of the process. */
export type RowName = ScenarioName | typeof startRow

/** The rows about a fresh process: time to the first token, and memory at rest after it. */
export const startRow = 'start'

/** What a run was asked to do. */
export interface Options {
  readonly rows: readonly RowName[]
  readonly targets: readonly TargetName[]
  /** Seconds of each timed window. */
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  readonly json: boolean
  /** Where each server leaves a CPU profile of its whole life; profiling costs speed. */
  readonly profile: string | undefined
}

/** What `--help` prints. */
export const help = `Usage: npm run bench -- [options]

Measures Sallyport beside oidc-provider and a bare node:http, in turn, and prints a table.

  --only NAMES       rows to measure, comma separated: ${[...scenarioNames, startRow].join(', ')}
  --targets NAMES    servers to measure: ${targetNames.join(', ')}
  --seconds N        length of each timed window (default 2)
  --rounds N         windows per server and row, of which the median counts (default 3)
  --connections N    keep-alive connections, one request in flight on each (default 64)
  --profile FOLDER   leave a CPU profile of each server there (--cpu-prof); figures are lower then
  --json             print every figure as JSON instead of the table
  --help             print this`

/** Reads the command line; `undefined` when it asks for help.
 *  @throws {Error} that says what is wrong with it */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      targets: { type: 'string', default: 'bare,oidc-provider,sallyport' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    rows: pick(values.only, [...scenarioNames, startRow], '--only'),
    targets: pick(values.targets, targetNames, '--targets'),
    seconds: positive(values.seconds, '--seconds'),
    rounds: Math.ceil(positive(values.rounds, '--rounds')),
    connections: Math.ceil(positive(values.connections, '--connections')),
    json: values.json,
    profile: values.profile,
  }
}

function pick<T extends string>(list: string | undefined, known: readonly T[], option: string): readonly T[] {
  if (list === undefined) return known
  const asked = list.split(',').map((name) => name.trim())
  const stranger = asked.find((name) => !known.some((one) => one === name))
  if (stranger !== undefined) throw new Error(`${option} does not know ${stranger}; it knows ${known.join(', ')}`)
  return known.filter((name) => asked.includes(name))
}

function positive(text: string, option: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new Error(`${option} wants a number above 0, not ${text}`)
}
