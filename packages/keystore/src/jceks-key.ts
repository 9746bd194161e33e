import { createDecipheriv, hash } from 'node:crypto'
import { identifierOf, numberOf, octetsOf, readDer, sequenceOf } from './der.ts'
import type { Effort } from './effort.ts'

/** PBEWithMD5AndTripleDES, Java's own (OpenJDK, com.sun.crypto.provider.KeyProtector). */
const algorithm = '1.3.6.1.4.1.42.2.19.1'

/**
 * Unlocks a private key of a JCEKS file.
 * @param locked EncryptedPrivateKeyInfo, DER
 * @returns PKCS#8 DER, `undefined` when the password is not the key's, or `damaged` when nothing could ever unlock it
 * @throws {KeyStoreError} `too-large` when it would take too long
 */
export function unlockJceksKey(
  locked: Uint8Array,
  password: string,
  effort: Effort,
): Uint8Array | undefined | 'damaged' {
  const [how, sealed] = sequenceOf(readDer(locked)) ?? []
  const [name, parameters] = sequenceOf(how) ?? []
  const [saltValue, roundsValue] = sequenceOf(parameters) ?? []
  const salt = octetsOf(saltValue)
  const rounds = numberOf(roundsValue)
  const bytes = octetsOf(sealed)
  if (identifierOf(name) !== algorithm || salt?.length !== 8 || rounds === undefined || bytes === undefined) {
    return 'damaged'
  }
  // Java takes no other characters here.
  if (!/^[\x20-\x7e]*$/.test(password)) return undefined
  effort.spendHere(rounds)
  const secret = Buffer.from(password, 'latin1')
  const [first, second] = halves(salt).map((half) => digests(half, secret, rounds))
  const material = Buffer.concat([first ?? new Uint8Array(), second ?? new Uint8Array()])
  const decipher = createDecipheriv('des-ede3-cbc', material.subarray(0, 24), material.subarray(24))
  try {
    const plain = new Uint8Array(Buffer.concat([decipher.update(bytes), decipher.final()]))
    return sequenceOf(readDer(plain)) === undefined ? undefined : plain
  } catch {
    // Wrong padding: another password has locked it.
    return undefined
  }
}

function halves(salt: Uint8Array): readonly Uint8Array[] {
  const first = salt.slice(0, 4)
  const second = salt.slice(4)
  // Equal halves would give equal keys, so Java turns the first about (and writes one byte back where it was).
  if (Buffer.from(first).equals(second)) {
    const [a = 0, b = 0, , d = 0] = first
    return [Uint8Array.of(d, a, b, d), second]
  }
  return [first, second]
}

function digests(start: Uint8Array, secret: Uint8Array, rounds: number): Uint8Array {
  // The first round hashes half a salt, each later one a whole digest, always with the password behind it.
  if (rounds === 0) return start
  const input = Buffer.concat([hash('md5', Buffer.concat([start, secret]), 'buffer'), secret])
  for (let round = 1; round < rounds; round += 1) hash('md5', input, 'buffer').copy(input)
  return input.subarray(0, 16)
}
