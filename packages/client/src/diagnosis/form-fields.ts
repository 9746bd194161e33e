/** A field of a form or of a query string, decoded once. */
export interface FormField {
  readonly name: string
  readonly value: string
  /** Whether its value is no percent-encoded UTF-8, and so was left as it is. */
  readonly isMalformed: boolean
}

// More than any request of the protocol has.
const most = 200

/** Reads `name=value&name=value`. It never throws: what cannot be decoded is left as it is, and marked. */
export function readFields(text: string): readonly FormField[] {
  return text
    .split('&', most)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      const decoded = decode(value)
      return { name: decode(name) ?? name, value: decoded ?? value, isMalformed: decoded === undefined }
    })
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
