import { createPrivateKey, createSign, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../../test/certificates.ts'
import { made, madeOrg, openActs, problemsOf, testNow } from '../../test/open-acts.ts'
import { id15 } from '../record-id.ts'
import {
  changeCertificate,
  createCertificate,
  exportableKey,
  exportPrivateKey,
  holdsPrivateKey,
  importCertificate,
  openPrivateKey,
} from './new-certificate.ts'

describe('createCertificate', () => {
  it('makes a certificate like those of Certificate and Key Management', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const held = made(await createCertificate(acts, org, { name: 'Source_To_Target' }))
    const x509 = new X509Certificate(held.certificate.pem)
    expect(held).toMatchObject({ label: 'Source To Target', isPrivateKeyExportable: true })
    expect(x509.subject.split('\n')).toEqual([
      'CN=Source_To_Target',
      `OU=${id15(org.id)}`,
      'O=Sallyport',
      'L=Localhost',
      'ST=Loopback',
      'C=ZZ',
    ])
    expect(x509.issuer).toBe(x509.subject)
    expect(x509.verify(x509.publicKey)).toBe(true)
    expect(x509.ca).toBe(true)
    expect(x509.keyUsage).toBeUndefined()
    expect(x509.serialNumber).toMatch(/^[0-9A-F]{28}$/)
    expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(x509.validFromDate).toEqual(testNow)
    expect(x509.validToDate).toEqual(new Date('2027-03-01T00:00:00Z'))
    expect(x509.raw.includes(Buffer.from('0603551d0e', 'hex')), 'subject key identifier').toBe(true)
    expect(x509.raw.includes(Buffer.from('0603551d23', 'hex')), 'authority key identifier').toBe(true)
    expect(x509.raw.includes(Buffer.from('06092a864886f70d01010b', 'hex')), 'sha256WithRSAEncryption').toBe(true)
  })

  it('holds a key that signs for the certificate, and keeps it sealed', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await createCertificate(acts, org, { name: 'Source_To_Target' }))
    const held = await acts.certificates.findByName(org.id, 'Source_To_Target')
    if (held === undefined) throw new Error('The certificate is gone.')
    expect(held.sealedPrivateKey).not.toContain('PRIVATE KEY')
    const key = openPrivateKey(acts.seal, held)
    if (key === undefined) throw new Error('The key is gone.')
    const signature = createSign('sha256').update('hello').sign(key)
    expect(new X509Certificate(held.certificate.pem).checkPrivateKey(key)).toBe(true)
    expect(signature).toHaveLength(256)
  })

  it('lasts two years with 4096 bits', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const held = made(await createCertificate(acts, org, { name: 'Strong', keySize: 4096 }))
    expect(held.certificate).toMatchObject({ keySize: 4096, notAfter: new Date('2028-03-01T00:00:00Z') })
  })

  it('says what is wrong', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await createCertificate(acts, org, { name: 'Taken' }))
    expect(problemsOf(await createCertificate(acts, org, { name: 'Taken', keySize: 1024 }))).toEqual({
      name: 'This org has a certificate “Taken” already.',
      keySize: 'A key has 2048, 3072, 4096 bits.',
    })
    expect(problemsOf(await createCertificate(acts, org, { name: '1', label: 'a\nb' }))).toEqual({
      name: expect.stringContaining('begins with a letter'),
      label: 'Use one line of text, without control characters.',
    })
  })
})

describe('importCertificate', () => {
  it('takes a certificate with its key in any PEM form, and gives the key out again as PKCS#8', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { certificate, privateKey } = await testCertificate('Acme', testNow)
    const pkcs1 = createPrivateKey(privateKey).export({ format: 'pem', type: 'pkcs1' }).toString()
    const held = made(await importCertificate(acts, org, { name: 'Acme', certificate, privateKey: pkcs1 }))
    expect(made(await exportPrivateKey(acts, held))).toBe(privateKey)
    expect(holdsPrivateKey(acts.seal, held, pkcs1)).toBe(true)
    expect(holdsPrivateKey(acts.seal, held, 'junk')).toBe(false)
  })

  it('refuses what is no certificate, and a key that is none, locked, weak or of another certificate', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { certificate, privateKey } = await testCertificate('Acme', testNow)
    const other = await testCertificate('Other', testNow)
    const locked = createPrivateKey(privateKey)
      .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString()
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ format: 'pem', type: 'pkcs8' })
      .toString()
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
      .privateKey.export({ format: 'pem', type: 'pkcs8' })
      .toString()
    const problems = async (entered: { certificate: string; privateKey?: string }) =>
      problemsOf(await importCertificate(acts, org, { name: 'Acme', ...entered }))
    expect(await problems({ certificate: 'junk', privateKey: 'junk' })).toEqual({
      certificate: expect.stringContaining('no X.509 certificate'),
      privateKey: expect.stringContaining('no private key'),
    })
    expect(await problems({ certificate: certificate + privateKey })).toEqual({
      certificate: expect.stringContaining('holds a private key'),
    })
    expect(await problems({ certificate, privateKey: locked })).toEqual({
      privateKey: expect.stringContaining('openssl pkey'),
    })
    expect(await problems({ certificate, privateKey: ec })).toEqual({ privateKey: expect.stringContaining('Only RSA') })
    expect(await problems({ certificate, privateKey: weak })).toEqual({
      privateKey: expect.stringContaining('4096 bits'),
    })
    expect(await problems({ certificate, privateKey: other.privateKey })).toEqual({
      privateKey: 'This private key belongs to another certificate.',
    })
    expect(await acts.certificates.list(org.id)).toEqual([])
  })

  it('takes one that has expired, with a warning', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { certificate } = await testCertificate('Old', new Date('2020-05-05T00:00:00Z'))
    expect(await importCertificate(acts, org, { name: 'Old', certificate })).toMatchObject({
      ok: true,
      warnings: [{ field: 'certificate', message: expect.stringContaining('expired on 2021-05-05') }],
    })
  })

  it('gives no key out that it does not hold, or that may not go', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { certificate } = await testCertificate('Acme', testNow)
    const without = made(await importCertificate(acts, org, { name: 'Trusted', certificate }))
    const kept = made(await createCertificate(acts, org, { name: 'Kept', isPrivateKeyExportable: false }))
    expect(problemsOf(exportableKey(acts.seal, without))).toHaveProperty('name')
    expect(problemsOf(exportableKey(acts.seal, kept))).toHaveProperty('name')
    expect(problemsOf(await changeCertificate(acts, kept, { isPrivateKeyExportable: true }))).toHaveProperty(
      'isPrivateKeyExportable',
    )
  })
})

describe('changeCertificate', () => {
  it('puts another certificate in the place of the old one', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const held = made(await createCertificate(acts, org, { name: 'Acme' }))
    const { certificate, privateKey } = await testCertificate('Acme', testNow)
    made(await changeCertificate(acts, held, { label: 'Renewed', certificate, privateKey }))
    const changed = await acts.certificates.findByName(org.id, 'Acme')
    expect(changed).toMatchObject({ id: held.id, label: 'Renewed' })
    expect(changed?.certificate.fingerprint256).toBe(new X509Certificate(certificate).fingerprint256)
    expect(problemsOf(await changeCertificate(acts, held, { certificate: 'junk' }))).toHaveProperty('certificate')
  })
})
