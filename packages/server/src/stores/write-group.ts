import type { Job, Transaction } from './database.ts'
import type { Connection } from './dialect.ts'

/** Gathers the writes of one turn of the event loop into one transaction, so that they share one commit. */
export interface WriteGroup {
  /** Does the job in the next group. Resolves after the commit; rejects when this job failed, or nothing could be committed. */
  write<T>(job: Job<T>): Promise<T>
  /** Does a job that nobody waits for: with the next group, or soon in one of its own. Resolves and rejects as `write` does. */
  later(job: Job<unknown>): Promise<unknown>
  /** Resolves when every job so far has been done. */
  settled(): Promise<void>
  /** Writes what is waiting; further writes are refused. */
  close(): Promise<void>
}

/** A job and its caller: `attempt` does the work and gives what answers the caller once all is committed. */
interface Waiting {
  readonly attempt: Job<() => void>
  reject(error: unknown): void
}

// Milliseconds that jobs nobody waits for may wait for company: a commit of their own in every turn would cost as much
// as all else that a look-up costs.
const leisure = 25

/** Groups the writes of one connection, which nobody else writes with. */
export function writeGroup(connection: Connection): WriteGroup {
  let waiting: Waiting[] = []
  let underWay: Promise<void> | undefined
  let isScheduled = false
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  return {
    write: (job) => queued(job, schedule),
    later: (job) => queued(job, scheduleSoon),
    async settled() {
      if (waiting.length > 0) await queued(async () => {}, schedule)
      else await underWay
    },
    async close() {
      isClosed = true
      while (underWay !== undefined || waiting.length > 0) await (underWay ?? start())
    },
  }

  function queued<T>(job: Job<T>, thenSchedule: () => void): Promise<T> {
    if (isClosed) return Promise.reject(new Error('The database is closed.'))
    return new Promise<T>((resolve, reject) => {
      const attempt: Job<() => void> = async (tx) => {
        const result = await job(tx)
        return () => resolve(result)
      }
      waiting.push({ attempt, reject })
      thenSchedule()
    })
  }

  function scheduleSoon(): void {
    timer ??= setTimeout(schedule, leisure)
  }

  function schedule(): void {
    if (isScheduled || underWay !== undefined) return
    isScheduled = true
    // One turn more lets those join whose requests arrived while the last group was being committed.
    setImmediate(() =>
      setImmediate(() => {
        isScheduled = false
        if (underWay === undefined && waiting.length > 0) start()
      }),
    )
  }

  function start(): Promise<void> {
    const group = waiting
    waiting = []
    clearTimeout(timer)
    timer = undefined
    underWay = commitTogether(connection, group).finally(() => {
      underWay = undefined
      if (waiting.length > 0) schedule()
    })
    return underWay
  }
}

/** Never rejects: what goes wrong is told to the callers of the jobs. */
async function commitTogether(connection: Connection, group: readonly Waiting[]): Promise<void> {
  try {
    await connection.begin()
  } catch (error) {
    return rejectAll(group, error)
  }
  const answers: (() => void)[] = []
  let isDone = false
  try {
    const lastActs: (() => Promise<void>)[] = []
    const tx: Transaction = { ...connection, beforeCommit: (act) => lastActs.push(act) }
    for (const { attempt } of group) answers.push(await attempt(tx))
    for (const act of lastActs) await act()
    isDone = true
    await connection.commit()
  } catch (error) {
    const isUndone = await undo(connection)
    if (isDone || !isUndone || group.length === 1) return rejectAll(group, error)
    // One job must not fail its neighbours: each gets a transaction of its own.
    for (const one of group) await commitTogether(connection, [one])
    return
  }
  for (const answer of answers) answer()
}

async function undo(connection: Connection): Promise<boolean> {
  try {
    await connection.rollback()
    return true
  } catch {
    // The error that led here says more than that of the rollback.
    return false
  }
}

function rejectAll(group: readonly Waiting[], error: unknown): void {
  for (const { reject } of group) reject(error)
}
