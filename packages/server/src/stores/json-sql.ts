import { type RawBuilder, sql } from 'kysely'

/** The value of a member of the JSON in a column. @param column its name, with that of its table where needed */
export function jsonText(column: string, member: string): RawBuilder<string | null> {
  // SQLite's operator binds no more than `||` does.
  return sql<string | null>`(${sql.ref(column)} ->> ${sql.lit(member)})`
}

/** A table with one column, `value`: the members of a JSON list that is given, or stands in a column. */
export function jsonElements(list: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`json_each(${list})`
}
