import type { Compilable, CreateTableBuilder, Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import type { ColumnTypes } from '../dialect.ts'

/** What a migration writes its statements with. */
export interface MigrationNeeds {
  readonly queries: Kysely<Tables>
  readonly columns: ColumnTypes
  /** Begins the definition of a table. */
  table(name: keyof Tables): CreateTableBuilder<string, never>
}

/** One step of the schema. Once released it is never edited: what comes later is a step of its own. */
export interface Migration {
  /** Counted from 1 without gaps. */
  readonly version: number
  statements(needs: MigrationNeeds): readonly Compilable[]
}
