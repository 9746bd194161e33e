import type { Element } from '@xmldom/xmldom'

// Loaded when first needed, and asked for once.
let library: Promise<typeof import('xml-crypto')> | undefined

const xmlns = 'http://www.w3.org/2000/xmlns/'

/**
 * An element in the form that signatures are over (Exclusive XML Canonicalization 1.0, without comments), written by the signature
 * library from the tree that is read here: nobody parses the text a second time, and differently.
 * @param signature a child that is left out, as a signature leaves out itself (XML Signature §6.6.4)
 * @param inclusive prefixes whose declarations are written, used or not (`InclusiveNamespaces`)
 */
export async function canonicalText(
  element: Element,
  { signature, inclusive = [] }: { readonly signature?: Element; readonly inclusive?: readonly string[] } = {},
): Promise<string> {
  library ??= import('xml-crypto')
  const { ExclusiveCanonicalization } = await library
  const place = signature?.nextSibling ?? null
  if (signature !== undefined) element.removeChild(signature)
  try {
    return new ExclusiveCanonicalization().process(element, {
      inclusiveNamespacesPrefixList: [...inclusive],
      ancestorNamespaces: inclusive.flatMap((prefix) => inherited(element, prefix)),
    })
  } finally {
    if (signature !== undefined) element.insertBefore(signature, place)
  }
}

/** What a prefix stands for in an element that does not declare it itself. */
function inherited(element: Element, prefix: string): readonly { prefix: string; namespaceURI: string }[] {
  if (element.hasAttributeNS(xmlns, prefix)) return []
  for (let above = element.parentElement; above !== null; above = above.parentElement) {
    const namespaceURI = above.getAttributeNS(xmlns, prefix)
    if (namespaceURI !== null) return [{ prefix, namespaceURI }]
  }
  return []
}
