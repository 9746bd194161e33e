import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import {
  type DerValue,
  damaged,
  identifier,
  identifierOf,
  integer,
  isNull,
  type NewDerValue,
  nothing,
  numberOf,
  octets,
  octetsOf,
  sequence,
  sequenceOf,
} from './der.ts'
import type { Effort } from './effort.ts'
import { KeyStoreError } from './key-store-error.ts'
import { derivePkcs12, type Pkcs12Hash, passwordBytes } from './pkcs12-key-derivation.ts'

/** Something that a password has locked, and how. */
export interface LockedBytes {
  /** AlgorithmIdentifier. */
  readonly how: DerValue
  readonly bytes: Uint8Array
  readonly effort: Effort
}

/** What a password locks with: the AlgorithmIdentifier to write, and the locked bytes. */
export interface NewLockedBytes {
  readonly how: NewDerValue
  readonly bytes: Uint8Array
}

const pbes2 = '1.2.840.113549.1.5.13'
const pbkdf2Name = '1.2.840.113549.1.5.12'
const scryptName = '1.3.6.1.4.1.11591.4.11'
const hmacWithSha1 = '1.2.840.113549.2.7'
const hmacWithSha256 = '1.2.840.113549.2.9'
const aes256 = '2.16.840.1.101.3.4.1.42'
const tripleDes = '1.2.840.113549.1.12.1.3'

const pseudoRandomFunctions: ReadonlyMap<string, Pkcs12Hash> = new Map([
  [hmacWithSha1, 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  [hmacWithSha256, 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
])

const ciphers: ReadonlyMap<string, { readonly name: string; readonly keyLength: number; readonly ivLength: number }> =
  new Map([
    ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyLength: 16, ivLength: 16 }],
    ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyLength: 24, ivLength: 16 }],
    [aes256, { name: 'aes-256-cbc', keyLength: 32, ivLength: 16 }],
    ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyLength: 24, ivLength: 8 }],
  ])

/** The schemes of PKCS#12 itself (RFC 7292 appendix C), all with SHA-1. */
const oldSchemes: ReadonlyMap<string, { readonly cipher: '3des' | 'rc2'; readonly keyLength: number }> = new Map([
  [tripleDes, { cipher: '3des', keyLength: 24 }],
  ['1.2.840.113549.1.12.1.5', { cipher: 'rc2', keyLength: 16 }],
  ['1.2.840.113549.1.12.1.6', { cipher: 'rc2', keyLength: 5 }],
])

// What OpenSSL asks for by default (N = 16384, r = 8), four times over.
const scryptMemory = 64 * 1024 * 1024

/**
 * Unlocks what a password has locked (PKCS#5, RFC 8018; RFC 7292 appendix C).
 * @param isRight tells whether what came out can be meant: a wrong password now and then gives bytes, too
 * @returns `undefined` when the password is not the right one
 * @throws {KeyStoreError} `unsupported`, `too-large`, `tampered`
 */
export async function unlock(
  locked: LockedBytes,
  password: string | undefined,
  isRight: (plain: Uint8Array) => boolean,
): Promise<Uint8Array | undefined> {
  const [name, parameters] = sequenceOf(locked.how) ?? []
  const scheme = identifierOf(name)
  if (scheme === pbes2) {
    const plain = await unlockPbes2(locked, parameters, password ?? '')
    return plain !== undefined && isRight(plain) ? plain : undefined
  }
  const old = scheme === undefined ? undefined : oldSchemes.get(scheme)
  if (old === undefined) throw unknownScheme(scheme)
  for (const secret of passwordBytes(password)) {
    const plain = await unlockOld(locked, parameters, { ...old, secret })
    if (plain !== undefined && isRight(plain)) return plain
  }
  return undefined
}

/**
 * Locks bytes with a password: AES-256-CBC, its key from PBKDF2 with HMAC-SHA-256 (PBES2, RFC 8018).
 * @param iterations of PBKDF2
 */
export async function lock(plain: Uint8Array, password: string, iterations: number): Promise<NewLockedBytes> {
  const salt = randomBytes(20)
  const iv = randomBytes(16)
  const key = await pbkdf2Async(Buffer.from(password, 'utf8'), salt, iterations, 32, 'sha256')
  const derivation = sequence(
    identifier(pbkdf2Name),
    sequence(octets(salt), integer(iterations), sequence(identifier(hmacWithSha256), nothing())),
  )
  const how = sequence(identifier(pbes2), sequence(derivation, sequence(identifier(aes256), octets(iv))))
  return { how, bytes: encrypted(plain, 'aes-256-cbc', key, iv) }
}

/** Locks bytes as programs from before 2018 can read: three-key triple DES with SHA-1 (RFC 7292 appendix C). */
export function lockOld(plain: Uint8Array, password: string, iterations: number): NewLockedBytes {
  const salt = randomBytes(20)
  const [secret = new Uint8Array()] = passwordBytes(password)
  const from = { hash: 'sha1', password: secret, salt, iterations } as const
  const key = derivePkcs12({ ...from, purpose: 'key', length: 24 })
  const iv = derivePkcs12({ ...from, purpose: 'iv', length: 8 })
  const how = sequence(identifier(tripleDes), sequence(octets(salt), integer(iterations)))
  return { how, bytes: encrypted(plain, 'des-ede3-cbc', key, iv) }
}

/**
 * Derives a key as the parameters of PBKDF2 say (RFC 8018 §5.2).
 * @param value PBKDF2-params
 * @param length bytes of the key, where the parameters do not tell
 * @throws {KeyStoreError} `unsupported`, `too-large`, `tampered`
 */
export async function derivePbkdf2(
  value: DerValue | undefined,
  password: string,
  { length, effort }: { readonly length: number | undefined; readonly effort: Effort },
): Promise<Uint8Array> {
  const [saltValue, iterationsValue, ...optional] = sequenceOf(value) ?? []
  const salt = octetsOf(saltValue)
  const iterations = numberOf(iterationsValue)
  const [lengthValue] = optional
  const ownLength = numberOf(lengthValue)
  const [prfValue, ...more] = ownLength === undefined ? optional : optional.slice(1)
  const keyLength = length ?? ownLength
  const isPlain = salt !== undefined && iterations !== undefined && iterations > 0 && more.length === 0
  if (!isPlain || keyLength === undefined || keyLength < 1 || keyLength > 64) throw damaged('How the file is locked')
  if (ownLength !== undefined && ownLength !== keyLength) throw damaged('How the file is locked')
  const digest = hashOfPrf(prfValue)
  effort.spend(iterations)
  return pbkdf2Async(Buffer.from(password, 'utf8'), salt, iterations, keyLength, digest)
}

/** The hash function of an HMAC's AlgorithmIdentifier; SHA-1 where there is none. @throws {KeyStoreError} `unsupported` */
export function hashOfPrf(value: DerValue | undefined): Pkcs12Hash {
  if (value === undefined) return 'sha1'
  const [name, parameters] = sequenceOf(value) ?? []
  const found = identifierOf(name)
  const digest = found === undefined ? undefined : pseudoRandomFunctions.get(found)
  if (digest !== undefined && (parameters === undefined || isNull(parameters))) return digest
  throw unknownScheme(found)
}

const pbkdf2Async = promisify(pbkdf2)

async function unlockPbes2(
  { bytes, effort }: LockedBytes,
  parameters: DerValue | undefined,
  password: string,
): Promise<Uint8Array | undefined> {
  const [derivation, scheme] = sequenceOf(parameters) ?? []
  const [cipherValue, ivValue] = sequenceOf(scheme) ?? []
  const [derivationName, derivationParameters] = sequenceOf(derivation) ?? []
  const cipherName = identifierOf(cipherValue)
  const cipher = cipherName === undefined ? undefined : ciphers.get(cipherName)
  if (cipher === undefined) throw unknownScheme(cipherName)
  const iv = octetsOf(ivValue)
  if (iv?.length !== cipher.ivLength) throw damaged('How the file is locked')
  const length = cipher.keyLength
  const name = identifierOf(derivationName)
  if (name !== pbkdf2Name && name !== scryptName) throw unknownScheme(name)
  const key =
    name === pbkdf2Name
      ? await derivePbkdf2(derivationParameters, password, { length, effort })
      : await deriveScrypt(derivationParameters, password, { length, effort })
  return decrypted(bytes, cipher.name, key, iv)
}

/** Derives a key as the parameters of scrypt say (RFC 7914 §7). */
async function deriveScrypt(
  value: DerValue | undefined,
  password: string,
  { length, effort }: { readonly length: number; readonly effort: Effort },
): Promise<Uint8Array> {
  const [saltValue, ...numbers] = sequenceOf(value) ?? []
  const salt = octetsOf(saltValue)
  const [N = 0, r = 0, p = 0, keyLength = length] = numbers.map(numberOf)
  const isPlain = salt !== undefined && N > 1 && Number.isInteger(Math.log2(N)) && r > 0 && p > 0
  if (!isPlain || keyLength !== length) throw damaged('How the file is locked')
  if (128 * N * r + 128 * r * p > scryptMemory) throw tooMuchMemory()
  // One block of scrypt is about as much work as four iterations of PBKDF2.
  effort.spend(4 * N * r * p)
  return new Promise((resolve, reject) => {
    const options = { N, r, p, maxmem: 2 * scryptMemory }
    scrypt(Buffer.from(password, 'utf8'), salt, length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

async function unlockOld(
  { bytes, effort }: LockedBytes,
  parameters: DerValue | undefined,
  old: { readonly cipher: '3des' | 'rc2'; readonly keyLength: number; readonly secret: Uint8Array },
): Promise<Uint8Array | undefined> {
  const [saltValue, iterationsValue, ...more] = sequenceOf(parameters) ?? []
  const salt = octetsOf(saltValue)
  const iterations = numberOf(iterationsValue)
  if (salt === undefined || salt.length > 1024 || iterations === undefined || iterations < 1 || more.length > 0) {
    throw damaged('How the file is locked')
  }
  effort.spendHere(3 * iterations)
  const from = { hash: 'sha1', password: old.secret, salt, iterations } as const
  const key = derivePkcs12({ ...from, purpose: 'key', length: old.keyLength })
  const iv = derivePkcs12({ ...from, purpose: 'iv', length: 8 })
  return old.cipher === '3des' ? decrypted(bytes, 'des-ede3-cbc', key, iv) : decryptedRc2(bytes, key, iv)
}

function encrypted(plain: Uint8Array, name: string, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const cipher = createCipheriv(name, key, iv)
  return new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]))
}

function decrypted(bytes: Uint8Array, name: string, key: Uint8Array, iv: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv(name, key, iv)
  try {
    return new Uint8Array(Buffer.concat([decipher.update(bytes), decipher.final()]))
  } catch {
    // Wrong padding: another password has locked it.
    return undefined
  }
}

/** RC2 (RFC 2268), which Node.js has no more. The library for it is loaded for the old files that need it. */
async function decryptedRc2(bytes: Uint8Array, key: Uint8Array, iv: Uint8Array): Promise<Uint8Array | undefined> {
  const { default: forge } = await import('node-forge')
  const buffer = (value: Uint8Array) => forge.util.createBuffer(Buffer.from(value).toString('latin1'))
  const cipher = forge.rc2.createDecryptionCipher(buffer(key), key.length * 8)
  cipher.start(buffer(iv))
  cipher.update(buffer(bytes))
  return cipher.finish() ? new Uint8Array(Buffer.from(cipher.output.getBytes(), 'latin1')) : undefined
}

function unknownScheme(name: string | undefined): KeyStoreError {
  return new KeyStoreError(
    'unsupported',
    `This is locked in a way that is not read here (${name ?? 'without a name'}). Lock it anew by the program that made it: ` +
      'for PKCS#12 with AES or 3DES, for a key as PKCS#8 with AES (openssl pkcs8 -topk8 -v2 aes-256-cbc).',
  )
}

function tooMuchMemory(): KeyStoreError {
  return new KeyStoreError(
    'too-large',
    'This file asks for more than 64 MiB of memory to try a password. Lock it anew with smaller parameters of scrypt.',
  )
}
