import { KeyStoreError } from './key-store-error.ts'

/** One part of a distinguished name: `['CN', 'orgA']`. */
export type NamePart = readonly [type: string, value: string]

/** A distinguished name, in the order in which a certificate is to have its parts. */
export type Subject = readonly NamePart[]

/** A part as the X.509 library takes it: each type by its number, each value in the string type that it is kept in. */
export type EncodedNamePart = Record<string, EncodedValue[]>

type EncodedValue =
  | { readonly utf8String: string }
  | { readonly printableString: string }
  | { readonly ia5String: string }

const numbers: ReadonlyMap<string, string> = new Map([
  ['CN', '2.5.4.3'],
  ['SN', '2.5.4.4'],
  ['SERIALNUMBER', '2.5.4.5'],
  ['C', '2.5.4.6'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['STREET', '2.5.4.9'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['T', '2.5.4.12'],
  ['GN', '2.5.4.42'],
  ['DC', '0.9.2342.19200300.100.1.25'],
  ['UID', '0.9.2342.19200300.100.1.1'],
  ['E', '1.2.840.113549.1.9.1'],
  ['EMAILADDRESS', '1.2.840.113549.1.9.1'],
])

/**
 * Reads a subject as people write it: `C=US, O=Acme, CN=orgA`, or as OpenSSL takes it, `/C=US/O=Acme/CN=orgA`. In a value
 * a separator follows a backslash.
 * @throws {KeyStoreError} `name-not-acceptable`
 */
export function readSubject(text: string): Subject {
  const separator = text.startsWith('/') ? '/' : ','
  const parts = splitAt(separator, separator === '/' ? text.slice(1) : text)
  return parts.map((part) => {
    const [, type = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? []
    const named = [type.trim(), value.trim()] as const
    numberOf(named)
    return named
  })
}

/** A subject as the X.509 library takes it. @throws {KeyStoreError} `name-not-acceptable` */
export function encodedSubject(subject: Subject): EncodedNamePart[] {
  return subject.map((part) => ({ [numberOf(part)]: [encodedValue(part)] }))
}

function numberOf([type, value]: NamePart): string {
  const number = /^[0-2](?:\.[0-9]+)+$/.test(type) ? type : numbers.get(type.toUpperCase())
  if (number !== undefined && value !== '') return number
  throw new KeyStoreError(
    'name-not-acceptable',
    `“${type}=${value}” is no part of a subject. Write one like this: C=US, O=Acme, CN=orgA`,
  )
}

/** UTF-8, but for the two that RFC 5280 has in ASCII. The library's own reading of quotes and backslashes is passed by. */
function encodedValue(part: NamePart): EncodedValue {
  const [, value] = part
  const number = numberOf(part)
  // Salesforce has three letters for the country; so the length of it is nobody's business.
  if (number === numbers.get('C') && /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)) return { printableString: value }
  const isAscii = number === numbers.get('E') || number === numbers.get('DC')
  return isAscii && /^\p{ASCII}*$/u.test(value) ? { ia5String: value } : { utf8String: value }
}

function splitAt(separator: string, text: string): readonly string[] {
  const parts = ['']
  for (const [piece] of text.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (piece === separator) parts.push('')
    else parts.push((parts.pop() ?? '') + (piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece))
  }
  return parts
}
