/**
 * A text as Java writes it into files: each UTF-16 unit for itself, so that a surrogate takes three bytes, and NUL as two.
 * (*Modified UTF-8*, java.io.DataInput.)
 */
export function encodeModifiedUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit > 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Uint8Array.from(bytes)
}

/** The text; `undefined` when the bytes are none that {@link encodeModifiedUtf8} makes. */
export function decodeModifiedUtf8(bytes: Uint8Array): string | undefined {
  const units: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0
    const length = first < 0x80 ? 1 : first >> 5 === 0b110 ? 2 : first >> 4 === 0b1110 ? 3 : 0
    const rest = bytes.subarray(at + 1, at + length)
    if (length === 0 || rest.length !== length - 1 || rest.some((byte) => byte >> 6 !== 0b10)) return undefined
    const lead = length === 1 ? first : first & (length === 2 ? 0x1f : 0x0f)
    units.push(String.fromCharCode(rest.reduce((unit, byte) => (unit << 6) | (byte & 0x3f), lead)))
    at += length
  }
  const text = units.join('')
  // A longer form than need be would be another spelling of the same name.
  return Buffer.from(encodeModifiedUtf8(text)).equals(bytes) ? text : undefined
}
