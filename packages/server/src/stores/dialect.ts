import type { ColumnDataType, ColumnDefinitionBuilder, Compilable, Kysely, RawBuilder } from 'kysely'
import type { CommittedReader, Statements } from './database.ts'
import type { DatabaseValue } from './statement.ts'
import type { Tables } from './tables.ts'

/** What differs between databases when a table is made. */
export interface ColumnTypes {
  /** A whole number up to 2⁵³. */
  readonly number: ColumnDataType
  readonly bytes: ColumnDataType
  /** Makes a `number` column the row's own number, which the database gives, and never gives twice. */
  id(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** The same, for rows that nothing refers to for long: the number of a deleted last row may be given again. */
  quickId(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** What ends the definition of a table. */
  readonly tableEnd: RawBuilder<unknown>
}

/** An index that a table with many rows is to have. */
export interface Index {
  readonly name: string
  /** `create index if not exists …`, of that name. */
  readonly definition: Compilable<unknown>
}

/** How much a process asks of its database at the moment. */
export interface DatabaseLoad {
  /** Connections that are open. */
  readonly connections: number
  /** Connections that may be open. */
  readonly mostConnections: number
  /** Statements that have not been answered yet. */
  readonly waiting: number
  /** Milliseconds that the slowest of them has waited. */
  readonly longestWait: number
  /** Of the replica, where there is one. */
  readonly replica?: ReplicaLoad
}

/** How a replica stands at the moment. */
export interface ReplicaLoad {
  /** Whether tokens are looked up there. */
  readonly isInUse: boolean
  /** Milliseconds: what had been committed so long ago, it had when it was last asked; 0 where it never had. */
  readonly lag: number
}

/** Tables that are kept in parts, each with the rows of a stretch of time: a part goes as a whole, whatever is in it. */
export interface Parts {
  /**
   * Makes the parts that rows to come will need, and drops those in which nothing is of use any more. `blocked` when somebody
   * else had been at a table for too long.
   */
  keep(neededSince: NeededSince): Promise<'kept' | 'blocked'>
}

/** The instants since which what ended is still of use. */
export interface NeededSince {
  readonly access_tokens: Date
  readonly journal: Date
  readonly login_history: Date
}

/** The same, with the writes that the process has gathered. */
export interface StoresLoad extends DatabaseLoad {
  /** Writes that are not committed yet. */
  readonly writes: number
  /** Milliseconds for which the oldest of them has waited. */
  readonly longestWrite: number
}

/** A connection to a database, which one group of writes at a time and all reads share. */
export interface Connection extends Statements {
  /** Reads what has been committed, however far the transaction is that is under way. */
  readonly reader: CommittedReader
  /** Whether statements may be sent before those sent earlier are answered. */
  readonly isPipelined: boolean
  /** Begins a transaction as soon as no other process writes. @throws {DatabaseBusy} when that takes too long */
  begin(): Promise<void>
  /**
   * Lets the transaction that is under way take its time: nobody waits for an answer.
   * @param longestLock milliseconds that it may wait for a table, and others behind it; without bound, unless given
   */
  unhurried(longestLock?: number): Promise<void>
  /** Does something as the only process that is at it. */
  guarded<T>(act: () => Promise<T>): Promise<T>
  /**
   * A number that is another one as soon as another process has written anything; reads of the same turn of the event loop see
   * the database as it is then. `undefined` where there is no such number.
   */
  moment(): Promise<number | undefined>
  /** Runs a statement outside of any transaction, however long it takes. */
  outside(query: Compilable<unknown>): Promise<void>
  /** Begins a transaction that only reads, and sees the database as it is now for as long as it lasts: until `rollback`. */
  beginReading(): Promise<void>
  /** Everything in a table, at most so many rows at a time, within such a transaction. */
  rowsOf(table: string, atOnce: number): AsyncIterable<readonly Readonly<Record<string, DatabaseValue>>[]>
  /** Makes room in a table for rows with numbers of their own, up to the highest. */
  makeRoom(table: string, highest: number): Promise<void>
  /** Has rows that are added from now on get numbers beyond those there are, which came from elsewhere. */
  continueNumbers(tables: readonly string[]): Promise<void>
  /** Has what was handed over so far go before what comes next; by itself, rows to be added wait for others of the moment. */
  flush(): void
  /** When it resolves, what was written is durable. */
  commit(): Promise<void>
  /** Takes back what was written since `begin`; nothing where the database has done so already. */
  rollback(): Promise<void>
  /** Whether an error came of what others did at the same time, so that the same work may well succeed when done again. */
  mayPass(error: unknown): boolean
  /** Tells the other processes, with the commit, to look at what has changed; nothing where they only look by themselves. */
  announce(): Promise<void>
  /** Has something done as soon as another process announces a change, or may have announced one that was not heard. */
  onAnnounced(act: () => void): void
  /** What the clock of the database says; `undefined` where that is the clock of the process, too. */
  clock(): Promise<Date | undefined>
  /** Whether this process is the one that does what only one needs to do. */
  leads(): Promise<boolean>
  /** `undefined` where tables are whole. */
  readonly parts: Parts | undefined
  load(): DatabaseLoad
  /** Resolves when nothing is being read: whoever waited for it may go on to write. */
  quiet(): Promise<void>
  /** The names of the tables there are, in the order in which they were made: they refer to those before. */
  tables(): Promise<readonly string[]>
  /** Sets what is kept in the database itself. To be called once it is known to be ours. */
  adopt(): Promise<void>
  close(): Promise<void>
}

/** A kind of database: how queries are written for it, and how it is connected to. */
export interface Dialect {
  /** The place of the database, as messages name it. */
  readonly place: string
  readonly queries: Kysely<Tables>
  readonly columns: ColumnTypes
  /** The statements that put a table into parts, one by one and while others use it; none where tables are whole. */
  intoParts(table: string): readonly string[]
  /** The statements that make an index while others write, each by itself; broken off, they are begun anew. */
  indexMeanwhile(index: Index): readonly Compilable<unknown>[]
  /** @throws {DatabaseUnusable} when there is no database to be had at that place */
  connect(): Promise<Connection>
  /** Says of an error while the database is opened what a person can do about it, where it is known. */
  explained(error: unknown): unknown
}
