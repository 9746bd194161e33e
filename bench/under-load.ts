import { performance } from 'node:perf_hooks'
import { fire, type VolleyResult } from './load.ts'
import { inspectAnswer, type Scenario } from './scenarios.ts'
import type { PreparedTarget } from './targets/target.ts'

/** How hard and how long a target is pressed. */
export interface Pressure {
  readonly connections: number
  /** Length of a timed window. */
  readonly seconds: number
}

/** What came back, and how busy the server was. */
export interface WindowResult extends VolleyResult {
  /** The share of a core that the server used, 0 to 1; well under 1 it was waiting, for the disk or for its clients. */
  readonly serverBusy: number | undefined
  /** Processor time for one answer, in µs; steadier than the rate on a machine that does other work besides. */
  readonly serverMicroseconds: number | undefined
}

/** A target whose code has been compiled by use, and whose rate is known well enough to size its windows. */
export interface WarmTarget {
  readonly warmUp: WindowResult
  /** One timed window. All it sends is made before the window opens. */
  window(): Promise<WindowResult>
  stop(): Promise<void>
}

// An assertion costs its maker 0.3 ms, so a window of requests that may go only once can end before its time is up.
const mostRequests = 12_000
const firstRequests = 2500
// Node.js compiles what is used much a second time, and better, only after many seconds of it.
const warmUpSeconds = 6

/** Starts a target and runs the scenario on it untimed. */
export async function warm(
  scenario: Scenario,
  { port, start }: PreparedTarget,
  { connections, seconds }: Pressure,
): Promise<WarmTarget> {
  const { process: server, supply } = await start(scenario.name)
  try {
    const first = await press(firstRequests, 1)
    const warmUp = await press(Math.min(mostRequests, Math.ceil(first.perSecond * warmUpSeconds)), warmUpSeconds)
    const wanted = Math.min(mostRequests, Math.ceil(warmUp.perSecond * seconds * 1.3))
    return { warmUp, window: () => press(wanted, seconds), stop: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }

  async function press(count: number, length: number): Promise<WindowResult> {
    const requests = await supply(scenario.name, count)
    const inspect = inspectAnswer.bind(undefined, scenario)
    const startedAt = performance.now()
    const before = server.cpuSeconds()
    const result = await fire({ port, connections, seconds: length, ...requests, inspect })
    const after = server.cpuSeconds()
    const elapsed = (performance.now() - startedAt) / 1000
    if (before === undefined || after === undefined) {
      return { ...result, serverBusy: undefined, serverMicroseconds: undefined }
    }
    const used = after - before
    return { ...result, serverBusy: used / elapsed, serverMicroseconds: (used / result.answered) * 1e6 }
  }
}
