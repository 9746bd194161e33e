import { type RawBuilder, sql } from 'kysely'
import { words } from './words.ts'

/** The text of a member of the JSON in a column. @param column its name, with that of its table where needed */
export function jsonText(column: string, member: string): RawBuilder<string | null> {
  // SQLite's operator binds no more than `||` does.
  return words({
    sqlite: sql<string | null>`(${sql.ref(column)} ->> ${sql.lit(member)})`,
    postgres: sql<string | null>`((${sql.ref(column)}::json ->> ${sql.lit(member)}) collate "C")`,
  })
}

/** The same of a member of a member. */
export function jsonTextIn(column: string, outer: string, member: string): RawBuilder<string | null> {
  return words({
    sqlite: sql<string | null>`(${sql.ref(column)} ->> ${sql.lit(`$.${outer}.${member}`)})`,
    postgres: sql<string | null>`((${sql.ref(column)}::json -> ${sql.lit(outer)} ->> ${sql.lit(member)}) collate "C")`,
  })
}

/** The same of a member that is a number. */
export function jsonNumber(column: string, member: string): RawBuilder<number | null> {
  return words({
    sqlite: sql<number | null>`(${sql.ref(column)} ->> ${sql.lit(member)})`,
    postgres: sql<number | null>`((${sql.ref(column)}::json ->> ${sql.lit(member)})::double precision)`,
  })
}

/** The same of a member that is yes or no: 1 or 0. */
export function jsonFlag(column: string, member: string): RawBuilder<number | null> {
  return words({
    sqlite: sql<number | null>`(${sql.ref(column)} ->> ${sql.lit(member)})`,
    postgres: sql<number | null>`((${sql.ref(column)}::json ->> ${sql.lit(member)})::boolean::int)`,
  })
}

/** A table with one column, `value`: the texts of a JSON list that is given, or stands in a column. It wants an alias. */
export function jsonElements(list: RawBuilder<unknown>): RawBuilder<unknown> {
  return words({
    sqlite: sql`json_each(${list})`,
    postgres: sql`lateral (select value collate "C" as value from json_array_elements_text((${list})::json) as member)`,
  })
}

/** The same of a JSON list of numbers. */
export function jsonNumbers(list: RawBuilder<unknown>): RawBuilder<unknown> {
  return words({
    sqlite: sql`json_each(${list})`,
    postgres: sql`lateral (select value::double precision as value from json_array_elements_text((${list})::json) as member)`,
  })
}
