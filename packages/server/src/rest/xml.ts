import type { Element } from '@xmldom/xmldom'
import { elementsOf, readXml } from '../xml.ts'
import { RestError } from './error.ts'
import type { Json, JsonObject } from './json.ts'

// A record has some hundred fields; what refers to one by an external id is one level deeper.
const mostTagsOfRecord = 2000
const deepest = 3
const instances = 'http://www.w3.org/2001/XMLSchema-instance'

/**
 * The record in an XML body: an element per field, whatever the one around them is called, as in `<Account><Name>…`.
 * @throws {RestError} 400 `XML_PARSER_ERROR`
 */
export async function readXmlRecord(text: string): Promise<JsonObject> {
  const malformed = (problem: string) => new RestError({ reason: 'xml-malformed', facts: { problem } })
  const root = await readXml(text, mostTagsOfRecord, malformed)
  if (root === undefined) throw malformed('It is no well-formed XML')
  return membersOf(root, 1)

  function membersOf(element: Element, depth: number): JsonObject {
    if (depth > deepest) throw malformed('It has elements too deep in one another')
    const members = new Map<string, Json>()
    for (const child of elementsOf(element)) {
      const name = child.localName ?? ''
      if (members.has(name)) throw malformed(`It has the element ${name.slice(0, 80)} twice`)
      members.set(name, readValue(child, depth))
    }
    return Object.fromEntries(members)
  }

  function readValue(element: Element, depth: number): Json {
    const nil = element.getAttributeNS(instances, 'nil')
    if (nil === 'true' || nil === '1') return null
    return elementsOf(element).length > 0 ? membersOf(element, depth + 1) : (element.textContent ?? '')
  }
}
