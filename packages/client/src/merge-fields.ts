import { type FormulaFields, htmlEncoded } from './formula.ts'
import { NamedCredentialError } from './named-credential-error.ts'

/** Where a merge field stands: HTMLENCODE is for bodies only. */
export type MergePlace = 'header' | 'body'

// A formula in a request is a field, or HTMLENCODE of one: Salesforce allows no other function there, and no other place.
const mergeField = /\{!\s*(?:(HTMLENCODE)\s*\(\s*(\$Credential(?:\.\w+)+)\s*\)|(\$Credential(?:\.\w+)+))\s*\}/gi

/**
 * Puts values in the place of `{!$Credential.OAuthToken}` and the others in a text of a request. What is put in is never
 * read again, so a value that looks like a merge field stays a value. Everything else in braces is left as it is.
 * @throws {NamedCredentialError} `merge-field-unknown` or `merge-field-empty` by way of the fields, `header-invalid` for
 *   HTMLENCODE in a header and for a value with a line break there
 */
export async function mergeFields(text: string, place: MergePlace, fields: FormulaFields): Promise<string> {
  let result = ''
  let at = 0
  for (const found of text.matchAll(mergeField)) {
    const [whole, encode, encodedName, plainName] = found
    if (encode !== undefined && place === 'header') {
      throw new NamedCredentialError('header-invalid', 'HTMLENCODE is for bodies. Leave it out of the header.')
    }
    const value = await fields.find(encodedName ?? plainName ?? '')
    if (place === 'header') refuseLineBreaks(value)
    result += text.slice(at, found.index) + (encode === undefined ? value : htmlEncoded(value))
    at = found.index + whole.length
  }
  return result + text.slice(at)
}

/** Refuses a header value that would begin another header.
 *  @throws {NamedCredentialError} `header-invalid` */
export function refuseLineBreaks(value: string): void {
  if (/[\r\n\0]/.test(value)) {
    throw new NamedCredentialError(
      'header-invalid',
      'A value for a header has a line break in it, which would begin another header. Take it out of the secret or field.',
    )
  }
}
