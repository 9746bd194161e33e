import type { Element } from '@xmldom/xmldom'
import { elementsOf, readXml } from '../xml.ts'
import { malformed } from './saml-error.ts'

/** The namespaces of what is read here. */
export const namespaces = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const

// An assertion has some thirty elements of some ten levels; with a certificate and many attributes a hundred.
const longest = 100_000
const mostTags = 2000
const mostAttributes = 2000
const deepest = 32

/**
 * Reads XML as strictly as nothing of an assertion needs more. There is no document type and so no entity but the five, no
 * comment, processing instruction or CDATA section that two readers could see differently, and nothing outgrows its text.
 * @throws {SamlError} `saml-malformed`
 */
export async function readStrictXml(text: string): Promise<Element> {
  checkText(text)
  // The parser's words would quote the assertion, which must not be kept.
  const root = await readXml(text, mostTags, () => malformed('it is no well-formed XML'))
  if (root === undefined) throw malformed('it is no well-formed XML')
  checkTree(root)
  return root
}

/** What can be said of the text before a parser sees it. */
function checkText(text: string): void {
  if (text.length > longest) throw malformed(`it is longer than ${longest} characters`)
  const document = text.replace(/^\uFEFF?\s*<\?xml\s[^?<>]*\?>/, '')
  if (/<!DOCTYPE/i.test(document)) throw malformed('it has a document type, which is not taken')
  if (document.includes('<!--')) throw malformed('it has a comment, which is not taken')
  if (document.includes('<!')) throw malformed('it has a CDATA section or a declaration, which is not taken')
  if (document.includes('<?')) throw malformed('it has a processing instruction, which is not taken')
  if (/&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/.test(document)) {
    throw malformed('it has an entity that is not one of the five of XML')
  }
  const references = [...document.matchAll(/&#(x?)([0-9a-fA-F]+);/g)]
  const codes = references.map(([, hex, digits = '']) => Number.parseInt(digits, hex === 'x' ? 16 : 10))
  if (!isXmlText(document) || !codes.every(isXmlCharacter)) throw malformed('it has a character that XML does not know')
  if (document.split('<').length > mostTags) throw malformed('it has too many elements')
  if ((document.match(/=\s*["']/g) ?? []).length > mostAttributes) throw malformed('it has too many attributes')
}

// XML 1.0 §2.2
function isXmlText(text: string): boolean {
  return text.isWellFormed() && !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)
}

function isXmlCharacter(code: number): boolean {
  return code <= 0x10_ff_ff && isXmlText(String.fromCodePoint(code))
}

/** How deep it goes, and that each ID is one element's: without recursion, so that no depth is too deep for it. */
function checkTree(root: Element): void {
  const ids = new Set<string>()
  for (const { element, depth } of walk(root)) {
    if (depth > deepest) throw malformed('it has elements too deep in one another')
    const { attributes } = element
    for (let index = 0; index < attributes.length; index++) {
      const attribute = attributes.item(index)
      if (attribute === null || !/^id$/i.test(attribute.localName ?? '')) continue
      if (ids.has(attribute.value)) throw malformed('it has one ID twice')
      ids.add(attribute.value)
    }
  }
}

/** An element and everything below it, in the order of the document. */
export function* walk(root: Element): Generator<{ readonly element: Element; readonly depth: number }> {
  const open = [{ element: root, depth: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    const depth = next.depth + 1
    open.push(
      ...elementsOf(next.element)
        .map((element) => ({ element, depth }))
        .reverse(),
    )
  }
}

/** The elements within one that have a name. */
export function elementsNamed(parent: Element, namespace: string, name: string): readonly Element[] {
  return elementsOf(parent).filter((element) => isNamed(element, namespace, name))
}

/** Whether an element has a name. */
export function isNamed({ namespaceURI, localName }: Element, namespace: string, name: string): boolean {
  return namespaceURI === namespace && localName === name
}

/**
 * The whole text of an element that has nothing else within, without blanks around it.
 * @throws {SamlError} when there are elements within: text would be torn apart
 */
export function textOf(element: Element): string {
  if (elementsOf(element).length > 0) throw malformed(`its ${element.localName} has elements in its text`)
  return (element.textContent ?? '').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
}

/** An attribute without a prefix; `undefined` when it is not there. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.hasAttributeNS(null, name) ? (element.getAttributeNS(null, name) ?? undefined) : undefined
}
