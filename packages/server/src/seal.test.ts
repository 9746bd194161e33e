import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sealWith } from './seal.ts'

const old = Buffer.alloc(32, 1)
const next = Buffer.alloc(32, 2)

/** A value of the first version, which did not name its key. */
function firstVersion(text: string, purpose: string, key: Buffer): string {
  const nonce = Buffer.alloc(12, 3)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
}

describe('a seal', () => {
  it('gives back what it closed, and never twice the same', () => {
    const seal = sealWith(old)
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, purpose) => {
        const sealed = seal.close(text, purpose)
        expect(seal.open(sealed, purpose)).toBe(text)
        expect(seal.close(text, purpose)).not.toBe(sealed)
      }),
    )
  })

  it('opens nothing under another key, for another purpose, or changed', () => {
    const sealed = sealWith(old).close('secret', 'one')
    expect(() => sealWith(next).open(sealed, 'one')).toThrow('the encryption key is not the one')
    expect(() => sealWith(old).open(sealed, 'other')).toThrow('does not open')
    expect(() => sealWith(old).open(`${sealed.slice(0, -2)}AA`, 'one')).toThrow('does not open')
    for (const junk of ['', 'x', '1.', '2.', '2.aaaaaaaa.', '3.abc', '1.AAAA']) {
      expect(() => sealWith(old).open(junk, 'one')).toThrow()
    }
  })

  it('opens what is under a further key, and closes under its own', () => {
    const moving = sealWith(next, [old])
    const before = sealWith(old).close('secret', 'one')
    expect(moving.open(before, 'one')).toBe('secret')
    expect(moving.open(firstVersion('older', 'one', old), 'one')).toBe('older')
    expect(before.startsWith(moving.current)).toBe(false)
    const after = moving.close('secret', 'one')
    expect(after.startsWith(moving.current)).toBe(true)
    expect(sealWith(next).open(after, 'one')).toBe('secret')
    expect(() => sealWith(old).open(after, 'one')).toThrow('does not open')
  })
})
