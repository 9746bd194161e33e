import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../test/any-text.ts'
import { decodeModifiedUtf8, encodeModifiedUtf8 } from './modified-utf8.ts'

describe('modified UTF-8', () => {
  it('writes NUL in two bytes and a character beyond the first plane in six', () => {
    const bytes = Buffer.from(encodeModifiedUtf8('a\0é€😀')).toString('hex')
    expect(bytes).toBe('61c080c3a9e282aceda0bdedb880')
  })

  it('reads back any text, lone surrogates too', () => {
    fc.assert(fc.property(anyText(), (text) => decodeModifiedUtf8(encodeModifiedUtf8(text)) === text))
    expect(decodeModifiedUtf8(encodeModifiedUtf8('\ud83d'))).toBe('\ud83d')
  })

  it.each([
    ['a plain NUL', '00'],
    ['a longer form than need be', 'c1a1'],
    ['a character cut off', 'e282'],
    ['a follower without its first', '80'],
    ['four bytes for one character', 'f09f9880'],
  ])('refuses %s', (_, hex) => {
    expect(decodeModifiedUtf8(Buffer.from(hex, 'hex'))).toBeUndefined()
  })

  it('never answers a text for bytes that another spelling has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = decodeModifiedUtf8(bytes)
        return text === undefined || Buffer.from(encodeModifiedUtf8(text)).equals(bytes)
      }),
    )
  })
})
