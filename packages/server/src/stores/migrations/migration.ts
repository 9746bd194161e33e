import type { Compilable, CreateTableBuilder, Kysely } from 'kysely'
import type { ColumnTypes, Index } from '../dialect.ts'
import type { Tables } from '../tables.ts'

/** What a migration writes its statements with. */
export interface MigrationNeeds {
  readonly queries: Kysely<Tables>
  readonly columns: ColumnTypes
  /** Begins the definition of a table. */
  table(name: keyof Tables): CreateTableBuilder<string, never>
  /** The statements that put a table into parts; none where tables are whole. */
  intoParts(table: string): readonly string[]
}

/** One step of the schema. Once released it is never edited: what comes later is a step of its own. */
export interface Migration {
  /** Counted from 1 without gaps. */
  readonly version: number
  /**
   * What takes long where there are many rows, done before the rest: each statement by itself, while servers of the version
   * before go on. So each has to bear being done again, after it was broken off; must let nobody wait for longer than a moment;
   * and leaves the tables such that the version before can use them. In a new database they are part of the one transaction.
   */
  meanwhile?(needs: MigrationNeeds): readonly string[]
  /** Indexes of tables that may have many rows; made before the rest as well, while others go on. */
  indexes?(needs: MigrationNeeds): readonly Index[]
  /** What is done in one transaction. It is tried again and again until nobody has to wait for it long. */
  statements(needs: MigrationNeeds): readonly Compilable[]
}
