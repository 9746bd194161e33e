import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSubject } from './certificate-subject.ts'
import { makeSelfSigned } from './self-signed.ts'
import { describeCertificate, keyMatchesCertificate } from './x509.ts'

const now = new Date('2026-03-01T09:30:00Z')

const pkcs8 = (bits: number) =>
  new Uint8Array(
    generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ format: 'der', type: 'pkcs8' }),
  )

describe('makeSelfSigned', () => {
  it('makes a key and a certificate like those of Certificate and Key Management', async () => {
    const { privateKey, certificate } = await makeSelfSigned({ uniqueName: 'orgA', now })
    const x509 = new X509Certificate(certificate)
    expect(describeCertificate(certificate)).toMatchObject({
      subject: 'CN=orgA',
      issuer: 'CN=orgA',
      commonName: 'orgA',
      serialNumber: expect.stringMatching(/^[0-9A-F]{28}$/),
      notBefore: now,
      notAfter: new Date('2027-03-01T00:00:00Z'),
      key: { type: 'RSA', bits: 2048 },
      isCa: true,
      isSelfSigned: true,
    })
    expect(x509.keyUsage).toBeUndefined()
    expect(x509.raw.includes(Buffer.from('06092a864886f70d01010b', 'hex')), 'sha256WithRSAEncryption').toBe(true)
    expect(keyMatchesCertificate(privateKey, certificate)).toBe(true)
  })

  it('lasts two years with 4096 bits, and as many days as it is told', async () => {
    const privateKey = pkcs8(4096)
    const strong = await makeSelfSigned({ uniqueName: 'orgA', privateKey, now })
    expect(strong.privateKey).toEqual(privateKey)
    expect(describeCertificate(strong.certificate).notAfter).toEqual(new Date('2028-03-01T00:00:00Z'))
    const short = await makeSelfSigned({ uniqueName: 'orgA', privateKey, days: 30, now })
    expect(describeCertificate(short.certificate).notAfter).toEqual(new Date('2026-03-31T09:30:00Z'))
  })

  it('writes the subject as it is given, also a country of three letters and what others would take for syntax', async () => {
    const subject = readSubject('CN=orgA, OU=00D000000000001, O=#"Ünlü"\\, \\\\Co+, L=San Francisco, ST=CA, C=USA')
    const { certificate } = await makeSelfSigned({ uniqueName: 'orgA', subject, privateKey: pkcs8(2048), now })
    expect(new X509Certificate(certificate).toLegacyObject().subject).toMatchObject({
      CN: 'orgA',
      O: '#"Ünlü", \\Co+',
      C: 'USA',
    })
    expect(describeCertificate(certificate).subject).toMatch(/^CN=orgA, OU=00D000000000001, O=.*, ST=CA, C=USA$/)
  })

  it('refuses a name that Salesforce refuses, and a key that is not RSA', async () => {
    await expect(makeSelfSigned({ uniqueName: '1', now })).rejects.toMatchObject({ code: 'name-not-acceptable' })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const ec = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
    await expect(makeSelfSigned({ uniqueName: 'orgA', privateKey: ec, now })).rejects.toMatchObject({
      code: 'unsupported',
    })
    const junk = new Uint8Array(40)
    await expect(makeSelfSigned({ uniqueName: 'orgA', privateKey: junk, now })).rejects.toMatchObject({
      code: 'not-a-private-key',
    })
  })
})
