import { hash } from 'node:crypto'
import { bigEndianText } from './der.ts'

/** What the derived bytes are for (RFC 7292 appendix B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const

/** What a password becomes bytes with. */
export interface Derivation {
  readonly hash: Pkcs12Hash
  /** {@link passwordBytes} */
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly iterations: number
  readonly purpose: keyof typeof purposes
  /** Bytes wanted. */
  readonly length: number
}

/** Hash functions that PKCS#12 files use. */
export type Pkcs12Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

const outputLengths = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const
const blockLengths = { sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128 } as const

/** Bytes that a hash function has. */
export function digestLength(name: Pkcs12Hash): number {
  return outputLengths[name]
}

/**
 * The forms that a password can have here: UTF-16 with the high byte first and a final zero. No password at all is not the
 * same as an empty one, and programs differ in which of the two they write.
 */
export function passwordBytes(password: string | undefined): readonly Uint8Array[] {
  const withEnd = bigEndianText(`${password ?? ''}\0`)
  return password === undefined || password === '' ? [withEnd, new Uint8Array()] : [withEnd]
}

/** Derives bytes from a password as PKCS#12 does (RFC 7292 appendix B.2). */
export function derivePkcs12(wanted: Derivation): Uint8Array {
  const { password, salt, iterations, purpose, length } = wanted
  const u = outputLengths[wanted.hash]
  const v = blockLengths[wanted.hash]
  const diversifier = new Uint8Array(v).fill(purposes[purpose])
  const input = Buffer.concat([stretched(salt, v), stretched(password, v)])
  const made: Uint8Array[] = []
  for (let bytes = 0; bytes < length; bytes += u) {
    let digest = hash(wanted.hash, Buffer.concat([diversifier, input]), 'buffer')
    for (let round = 1; round < iterations; round += 1) digest = hash(wanted.hash, digest, 'buffer')
    made.push(digest)
    const addend = stretched(digest, v)
    for (let at = 0; at < input.length; at += v) addPlusOne(input.subarray(at, at + v), addend)
  }
  return Buffer.concat(made, length)
}

/** Repeats bytes up to the next multiple of a block; nothing stays nothing. For a digest that is shorter: one block. */
function stretched(bytes: Uint8Array, block: number): Uint8Array {
  const length = Math.ceil(bytes.length / block) * block
  return Uint8Array.from({ length }, (_, at) => bytes[at % bytes.length] ?? 0)
}

/** Adds a number and one to a number, in place, both with the high byte first; what overflows is lost. */
function addPlusOne(sum: Uint8Array, addend: Uint8Array): void {
  let carry = 1
  for (let at = sum.length - 1; at >= 0; at -= 1) {
    carry += (sum[at] ?? 0) + (addend[at] ?? 0)
    sum[at] = carry & 0xff
    carry >>= 8
  }
}
