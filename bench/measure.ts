import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ColdStart, startCold } from './cold-start.ts'
import type { Scenario } from './scenarios.ts'
import type { PreparedTarget, Target } from './targets/target.ts'
import { type Pressure, type WarmTarget, type WindowResult, warm } from './under-load.ts'

/** How one row is measured. */
export interface Conditions extends Pressure {
  readonly rounds: number
  /** The core of the servers; `undefined` when they share the machine with the load generator. */
  readonly core: number | undefined
  /** Where each server leaves a CPU profile; `undefined` for none. */
  readonly profile: string | undefined
  /** Told what is going on, in a few words. */
  readonly say: (news: string) => void
}

/** What one target did in one row: a figure for each round, and what was wrong with its answers, and how often. */
export interface Outcome<Figure> {
  readonly target: Target
  readonly rounds: readonly Figure[]
  readonly complaints: ReadonlyMap<string, number>
}

/** Presses all targets in turn, round after round; each has a fresh process, which serves all its rounds. */
export async function measureUnderLoad(
  scenario: Scenario,
  targets: readonly Target[],
  conditions: Conditions,
): Promise<readonly Outcome<WindowResult>[]> {
  const { rounds, say } = conditions
  const entries = targets.map((target) => enter<WindowResult>(target, scenario.name, conditions))
  const warmed = new Map<Entry<WindowResult>, WarmTarget>()
  try {
    for (const entry of entries) {
      await entry.attempt(async () => {
        const warmTarget = await warm(scenario, await entry.prepare(), conditions)
        warmed.set(entry, warmTarget)
        entry.atEnd(warmTarget.stop)
        entry.blame(warmTarget.warmUp.complaints)
      })
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const [entry, { window }] of warmed) {
        await entry.attempt(async () => {
          const result = await window()
          entry.keep(result)
          entry.blame(result.complaints)
          say(`${scenario.name} ${round}/${rounds} ${entry.target.name}: ${describe(result)}`)
        })
      }
    }
  } finally {
    for (const entry of entries) await entry.leave()
  }
  return entries
}

/** Starts all targets in turn, round after round, each time as a fresh process over what an earlier one left. */
export async function measureStart(
  token: Scenario,
  targets: readonly Target[],
  conditions: Conditions,
): Promise<readonly Outcome<ColdStart>[]> {
  const { rounds, say } = conditions
  const entries = targets.map((target) => enter<ColdStart>(target, 'start', conditions))
  const prepared = new Map<Entry<ColdStart>, PreparedTarget>()
  try {
    for (const entry of entries) await entry.attempt(async () => prepared.set(entry, await entry.prepare()))
    for (let round = 1; round <= rounds; round += 1) {
      for (const [entry, target] of prepared) {
        await entry.attempt(async () => {
          const start = await startCold(target, token)
          entry.keep(start)
          entry.blame(start.complaints)
          const idle = start.idleMegabytes?.toFixed(0) ?? '?'
          say(
            `start ${round}/${rounds} ${entry.target.name}: ${start.firstTokenMilliseconds.toFixed(0)} ms, ${idle} MB`,
          )
        })
      }
    }
  } finally {
    for (const entry of entries) await entry.leave()
  }
  return entries
}

/** A target while its row is measured, with a folder of its own. */
interface Entry<Figure> extends Outcome<Figure> {
  prepare(): Promise<PreparedTarget>
  keep(figure: Figure): void
  blame(complaints: ReadonlyMap<string, number>): void
  /** Does something that may fail; a failure is a complaint, and the run goes on with the others. */
  attempt(work: () => Promise<unknown>): Promise<void>
  atEnd(work: () => Promise<void>): void
  leave(): Promise<void>
}

function enter<Figure>(target: Target, row: string, { core, profile }: Conditions): Entry<Figure> {
  const folder = mkdtempSync(join(tmpdir(), `bench-${target.name}-`))
  const rounds: Figure[] = []
  const complaints = new Map<string, number>()
  const endings: (() => Promise<void>)[] = []
  return {
    target,
    rounds,
    complaints,
    async prepare() {
      const nodeArguments = profileArguments(profile, `${target.name}-${row}`)
      const prepared = await target.prepare({ folder, core, nodeArguments })
      if (prepared.end !== undefined) endings.push(prepared.end)
      return prepared
    },
    keep: (figure) => rounds.push(figure),
    blame(found) {
      for (const [complaint, count] of found) complaints.set(complaint, (complaints.get(complaint) ?? 0) + count)
    },
    async attempt(work) {
      try {
        await work()
      } catch (error) {
        this.blame(new Map([[error instanceof Error ? error.message : String(error), 1]]))
      }
    },
    atEnd: (work) => endings.push(work),
    async leave() {
      for (const end of endings.toReversed()) await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function profileArguments(profile: string | undefined, name: string): readonly string[] {
  if (profile === undefined) return []
  const folder = resolve(profile, name)
  mkdirSync(folder, { recursive: true })
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

function describe({ perSecond, p50, p99, generatorBusy, serverBusy, serverMicroseconds }: WindowResult): string {
  const latency = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  const cost = serverMicroseconds === undefined ? '' : `, ${Math.round(serverMicroseconds)} µs of processor each`
  const server = serverBusy === undefined ? '' : `server busy ${percent(serverBusy)}${cost}, `
  return `${Math.round(perSecond)}/s, ${latency}, ${server}generator busy ${percent(generatorBusy)}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
