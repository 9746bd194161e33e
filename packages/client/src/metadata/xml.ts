import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { MetadataError } from './metadata-error.ts'

const mostCharacters = 1_000_000
const parser = new XMLParser({
  // Read below: a document's own entities can be as long as memory, or a file of this machine.
  processEntities: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: true,
  cdataPropName: '#cdata',
  preserveOrder: true,
  removeNSPrefix: false,
})

/** What an element holds: its text, or its elements by name, those that come more than once as a list. */
export type XmlValue = string | { readonly [name: string]: XmlValue | readonly XmlValue[] }

/**
 * Reads a file of metadata whose outermost element is known. Only the five entities of XML and characters by number are
 * resolved; a document type is refused.
 * @throws {MetadataError} for what is no XML, is longer than a million characters, or is of another type
 */
export function readXml(text: string, file: string, root: string): XmlValue {
  const place = { file, path: root }
  if (text.length > mostCharacters) throw new MetadataError(place, 'The file is longer than a million characters.')
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new MetadataError(
      place,
      'The file has a document type or an entity of its own. Metadata has none: remove it.',
    )
  }
  const validity = XMLValidator.validate(text)
  if (validity !== true) {
    throw new MetadataError(
      place,
      `The file is no well-formed XML: see line ${validity.err.line}, column ${validity.err.col}.`,
    )
  }
  const document: unknown = parser.parse(text)
  const elements = nodesOf(document).filter((node) => !node.name.startsWith('#'))
  const [element] = elements
  if (element?.name !== root || elements.length > 1)
    throw new MetadataError(place, `The outermost element must be ${root}.`)
  return valueOfElement(element, place.file, root, 0)
}

interface Node {
  readonly name: string
  readonly value: unknown
}

function valueOfElement(element: Node, file: string, path: string, depth: number): XmlValue {
  if (depth > 8) throw new MetadataError({ file, path }, 'Elements are nested deeper than metadata is.')
  const nodes = nodesOf(element.value)
  const children = nodes.filter((node) => !node.name.startsWith('#'))
  const text = nodes.map((node) => textOfNode(node, { file, path })).join('')
  if (children.length === 0) return text
  if (text !== '') throw new MetadataError({ file, path }, 'There is text between elements.')
  const values = new Map<string, XmlValue[]>()
  for (const child of children) {
    const value = valueOfElement(child, file, `${path}.${child.name}`, depth + 1)
    const before = values.get(child.name)
    if (before === undefined) values.set(child.name, [value])
    else before.push(value)
  }
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]))
}

function textOfNode(node: Node, place: { readonly file: string; readonly path: string }): string {
  if (node.name === '#text') return withoutEntities(String(node.value), place)
  if (node.name !== '#cdata') return ''
  return nodesOf(node.value)
    .map((inner) => String(inner.value))
    .join('')
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function withoutEntities(text: string, place: { readonly file: string; readonly path: string }): string {
  return text.replace(/&([^;&\s]{0,12});?/g, (_whole, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name)
    const code = number === null ? undefined : Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10)
    if (code !== undefined && code > 0 && code <= 0x10_ff_ff) return String.fromCodePoint(code)
    const known = Object.hasOwn(entities, name) ? entities[name] : undefined
    if (known === undefined)
      throw new MetadataError(place, 'There is an entity that XML does not know. Write & as &amp;.')
    return known
  })
}

/** The parser gives each node as an object of one field: its name, and what it holds. */
function nodesOf(value: unknown): readonly Node[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return []
    return Object.entries(item)
      .filter(([name]) => name !== ':@')
      .map(([name, inner]: [string, unknown]) => ({ name, value: inner }))
  })
}
