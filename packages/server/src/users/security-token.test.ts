import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashSecret } from '../secret.ts'
import { readSentPassword } from './security-token.ts'

const token = fc.stringMatching(/^[A-Za-z0-9]{24}$/)

describe('readSentPassword', () => {
  it('takes the user’s own token off any password, needed or not', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), token, fc.boolean(), (password, own, isNeeded) => {
        expect(readSentPassword(password + own, hashSecret(own), isNeeded)).toEqual({ password, token: 'right' })
      }),
    )
  })

  it('never takes anything off where no token is needed and none of the user’s is there', () => {
    fc.assert(
      fc.property(fc.string(), token, (password, own) => {
        fc.pre(!password.endsWith(own))
        expect(readSentPassword(password, hashSecret(own), false)).toEqual({ password, token: 'missing' })
        expect(readSentPassword(password, undefined, false)).toEqual({ password, token: 'missing' })
      }),
    )
  })

  it('knows what looks like a token where one is needed', () => {
    const other = 'abcdefghijklmnopqrstuvwx'
    expect(readSentPassword(`secret${other}`, undefined, true)).toEqual({ password: 'secret', token: 'wrong' })
    expect(readSentPassword('secret', undefined, true)).toEqual({ password: 'secret', token: 'missing' })
    expect(readSentPassword(other, hashSecret(other), true)).toEqual({ password: other, token: 'missing' })
  })
})
