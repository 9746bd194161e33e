import { createPrivateKey, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { encryptedByForge } from '../../test/flows/test-encryption.ts'
import { newSigner } from '../../test/flows/test-server.ts'
import { readCertificate } from '../certificates/certificate.ts'
import { decrypted } from './decrypt.ts'
import { encryptedAssertion } from './encrypt.ts'
import { type EncryptedAssertion, readEncryptedAssertion, UnfitEncryption } from './encrypted-assertion.ts'
import { readStrictXml } from './xml.ts'

const text = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">Ada Lovelace, 𝄞</saml:Assertion>'
const rules = { decryptsSamlByCbc: true }
let key: KeyObject
let pem: string

beforeAll(async () => {
  const signer = await newSigner()
  pem = signer.pem
  key = createPrivateKey(signer.privateKey.export({ type: 'pkcs8', format: 'pem' }))
})

const within = (xml: string) => `<a>${xml}</a>`
const parts = async (xml: string) => readEncryptedAssertion(await readStrictXml(within(xml)))

/** With one bit of some bytes turned. */
function turned(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  const place = at % (bytes.length * 8)
  changed[place >> 3] = (changed[place >> 3] ?? 0) ^ (1 << (place & 7))
  return changed
}

describe('what is encrypted for a key', () => {
  it('is what the server itself encrypts for others', async () => {
    const reading = readCertificate(pem)
    if (!reading.ok) throw new Error(reading.problem)
    const { certificate } = reading
    for (const type of ['AES_128', 'AES_256'] as const) {
      for (const encryptsSamlByGcm of [true, false]) {
        const written = await parts(encryptedAssertion(text, { certificate, type }, { encryptsSamlByGcm }))
        expect(decrypted(written, key, rules)).toEqual({ text, isAuthenticated: encryptsSamlByGcm })
      }
    }
  })

  it('is nothing when any bit of it was turned: by AES-GCM always, by AES-CBC never the same', async () => {
    const [gcm, cbc] = [
      await parts(encryptedByForge(text, pem)),
      await parts(encryptedByForge(text, pem, { mode: 'CBC' })),
    ]
    await fc.assert(
      fc.property(fc.nat(), fc.constantFrom('content', 'wrappedKey'), (at, part) => {
        const change = (one: EncryptedAssertion) => ({ ...one, [part]: turned(one[part], at) })
        expect(decrypted(change(gcm), key, rules)).toEqual({ text: undefined, isAuthenticated: true })
        expect(decrypted(change(cbc), key, rules).text).not.toBe(text)
      }),
      { numRuns: 200 },
    )
  })

  it('is nothing of any other bytes, and never an error', async () => {
    const written = await parts(encryptedByForge(text, pem))
    const bytes = fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all))
    const ciphers = ['xmlenc11#aes128-gcm', 'xmlenc11#aes192-gcm'].map((one) => `http://www.w3.org/2009/${one}`)
    await fc.assert(
      fc.property(bytes, bytes, fc.constantFrom(...ciphers), (content, wrappedKey, contentAlgorithm) => {
        expect(decrypted({ ...written, content, wrappedKey, contentAlgorithm }, key, rules).text).toBeUndefined()
      }),
    )
  })

  it('is refused by what anybody can see of it, before the key is used', async () => {
    const written = await parts(encryptedByForge(text, pem))
    const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
    const oaep = 'http://www.w3.org/2009/xmlenc11#rsa-oaep'
    for (const changed of [
      { contentAlgorithm: '' },
      { contentAlgorithm: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' },
      { contentAlgorithm: 'constructor' },
      { keyAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5' },
      { keyAlgorithm: 'http://www.w3.org/2001/04/xmlenc#kw-aes256' },
      // The mask of the first is SHA-1 by its name, of the second by default.
      { keyDigest: sha256 },
      { keyAlgorithm: oaep, keyDigest: sha256 },
      { keyAlgorithm: oaep, keyDigest: 'http://www.w3.org/2001/04/xmlenc#sha512' },
    ]) {
      expect(() => decrypted({ ...written, ...changed }, key, rules)).toThrow(UnfitEncryption)
    }
    const cbc = await parts(encryptedByForge(text, pem, { mode: 'CBC' }))
    expect(() => decrypted(cbc, key, { decryptsSamlByCbc: false })).toThrow(UnfitEncryption)
  })

  it('has one shape, and no parts besides', async () => {
    const xml = encryptedByForge(text, pem)
    for (const changed of [
      xml.replace(/<d:KeyInfo>.*<\/d:KeyInfo>/, ''),
      xml.replace(/<x:EncryptedData.*<\/x:EncryptedData>/, '$&$&').replaceAll(' Id="_key"', ''),
      xml.replace('#Element"', '#Content"'),
      xml.replace('<d:KeyInfo>', '<x:EncryptionProperties/><d:KeyInfo>'),
      xml.replace(/<x:CipherValue>/, '<x:CipherValue>*'),
      xml.replace(/<x:CipherValue>/, '<x:CipherValue><b/>'),
      xml.replace(/(mgf1p")\/>/, '$1><x:OAEPparams>AA==</x:OAEPparams></x:EncryptionMethod>'),
      `${xml}${xml.replaceAll(' Id="_key"', '')}`,
      '',
    ]) {
      expect(changed).not.toBe(xml)
      await expect(parts(changed)).rejects.toThrow(UnfitEncryption)
    }
  })
})
