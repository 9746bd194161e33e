import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js'
import { type QueryProblem, queryError, queryErrorAt } from './soql-error.ts'

// Salesforce's own limit of a query's length, in characters.
const longest = 100_000
// Parentheses within parentheses: a parser calls itself for each.
const deepest = 60

/**
 * Parses a query.
 * @throws {RestError} 400 `MALFORMED_QUERY`, with row and column where they are known
 */
export function readQuery(soql: string): Query {
  const text = { soql }
  const problem: QueryProblem = 'MALFORMED_QUERY'
  if (soql.length > longest) {
    throw queryError(problem, text, `SOQL statements cannot be longer than ${longest} characters.`)
  }
  const bare = withoutTexts(soql)
  const colon = /:\s*[A-Za-z_]/.exec(bare)
  if (colon !== null) throw queryErrorAt(problem, text, 'Bind variables only allowed in Apex code', colon.index)
  const tooDeep = placeBeyond(bare, deepest)
  if (tooDeep !== undefined) throw queryErrorAt(problem, text, 'SOQL statement is too complicated', tooDeep)
  const ready = parsed.get(soql)
  if (ready !== undefined) return ready
  try {
    const query = parseQuery(soql.trim())
    if (soql.length <= longestKept) keep(soql, query)
    return query
  } catch (error) {
    throw explained(text.soql, bare, error)
  }
}

// Parsing takes longer than most queries do. What is kept is of the text alone, and nobody changes it.
const parsed = new Map<string, Query>()
const mostKept = 200
const longestKept = 2000

function keep(soql: string, query: Query): void {
  const oldest = parsed.size < mostKept ? undefined : parsed.keys().next().value
  if (oldest !== undefined) parsed.delete(oldest)
  parsed.set(soql, query)
}

/** The query with the contents of its texts made blank, as long as it was. */
function withoutTexts(soql: string): string {
  return soql.replace(/'(?:\\.|[^'\\])*'/gs, (text) => `'${' '.repeat(text.length - 2)}'`)
}

function placeBeyond(bare: string, depth: number): number | undefined {
  let open = 0
  for (const { 0: parenthesis, index } of bare.matchAll(/[()]/g)) {
    open += parenthesis === '(' ? 1 : -1
    if (open > depth) return index
  }
  return undefined
}

/** The parser tells what it found in words alone; where that stands has to be looked up. */
function explained(soql: string, bare: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : ''
  const text = { soql }
  const offset = /unexpected character: ->(.)<- at offset: (\d+)/s.exec(message)
  if (offset !== null) {
    const indent = soql.length - soql.trimStart().length
    const said = offset[1] === "'" ? 'unterminated string literal' : `unexpected character: '${offset[1]}'`
    return queryErrorAt('MALFORMED_QUERY', text, said, indent + Number(offset[2]))
  }
  const found = /(?:found -->|found:) ?'?([^'\n]*?)'?(?: <--)?\s*$/
    .exec(message.trimEnd())?.[1]
    ?.replace(/^'|'.*$/g, '')
  const token = found?.split(' ')[0] ?? ''
  if (token === '') return queryErrorAt('MALFORMED_QUERY', text, "unexpected token: '<EOF>'", soql.trimEnd().length)
  const at = lastPlaceOf(bare, token)
  return queryErrorAt('MALFORMED_QUERY', text, `unexpected token: '${token.slice(0, 40)}'`, at)
}

function lastPlaceOf(bare: string, token: string): number {
  const words = [...bare.matchAll(/[\w.]+|[^\s\w]/g)].filter(
    ({ 0: word }) => word.toLowerCase() === token.toLowerCase(),
  )
  return words.at(-1)?.index ?? Math.max(0, bare.toLowerCase().lastIndexOf(token.toLowerCase()))
}
