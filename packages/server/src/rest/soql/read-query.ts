import type { parseQuery, Query } from '@jetstreamapp/soql-parser-js'
import { type FromAlias, withoutAliases } from './from-aliases.ts'
import { queryError, queryErrorAt } from './soql-error.ts'

// Salesforce's own limit of a query's length, in characters.
const longest = 100_000
// Parentheses within parentheses: a parser calls itself for each.
const deepest = 60

/** A query, parsed, and the aliases of its FROM clauses besides the first of each. */
export interface ReadQuery {
  readonly query: Query
  readonly aliases: readonly FromAlias[]
}

/**
 * Parses a query.
 * @throws {RestError} 400 `MALFORMED_QUERY`, with row and column where they are known
 */
export async function readQuery(soql: string): Promise<ReadQuery> {
  if (soql.length > longest) {
    throw queryError('MALFORMED_QUERY', { soql }, `SOQL statements cannot be longer than ${longest} characters.`)
  }
  const ready = parsed.get(soql)
  if (ready !== undefined) return ready
  const bare = withoutTexts(soql)
  const tooDeep = placeBeyond(bare, deepest)
  if (tooDeep !== undefined) {
    throw queryErrorAt('MALFORMED_QUERY', { soql }, 'SOQL statement is too complicated', tooDeep)
  }
  // Loaded when first needed: it takes longer than all the rest of a start, and most starts need none of it.
  const { parseQuery: parse } = await import('@jetstreamapp/soql-parser-js')
  const { text, aliases } = withoutAliases(soql, bare)
  try {
    const read = { query: withOffset(parse, text, bare), aliases }
    if (soql.length <= longestKept) keep(soql, read)
    return read
  } catch (error) {
    throw explained({ soql, text, bare }, error, parse)
  }
}

type Parse = typeof parseQuery

// The parser takes OFFSET for one more condition where no LIMIT stands between it and WHERE.
const offsetAlone = /\boffset(?<!\blimit\s{1,20}\d{1,20}\s{1,20}offset)\s{1,20}(\d{1,9})(?=\s*$)/i

function withOffset(parse: Parse, text: string, bare: string): Query {
  const found = offsetAlone.exec(bare)
  if (found === null) return parse(readable(text))
  return { ...parse(readable(text.slice(0, found.index))), offset: Number(found[1]) }
}

// Parsing takes longer than most queries do. What is kept is of the text alone, and nobody changes it.
const parsed = new Map<string, ReadQuery>()
const mostKept = 200
const longestKept = 2000

function keep(soql: string, read: ReadQuery): void {
  const oldest = parsed.size < mostKept ? undefined : parsed.keys().next().value
  if (oldest !== undefined) parsed.delete(oldest)
  parsed.set(soql, read)
}

// Spaces, texts, words with the number of a date literal, dates and times, numbers, signs.
const lexeme =
  /\s+|'(?:\\.|[^'\\])*'|[A-Za-z]\w*(?::\d+)?|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|[+-]?(?:\d+\.?\d*|\.\d+)|[(),.=]|[<>]=?|!=/sy

/**
 * The query with the contents of its texts made blank, as long as it was. What is not of SOQL at all is refused here: the
 * parser's own lexer takes half a minute over a hundred thousand characters that it does not know.
 */
function withoutTexts(soql: string): string {
  let bare = ''
  for (let at = 0; at < soql.length; at = bare.length) {
    lexeme.lastIndex = at
    const found = lexeme.exec(soql)?.[0]
    if (found === undefined) throw queryErrorAt('MALFORMED_QUERY', { soql }, strangerAt(soql, at), at)
    bare += found.startsWith("'") ? `'${' '.repeat(found.length - 2)}'` : found
  }
  return bare
}

/** The query as the parser can read it: in texts it knows no ends of lines. */
function readable(soql: string): string {
  return soql.trim().replace(/'(?:\\.|[^'\\])*'/gs, (text) =>
    text.replace(/\\?([\n\r\u2028\u2029])/g, (_, end: string) => {
      return `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`
    }),
  )
}

function strangerAt(soql: string, at: number): string {
  const [character = ''] = soql.slice(at, at + 2)
  if (character === "'") return 'unterminated string literal'
  if (/^:\s*[A-Za-z_]/.test(soql.slice(at, at + 80))) return 'Bind variables only allowed in Apex code'
  return `unexpected character: '${character}'`
}

function placeBeyond(bare: string, depth: number): number | undefined {
  let open = 0
  for (const { 0: parenthesis, index } of bare.matchAll(/[()]/g)) {
    open += parenthesis === '(' ? 1 : -1
    if (open > depth) return index
  }
  return undefined
}

/** A query as it came, as the parser was given it, and without its texts: every place is the same in all three. */
interface Unread {
  readonly soql: string
  readonly text: string
  readonly bare: string
}

/** The parser tells what it found in words alone; where that stands has to be looked for. */
function explained({ soql, text, bare }: Unread, error: unknown, parse: Parse): Error {
  const token = foundBy(error)
  if (token === '') return queryErrorAt('MALFORMED_QUERY', { soql }, "unexpected token: '<EOF>'", soql.trimEnd().length)
  const places = placesOf(bare, token)
  const isHere = (place: number) => foundBy(problemOf(text.slice(0, place + token.length), parse)) === token
  const place = (places.length <= mostTried ? places.find(isHere) : undefined) ?? places.at(-1)
  const at = place ?? Math.max(0, soql.lastIndexOf(token))
  return queryErrorAt('MALFORMED_QUERY', { soql }, `unexpected token: '${token.slice(0, 40)}'`, at)
}

// How often a query is parsed again, as far as each place of a word that is wrong somewhere.
const mostTried = 10

function problemOf(soql: string, parse: Parse): unknown {
  try {
    parse(readable(soql))
    return undefined
  } catch (error) {
    return error
  }
}

/** The token that the parser did not expect; none where the text was over. */
function foundBy(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const at = message.search(/found(?: -->|:)/)
  const found = at < 0 ? undefined : /^found(?: -->|:) *'{0,2}([^\s']*)/.exec(message.slice(at, at + longestToken))
  return found?.[1] ?? ''
}

const longestToken = 300

function placesOf(bare: string, token: string): readonly number[] {
  const wanted = token.toLowerCase()
  const words = [...bare.matchAll(/[\w.]+|[^\s\w]/g)]
  return words.filter(({ 0: word }) => word.toLowerCase() === wanted).map(({ index }) => index)
}
