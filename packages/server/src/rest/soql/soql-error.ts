import { RestError } from '../error.ts'

/** The text of a query, to tell where in it something is wrong. */
export interface QueryText {
  readonly soql: string
}

/** What is wrong with a query, by Salesforce's code. */
export type QueryProblem = 'INVALID_FIELD' | 'INVALID_TYPE' | 'INVALID_QUERY_FILTER_OPERATOR' | 'MALFORMED_QUERY'

/**
 * Refuses a query.
 * @param token what in the text is wrong; its first appearance is pointed at
 * @param from where in the text it is looked for first
 */
export function queryError(
  errorCode: QueryProblem,
  { soql }: QueryText,
  message: string,
  token?: string,
  from = 0,
): RestError {
  const at = token === undefined || token.length > longestToken ? undefined : placeOf(soql, token, from)
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

/** A query with its texts made blank, as long as it was. */
function withoutTexts(soql: string): string {
  return soql.replace(/'(?:\\.|[^'\\])*'/gs, (text) => ' '.repeat(text.length))
}

/** Where a word first stands by itself, outside of texts in quotes: from a place on, or else anywhere. */
function placeOf(soql: string, token: string, from: number): number | undefined {
  const bare = withoutTexts(soql)
  const word = token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const itself = new RegExp(`(?<![\\w.])${word}(?!\\w)`, 'gi')
  itself.lastIndex = from
  const later = itself.exec(bare)
  itself.lastIndex = 0
  return (later ?? itself.exec(bare) ?? new RegExp(word, 'i').exec(bare))?.index
}

/** A clause of a query, by the word that it begins with. */
export type Clause = 'WHERE' | 'GROUP' | 'HAVING' | 'ORDER'

/** Where a clause of the whole query begins, outside of parentheses; at its start, when it has none. */
export function placeOfClause({ soql }: QueryText, clause: Clause): number {
  let depth = 0
  for (const { 0: found, index } of withoutTexts(soql).matchAll(/[()]|\b(?:WHERE|GROUP|HAVING|ORDER)\b/gi)) {
    if (found === '(') depth++
    else if (found === ')') depth--
    else if (depth === 0 && found.toUpperCase() === clause) return index
  }
  return 0
}

/** Where an AND or OR of a clause stands, not counting those of queries in it. @param nth how many stand before it there */
export function placeOfOperator({ soql }: QueryText, start: number, nth: number): number {
  const bare = withoutTexts(soql).slice(start)
  let inQuery = 0
  let passed = 0
  for (const { 0: found, index } of bare.matchAll(/\(\s*SELECT\b|[()]|\b(?:AND|OR)\b/gi)) {
    if (found === ')') inQuery -= inQuery > 0 ? 1 : 0
    else if (found.startsWith('(')) inQuery += inQuery > 0 || found.length > 1 ? 1 : 0
    else if (inQuery === 0 && passed++ === nth) return start + index
  }
  return start
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
