import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPasswordHash, passwordProblem, passwords } from './password.ts'

const cheap = { memory: 8, passes: 1, parallelism: 1 }

async function hashOf(password: string): Promise<string> {
  const hashing = await passwords(cheap).hash(password)
  if (hashing.outcome === 'busy') throw new Error('Nobody else was hashing.')
  return hashing.passwordHash
}

describe('passwords', () => {
  it('hashes with argon2id in PHC form, with a salt of its own each time', async () => {
    const [one, other] = [await hashOf('correct horse'), await hashOf('correct horse')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(other)
    expect(isPasswordHash(one)).toBe(true)
  })

  it('verifies a hash that another program made', async () => {
    // Test vector of RFC 9106's reference program: password "password", salt "somesalt".
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await passwords(cheap).verify('password', hash)).toEqual({ outcome: 'right', isOutdated: true })
    expect(await passwords(cheap).verify('Password', hash)).toEqual({ outcome: 'wrong' })
  })

  it('takes one password for right, whichever way its accents were composed, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (password, other) => {
        const hash = await hashOf(password)
        const { verify } = passwords(cheap)
        expect(await verify(password.normalize('NFD'), hash)).toEqual({ outcome: 'right', isOutdated: false })
        if (other.normalize('NFC') !== password.normalize('NFC')) {
          expect(await verify(other, hash)).toEqual({ outcome: 'wrong' })
        }
      }),
      { numRuns: 50 },
    )
  })

  it('finds every password wrong for somebody who has none', async () => {
    expect(await passwords(cheap).verify('', undefined)).toEqual({ outcome: 'wrong' })
    expect(await passwords(cheap).verify('correct horse', undefined)).toEqual({ outcome: 'wrong' })
  })

  it('does as much work for somebody unknown as for somebody known', async () => {
    const costly = passwords({ memory: 8192, passes: 2, parallelism: 1 })
    const hashing = await costly.hash('correct horse')
    if (hashing.outcome === 'busy') throw new Error('Nobody else was hashing.')
    // In turn, so that whatever else the machine does slows both alike.
    const quickest = { known: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY }
    for (let run = 0; run < 10; run++) {
      for (const [who, hash] of [
        ['known', hashing.passwordHash],
        ['unknown', undefined],
      ] as const) {
        const start = performance.now()
        await costly.verify('wrong horse', hash)
        quickest[who] = Math.min(quickest[who], performance.now() - start)
      }
    }
    const { known, unknown } = quickest
    expect(unknown).toBeGreaterThan(known / 3)
    expect(unknown).toBeLessThan(known * 3)
  })

  it('turns away at once what would wait behind too many, and serves the rest', async () => {
    const { verify } = passwords(cheap, { atOnce: 2, waiting: 3 })
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => verify('a password', undefined)))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...Array(5).fill('wrong'), ...Array(4).fill('busy')])
    expect(await verify('a password', undefined)).toEqual({ outcome: 'wrong' })
  })

  it('finds a password of a megabyte wrong without hashing a megabyte', async () => {
    const long = 'x'.repeat(1_000_000)
    expect(await passwords(cheap).verify(long, await hashOf(long.slice(0, 1000)))).toEqual({ outcome: 'wrong' })
  })
})

describe('isPasswordHash', () => {
  it.each([
    ['bcrypt', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
    ['argon2i', '$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    ['four gigabytes', '$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzYWx0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    ['a minute of passes', '$argon2id$v=19$m=8,t=999,p=1$c29tZXNhbHRzYWx0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
    [
      'less memory than lanes need',
      '$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHRzYWx0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    ['a password', 'correct horse battery staple'],
  ])('does not take %s', (_, text) => {
    expect(isPasswordHash(text)).toBe(false)
  })
})

describe('passwordProblem', () => {
  const policy = { username: 'ada@acme.example', minimumLength: 8 }

  it.each([
    ['1234567', 'Use at least 8 characters.'],
    ['ADA@acme.example ', 'A password must not be the username.'],
    ['x'.repeat(1001), 'Use at most 1000 characters.'],
  ])('says what is wrong with %s', (password, problem) => {
    expect(passwordProblem(password, policy)).toBe(problem)
  })

  it('counts characters as people do', () => {
    expect(passwordProblem('😀😀😀😀', policy)).toBe('Use at least 8 characters.')
    expect(passwordProblem('correct horse', policy)).toBeUndefined()
  })
})
