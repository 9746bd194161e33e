import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  bigEndianText,
  derOf,
  identifier,
  identifierOf,
  isNull,
  nothing,
  octets,
  octetsOf,
  readDer,
  sequence,
  sequenceOf,
} from './der.ts'

/** How a JKS file locks a private key (OpenJDK, sun.security.provider.KeyProtector). */
const algorithm = '1.3.6.1.4.1.42.2.17.1.1'
const saltLength = 20
const checkLength = 20

/**
 * Unlocks a private key of a JKS file.
 * @param locked EncryptedPrivateKeyInfo, DER
 * @returns PKCS#8 DER, `undefined` when the password is not the key's, or `damaged` when nothing could ever unlock it
 */
export function unlockJksKey(locked: Uint8Array, password: string): Uint8Array | undefined | 'damaged' {
  const sealed = sealedKey(locked, algorithm)
  if (sealed === undefined || sealed.length <= saltLength + checkLength) return 'damaged'
  const key = sealed.subarray(saltLength, -checkLength)
  const secret = bigEndianText(password)
  const plain = xor(key, keyStream(secret, sealed.subarray(0, saltLength), key.length))
  return timingSafeEqual(checkOf(secret, plain), sealed.subarray(-checkLength)) ? plain : undefined
}

/**
 * Locks a private key as a JKS file has it. It is a weak lock: a guess at the password costs one SHA-1.
 * @param key PKCS#8 DER
 * @param salt 20 random bytes
 * @returns EncryptedPrivateKeyInfo, DER
 */
export function lockJksKey(key: Uint8Array, password: string, salt: Uint8Array = randomBytes(saltLength)): Uint8Array {
  const secret = bigEndianText(password)
  const sealed = Buffer.concat([salt, xor(key, keyStream(secret, salt, key.length)), checkOf(secret, key)])
  return derOf(sequence(sequence(identifier(algorithm), nothing()), octets(sealed)))
}

/** The locked bytes of an EncryptedPrivateKeyInfo, when it is locked in this way. */
function sealedKey(locked: Uint8Array, expected: string): Uint8Array | undefined {
  const [how, sealed, ...more] = sequenceOf(readDer(locked)) ?? []
  const [name, parameters, ...others] = sequenceOf(how) ?? []
  const isKnown =
    identifierOf(name) === expected &&
    (parameters === undefined || isNull(parameters)) &&
    others.length === 0 &&
    more.length === 0
  return isKnown ? octetsOf(sealed) : undefined
}

function keyStream(secret: Uint8Array, salt: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = []
  let last = salt
  for (let made = 0; made < length; made += last.length) {
    last = createHash('sha1').update(secret).update(last).digest()
    blocks.push(last)
  }
  return Buffer.concat(blocks, length)
}

function checkOf(secret: Uint8Array, plain: Uint8Array): Uint8Array {
  return createHash('sha1').update(secret).update(plain).digest()
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, at) => byte ^ (other[at] ?? 0))
}
