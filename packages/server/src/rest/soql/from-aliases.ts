import { queryErrorAt } from './soql-error.ts'

/** A name that FROM gives to what a relationship leads to: `a` in `FROM Contact c, c.Account a`. */
export interface FromAlias {
  /** The alias, or the name, of the object that the query is of, in small letters. */
  readonly root: string
  /** In small letters. */
  readonly name: string
  /** The relationships from there. */
  readonly path: readonly string[]
  /** The path as it was written. */
  readonly written: string
}

/** A query without the aliases of its FROM clauses, as long as it was, so that every place in it is the same. */
export interface WithoutAliases {
  readonly text: string
  readonly aliases: readonly FromAlias[]
}

const word = String.raw`(?!(?:all|for|group|having|limit|offset|order|update|using|where|with)\b)[a-z_]\w*`
const from = new RegExp(String.raw`\bfrom\s+(${word})(?:\s+(${word}))?(?=\s*,)`, 'gi')
const alias = new RegExp(String.raw`\s*,\s*([a-z_]\w*(?:\.\w+)+)\s+(${word})\b`, 'iy')

/**
 * Takes the old form of aliases out of a query (`FROM Contact c, c.Account a`), which the parser does not know.
 * @param bare the query with its texts made blank
 * @throws {RestError} `INVALID_TYPE` for one that begins at nothing that was named before it
 */
export function withoutAliases(soql: string, bare: string): WithoutAliases {
  const aliases: FromAlias[] = []
  let text = soql
  for (const { 0: clause, 1: object = '', 2: own, index } of bare.matchAll(from)) {
    const root = (own ?? object).toLowerCase()
    const named = new Map<string, readonly string[]>([object, own ?? object].map((name) => [name.toLowerCase(), []]))
    const begin = index + clause.length
    let end = begin
    for (;;) {
      alias.lastIndex = end
      const found = alias.exec(bare)
      if (found === null) break
      const [, written = '', name = ''] = found
      const [first = '', ...steps] = written.split('.')
      const before = named.get(first.toLowerCase())
      if (before === undefined) {
        const at = end + found[0].indexOf(written)
        throw queryErrorAt('INVALID_TYPE', { soql }, `sObject type '${written.slice(0, 80)}' is not supported.`, at)
      }
      const path = [...before, ...steps]
      named.set(name.toLowerCase(), path)
      aliases.push({ root, name: name.toLowerCase(), path, written })
      end = alias.lastIndex
    }
    if (end > begin) text = text.slice(0, begin) + text.slice(begin, end).replace(/\S/g, ' ') + text.slice(end)
  }
  return { text, aliases }
}
