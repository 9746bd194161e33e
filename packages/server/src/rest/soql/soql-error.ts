import { RestError } from '../error.ts'

/** The text of a query, to tell where in it something is wrong. */
export interface QueryText {
  readonly soql: string
}

/** What is wrong with a query, by Salesforce's code. */
export type QueryProblem = 'INVALID_FIELD' | 'INVALID_TYPE' | 'INVALID_QUERY_FILTER_OPERATOR' | 'MALFORMED_QUERY'

/** Refuses a query. @param token what in the text is wrong; its first appearance is pointed at */
export function queryError(errorCode: QueryProblem, { soql }: QueryText, message: string, token?: string): RestError {
  const at = token === undefined || token.length > longestToken ? undefined : placeOf(soql, token)
  const said = at === undefined ? message : `${pointedAt(soql, at)}${message}`
  return new RestError({ reason: 'query-refused', facts: { errorCode, message: said, problem: message } })
}

/** Refuses a query for what stands at a place of it. */
export function queryErrorAt(errorCode: QueryProblem, { soql }: QueryText, message: string, at: number): RestError {
  const said = `${pointedAt(soql, at)}${message}`
  return new RestError({ reason: 'query-refused', facts: { errorCode, message: said, problem: message } })
}

// No name is longer; looking for one that is could take long.
const longestToken = 300

/** Where a word first stands by itself, outside of texts in quotes. */
function placeOf(soql: string, token: string): number | undefined {
  const bare = soql.replace(/'(?:\\.|[^'\\])*'/gs, (text) => ' '.repeat(text.length))
  const word = token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const found = new RegExp(`(?<![\\w.])${word}(?!\\w)`, 'i').exec(bare) ?? new RegExp(word, 'i').exec(bare)
  return found?.index
}

// Characters of the line that are shown before and after the place.
const before = 35
const after = 45

/** Salesforce's three lines: some of the query, an arrow below the place, and row and column. */
function pointedAt(soql: string, at: number): string {
  const lineStart = soql.lastIndexOf('\n', at - 1) + 1
  const nextLine = soql.indexOf('\n', at)
  const lineEnd = nextLine < 0 ? soql.length : nextLine
  const from = Math.max(lineStart, at - before)
  const excerpt = soql.slice(from, Math.min(lineEnd, at + after))
  const row = soql.slice(0, at).split('\n').length
  const column = at - lineStart + 1
  return `\n${excerpt}\n${' '.repeat(at - from)}^\nERROR at Row:${row}:Column:${column}\n`
}
