import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../test/any-text.ts'
import { lockJksKey, unlockJksKey } from './jks-key.ts'

const key = Buffer.from('0123456789abcdef0123456789', 'latin1')
const salt = Uint8Array.from({ length: 20 }, (_, at) => at)

describe('the lock of a JKS key', () => {
  it('is the one that Java makes', () => {
    const locked = Buffer.from(lockJksKey(key, 'changeit', salt)).toString('hex')
    expect(locked).toContain('300e060a2b060104012a021101010500')
    expect(locked.slice(-132)).toBe(
      '000102030405060708090a0b0c0d0e0f1011121' +
        '3308b77d3584591f2ab85c568e5a309f16f4c90a12f494d5a5547bea589ac5b66547a9e2baa0dbf3c82903b443ea8',
    )
  })

  it('is opened by its password alone', () => {
    const locked = lockJksKey(key, 'changeit')
    expect(unlockJksKey(locked, 'changeit')).toEqual(new Uint8Array(key))
    expect(unlockJksKey(locked, 'changeIt')).toBeUndefined()
  })

  it('is opened again whatever is locked, and under any password', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 3000 })
    fc.assert(
      fc.property(bytes, anyText(), (plain, password) => {
        expect(unlockJksKey(lockJksKey(plain, password), password)).toEqual(plain)
      }),
    )
  })

  it('is damaged when it is no EncryptedPrivateKeyInfo of that kind, or too short for a salt and a check', () => {
    const other = Buffer.from(lockJksKey(key, 'changeit'))
    other[11] = 2
    expect(unlockJksKey(other, 'changeit')).toBe('damaged')
    expect(unlockJksKey(lockJksKey(new Uint8Array(), 'changeit'), 'changeit')).toBe('damaged')
    expect(unlockJksKey(new Uint8Array(), 'changeit')).toBe('damaged')
  })
})
