import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { type EncryptionAlgorithm, encrypt, type KeyEncryptionAlgorithm } from 'xml-encryption'

export const xenc = 'http://www.w3.org/2001/04/xmlenc#'
export const xenc11 = 'http://www.w3.org/2009/xmlenc11#'
const dsig = 'http://www.w3.org/2000/09/xmldsig#'

/** Puts what is encrypted where a response has it. */
export function asEncryptedAssertion(encryptedData: string, beside = ''): string {
  return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${encryptedData}${beside}</saml:EncryptedAssertion>`
}

/** An `EncryptedAssertion` by a library that the code under test does not use. */
export async function encryptedByLibrary(
  xml: string,
  certificate: string,
  encryptionAlgorithm: EncryptionAlgorithm = `${xenc11}aes256-gcm`,
  keyEncryptionAlgorithm: KeyEncryptionAlgorithm = `${xenc}rsa-oaep-mgf1p`,
): Promise<string> {
  const rsa_pub = publicKeyOf(certificate)
  const options = {
    rsa_pub,
    pem: certificate,
    encryptionAlgorithm,
    keyEncryptionAlgorithm,
    warnInsecureAlgorithm: false,
  }
  return new Promise((resolve, reject) => {
    encrypt(xml, options, (error, result) => (error ? reject(error) : resolve(asEncryptedAssertion(result))))
  })
}

function publicKeyOf(certificate: string): string {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** How the other implementation encrypts. */
export interface ForgeEncryption {
  readonly mode?: 'CBC' | 'GCM'
  readonly bits?: 128 | 192 | 256
  readonly digest?: 'sha1' | 'sha256'
  /** Where the wrapped key stands. */
  readonly place?: 'within' | 'beside'
  /** Any bytes, whether they fit or not. */
  readonly key?: string
}

/** The same by an implementation in JavaScript alone, in the forms that the library does not write. */
export function encryptedByForge(
  xml: string,
  certificate: string,
  {
    mode = 'GCM',
    bits = 256,
    digest = 'sha1',
    place = 'within',
    key = forge.random.getBytesSync(bits / 8),
  }: ForgeEncryption = {},
): string {
  const iv = forge.random.getBytesSync(mode === 'GCM' ? 12 : 16)
  const cipher = forge.cipher.createCipher(`AES-${mode}`, key)
  cipher.start({ iv })
  cipher.update(forge.util.createBuffer(forge.util.encodeUtf8(xml)))
  cipher.finish()
  const tag = mode === 'GCM' ? cipher.mode.tag.getBytes() : ''
  return encryptedParts(iv + cipher.output.getBytes() + tag, key, certificate, { mode, bits, digest, place })
}

/** An `EncryptedAssertion` of any bytes, as content and as key. */
export function encryptedParts(
  content: string,
  key: string,
  certificate: string,
  { mode = 'GCM', bits = 256, digest = 'sha1', place = 'within' }: ForgeEncryption = {},
): string {
  const publicKey = forge.pki.publicKeyFromPem(publicKeyOf(certificate))
  const md = forge.md[digest].create()
  const wrapped = publicKey.encrypt(key, 'RSA-OAEP', { md, mgf1: { md: forge.md[digest].create() } })
  const value = (bytes: string) =>
    `<x:CipherData><x:CipherValue>${forge.util.encode64(bytes)}</x:CipherValue></x:CipherData>`
  const method =
    digest === 'sha1'
      ? `<x:EncryptionMethod Algorithm="${xenc}rsa-oaep-mgf1p"/>`
      : `<x:EncryptionMethod Algorithm="${xenc11}rsa-oaep"><d:DigestMethod Algorithm="${xenc}sha256"/><y:MGF xmlns:y="${xenc11}" Algorithm="${xenc11}mgf1sha256"/></x:EncryptionMethod>`
  const encryptedKey = `<x:EncryptedKey xmlns:x="${xenc}" xmlns:d="${dsig}" Id="_key">${method}${value(wrapped)}</x:EncryptedKey>`
  const info = place === 'within' ? encryptedKey : `<d:RetrievalMethod URI="#_key" Type="${xenc}EncryptedKey"/>`
  const algorithm = mode === 'GCM' ? `${xenc11}aes${bits}-gcm` : `${xenc}aes${bits}-cbc`
  const data = `<x:EncryptedData xmlns:x="${xenc}" xmlns:d="${dsig}" Type="${xenc}Element"><x:EncryptionMethod Algorithm="${algorithm}"/><d:KeyInfo>${info}</d:KeyInfo>${value(content)}</x:EncryptedData>`
  return asEncryptedAssertion(data, place === 'beside' ? encryptedKey : '')
}
