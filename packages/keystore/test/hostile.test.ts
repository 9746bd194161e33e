import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { derOf, identifier, integer, octets, sequence } from '../src/der.ts'
import { type KeyStore, KeyStoreError, readKeyStore, type WritingOptions, writeKeyStore } from '../src/index.ts'
import { writePkcs12 } from '../src/pkcs12.ts'
import { type Samples, samples } from './samples.ts'

const now = new Date('2026-03-04T05:06:07Z')
const password = 'changeit'

let made: Samples
let jks: Uint8Array
let pkcs12: Uint8Array
let old: Uint8Array
let pem: Uint8Array
/** The same as the others, but their passwords are tried at once. */
let quick: { readonly pkcs12: Uint8Array; readonly old: Uint8Array }
beforeAll(async () => {
  made = await samples()
  const write = (options: Omit<WritingOptions, 'now'>) => writeKeyStore([made.ec], { ...options, now })
  jks = await write({ format: 'jks', password })
  pkcs12 = await write({ format: 'pkcs12', password })
  old = await write({ format: 'pkcs12', password, legacy: true })
  pem = await write({ format: 'pem', password })
  const single = { ...made.ec, chain: made.ec.chain.slice(0, 1) }
  const lock = { password, now, iterations: 1 }
  quick = {
    pkcs12: await writePkcs12([single], { ...lock, isOld: false }),
    old: await writePkcs12([single], { ...lock, isOld: true }),
  }
})

/** What reading came to: a store, or a refusal of ours. Anything else that is thrown fails the test. */
async function read(bytes: Uint8Array): Promise<KeyStore | string> {
  try {
    return await readKeyStore(bytes, { password })
  } catch (error) {
    if (error instanceof KeyStoreError) return error.code
    throw error
  }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

describe('a bit that is flipped', () => {
  it('is noticed wherever it is in a JKS file', async () => {
    const accepted = []
    for (let bit = 0; bit < jks.length * 8; bit += 1) {
      if (typeof (await read(flipped(jks, bit))) !== 'string') accepted.push(bit)
    }
    expect(accepted).toEqual([])
  })

  it('is told from a wrong password, where a key still opens', async () => {
    const alias = Buffer.from(jks).indexOf('elliptic')
    expect(await read(flipped(jks, alias * 8))).toBe('tampered')
    expect(await read(flipped(pkcs12, Buffer.from(pkcs12).indexOf(Buffer.from('\0e\0l\0l')) * 8 + 8))).toBe('tampered')
  })

  it.each(['pkcs12', 'old'] as const)('is noticed wherever it is in a sealed PKCS#12 file (%s)', async (kind) => {
    const bytes = quick[kind]
    // Each bit of what stands around the sealed content and of the seal itself; of the content one bit in each byte.
    const isFrame = (byte: number) => byte < 60 || byte >= bytes.length - 110
    const bits = [...bytes.keys()].flatMap((byte) =>
      isFrame(byte) ? [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => byte * 8 + bit) : [byte * 8 + (byte % 8)],
    )
    const accepted = []
    for (const bit of bits) if (typeof (await read(flipped(bytes, bit))) !== 'string') accepted.push(bit)
    expect(accepted).toEqual([])
  })
})

describe('a file that was cut off', () => {
  it('is refused wherever it was cut', async () => {
    for (const bytes of [jks, pkcs12, old]) {
      for (let length = 0; length < bytes.length; length += 7) {
        expect(typeof (await read(bytes.subarray(0, length)))).toBe('string')
      }
    }
  })

  it('is refused with something behind it', async () => {
    for (const bytes of [jks, pkcs12, old])
      expect(typeof (await read(Buffer.concat([bytes, Buffer.of(0)])))).toBe('string')
  })
})

describe('bytes that were changed at will', () => {
  const change = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) })

  it('give a store or a refusal, whichever format they were in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1, 2, 3),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (kind, changes) => {
          const bytes = Buffer.from([jks, quick.pkcs12, quick.old, pem][kind] ?? jks)
          for (const { at, bytes: put } of changes)
            bytes.set(put.subarray(0, bytes.length - (at % bytes.length)), at % bytes.length)
          await read(bytes)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('give a refusal when they never were a key store', async () => {
    const magic = fc.constantFrom(
      'feedfeed00000002',
      'cecececec00000002',
      '3082',
      '30800201033080',
      '2d2d2d2d2d424547494e20',
    )
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
        expect(typeof (await read(Buffer.concat([Buffer.from(start, 'hex'), rest])))).toBe('string')
      }),
      { numRuns: 400 },
    )
  })
})

describe('a file that claims more than it has', () => {
  it.each([
    ['four thousand million entries', 'feedfeed00000002ffffffff'],
    ['a key of four gigabytes', 'feedfeed0000000200000001000000010001610000000000000000ffffffff'],
    [
      'a chain of four thousand million certificates',
      'feedfeed00000002000000010000000100016100000000000000000000000030ffffffff',
    ],
    ['a value of 2⁵⁶ bytes', '3088ffffffffffffff'],
    ['values in values', '30'.repeat(20_000)],
    ['values of no known end in one another', '3080'.repeat(20_000)],
  ])('such as %s is refused at once, and nothing is allocated for it', async (_, hex) => {
    const before = process.memoryUsage().arrayBuffers
    expect(typeof (await read(Buffer.from(hex, 'hex')))).toBe('string')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024)
  })

  it('such as millions of iterations is refused before they are done', async () => {
    const iterations = 2 ** 31 - 1
    const pbkdf2 = sequence(identifier('1.2.840.113549.1.5.12'), sequence(octets(Buffer.alloc(8)), integer(iterations)))
    const aes = sequence(identifier('2.16.840.1.101.3.4.1.42'), octets(Buffer.alloc(16)))
    const pbes2 = sequence(identifier('1.2.840.113549.1.5.13'), sequence(pbkdf2, aes))
    const tripleDes = sequence(
      identifier('1.2.840.113549.1.12.1.3'),
      sequence(octets(Buffer.alloc(8)), integer(iterations)),
    )
    for (const how of [pbes2, tripleDes]) {
      expect(await read(derOf(sequence(how, octets(Buffer.alloc(16)))))).toBe('too-large')
    }
  })

  it('such as gigabytes of memory for scrypt is refused before they are taken', async () => {
    const numbers = [integer(2 ** 24), integer(8), integer(1)]
    const scrypt = sequence(identifier('1.3.6.1.4.1.11591.4.11'), sequence(octets(Buffer.alloc(8)), ...numbers))
    const aes = sequence(identifier('2.16.840.1.101.3.4.1.42'), octets(Buffer.alloc(16)))
    const how = sequence(identifier('1.2.840.113549.1.5.13'), sequence(scrypt, aes))
    expect(await read(derOf(sequence(how, octets(Buffer.alloc(16)))))).toBe('too-large')
  })

  it('or is larger than any key store is refused unread', async () => {
    expect(await read(Buffer.concat([jks, Buffer.alloc(16 * 1024 * 1024)]))).toBe('too-large')
  })
})
