import { byteReader } from './byte-reader.ts'
import { kindOf, readCertificateOrKey } from './certificate-or-key.ts'
import { readDer } from './der.ts'
import { effort } from './effort.ts'
import { jceksMagic, jksMagic, readJks } from './jks.ts'
import type { KeyStore, KeyStoreFormat } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { isPem, readPem, withChains } from './pem.ts'
import { isPfx, readPkcs12 } from './pkcs12.ts'

/** What locks a key store. */
export interface ReadingOptions {
  /** The password of the store, and of its keys unless these have another. */
  readonly password?: string
  /** The password of keys that have one of their own. */
  readonly keyPassword?: string
}

// The largest that is of use: the JDK's own list of authorities has a hundredth of it.
const mostBytes = 16 * 1024 * 1024

/** Which format bytes have, by what is in them; `undefined` for what holds neither a private key nor a certificate. */
export function detectFormat(bytes: Uint8Array): KeyStoreFormat | undefined {
  const magic = byteReader(bytes).u4()
  if (magic === jksMagic) return 'jks'
  if (magic === jceksMagic) return 'jceks'
  if (bytes.length > mostBytes) return undefined
  if (bytes[0] === 0x30) {
    const value = readDer(bytes)
    if (isPfx(value)) return 'pkcs12'
    if (kindOf(value) !== undefined) return 'der'
  }
  return isPem(bytes) ? 'pem' : undefined
}

/**
 * Reads a key store, a private key or certificates of whatever format: JKS, JCEKS, PKCS#12, PEM, DER.
 * Entries of PEM and DER have no alias (an empty one). A key that the password does not unlock is a `locked-private-key`.
 * @throws {KeyStoreError} `not-a-key-store`, `password-required`, `wrong-password`, `tampered`, `unsupported`, `too-large`,
 *   `not-a-certificate`, `not-a-private-key`
 */
export async function readKeyStore(file: Uint8Array, options: ReadingOptions = {}): Promise<KeyStore> {
  if (file.length > mostBytes) {
    throw new KeyStoreError('too-large', 'This is too large for a key store: 16 MiB at most.')
  }
  const { password, keyPassword } = options
  // What is cut out of a Buffer would be one, too.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
  const format = detectFormat(bytes)
  switch (format) {
    case 'jks':
    case 'jceks':
      if (password === undefined) {
        throw new KeyStoreError('password-required', 'This key store is locked with a password. Give it.')
      }
      return readJks(bytes, { password, keyPassword })
    case 'pkcs12':
      return readPkcs12(bytes, { password, keyPassword })
    case 'pem':
      return { format, entries: await readPem(bytes, keyPassword ?? password) }
    case 'der':
      return { format, entries: await readSingle(bytes, keyPassword ?? password) }
    case undefined:
      throw new KeyStoreError(
        'not-a-key-store',
        'This holds no key store, private key or certificate: what is read is JKS, JCEKS, PKCS#12, PEM and DER.',
      )
  }
}

async function readSingle(bytes: Uint8Array, password: string | undefined): Promise<KeyStore['entries']> {
  const value = readDer(bytes)
  const kind = kindOf(value)
  if (value === undefined || kind === undefined) return []
  const found = await readCertificateOrKey(value, kind, { password, effort: effort() })
  return found.kind === 'certificate' ? withChains([], [found.certificate]) : withChains([found.privateKey], [])
}
