import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTotpSecret, spacedSecret, stepOfCode, totpCode, totpStep, totpUri } from './totp.ts'

// RFC 6238 appendix B: the ASCII text 12345678901234567890, of which authenticator apps show the last six digits.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const second = (seconds: number) => new Date(seconds * 1000)

describe('the codes of an authenticator app', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of RFC 6238 at second %i', (seconds, code) => {
    expect(totpCode(secret, totpStep(second(seconds)))).toBe(code)
  })

  it('are taken in their own period, the one before and the one after, and in no other', () => {
    const code = totpCode(secret, 100)
    const taken = (step: number) => stepOfCode(secret, code, second(step * 30))
    expect([98, 99, 100, 101, 102].map(taken)).toEqual([undefined, 100, 100, 100, undefined])
  })

  it('are found again from any secret at any time, and from no junk', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 4_000_000_000 }), (seconds) => {
        const own = newTotpSecret()
        expect(own).toMatch(/^[A-Z2-7]{32}$/)
        const step = totpStep(second(seconds))
        expect(stepOfCode(own, totpCode(own, step), second(seconds))).toBe(step)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (junk) => /^\d{6}$/.test(junk) || stepOfCode(secret, junk, second(90)) === undefined),
    )
  })
})

it('writes the URI that authenticator apps read, and the secret as people type it', () => {
  expect(totpUri({ issuer: 'Acme & Co', username: 'ada@acme.example', secret: 'ABCD' })).toBe(
    'otpauth://totp/Acme%20%26%20Co:ada%40acme.example?secret=ABCD&issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30',
  )
  expect(spacedSecret('ABCDEFGH')).toBe('ABCD EFGH')
})
