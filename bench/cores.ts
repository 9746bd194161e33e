import { execFileSync } from 'node:child_process'

/** Processor numbers: the server has one to itself, the load generator another. */
export interface Cores {
  readonly server: number
  readonly generator: number
}

/** Two cores this process may use, as far apart as they are numbered; `undefined` with one core, or no `taskset`. */
export function separateCores(): Cores | undefined {
  const allowed = allowedCores()
  const [server] = allowed
  const generator = allowed.at(-1)
  return server === undefined || generator === undefined || server === generator ? undefined : { server, generator }
}

/** Moves this process, every thread of it, to one core. */
export function moveTo(core: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)])
}

/** The command that runs `command` on one core; taskset replaces itself, so the process id stays the server's. */
export function onCore(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ['taskset', '--cpu-list', String(core), ...command]
}

function allowedCores(): readonly number[] {
  try {
    const answer = execFileSync('taskset', ['--cpu-list', '--pid', String(process.pid)], { encoding: 'utf8' })
    return readCoreList(answer.slice(answer.lastIndexOf(':') + 1).trim())
  } catch {
    return [] // no taskset on this system: the caller says so
  }
}

/** Reads a list of cores as Linux writes it: `0-2,5` is 0, 1, 2 and 5. */
export function readCoreList(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
}
