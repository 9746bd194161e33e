import type { Compilable, Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Cache } from './cache.ts'
import type { HandedOver } from './handed-over.ts'
import type { Replica } from './postgres-replica.ts'
import type { Statement, Values } from './statement.ts'
import type { Tables } from './tables.ts'

/** Executes statements that read. */
export interface Reader {
  first<Params extends Values, Row>(statement: Statement<Params, Row>, params: Params): Promise<Row | undefined>
  all<Params extends Values, Row>(statement: Statement<Params, Row>, params: Params): Promise<readonly Row[]>
  /** Runs a query that comes from outside, and so is kept compiled only for a while; answers its values in order. */
  values(query: Compilable<unknown>): Promise<readonly (readonly unknown[])[]>
}

/** Reads what has been committed. */
export interface CommittedReader extends Reader {
  /** Whether the database is a server, and every statement a message to it. */
  readonly isRemote: boolean
}

/** Executes statements, in the transaction that is under way. */
export interface Statements extends Reader {
  /** Answers how many rows were written. */
  run<Params extends Values>(statement: Statement<Params, unknown>, params: Params): Promise<number>
  /** Adds a row; answers the number that the database gave it. */
  insert<Params extends Values>(statement: Statement<Params, unknown>, params: Params): Promise<number>
  /** Runs a query that is too rare to be kept compiled; answers how many rows were written. */
  execute(query: Compilable<unknown>): Promise<number>
  /**
   * Waits until no other transaction is at what this name stands for, and keeps others from it until this one ends: for
   * what is read first and written then, where no condition of the write says that it is still so.
   */
  alone(name: string): Promise<void>
}

/** A transaction that is under way, for the jobs of one group. */
export interface Transaction extends Statements {
  /** Tells the other processes, with the commit, to look at what has changed. */
  announce(): Promise<void>
  /**
   * Has something written when all jobs of the group are done, before the commit. Acts are begun in the order of their
   * places: processes that write the same rows must come to them in the same order, or they wait for each other.
   * What an act comes to is done after the commit.
   */
  beforeCommit(act: LastAct, place?: string): void
}

/** What is written last in a transaction, and what is to be done once it is committed. */
export type LastAct = () => Promise<Outcome | HandedOver<Outcome>>

type Outcome = (() => void) | undefined

/** Work to do in one transaction. It awaits nothing but `tx`, and may be run again when a neighbour in its group failed. */
export type Job<T> = (tx: Transaction) => Promise<T | HandedOver<T>>

/**
 * What a job is about, compared as `Map` compares keys: it does not matter to it what jobs about anything else do meanwhile,
 * so they may go on side by side. A job that does not say runs by itself.
 */
export type About = string | number | object

/** What every store is made from. */
export interface Database {
  /** Writes queries in the dialect of the database; it never executes any. */
  readonly queries: Kysely<Tables>
  readonly read: CommittedReader
  readonly now: Clock
  /** Does the job atomically; when the promise resolves, its writes are durable. */
  write<T>(job: Job<T>, about?: About): Promise<T>
  /** The same for what is kept ready in memory: every process forgets what it kept. */
  change<T>(job: Job<T>): Promise<T>
  /** Does the job with the next writes, soon; resolves at once, and what goes wrong is told to `onError`. */
  later(job: Job<unknown>, about?: About): Promise<void>
  /** As `later`, for what no look-up goes by: what was found stays with `recent`. */
  aside(job: Job<unknown>, about?: About): Promise<void>
  /** Resolves when all that was left for later has been written. */
  settled(): Promise<void>
  /** Where it is enough to know what was a moment ago, while that is known. */
  readonly replica: Pick<Replica, 'fresh'> | undefined
  /** Keeps at most `limit` ready values until something changes. */
  cache<T>(limit: number): Cache<T>
  /** Keeps at most `limit` values that look-ups found, until anything is written by anybody: they are never out of date. */
  recent<T>(limit: number): Pick<Cache<T>, 'get'>
}
