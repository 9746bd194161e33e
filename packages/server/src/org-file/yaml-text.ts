import { type Alias, Composer, CST, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, Parser } from 'yaml'

/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The way from the top of a file down to a value: names of fields, and numbers of list entries from 0. */
export type Path = readonly (string | number)[]

/** Something wrong with the text itself. */
export interface TextMistake {
  readonly path: Path
  readonly place: Place
  readonly message: string
}

/** A text of YAML (and so of JSON) taken apart: its value, and where each part of it stands. */
export interface YamlText {
  readonly value: unknown
  readonly mistakes: readonly TextMistake[]
  /** Where a value stands; for one that is not there, the innermost that is. */
  placeOf(path: Path): Place
  /** Where the name of a field stands. */
  placeOfField(path: Path): Place
}

// An org file is written by people. These keep a hostile one from costing more than a moment.
const limits = { characters: 1_048_576, lexemes: 250_000, depth: 50, references: 200, nodes: 100_000 } as const

const top: Place = { line: 1, column: 1 }

/** Takes a text of YAML apart. Whatever the text, it takes time in proportion to its length, and never throws. */
export function readYaml(text: string): YamlText {
  if (text.length > limits.characters) return unreadable(top, 'The file is longer than a million characters.')
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const tokens = tokensOf(text, lines)
  if (!tokens.ok) return unreadable(place(tokens.offset), tokens.message)
  // Its own look for repeated names compares each with each; ours is below.
  const documents = [
    ...new Composer({ uniqueKeys: false, logLevel: 'silent' }).compose(tokens.tokens, true, text.length),
  ]
  const [first, second] = documents
  if (first === undefined || first.contents === null) return unreadable(top, 'The file is empty.')
  if (second !== undefined) return unreadable(place(second.range[0]), 'The file holds more than one document (---).')
  const document = first
  const mistakes: TextMistake[] = [...document.errors, ...document.warnings].map((error) => ({
    path: [],
    place: place(error.pos[0]),
    message: notYaml(error),
  }))
  if (mistakes.length > 0) return { ...unreadable(top, ''), mistakes }

  const resolved = new Map<Alias, unknown>()
  const expanding = new Set<unknown>()
  let nodes = 0
  const value = plain(document.contents, [])
  return {
    value: nodes > limits.nodes ? undefined : value,
    mistakes,
    placeOf: (path) => place(offsetOf(innermost(path).node)),
    placeOfField: (path) => {
      const { node, key, depth } = innermost(path)
      return place(offsetOf(depth === path.length ? (key ?? node) : node))
    },
  }

  function plain(node: unknown, path: Path): unknown {
    nodes += 1
    if (nodes > limits.nodes || path.length > limits.depth || expanding.has(node)) {
      if (nodes <= limits.nodes + 1) report(node, path, 'With its aliases (*name) written out, the file is too long.')
      nodes = Math.max(nodes, limits.nodes + 1)
      return undefined
    }
    if (isScalar(node)) return node.value
    if (isAlias(node)) return within(node, () => plain(target(node), path))
    if (isSeq(node)) return within(node, () => node.items.map((item, number) => plain(item, [...path, number])))
    if (!isMap(node)) return null
    const fields = new Map<string, unknown>()
    for (const pair of node.items) {
      const name = isScalar(pair.key) && pair.key.value !== null ? String(pair.key.value) : undefined
      if (name === undefined) report(pair.key, path, 'The name of a field must be one line of text.')
      else if (fields.has(name)) report(pair.key, [...path, name], `The field “${excerpt(name)}” is here twice.`)
      else
        fields.set(
          name,
          within(node, () => plain(pair.value, [...path, name])),
        )
    }
    return Object.fromEntries(fields)
  }

  /** A collection that comes up within itself would never end. */
  function within<Result>(node: unknown, work: () => Result): Result {
    expanding.add(node)
    const result = work()
    expanding.delete(node)
    return result
  }

  /** What an alias stands for; looked for once, because each look goes through the whole document. */
  function target(alias: Alias): unknown {
    if (!resolved.has(alias)) resolved.set(alias, alias.resolve(document))
    return resolved.get(alias)
  }

  function innermost(path: Path): Found {
    let found: Found = { node: document.contents, key: undefined, depth: 0 }
    for (const step of path) {
      const node = isAlias(found.node) ? target(found.node) : found.node
      const depth = found.depth + 1
      if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
        found = { node: node.items[step], key: undefined, depth }
        continue
      }
      const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined
      if (pair === undefined) return found
      found = { node: pair.value ?? pair.key, key: pair.key, depth }
    }
    return found
  }

  function report(node: unknown, path: Path, message: string): void {
    mistakes.push({ path, place: place(offsetOf(node)), message })
  }
}

/** What the parser says, without the piece of the text it quotes: that may be a password. */
function notYaml({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'TAG_RESOLVE_FAILED') return 'This is not YAML: text that begins with ! needs quotes.'
  return `This is not YAML: ${excerpt(message.split(': ')[0] ?? '')}.`
}

type Tokens =
  | { readonly ok: true; readonly tokens: readonly CST.Token[] }
  | { readonly ok: false; readonly offset: number; readonly message: string }

/** Reads the text into tokens, and stops as soon as it is too much: what comes after would take more than linear time. */
function tokensOf(text: string, lines: LineCounter): Tokens {
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  const tooMuch = (message: string): Tokens => ({ ok: false, offset: parser.offset, message })
  let lexemes = 0
  let references = 0
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1
    const type = CST.tokenType(lexeme)
    if (type === 'anchor' || type === 'alias') references += 1
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (lexemes > limits.lexemes) return tooMuch('The file has too many parts.')
    if (references > limits.references) return tooMuch('The file has too many anchors (&name) and aliases (*name).')
    if (parser.stack.length > limits.depth) return tooMuch('Lists and fields are nested too deep.')
  }
  for (const token of parser.end()) tokens.push(token)
  return { ok: true, tokens }
}

interface Found {
  readonly node: unknown
  readonly key: unknown
  /** How many steps of the path there were. */
  readonly depth: number
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
}

/** Enough of a text to know it by. */
export function excerpt(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function unreadable(place: Place, message: string): YamlText {
  return { value: undefined, mistakes: [{ path: [], place, message }], placeOf: () => place, placeOfField: () => place }
}
