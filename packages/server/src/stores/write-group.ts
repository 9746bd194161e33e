import { Unavailable } from '../unavailable.ts'
import type { About, Job, LastAct, Transaction } from './database.ts'
import { DatabaseUnreachable, JustTaken, OutOfDate } from './database-errors.ts'
import type { Connection } from './dialect.ts'
import { answerTo, following, type HandedOver } from './handed-over.ts'

/** Gathers the writes of one turn of the event loop into one transaction, so that they share one commit. */
export interface WriteGroup {
  /** Does the job in the next group. Resolves after the commit; rejects when this job failed, or nothing could be committed. */
  write<T>(job: Job<T>, about?: About): Promise<T>
  /** Does a job that nobody waits for: with the next group, or soon in one of its own. Resolves and rejects as `write` does. */
  later(job: Job<unknown>, about?: About): Promise<unknown>
  /** Resolves when every job so far has been done. */
  settled(): Promise<void>
  /** Whether the database takes what is written: `false` for ten seconds after it did not, unless it does again. */
  isWriting(): boolean
  /** The writes that are not committed yet, and the milliseconds for which the oldest of them has not been. */
  load(): { readonly writes: number; readonly longestWrite: number }
  /** Writes what is waiting; further writes are refused. */
  close(): Promise<void>
}

/** A job and its caller: `attempt` does the work and gives what answers the caller once all is committed. */
interface Waiting {
  readonly attempt: Job<() => void>
  readonly about: About | undefined
  /** Since when it has waited. */
  readonly since: number
  reject(error: unknown): void
}

// Milliseconds after which it is worth another try whether the database takes anything.
const untilTriedAgain = 10_000

// Milliseconds that jobs nobody waits for may wait for company: a commit of their own in every turn would cost as much
// as all else that a look-up costs.
const leisure = 25

/** Groups the writes of one connection, which nobody else writes with. */
export function writeGroup(connection: Connection): WriteGroup {
  let waiting: Waiting[] = []
  let written: readonly Waiting[] = []
  let underWay: Promise<void> | undefined
  let isScheduled = false
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let failedAt = Number.NEGATIVE_INFINITY

  return {
    write: (job, about) => queued(job, schedule, about),
    later: (job, about) => queued(job, scheduleSoon, about),
    async settled() {
      if (waiting.length > 0) await queued(async () => {}, schedule)
      else await underWay
    },
    isWriting: () => performance.now() - failedAt > untilTriedAgain,
    load() {
      const oldest = written[0] ?? waiting[0]
      return {
        writes: written.length + waiting.length,
        longestWrite: oldest === undefined ? 0 : performance.now() - oldest.since,
      }
    },
    async close() {
      isClosed = true
      while (underWay !== undefined || waiting.length > 0) await (underWay ?? start())
    },
  }

  function queued<T>(job: Job<T>, thenSchedule: () => void, about?: About): Promise<T> {
    if (isClosed) return Promise.reject(new Error('The database is closed.'))
    return new Promise<T>((resolve, reject) => {
      const attempt: Job<() => void> = async (tx) =>
        following(await job(tx), (result) => () => {
          failedAt = Number.NEGATIVE_INFINITY
          resolve(result)
        })
      const fail = (error: unknown) => {
        // The database is well where it says that a name is taken.
        if (error instanceof Unavailable && !(error instanceof JustTaken)) failedAt = performance.now()
        reject(error)
      }
      waiting.push({ attempt, about, since: performance.now(), reject: fail })
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
    written = group
    waiting = []
    clearTimeout(timer)
    timer = undefined
    underWay = commitTogether(connection, group).finally(() => {
      underWay = undefined
      written = []
      if (waiting.length === 0) return
      // A database server works on these while the next requests are read; here it is the same thread that does.
      if (connection.isPipelined) start()
      else schedule()
    })
    return underWay
  }
}

// Times that a job is done again that failed because of what others did meanwhile.
const tries = 4
// Milliseconds after which a job is not done again: whoever waits for it is told.
const longestTrying = 4000

/** Never rejects: what goes wrong is told to the callers of the jobs. */
async function commitTogether(connection: Connection, all: readonly Waiting[], triesLeft = tries): Promise<void> {
  let group = all
  try {
    await connection.begin()
  } catch (error) {
    return rejectAll(group, error)
  }
  let answers: readonly ((() => void) | undefined)[] = []
  let isDone = false
  try {
    const lastActs: { readonly act: LastAct; readonly place: string }[] = []
    const tx: Transaction = { ...connection, beforeCommit: (act, place = '') => lastActs.push({ act, place }) }
    const outcomes = connection.isPipelined ? await sideBySide(tx, group) : await inTurn(tx, group)
    connection.flush()
    lastActs.sort((one, other) => (one.place < other.place ? -1 : 1))
    const last = await allOf(lastActs.map(async ({ act }) => (connection.isPipelined ? act() : answerTo(await act()))))
    // Sent at once: where something has failed that has not been answered yet, nothing is committed.
    const committed = connection.commit()
    committed.catch(() => {})
    const [thenActs, answered] = await Promise.all([answersTo(last), answersTo(outcomes)])
    answers = [...thenActs, ...answered]
    isDone = true
    await committed
  } catch (error) {
    const isUndone = await undo(connection)
    if (isDone || !isUndone || isOutOfReach(error)) return rejectAll(group, error)
    const mayPass = error instanceof OutOfDate || connection.mayPass(error)
    if (mayPass) {
      // Each try may wait for the same lock until its time is over.
      const tired = group.filter(({ since }) => performance.now() - since > longestTrying)
      rejectAll(tired, error)
      group = group.filter((one) => !tired.includes(one))
    }
    if (group.length > 1) return half(connection, group)
    if (group.length === 0) return
    if (mayPass && triesLeft > 1) return commitTogether(connection, group, triesLeft - 1)
    return rejectAll(group, error)
  }
  for (const answer of answers) answer?.()
}

/** One job must not fail its neighbours: those of the other half get a transaction without it. */
async function half(connection: Connection, group: readonly Waiting[]): Promise<void> {
  const middle = group.length >> 1
  await commitTogether(connection, group.slice(0, middle))
  await commitTogether(connection, group.slice(middle))
}

type Outcome = (() => void) | HandedOver<() => void>

async function inTurn(tx: Transaction, group: readonly Waiting[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { attempt } of group) outcomes.push(await attempt(tx))
  return outcomes
}

/** Jobs about different things at the same time, so that many statements are on their way; then the others, one by one. */
async function sideBySide(tx: Transaction, group: readonly Waiting[]): Promise<readonly Outcome[]> {
  const lines = new Map<About, Waiting[]>()
  const others: Waiting[] = []
  for (const one of group) {
    if (one.about === undefined) {
      others.push(one)
      continue
    }
    const line = lines.get(one.about)
    if (line === undefined) lines.set(one.about, [one])
    else line.push(one)
  }
  const outcomes = await allOf([...lines.values()].map((line) => inTurn(tx, line)))
  return [...outcomes.flat(), ...(await inTurn(tx, others))]
}

/** Waits for all, failed or not: nothing must still be under way when a transaction ends. @throws what failed first */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  let failure: { readonly error: unknown } | undefined
  await Promise.all(
    promises.map((promise) =>
      promise.catch((error) => {
        failure ??= { error }
      }),
    ),
  )
  if (failure !== undefined) throw failure.error
  return Promise.all(promises)
}

function answersTo<T>(outcomes: readonly (T | HandedOver<T>)[]): Promise<readonly T[]> {
  return allOf(outcomes.map(async (outcome) => answerTo(outcome)))
}

/** Whether it makes no sense to try the same with fewer jobs. */
function isOutOfReach(error: unknown): boolean {
  return error instanceof DatabaseUnreachable
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
