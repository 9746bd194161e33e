import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import type { Certificate } from '../certificates/certificate.ts'
import type { SamlConfig } from '../connected-apps/saml-config.ts'
import { namespaces } from './xml.ts'

/** How assertions are encrypted. */
export interface EncryptionRules {
  /** With AES-GCM, and not with AES-CBC as Salesforce is said to. */
  readonly encryptsSamlByGcm: boolean
}

const xenc = 'http://www.w3.org/2001/04/xmlenc#'
const xenc11 = 'http://www.w3.org/2009/xmlenc11#'

/**
 * An assertion as an app alone can read it (XML Encryption §3, §5): under a key of its own, which the certificate of the app wraps
 * by RSA-OAEP.
 */
export function encryptedAssertion(
  assertion: string,
  { certificate, type }: { readonly certificate: Certificate; readonly type: SamlConfig['encryptionType'] },
  { encryptsSamlByGcm }: EncryptionRules,
): string {
  const bits = type === 'AES_128' ? 128 : 256
  const key = randomBytes(bits / 8)
  const algorithm = encryptsSamlByGcm ? `${xenc11}aes${bits}-gcm` : `${xenc}aes${bits}-cbc`
  const content = encryptsSamlByGcm ? byGcm(assertion, key, bits) : byCbc(assertion, key, bits)
  const wrapped = publicEncrypt(
    { key: certificate.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    key,
  )
  const cipherData = (bytes: Buffer) =>
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`
  return (
    `<saml:EncryptedAssertion xmlns:saml="${namespaces.assertion}">` +
    `<xenc:EncryptedData xmlns:xenc="${xenc}" Type="${xenc}Element"><xenc:EncryptionMethod Algorithm="${algorithm}"/>` +
    `<ds:KeyInfo xmlns:ds="${namespaces.signature}"><xenc:EncryptedKey>` +
    `<xenc:EncryptionMethod Algorithm="${xenc}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="${namespaces.signature}sha1"/></xenc:EncryptionMethod>` +
    `${cipherData(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>${cipherData(content)}</xenc:EncryptedData></saml:EncryptedAssertion>`
  )
}

function byGcm(text: string, key: Buffer, bits: 128 | 256): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv(`aes-${bits}-gcm`, key, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

function byCbc(text: string, key: Buffer, bits: 128 | 256): Buffer {
  const vector = randomBytes(16)
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, vector)
  return Buffer.concat([vector, cipher.update(text, 'utf8'), cipher.final()])
}
