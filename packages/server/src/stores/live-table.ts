import { type RawBuilder, sql } from 'kysely'
import type { Asker } from '../rest/record.ts'

/** An object that the org is made of, as a table whose columns are called as its fields are. */
export type LiveTable = (asker: Asker) => RawBuilder<unknown>

/** The last six characters of two ids, behind a prefix: the id of what stands between two records. */
export const pairId = (prefix: string, one: RawBuilder<unknown>, other: RawBuilder<unknown>) =>
  sql`${sql.lit(prefix)} || substr(${one}, 10, 6) || substr(${other}, 10, 6)`

/** The id of what there is one of for each record, such as an app's place in the menu: its number behind another prefix. */
export const idBehind = (prefix: string, id: string) => sql`${sql.lit(prefix)} || substr(${sql.ref(id)}, 4, 12)`

/** What is the same in every row that stands for metadata. */
export const ofMetadata = sql`'en_US' as "Language", null as "NamespacePrefix"`
