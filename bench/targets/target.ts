import type { ScenarioName } from '../scenarios.ts'
import type { ServerProcess } from '../server-process.ts'

/** The servers that are compared. */
export const targetNames = ['bare', 'oidc-provider', 'sallyport', 'sallyport-postgres'] as const

/** One of the servers that are compared. */
export type TargetName = (typeof targetNames)[number]

/** A server that can be put under load. */
export interface Target {
  readonly name: TargetName
  /** The head of its column. */
  readonly title: string
  /** Makes keys, files and whatever else is to be there before the server starts. */
  prepare(place: Place): Promise<PreparedTarget>
}

/** Where a target keeps its files and where it runs. */
export interface Place {
  readonly folder: string
  readonly core: number | undefined
  /** Arguments for node before the program, such as `--cpu-prof`. */
  readonly nodeArguments: readonly string[]
  /** Further options of the program, where it has some. */
  readonly options?: readonly string[]
}

/** A target that only has to be started. */
export interface PreparedTarget {
  readonly port: number
  /** A request for a token by assertion, signed already: the first one the server is asked for. */
  readonly firstRequest: Buffer
  /** Starts it, with all that a scenario asks of it; as it is for anybody, where none is given. */
  start(scenario?: ScenarioName): Promise<RunningTarget>
  /** Ends what runs besides the servers that were started. */
  readonly end?: () => Promise<void>
}

/** A target that answers. */
export interface RunningTarget {
  readonly process: ServerProcess
  /** Requests that will each be answered with 200. `count` is a wish where they are reusable. */
  supply(scenario: ScenarioName, count: number): Promise<Supply>
}

/** Requests written out, and whether one may be sent again. */
export interface Supply {
  readonly requests: readonly Buffer[]
  readonly reusable: boolean
}

/** Calls `make` so often and waits for all. */
export function times<T>(count: number, make: (index: number) => Promise<T> | T): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}

/** Requests each of which is answered once and no more. */
export function once(requests: readonly Buffer[]): Supply {
  return { requests, reusable: false }
}

/** Requests that are answered as often as they are sent. */
export function again(requests: readonly Buffer[]): Supply {
  return { requests, reusable: true }
}
