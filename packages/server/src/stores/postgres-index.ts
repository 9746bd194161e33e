import { type Compilable, sql } from 'kysely'
import type { Index } from './dialect.ts'
import { postgresQueries } from './postgres-queries.ts'

/**
 * The statements that make an index while others write, one after the other, each by itself. What is left of an index whose making
 * was broken off is of no use, and goes first.
 */
export function indexMeanwhile({ name, definition }: Index): readonly Compilable<unknown>[] {
  const queries = postgresQueries()
  const left = sql`drop index concurrently if exists ${sql.ref(name)}`
  const made = sql.raw(definition.compile().sql.replace('create index if not exists', 'create index concurrently'))
  return [left, made].map((text) => ({ compile: () => text.compile(queries) }))
}
