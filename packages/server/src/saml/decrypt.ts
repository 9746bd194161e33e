import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto'
import { type EncryptedAssertion, UnfitEncryption, xenc, xenc11 } from './encrypted-assertion.ts'
import { shown } from './saml-error.ts'
import { namespaces } from './xml.ts'

/** How assertions are decrypted. */
export interface DecryptionRules {
  /** Whether AES-CBC is taken, which anybody can change something in: as at Salesforce. AES-GCM always is. */
  readonly decryptsSamlByCbc: boolean
}

/** How a content is encrypted, as far as it is known here: by GCM, whoever has not the key can change nothing. */
type ContentCipher =
  | { readonly mode: 'gcm'; readonly name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'; readonly keyBytes: number }
  | { readonly mode: 'cbc'; readonly name: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc'; readonly keyBytes: number }

const ciphers: ReadonlyMap<string, ContentCipher> = new Map<string, ContentCipher>([
  [`${xenc11}aes128-gcm`, { mode: 'gcm', name: 'aes-128-gcm', keyBytes: 16 }],
  [`${xenc11}aes192-gcm`, { mode: 'gcm', name: 'aes-192-gcm', keyBytes: 24 }],
  [`${xenc11}aes256-gcm`, { mode: 'gcm', name: 'aes-256-gcm', keyBytes: 32 }],
  [`${xenc}aes128-cbc`, { mode: 'cbc', name: 'aes-128-cbc', keyBytes: 16 }],
  [`${xenc}aes192-cbc`, { mode: 'cbc', name: 'aes-192-cbc', keyBytes: 24 }],
  [`${xenc}aes256-cbc`, { mode: 'cbc', name: 'aes-256-cbc', keyBytes: 32 }],
])

const sha1 = `${namespaces.signature}sha1`
const sha256 = `${xenc}sha256`
const masks = new Map([
  [`${xenc11}mgf1sha1`, 'sha1'],
  [`${xenc11}mgf1sha256`, 'sha256'],
])
const digests = new Map([
  [sha1, 'sha1'],
  [sha256, 'sha256'],
])

/** What came of decrypting. */
export interface Decrypted {
  /** `undefined` when it was encrypted for another key, or changed: which of them, nobody is to learn. */
  readonly text: string | undefined
  readonly isAuthenticated: boolean
}

/**
 * Decrypts what is encrypted for a key (XML Encryption §5): by RSA-OAEP and AES alone. Whatever goes wrong once the key is in use ends
 * in the same answer, by the same way: a wrapped key that does not open is replaced by one that nobody has.
 * @throws {UnfitEncryption} for algorithms that are not taken, which anybody can see
 */
export function decrypted(
  { contentAlgorithm, content, wrappedKey, ...method }: EncryptedAssertion,
  privateKey: KeyObject,
  { decryptsSamlByCbc }: DecryptionRules,
): Decrypted {
  const cipher = ciphers.get(contentAlgorithm)
  if (cipher === undefined || (cipher.mode === 'cbc' && !decryptsSamlByCbc)) {
    const taken = decryptsSamlByCbc ? 'AES-GCM and AES-CBC are' : 'AES-GCM is'
    throw new UnfitEncryption(`its content is encrypted with ${named(contentAlgorithm)}, and ${taken} taken`)
  }
  const key = unwrapped(wrappedKey, privateKey, oaepHashOf(method), cipher.keyBytes)
  const bytes = cipher.mode === 'gcm' ? byGcm(content, key, cipher.name) : byCbc(content, key, cipher.name)
  return { text: utf8(bytes), isAuthenticated: cipher.mode === 'gcm' }
}

/** The digest of RSA-OAEP. Its mask is made by the same: the platform knows no other way. */
function oaepHashOf({
  keyAlgorithm,
  keyDigest = sha1,
  keyMask,
}: Pick<EncryptedAssertion, 'keyAlgorithm' | 'keyDigest' | 'keyMask'>) {
  const isOfMgf1 = keyAlgorithm === `${xenc}rsa-oaep-mgf1p`
  if (!isOfMgf1 && keyAlgorithm !== `${xenc11}rsa-oaep`) {
    throw new UnfitEncryption(`its key is encrypted with ${named(keyAlgorithm)}, and RSA-OAEP is taken`)
  }
  const digest = digests.get(keyDigest)
  const mask = isOfMgf1 || keyMask === undefined ? 'sha1' : masks.get(keyMask)
  if (digest === undefined || digest !== mask) {
    throw new UnfitEncryption('its RSA-OAEP is of other digests than SHA-1 for both, or SHA-256 for both')
  }
  return digest
}

function unwrapped(wrapped: Buffer, key: KeyObject, oaepHash: string, bytes: number): Buffer {
  const other = randomBytes(bytes)
  try {
    const opened = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped)
    return opened.length === bytes ? opened : other
  } catch {
    return other
  }
}

type Named<Mode> = Extract<ContentCipher, { readonly mode: Mode }>['name']

const nonceBytes = 12
const tagBytes = 16

function byGcm(content: Buffer, key: Buffer, name: Named<'gcm'>): Buffer | undefined {
  if (content.length < nonceBytes + tagBytes) return undefined
  const end = content.length - tagBytes
  try {
    const options = { authTagLength: tagBytes }
    const decipher = createDecipheriv(name, key, content.subarray(0, nonceBytes), options)
    decipher.setAuthTag(content.subarray(end))
    return Buffer.concat([decipher.update(content.subarray(nonceBytes, end)), decipher.final()])
  } catch {
    return undefined
  }
}

const blockBytes = 16

/** Of the padding the last byte alone says something: how long it is (XML Encryption §5.2). */
function byCbc(content: Buffer, key: Buffer, name: Named<'cbc'>): Buffer | undefined {
  if (content.length < 2 * blockBytes || content.length % blockBytes !== 0) return undefined
  const decipher = createDecipheriv(name, key, content.subarray(0, blockBytes)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(content.subarray(blockBytes)), decipher.final()])
  const padding = padded.at(-1) ?? 0
  return padding >= 1 && padding <= blockBytes ? padded.subarray(0, padded.length - padding) : undefined
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of bytes. Line ends become what XML makes of them (XML 1.0 §2.11). */
function utf8(bytes: Buffer | undefined): string | undefined {
  try {
    return bytes && strictUtf8.decode(bytes).replaceAll(/\r\n?/g, '\n')
  } catch {
    return undefined
  }
}

function named(algorithm: string): string {
  return algorithm === '' ? 'no algorithm that it names' : shown(algorithm)
}
