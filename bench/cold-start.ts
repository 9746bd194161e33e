import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { fire } from './load.ts'
import { inspectAnswer, type Scenario } from './scenarios.ts'
import type { PreparedTarget } from './targets/target.ts'

/** A fresh process: how soon it gave its first token, and how large it is once it rests. */
export interface ColdStart {
  /** From making the process to having read the answer. */
  readonly firstTokenMilliseconds: number
  /** MB (10⁶ bytes) resident, a second and a half later; `undefined` where the system does not tell. */
  readonly idleMegabytes: number | undefined
  readonly complaints: ReadonlyMap<string, number>
}

const restMilliseconds = 1500

/** Starts a target, asks it for one token, lets it rest, and stops it. */
export async function startCold({ port, firstRequest, start }: PreparedTarget, token: Scenario): Promise<ColdStart> {
  const { process: server } = await start()
  try {
    const inspect = inspectAnswer.bind(undefined, token)
    let answeredAt = Number.NaN
    const { complaints } = await fire({
      port,
      connections: 1,
      requests: [firstRequest],
      reusable: false,
      seconds: 30,
      inspect: (answer) => {
        answeredAt = performance.now()
        return inspect(answer)
      },
    })
    await setTimeout(restMilliseconds)
    const firstTokenMilliseconds = answeredAt - server.spawnedAt
    return { firstTokenMilliseconds, idleMegabytes: server.residentMegabytes(), complaints }
  } finally {
    await server.stop()
  }
}
