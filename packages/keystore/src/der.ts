import * as asn1 from 'asn1js'
import { KeyStoreError } from './key-store-error.ts'

/** A value of ASN.1 as it was read from its DER or BER encoding (X.690). */
export interface DerValue {
  /** `universal` for the types that ASN.1 itself has, `context` for those numbered in their place. */
  readonly tagClass: 'universal' | 'context' | 'other'
  readonly tagNumber: number
  /** The whole encoding, with its tag and length. */
  readonly bytes: Uint8Array
  /** What stands behind tag and length. */
  readonly content: Uint8Array
  /** The values in it, when it is made of others. */
  readonly parts: readonly DerValue[] | undefined
}

/** A value that is being made. */
export type NewDerValue = asn1.AsnType

// More than any key store has, and few enough to be walked at once.
const mostDepth = 40
const mostValues = 200_000

const classes = ['universal', 'other', 'context', 'other'] as const

/**
 * Reads one value that fills all the bytes. A value that ends outside of the one it is in is none.
 * @returns `undefined` when it is none, or nested or split up beyond all use
 */
export function readDer(bytes: Uint8Array): DerValue | undefined {
  let left = mostValues
  const read = readValue(0, bytes.length, 0)
  return read?.end === bytes.length ? read.value : undefined

  function readValue(start: number, limit: number, depth: number): { value: DerValue; end: number } | undefined {
    left -= 1
    const [tag, tagNumber, lengthAt] = readTag(start, limit)
    if (depth > mostDepth || left < 0 || tagNumber === undefined) return undefined
    const [length, contentAt] = readLength(lengthAt, limit)
    const isMadeOfParts = (tag & 0x20) !== 0
    const isOpenEnded = length === 'until its end'
    if (length === undefined || (isOpenEnded && !isMadeOfParts)) return undefined
    const contentEnd = isOpenEnded ? limit : contentAt + length
    if (contentEnd > limit) return undefined
    const parts = isMadeOfParts ? readParts(contentAt, contentEnd, { isOpenEnded, depth }) : undefined
    if (isMadeOfParts && parts === undefined) return undefined
    const endOfContent = parts?.end ?? contentEnd
    const end = isOpenEnded ? endOfContent + 2 : endOfContent
    const value = {
      tagClass: classes[tag >> 6] ?? 'other',
      tagNumber,
      bytes: bytes.subarray(start, end),
      content: bytes.subarray(contentAt, endOfContent),
      parts: parts?.values,
    }
    return { value, end }
  }

  function readParts(
    start: number,
    limit: number,
    { isOpenEnded, depth }: { readonly isOpenEnded: boolean; readonly depth: number },
  ): { values: readonly DerValue[]; end: number } | undefined {
    const values: DerValue[] = []
    for (let at = start; at < limit; ) {
      if (isOpenEnded && bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= limit) return { values, end: at }
      const part = readValue(at, limit, depth + 1)
      if (part === undefined) return undefined
      values.push(part.value)
      at = part.end
    }
    return isOpenEnded ? undefined : { values, end: limit }
  }

  /** The first byte, the number of the tag, and where the length stands. */
  function readTag(start: number, limit: number): readonly [number, number | undefined, number] {
    const first = bytes[start]
    if (first === undefined || start >= limit) return [0, undefined, start]
    // Numbers of 31 and more take bytes of their own, and nothing that is read here has one.
    return [first, (first & 0x1f) === 0x1f ? undefined : first & 0x1f, start + 1]
  }

  /** The length, and where the content begins. */
  function readLength(start: number, limit: number): readonly [number | 'until its end' | undefined, number] {
    const first = bytes[start]
    if (first === undefined || start >= limit) return [undefined, start]
    if (first < 0x80) return [first, start + 1]
    if (first === 0x80) return ['until its end', start + 1]
    const digits = first & 0x7f
    if (digits > 6 || start + 1 + digits > limit) return [undefined, start]
    const length = bytes.subarray(start + 1, start + 1 + digits).reduce((sum, byte) => sum * 256 + byte, 0)
    return [length, start + 1 + digits]
  }
}

/** The parts of a SEQUENCE; `undefined` for anything else. */
export function sequenceOf(value: DerValue | undefined): readonly DerValue[] | undefined {
  return isUniversal(value, 16) ? value.parts : undefined
}

/** The parts of a SET; `undefined` for anything else. */
export function setOf(value: DerValue | undefined): readonly DerValue[] | undefined {
  return isUniversal(value, 17) ? value.parts : undefined
}

/** The parts of a value with a number for its tag, `[0]`; `undefined` for anything else. */
export function taggedOf(value: DerValue | undefined, tagNumber: number): readonly DerValue[] | undefined {
  return value?.tagClass === 'context' && value.tagNumber === tagNumber ? value.parts : undefined
}

/** The bytes of an OCTET STRING, also of one in pieces; `undefined` for anything else. */
export function octetsOf(value: DerValue | undefined): Uint8Array | undefined {
  return isUniversal(value, 4) ? joinedOctets(value) : undefined
}

/** The bytes of an OCTET STRING that has a number for its tag (`[0] IMPLICIT`); `undefined` for anything else. */
export function taggedOctetsOf(value: DerValue | undefined, tagNumber: number): Uint8Array | undefined {
  return value?.tagClass === 'context' && value.tagNumber === tagNumber ? joinedOctets(value) : undefined
}

function joinedOctets({ parts, content }: DerValue): Uint8Array | undefined {
  if (parts === undefined) return content
  const pieces = parts.map(octetsOf)
  return pieces.every((piece) => piece !== undefined) ? new Uint8Array(Buffer.concat(pieces)) : undefined
}

/** A whole number from 0 to 2⁴⁸-1; `undefined` for anything else. */
export function numberOf(value: DerValue | undefined): number | undefined {
  if (!isSimple(value, 2)) return undefined
  const { content } = value
  const [first = 0x80] = content
  if (first >= 0x80 || content.length > 7) return undefined
  const number = content.reduce((sum, byte) => sum * 256 + byte, 0)
  return number < 2 ** 48 ? number : undefined
}

/** Whether it is an INTEGER of whatever size. */
export function isInteger(value: DerValue | undefined): boolean {
  return isSimple(value, 2) && value.content.length > 0
}

/** Whether it is NULL. */
export function isNull(value: DerValue): boolean {
  return isSimple(value, 5) && value.content.length === 0
}

/** The numbers of an OBJECT IDENTIFIER with dots between them; `undefined` for anything else. */
export function identifierOf(value: DerValue | undefined): string | undefined {
  if (!isSimple(value, 6) || value.content.length === 0 || value.content.length > 64) return undefined
  const { result } = asn1.fromBER(value.bytes)
  return result instanceof asn1.ObjectIdentifier ? result.getValue() : undefined
}

/** The text of a BMPString: two bytes for each UTF-16 unit; `undefined` for anything else. */
export function bmpTextOf(value: DerValue | undefined): string | undefined {
  if (!isSimple(value, 30) || value.content.length % 2 !== 0) return undefined
  return Buffer.from(value.content).swap16().toString('utf16le')
}

function isUniversal(value: DerValue | undefined, tagNumber: number): value is DerValue {
  return value?.tagClass === 'universal' && value.tagNumber === tagNumber
}

/** Whether it is of a type that is never made of parts. */
function isSimple(value: DerValue | undefined, tagNumber: number): value is DerValue {
  return isUniversal(value, tagNumber) && value.parts === undefined
}

/** A SEQUENCE. */
export function sequence(...value: readonly NewDerValue[]): NewDerValue {
  return new asn1.Sequence({ value: [...value] })
}

/** A SET, in the order that DER asks for. */
export function set(...value: readonly NewDerValue[]): NewDerValue {
  return new asn1.Set({ value: value.toSorted((one, other) => Buffer.compare(derOf(one), derOf(other))) })
}

/** A value in one with a number for its tag, `[0] EXPLICIT`. */
export function tagged(tagNumber: number, value: NewDerValue): NewDerValue {
  return new asn1.Constructed({ idBlock: { tagClass: 3, tagNumber }, value: [value] })
}

/** An OCTET STRING with a number in the place of its tag, `[0] IMPLICIT`. */
export function taggedOctets(tagNumber: number, bytes: Uint8Array): NewDerValue {
  return new asn1.Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes })
}

/** An OCTET STRING. */
export function octets(bytes: Uint8Array): NewDerValue {
  return new asn1.OctetString({ valueHex: bytes })
}

/** An INTEGER from 0 to 2³¹-1. */
export function integer(value: number): NewDerValue {
  return new asn1.Integer({ value })
}

/** An OBJECT IDENTIFIER. */
export function identifier(value: string): NewDerValue {
  return new asn1.ObjectIdentifier({ value })
}

/** NULL. */
export function nothing(): NewDerValue {
  return new asn1.Null()
}

/** A BMPString. */
export function bmpText(text: string): NewDerValue {
  return new asn1.BmpString({ valueHex: bigEndianText(text) })
}

/** A text as UTF-16 with the high byte first, as key stores take passwords and names. */
export function bigEndianText(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'utf16le').swap16())
}

/** A value as DER. */
export function derOf(value: NewDerValue): Uint8Array {
  return new Uint8Array(value.toBER())
}

/** What is thrown for a file that is of a kind, but not put together as that kind is. */
export function damaged(what: string, cause?: unknown): KeyStoreError {
  return new KeyStoreError(
    'tampered',
    `${what} is damaged or was cut off. Copy the file anew from where it was made (in binary mode), or make it again.`,
    { cause },
  )
}
