import { hash, randomFillSync, timingSafeEqual } from 'node:crypto'

// The 64 characters that Salesforce's tokens are made of; clients check them (`[.\w]`).
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._'
const characters = alphabet.split('')
const values = new Map(characters.map((character, value) => [character, value]))
const numberLength = 9

// Randomness is drawn 16 KiB at a time: one system call for many tokens.
const pool = Buffer.alloc(16_384)
let unused = 0

/** Random bytes as base64url; those that are given out are not kept. */
function randomBase64(length: number): string {
  if (unused < length) {
    randomFillSync(pool)
    unused = pool.length
  }
  unused -= length
  const text = pool.toString('base64url', unused, unused + length)
  pool.fill(0, unused, unused + length)
  return text
}

/** Random text of `length` characters out of `A-Za-z0-9._`, six bits each. */
export function randomText(length: number): string {
  return randomBase64(Math.ceil((length * 3) / 4))
    .replaceAll('-', '.')
    .slice(0, length)
}

/** SHA-256 of a secret: what is stored of it. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Compares two hashes in constant time. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/** How a kind of token looks: what it begins with, how long its random part is, what it ends with. */
export interface TokenShape {
  readonly prefix: string
  readonly length: number
  readonly suffix: string
}

/** A token as a caller shows it: the number of its row, and the hash of its random part to hold against that row. */
export interface PresentedToken {
  readonly id: number
  readonly hash: Buffer
}

/** Writes the token whose row has this number: the number makes it quick to find, the secret makes it hard to guess. */
export function tokenText(shape: TokenShape, id: number, secret: string): string {
  let number = ''
  for (let rest = id, place = 0; place < numberLength; place++) {
    number = (characters[rest % 64] ?? '') + number
    rest = Math.floor(rest / 64)
  }
  return shape.prefix + number + secret + shape.suffix
}

/** Reads a token of this shape, or `undefined` when it is none. */
export function readToken(shape: TokenShape, text: string): PresentedToken | undefined {
  const start = shape.prefix.length
  if (text.length !== start + numberLength + shape.length + shape.suffix.length) return undefined
  if (!text.startsWith(shape.prefix) || !text.endsWith(shape.suffix)) return undefined
  let id = 0
  for (const character of text.slice(start, start + numberLength)) {
    const value = values.get(character)
    if (value === undefined) return undefined
    id = id * 64 + value
  }
  if (!Number.isSafeInteger(id)) return undefined
  return { id, hash: hashSecret(text.slice(start + numberLength, start + numberLength + shape.length)) }
}
