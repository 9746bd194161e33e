import { createPrivateKey, createPublicKey } from 'node:crypto'
import { type CertificateOrKey, kindOf, readCertificateOrKey } from './certificate-or-key.ts'
import { damaged, readDer } from './der.ts'
import { type Effort, effort } from './effort.ts'
import { lockPrivateKey } from './encrypted-private-key.ts'
import type { KeyStoreEntry, PrivateKeyEntry, TrustedCertificateEntry } from './key-store.ts'
import { KeyStoreError } from './key-store-error.ts'
import { keyMatchesCertificate, orderChain } from './x509.ts'

interface Block {
  readonly label: string
  /** What stands between the lines, with the headers that old locked keys have. */
  readonly body: string
}

const certificateLabels = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']
const keyLabels = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'DSA PRIVATE KEY']
const requestLabels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']
const readLabels = new Set([
  ...certificateLabels,
  ...keyLabels,
  ...requestLabels,
  'PKCS7',
  'CMS',
  'OPENSSH PRIVATE KEY',
])

// The JDK's own list of authorities has about 150.
const mostBlocks = 10_000
// What a key takes to be opened is done once for each, so somebody's own keys fit, and a million does not.
const iterations = 10_000

/** Whether a text has a private key or a certificate between its lines. */
export function isPem(bytes: Uint8Array): boolean {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('-----BEGIN ')) return false
  return blocksOf(bytes).some(({ label }) => readLabels.has(label))
}

/**
 * Reads private keys and certificates from PEM text (RFC 7468), and puts each key together with the chain that is there
 * for it. Text around them, such as OpenSSL's attributes of bags, does not matter.
 * @throws {KeyStoreError} `password-required`, `wrong-password`, `not-a-certificate`, `not-a-private-key`, `unsupported`,
 *   `tampered`, `too-large`
 */
export async function readPem(bytes: Uint8Array, password: string | undefined): Promise<readonly KeyStoreEntry[]> {
  const spent = effort()
  const keys: Uint8Array[] = []
  const certificates: Uint8Array[] = []
  for (const block of blocksOf(bytes)) {
    if (!readLabels.has(block.label)) continue
    const found = await readBlock(block, password, spent)
    if (found.kind === 'certificate') certificates.push(found.certificate)
    else keys.push(found.privateKey)
  }
  return withChains(keys, certificates)
}

/**
 * Writes private keys, each with its chain, and certificates as PEM text.
 * @param password locks the keys (AES-256, PBKDF2); `undefined` leaves them open
 */
export async function writePem(
  entries: readonly (PrivateKeyEntry | TrustedCertificateEntry)[],
  password: string | undefined,
): Promise<Uint8Array> {
  const blocks: string[] = []
  for (const entry of entries) {
    if (entry.kind === 'trusted-certificate') {
      blocks.push(pemBlock('CERTIFICATE', entry.certificate))
      continue
    }
    blocks.push(
      password === undefined
        ? pemBlock('PRIVATE KEY', entry.privateKey)
        : pemBlock('ENCRYPTED PRIVATE KEY', await lockPrivateKey(entry.privateKey, password, iterations)),
      ...entry.chain.map((certificate) => pemBlock('CERTIFICATE', certificate)),
    )
  }
  return new Uint8Array(Buffer.from(blocks.join(''), 'latin1'))
}

/** Private keys and certificates as entries without names: each key with its chain, and what is left for itself. */
export function withChains(keys: readonly Uint8Array[], certificates: readonly Uint8Array[]): readonly KeyStoreEntry[] {
  const nameless = { alias: '', createdAt: undefined } as const
  const inChains = new Set<string>()
  const keyEntries = keys.map((privateKey): KeyStoreEntry => {
    const hasOwn = certificates.some((certificate) => keyMatchesCertificate(privateKey, certificate))
    const chain = hasOwn ? orderChain(certificates, privateKey) : []
    for (const certificate of chain) inChains.add(textOf(certificate))
    return { ...nameless, kind: 'private-key', privateKey, chain }
  })
  const left = certificates.filter((certificate) => !inChains.has(textOf(certificate)))
  return [
    ...keyEntries,
    ...left.map((certificate): KeyStoreEntry => ({ ...nameless, kind: 'trusted-certificate', certificate })),
  ]
}

function textOf(der: Uint8Array): string {
  return Buffer.from(der).toString('base64')
}

function blocksOf(bytes: Uint8Array): readonly Block[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const blocks: Block[] = []
  const begin = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const [line, label = ''] = found
    const start = found.index + line.length
    const end = text.indexOf(`-----END ${label}-----`, start)
    if (end === -1) throw damaged(`The PEM block ${label}`)
    blocks.push({ label, body: text.slice(start, end) })
    if (blocks.length > mostBlocks) {
      throw new KeyStoreError('too-large', `There are more than ${mostBlocks} PEM blocks in this file. Split it.`)
    }
    begin.lastIndex = end
  }
  return blocks
}

async function readBlock(
  { label, body }: Block,
  password: string | undefined,
  spent: Effort,
): Promise<CertificateOrKey> {
  if (label === 'OPENSSH PRIVATE KEY') {
    throw new KeyStoreError(
      'unsupported',
      'This private key is in the form of OpenSSH. Make it PEM first, in its place: ssh-keygen -p -m PEM -f <file>',
    )
  }
  if (requestLabels.includes(label)) {
    throw new KeyStoreError(
      'unsupported',
      'This is a signing request (CSR), of which an authority makes a certificate. Give that certificate.',
    )
  }
  if (body.includes('DEK-Info:'))
    return { kind: 'private-key', privateKey: unlockTraditional({ label, body }, password) }
  // Environment variables and JSON files often have the two characters \n where a line ended.
  const base64 = body.replace(/\\[rn]|[\s\0]+/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw damaged(`The PEM block ${label}`)
  const der = new Uint8Array(Buffer.from(base64, 'base64'))
  const value = readDer(label === 'TRUSTED CERTIFICATE' ? firstValue(der) : der)
  const kind = kindOf(value)
  const isRight = certificateLabels.includes(label)
    ? kind === 'certificate'
    : keyLabels.includes(label)
      ? kind !== undefined && kind !== 'certificate' && kind !== 'pkcs7'
      : kind === 'pkcs7'
  if (value !== undefined && kind !== undefined && isRight) {
    return readCertificateOrKey(value, kind, { password, effort: spent })
  }
  if (label === 'DSA PRIVATE KEY') {
    throw new KeyStoreError(
      'unsupported',
      'This is a DSA key in an old form. Make it anew: openssl pkcs8 -topk8 -nocrypt',
    )
  }
  throw damaged(`The PEM block ${label}`)
}

/** OpenSSL puts what a certificate is trusted for behind it. */
function firstValue(der: Uint8Array): Uint8Array {
  const [, length = 0, high = 0, low = 0] = der
  if (length < 0x80) return der.subarray(0, 2 + length)
  if (length === 0x81) return der.subarray(0, 3 + high)
  return length === 0x82 ? der.subarray(0, 4 + high * 256 + low) : der
}

/** A key that OpenSSL has locked in the way from before PKCS#8 (RFC 1421 headers, one round of MD5). */
function unlockTraditional({ label, body }: Block, password: string | undefined): Uint8Array {
  if (password === undefined) {
    throw new KeyStoreError('password-required', 'This private key is locked with a password. Give it.')
  }
  try {
    const key = createPrivateKey({
      key: `-----BEGIN ${label}-----${body}-----END ${label}-----\n`,
      format: 'pem',
      passphrase: password,
    })
    // What a wrong password makes of a key now and then parses, and is none.
    createPublicKey(key)
    return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
  } catch (cause) {
    throw new KeyStoreError(
      'wrong-password',
      'This is not the password of the private key, or it is locked in a way that is not read here any more.',
      { cause },
    )
  }
}

/** PEM text of one value (RFC 7468 §2). */
export function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
