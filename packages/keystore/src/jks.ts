import { createHash, timingSafeEqual } from 'node:crypto'
import { type ByteReader, byteReader } from './byte-reader.ts'
import { bigEndianText, damaged } from './der.ts'
import { type Effort, effort } from './effort.ts'
import { unlockJceksKey } from './jceks-key.ts'
import { lockJksKey, unlockJksKey } from './jks-key.ts'
import type { KeyStore, KeyStoreEntry, PrivateKeyEntry, TrustedCertificateEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { decodeModifiedUtf8, encodeModifiedUtf8 } from './modified-utf8.ts'

/** The first four bytes of a JKS file. */
export const jksMagic = 0xfeedfeed
/** The first four bytes of a JCEKS file. */
export const jceksMagic = 0xcececece

const digestLength = 20
const privateKeyTag = 1
const certificateTag = 2
const secretKeyTag = 3

/** The passwords of a key store. */
export interface Passwords {
  readonly password: string
  /** For keys with a password of their own. */
  readonly keyPassword?: string | undefined
}

/**
 * Reads a JKS or JCEKS file (OpenJDK, sun.security.provider.JavaKeyStore).
 * @throws {KeyStoreError} `wrong-password`; `tampered` when it is damaged; `unsupported` for secret keys; `too-large`
 */
export function readJks(bytes: Uint8Array, { password, keyPassword }: Passwords): KeyStore {
  const body = bytes.subarray(0, -digestLength)
  const format = byteReader(bytes).u4() === jceksMagic ? 'jceks' : 'jks'
  const isWhole =
    bytes.length > digestLength && timingSafeEqual(digestOf(body, password), bytes.subarray(-digestLength))
  if (!isWhole) throw opensAnyKey(body, password) ? damaged('The file') : wrongPassword()
  const unlock = unlocker(format, effort(), keyPassword === undefined ? [password] : [keyPassword, password])
  return { format, entries: readEntries(body).map((raw) => entryOf(raw, unlock)) }
}

/**
 * Writes a JKS file. Its password locks the keys, too; aliases are in lower case, as Java looks them up.
 * @param entries each private key with its chain
 * @throws {KeyStoreError} `duplicate-alias` for aliases that differ in capitals only; `name-not-acceptable`
 */
export function writeJks(
  entries: readonly (PrivateKeyEntry | TrustedCertificateEntry)[],
  { password, now }: { readonly password: string; readonly now: Date },
): Uint8Array {
  const parts = entries.map((entry) => {
    const { kind, alias, createdAt = now } = entry
    const head = (tag: number) => [u4(tag), name(alias), s8(createdAt.getTime())]
    if (kind === 'trusted-certificate') return [...head(certificateTag), certificate(entry.certificate)]
    const key = lockJksKey(entry.privateKey, password)
    return [...head(privateKeyTag), u4(key.length), key, u4(entry.chain.length), ...entry.chain.map(certificate)]
  })
  const body = Buffer.concat([u4(jksMagic), u4(2), u4(entries.length), ...parts.flat()])
  return new Uint8Array(Buffer.concat([body, digestOf(body, password)]))
}

/** The alias that a JKS file keeps an entry under. */
export function jksAlias(alias: string): string {
  return alias.toLowerCase()
}

type RawEntry = { readonly alias: string; readonly createdAt: Date | undefined } & (
  | { readonly key: Uint8Array; readonly chain: readonly Uint8Array[] }
  | { readonly certificate: Uint8Array }
)

type Unlock = (locked: Uint8Array) => Uint8Array | undefined

function entryOf({ alias, createdAt, ...raw }: RawEntry, unlock: Unlock): KeyStoreEntry {
  if ('certificate' in raw) return { kind: 'trusted-certificate', alias, createdAt, certificate: raw.certificate }
  const { chain } = raw
  const privateKey = unlock(raw.key)
  return privateKey === undefined
    ? { kind: 'locked-private-key', alias, createdAt, chain }
    : { kind: 'private-key', alias, createdAt, privateKey, chain }
}

function unlocker(format: 'jks' | 'jceks', spent: Effort, passwords: readonly string[]): Unlock {
  return (locked) => {
    for (const password of passwords) {
      const key = format === 'jks' ? unlockJksKey(locked, password) : unlockJceksKey(locked, password, spent)
      if (key === 'damaged') throw damaged('The file')
      if (key !== undefined) return key
    }
    return undefined
  }
}

function readEntries(body: Uint8Array): readonly RawEntry[] {
  const from = byteReader(body)
  from.u4()
  const version = from.u4()
  if (version !== 1 && version !== 2) {
    throw new KeyStoreError('unsupported', `This is version ${version ?? '?'} of the format; there are 1 and 2.`)
  }
  const count = required(from.u4())
  const entries: RawEntry[] = []
  for (let read = 0; read < count; read += 1) entries.push(readEntry(from, version))
  if (from.left > 0) throw damaged('The file')
  return entries
}

function readEntry(from: ByteReader, version: number): RawEntry {
  const tag = required(from.u4())
  const alias = required(readName(from))
  const time = Number(required(from.s8()))
  const createdAt = Number.isNaN(new Date(time).getTime()) ? undefined : new Date(time)
  if (tag === certificateTag) return { alias, createdAt, certificate: readCertificate(from, version) }
  if (tag === privateKeyTag) {
    const key = required(from.take(required(from.u4())))
    const count = required(from.u4())
    const chain: Uint8Array[] = []
    for (let read = 0; read < count; read += 1) chain.push(readCertificate(from, version))
    return { alias, createdAt, key, chain }
  }
  if (tag !== secretKeyTag) throw damaged('The file')
  throw new KeyStoreError(
    'unsupported',
    `The entry “${alias}” is a secret key, which is kept as an object of Java. Take it out first: ` +
      `keytool -delete -storetype JCEKS -keystore <file> -alias ${alias}`,
  )
}

function readName(from: ByteReader): string | undefined {
  const bytes = from.take(required(from.u2()))
  return bytes === undefined ? undefined : decodeModifiedUtf8(bytes)
}

function readCertificate(from: ByteReader, version: number): Uint8Array {
  const type = version === 1 ? 'X.509' : required(readName(from))
  const bytes = required(from.take(required(from.u4())))
  if (type === 'X.509') return bytes
  throw new KeyStoreError('unsupported', `The file holds a certificate of the kind “${type}”; X.509 is what is read.`)
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw damaged('The file')
  return value
}

/** Whether the password opens a key, which tells that the file was changed and the password is right. */
function opensAnyKey(body: Uint8Array, password: string): boolean {
  if (byteReader(body).u4() !== jksMagic) return false
  try {
    return readEntries(body).some((raw) => 'key' in raw && unlockJksKey(raw.key, password) instanceof Uint8Array)
  } catch {
    // It cannot be read to its end, which says nothing of the password.
    return false
  }
}

function wrongPassword(): KeyStoreError {
  return new KeyStoreError(
    'wrong-password',
    'This is not the password of the key store, or the file was changed after it was written.',
  )
}

function digestOf(body: Uint8Array, password: string): Uint8Array {
  return createHash('sha1').update(bigEndianText(password)).update('Mighty Aphrodite').update(body).digest()
}

function name(alias: string): Uint8Array {
  const bytes = encodeModifiedUtf8(jksAlias(alias))
  if (bytes.length > 0xffff) {
    throw new KeyStoreError('name-not-acceptable', 'The alias is too long for a JKS file: 65,535 bytes at most.')
  }
  return Buffer.concat([u2(bytes.length), bytes])
}

function certificate(der: Uint8Array): Uint8Array {
  const type = encodeModifiedUtf8('X.509')
  return Buffer.concat([u2(type.length), type, u4(der.length), der])
}

function u2(value: number): Uint8Array {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u4(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function s8(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
