import { createHash } from 'node:crypto'
import {
  bmpText,
  bmpTextOf,
  type DerValue,
  damaged,
  derOf,
  identifier,
  identifierOf,
  integer,
  type NewDerValue,
  numberOf,
  octets,
  octetsOf,
  readDer,
  sequence,
  sequenceOf,
  set,
  setOf,
  tagged,
  taggedOctets,
  taggedOctetsOf,
  taggedOf,
} from './der.ts'
import { type Effort, effort } from './effort.ts'
import { isPrivateKey, unlockPrivateKey } from './encrypted-private-key.ts'
import type { KeyStore, KeyStoreEntry, PrivateKeyEntry, TrustedCertificateEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { lock, lockOld, type NewLockedBytes, unlock } from './password-encryption.ts'
import { isSealed, seal } from './pkcs12-mac.ts'
import { keyMatchesCertificate, orderChain } from './x509.ts'

const data = '1.2.840.113549.1.7.1'
const signedData = '1.2.840.113549.1.7.2'
const encryptedData = '1.2.840.113549.1.7.6'

const bags = {
  key: '1.2.840.113549.1.12.10.1.1',
  lockedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  nested: '1.2.840.113549.1.12.10.1.6',
} as const

const x509Certificate = '1.2.840.113549.1.9.22.1'
const friendlyName = '1.2.840.113549.1.9.20'
const localKeyId = '1.2.840.113549.1.9.21'
/** Java's mark of a certificate that is trusted for itself, and what it is trusted for: anything. */
const trustedKeyUsage = '2.16.840.1.113894.746875.1.1'
const anyUsage = '2.5.29.37.0'

// What JDK 17 writes, and five times what OpenSSL does; old programs get what they write themselves.
const usualIterations = 10_000
const oldIterations = 2048

/** How a PKCS#12 file is to be locked. */
export interface Pkcs12Lock {
  readonly password: string
  /** 3DES and SHA-1 instead of AES and SHA-256, for programs that know nothing newer. */
  readonly isOld: boolean
  /** How often the password is hashed. */
  readonly iterations?: number
  /** When entries without a date came to be. */
  readonly now: Date
}

/** The passwords of a PKCS#12 file. */
export interface Pkcs12Passwords {
  /** `undefined` for a file that needs none. */
  readonly password?: string | undefined
  /** For keys with a password of their own. */
  readonly keyPassword?: string | undefined
}

/** Whether a value is put together as a PFX is (RFC 7292 §4). */
export function isPfx(value: DerValue | undefined): boolean {
  const [version, authSafe] = sequenceOf(value) ?? []
  const [type] = sequenceOf(authSafe) ?? []
  const name = identifierOf(type)
  return numberOf(version) === 3 && (name === data || name === signedData)
}

/**
 * Reads a PKCS#12 file (RFC 7292): encrypted with AES, 3DES or RC2, sealed with whichever hash, or not at all.
 * @throws {KeyStoreError} `password-required`, `wrong-password`, `tampered`, `unsupported`, `too-large`
 */
export async function readPkcs12(bytes: Uint8Array, passwords: Pkcs12Passwords): Promise<KeyStore> {
  const spent = effort()
  const [, authSafe, macData, ...more] = sequenceOf(readDer(bytes)) ?? []
  const [type, wrapped, ...others] = sequenceOf(authSafe) ?? []
  if (identifierOf(type) === signedData) throw sealedByCertificate()
  const [contentValue] = taggedOf(wrapped, 0) ?? []
  const content = octetsOf(contentValue)
  if (content === undefined || more.length + others.length > 0) throw damaged('The file')
  const isWhole =
    macData === undefined || (await isSealed(macData, content, { password: passwords.password, effort: spent }))
  if (!isWhole) throw await whyNotSealed(content, passwords, spent)
  const parts = await unlockedParts(content, passwords, spent)
  if (parts === undefined) throw passwordProblem(passwords)
  return { format: 'pkcs12', entries: entriesOf(parts) }
}

/**
 * Writes a PKCS#12 file: AES-256 with PBKDF2 and HMAC-SHA-256, sealed with SHA-256.
 * @param entries each private key with its chain
 */
export async function writePkcs12(
  entries: readonly (PrivateKeyEntry | TrustedCertificateEntry)[],
  { password, isOld, now, iterations = isOld ? oldIterations : usualIterations }: Pkcs12Lock,
): Promise<Uint8Array> {
  const encrypt = async (plain: Uint8Array): Promise<NewLockedBytes> =>
    isOld ? lockOld(plain, password, iterations) : lock(plain, password, iterations)
  const keyBags = []
  const certificateBags = []
  const times = new Set<number>()
  for (const entry of entries) {
    if (entry.kind === 'trusted-certificate') {
      certificateBags.push(newCertificateBag(entry.certificate, [named(entry.alias), trusted()]))
      continue
    }
    const { how, bytes } = await encrypt(entry.privateKey)
    const attributes = [named(entry.alias), linked(entry)]
    keyBags.push(newBag(bags.lockedKey, sequence(how, octets(bytes)), attributes))
    const [leaf, ...signers] = entry.chain
    if (leaf !== undefined) certificateBags.push(newCertificateBag(leaf, attributes))
    certificateBags.push(...signers.map((signer) => newCertificateBag(signer, [])))
  }
  const certificates = await encrypt(derOf(sequence(...certificateBags)))
  const content = derOf(
    sequence(
      sequence(identifier(encryptedData), tagged(0, newEncryptedData(certificates))),
      sequence(identifier(data), tagged(0, octets(derOf(sequence(...keyBags))))),
    ),
  )
  const macData = seal(content, { password, hash: isOld ? 'sha1' : 'sha256', iterations })
  return derOf(sequence(integer(3), sequence(identifier(data), tagged(0, octets(content))), macData))

  /** Links a key to its certificate: by the time it was made at where that tells, so that the time is kept, as the JDK does. */
  function linked({ createdAt = now, chain: [leaf = new Uint8Array()] }: PrivateKeyEntry): NewDerValue {
    const time = createdAt.getTime()
    const id = times.has(time) ? createHash('sha1').update(leaf).digest() : Buffer.from(`Time ${time}`, 'latin1')
    times.add(time)
    return sequence(identifier(localKeyId), set(octets(id)))
  }
}

/** What a SafeBag held. */
interface Part {
  readonly alias: string | undefined
  /** What keys and their certificates have in common, as hexadecimal text. */
  readonly link: string | undefined
  readonly createdAt: Date | undefined
  /** `locked` when its password is another. */
  readonly key?: Uint8Array | 'locked'
  readonly certificate?: Uint8Array
}

/** Everything in the file; `undefined` when the password does not unlock it. */
async function unlockedParts(
  content: Uint8Array,
  passwords: Pkcs12Passwords,
  spent: Effort,
): Promise<readonly Part[] | undefined> {
  const parts: Part[] = []
  for (const info of required(sequenceOf(readDer(content)))) {
    const [type, wrapped] = sequenceOf(info) ?? []
    const [inner] = taggedOf(wrapped, 0) ?? []
    const name = identifierOf(type)
    let plain: Uint8Array | undefined
    if (name === data) plain = required(octetsOf(inner))
    else if (name === encryptedData) {
      plain = await decryptData(inner, passwords.password, spent)
      if (plain === undefined) return undefined
    } else throw sealedByCertificate()
    parts.push(...(await partsOf(readDer(plain), passwords, { effort: spent, depth: 0 })))
  }
  return parts
}

/** Decrypts EncryptedData (RFC 5652 §8); `undefined` when the password is wrong. */
async function decryptData(
  value: DerValue | undefined,
  password: string | undefined,
  spent: Effort,
): Promise<Uint8Array | undefined> {
  const [, encryptedContent] = sequenceOf(value) ?? []
  const [, how, sealed] = sequenceOf(encryptedContent) ?? []
  const bytes = taggedOctetsOf(sealed, 0)
  if (how === undefined || bytes === undefined) throw damaged('The file')
  return unlock({ how, bytes, effort: spent }, password, (plain) => sequenceOf(readDer(plain)) !== undefined)
}

async function partsOf(
  contents: DerValue | undefined,
  passwords: Pkcs12Passwords,
  { effort: spent, depth }: { readonly effort: Effort; readonly depth: number },
): Promise<readonly Part[]> {
  const parts: Part[] = []
  for (const bag of required(sequenceOf(contents))) {
    const [type, wrapped, attributes] = sequenceOf(bag) ?? []
    const [value] = taggedOf(wrapped, 0) ?? []
    const common = attributesOf(attributes)
    const name = identifierOf(type)
    if (name === bags.key && value !== undefined) {
      if (!isPrivateKey(value.bytes)) throw damaged('The file')
      parts.push({ ...common, key: value.bytes })
    } else if (name === bags.lockedKey) {
      parts.push({ ...common, key: await unlockWithAny(value, passwords, spent) })
    } else if (name === bags.certificate) {
      const certificate = certificateOf(value)
      if (certificate !== undefined) parts.push({ ...common, certificate })
    } else if (name === bags.nested && depth < 4) {
      parts.push(...(await partsOf(value, passwords, { effort: spent, depth: depth + 1 })))
    }
    // Revocation lists and secrets that are no keys stand in the remaining kinds of bag.
  }
  return parts
}

async function unlockWithAny(
  value: DerValue | undefined,
  { password, keyPassword }: Pkcs12Passwords,
  spent: Effort,
): Promise<Uint8Array | 'locked'> {
  const own = keyPassword === undefined ? undefined : await unlockPrivateKey(value, keyPassword, spent)
  return own ?? (await unlockPrivateKey(value, password, spent)) ?? 'locked'
}

function certificateOf(value: DerValue | undefined): Uint8Array | undefined {
  const [type, wrapped] = sequenceOf(value) ?? []
  if (identifierOf(type) !== x509Certificate) return undefined
  return required(octetsOf(taggedOf(wrapped, 0)?.[0]))
}

function attributesOf(value: DerValue | undefined): Pick<Part, 'alias' | 'link' | 'createdAt'> {
  const attributes = new Map<string, DerValue | undefined>()
  for (const attribute of setOf(value) ?? []) {
    const [type, values] = sequenceOf(attribute) ?? []
    const name = identifierOf(type)
    if (name !== undefined) attributes.set(name, setOf(values)?.[0])
  }
  const id = octetsOf(attributes.get(localKeyId))
  const name = bmpTextOf(attributes.get(friendlyName))
  return {
    alias: name === '' ? undefined : name,
    link: id === undefined ? undefined : Buffer.from(id).toString('hex'),
    createdAt: id === undefined ? undefined : timeIn(id),
  }
}

/** The JDK links a key and its certificate by `Time` and the milliseconds at which the key came in. */
function timeIn(id: Uint8Array): Date | undefined {
  const [, digits] = /^Time (\d{1,15})$/.exec(Buffer.from(id).toString('latin1')) ?? []
  return digits === undefined ? undefined : new Date(Number(digits))
}

/** The entries that keys and certificates make, each with an alias of its own: the number of a nameless one, as in Java. */
function entriesOf(parts: readonly Part[]): readonly KeyStoreEntry[] {
  const certificates = parts.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate]))
  const inChains = new Set<string>()
  const taken = new Set<string>()
  let nameless = 0
  const keys = parts.flatMap((part): readonly KeyStoreEntry[] => {
    const { key, link, createdAt } = part
    if (key === undefined) return []
    const own = parts.find((other) => other.certificate !== undefined && link !== undefined && other.link === link)
    const chain = chainOf(key, own?.certificate, certificates)
    for (const certificate of chain) inChains.add(fingerprint(certificate))
    const alias = freeAlias(part.alias ?? own?.alias)
    return key === 'locked'
      ? [{ kind: 'locked-private-key', alias, createdAt, chain }]
      : [{ kind: 'private-key', alias, createdAt, privateKey: key, chain }]
  })
  const trustedOnes = parts.flatMap(({ certificate, alias, createdAt }): readonly KeyStoreEntry[] => {
    if (certificate === undefined || inChains.has(fingerprint(certificate))) return []
    return [{ kind: 'trusted-certificate', alias: freeAlias(alias), createdAt, certificate }]
  })
  return [...keys, ...trustedOnes]

  function freeAlias(wanted: string | undefined): string {
    if (wanted === undefined) nameless += 1
    const name = wanted ?? `${nameless}`
    let alias = name
    for (let number = 2; taken.has(alias.toLowerCase()); number += 1) alias = `${name}_${number}`
    taken.add(alias.toLowerCase())
    return alias
  }
}

/** A key's certificate, and those that vouch for it. A certificate that cannot be read stays where the file has put it. */
function chainOf(
  key: Uint8Array | 'locked',
  linkedOne: Uint8Array | undefined,
  certificates: readonly Uint8Array[],
): readonly Uint8Array[] {
  try {
    const leaf =
      linkedOne ??
      (key === 'locked' ? undefined : certificates.find((certificate) => keyMatchesCertificate(key, certificate)))
    if (leaf === undefined) return []
    return orderChain([leaf, ...certificates.filter((certificate) => certificate !== leaf)])
  } catch (error) {
    if (error instanceof KeyStoreError) return linkedOne === undefined ? [] : [linkedOne]
    throw error
  }
}

function fingerprint(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('base64')
}

/** Whether the password is wrong, or right and the file changed: then it still unlocks what is in it. */
async function whyNotSealed(content: Uint8Array, passwords: Pkcs12Passwords, spent: Effort): Promise<KeyStoreError> {
  try {
    const parts = await unlockedParts(content, passwords, spent)
    if (parts?.some(({ key }) => key instanceof Uint8Array) === true) return damaged('The file')
  } catch {
    // It cannot be read to its end, which says nothing of the password.
  }
  return passwordProblem(passwords)
}

function passwordProblem({ password }: Pkcs12Passwords): KeyStoreError {
  if (password === undefined) {
    return new KeyStoreError('password-required', 'This PKCS#12 file is locked with a password. Give it.')
  }
  return new KeyStoreError(
    'wrong-password',
    'This is not the password of the key store, or the file was changed after it was written.',
  )
}

function sealedByCertificate(): KeyStoreError {
  return new KeyStoreError(
    'unsupported',
    'This PKCS#12 file is locked or signed with a certificate instead of a password. Export it anew with a password.',
  )
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw damaged('The file')
  return value
}

function newBag(type: string, value: NewDerValue, attributes: readonly NewDerValue[]): NewDerValue {
  const parts = [identifier(type), tagged(0, value)]
  return attributes.length === 0 ? sequence(...parts) : sequence(...parts, set(...attributes))
}

function newCertificateBag(certificate: Uint8Array, attributes: readonly NewDerValue[]): NewDerValue {
  return newBag(bags.certificate, sequence(identifier(x509Certificate), tagged(0, octets(certificate))), attributes)
}

function named(alias: string): NewDerValue {
  return sequence(identifier(friendlyName), set(bmpText(alias)))
}

function trusted(): NewDerValue {
  return sequence(identifier(trustedKeyUsage), set(identifier(anyUsage)))
}

function newEncryptedData({ how, bytes }: NewLockedBytes): NewDerValue {
  return sequence(integer(0), sequence(identifier(data), how, taggedOctets(0, bytes)))
}
