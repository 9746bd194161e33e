import type { Document, Element, Node } from '@xmldom/xmldom'

/**
 * Reads an XML document. Document types, and with them entities, are refused.
 * @param mostTags so that no text makes more of itself than it is
 * @throws what `malformed` makes of what is wrong
 */
export async function readXml(
  text: string,
  mostTags: number,
  malformed: (problem: string) => Error,
): Promise<Element | undefined> {
  if (/<!DOCTYPE/i.test(text)) throw malformed('It has a document type, which is not taken')
  if (text.split('<').length > mostTags) throw malformed('It has too many elements')
  parser ??= loadParser()
  const { parseFromString } = await parser
  try {
    return parseFromString(text).documentElement ?? undefined
  } catch {
    throw malformed('It is no well-formed XML')
  }
}

// Loaded when first needed: most of what comes is none. Asking for a module again takes longer than reading a small document.
let parser: Promise<{ parseFromString(text: string): Document }> | undefined

async function loadParser(): NonNullable<typeof parser> {
  const { DOMParser } = await import('@xmldom/xmldom')
  const onError = (_: string, problem: string) => {
    throw new Error(problem)
  }
  // Nobody asks on which line something stood.
  const reader = new DOMParser({ onError, locator: false })
  return { parseFromString: (text) => reader.parseFromString(text, 'text/xml') }
}

/** The elements within one. */
export function elementsOf(parent: Element): readonly Element[] {
  const found: Element[] = []
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) if (isElement(node)) found.push(node)
  return found
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1
}
