import fc from 'fast-check'

/** How long a text may be, in characters. */
interface Length {
  readonly minLength?: number
  readonly maxLength?: number
}

// Every character of Unicode, and no half of a pair. fast-check has them as `unit: 'binary'`, which takes seconds to make.
const halves = { first: 0xd800, count: 0x800 }
const character = fc
  .integer({ min: 0, max: 0x10ffff - halves.count })
  .map((number) => String.fromCodePoint(number < halves.first ? number : number + halves.count))

/** Any text. */
export function anyText(length: Length = {}): fc.Arbitrary<string> {
  return fc.string({ ...length, unit: character })
}
