import { type RawBuilder, sql } from 'kysely'
import { words } from './words.ts'

/** A text that is given, as one that compares and sorts by its bytes. */
export function givenText(text: string): RawBuilder<string> {
  return words({
    sqlite: sql<string>`${text}`,
    postgres: sql<string>`(${text}::text collate "C")`,
  })
}

/** A number that is given, whole or not. */
export function givenNumber(number: number): RawBuilder<number> {
  return words({
    sqlite: sql<number>`${number}`,
    postgres: sql<number>`${number}::double precision`,
  })
}

/** Whether a text has another in it. */
export function hasWithin(text: RawBuilder<unknown>, part: RawBuilder<unknown>): RawBuilder<boolean> {
  return words({
    sqlite: sql<boolean>`instr(${text}, ${part}) > 0`,
    postgres: sql<boolean>`strpos(${text}, ${part}) > 0`,
  })
}
