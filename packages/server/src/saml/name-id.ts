import type { Element } from '@xmldom/xmldom'
import type { NameId } from '../sessions/sso-session.ts'
import { xmlAttributes, xmlText } from './written-xml.ts'
import { attributeOf, elementsNamed, namespaces, textOf } from './xml.ts'

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/** Reads a `NameID`. @throws {SamlError} `saml-malformed` */
export function readNameId(element: Element): NameId {
  return {
    value: textOf(element),
    format: attributeOf(element, 'Format'),
    nameQualifier: attributeOf(element, 'NameQualifier'),
    spNameQualifier: attributeOf(element, 'SPNameQualifier'),
  }
}

/** The one `NameID` within an element; `undefined` where there is none, or several. */
export function nameIdWithin(parent: Element): NameId | undefined {
  const [element, ...others] = elementsNamed(parent, namespaces.assertion, 'NameID')
  return element === undefined || others.length > 0 ? undefined : readNameId(element)
}

/** A `NameID` as it was read. */
export function nameIdXml({ value, format, nameQualifier, spNameQualifier }: NameId): string {
  const attributes = xmlAttributes({ Format: format, NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier })
  return `<saml:NameID xmlns:saml="${namespaces.assertion}"${attributes}>${xmlText(value)}</saml:NameID>`
}

/**
 * Whether two names of one provider are one (SAML 2.0 Core §3.3.4): character by character, in the same format, by the same
 * qualifiers. What one of the two leaves open is no difference.
 */
export function isSameName(one: NameId, other: NameId): boolean {
  const agree = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b
  const said = (format: string | undefined) => (format === unspecified ? undefined : format)
  return (
    one.value === other.value &&
    agree(said(one.format), said(other.format)) &&
    agree(one.nameQualifier, other.nameQualifier) &&
    agree(one.spNameQualifier, other.spNameQualifier)
  )
}
