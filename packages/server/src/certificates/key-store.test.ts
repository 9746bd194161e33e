import { type KeyStoreEntry, makeSelfSigned, pemBlock, readKeyStore, writeKeyStore } from '@sallyport/keystore'
import { describe, expect, it } from 'vitest'
import { samples } from '../../../keystore/test/samples.ts'
import { made, madeOrg, openActs, problemsOf, testNow } from '../../test/open-acts.ts'
import { exportKeyStore, importKeyStore } from './key-store.ts'
import { createCertificate, importCertificate } from './new-certificate.ts'

const password = 'changeit'
const now = testNow

const jks = (...entries: readonly KeyStoreEntry[]) => writeKeyStore(entries, { format: 'jks', password, now })

describe('importKeyStore', () => {
  it('takes every key with its chain, under its alias, and an export to JKS gives the same back', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { rsa, stranger } = await samples()
    const other = await makeSelfSigned({ uniqueName: 'other', now })
    const second = { ...rsa, alias: 'second', privateKey: other.privateKey, chain: [other.certificate] }
    const bytes = await jks(rsa, second, stranger)
    const outcome = await importKeyStore(acts, org, { bytes, password })
    expect(made(outcome).map(({ name }) => name)).toEqual(['orga_jwt', 'second'])
    expect(outcome.ok && outcome.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('“stranger”'),
    )
    const held = await acts.certificates.list(org.id)
    const exported = made(await exportKeyStore(acts, held, { format: 'jks', password, now }))
    const { entries } = await readKeyStore(exported, { password })
    expect(entries).toEqual([
      { ...rsa, createdAt: now },
      { ...second, createdAt: now },
    ])
  })

  it('takes PKCS#12 and PEM, too, and says that Salesforce does not', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { rsa } = await samples()
    for (const format of ['pkcs12', 'pem'] as const) {
      const bytes = await writeKeyStore([rsa], { format, password, now })
      const outcome = await importKeyStore(acts, org, { bytes, password, name: `From_${format}` })
      expect(made(outcome)).toMatchObject([{ name: `From_${format}`, chain: [expect.anything(), expect.anything()] }])
      expect(outcome.ok && outcome.warnings[0]?.message).toContain('JKS files only')
    }
  })

  it.each([
    ['an EC key', async () => jks((await samples()).ec), 'The key is not an RSA key.'],
    ['no key', async () => jks((await samples()).stranger), "doesn't contain a PrivateKey entry"],
    ['an alias with a blank', async () => jks({ ...(await samples()).rsa, alias: 'a b' }), 'alias is not acceptable'],
    [
      "another key's certificate",
      async () => jks({ ...(await samples()).rsa, chain: (await samples()).ec.chain }),
      'The private key does not match the certificate chain in the keystore.',
    ],
    ['something else', async () => Buffer.from('hello'), 'holds no key store'],
  ])('refuses %s in Salesforce’s words, and takes nothing', async (_, bytes, words) => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const outcome = await importKeyStore(acts, org, { bytes: await bytes(), password })
    expect(problemsOf(outcome)).toEqual({ keyStore: expect.stringContaining(words) })
    expect(await acts.certificates.list(org.id)).toEqual([])
  })

  it('takes all keys or none', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await createCertificate(acts, org, { name: 'second' }))
    const { rsa } = await samples()
    const bytes = await jks(rsa, { ...rsa, alias: 'second' })
    const outcome = await importKeyStore(acts, org, { bytes, password })
    expect(problemsOf(outcome)).toEqual({ name: 'This org has a certificate “second” already.' })
    expect((await acts.certificates.list(org.id)).map(({ name }) => name)).toEqual(['second'])
  })

  it('refuses a wrong password, one name for several keys, and no name for a key without', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { rsa } = await samples()
    const bytes = await jks(rsa, { ...rsa, alias: 'second' })
    const fields = async (entered: Parameters<typeof importKeyStore>[2]) =>
      Object.keys(problemsOf(await importKeyStore(acts, org, entered)) ?? {})
    expect(await fields({ bytes, password: 'another' })).toEqual(['password'])
    expect(await fields({ bytes })).toEqual(['password'])
    expect(await fields({ bytes, password, name: 'One' })).toEqual(['name'])
    const pem = await writeKeyStore([rsa], { format: 'pem', now })
    expect(await fields({ bytes: pem })).toEqual(['name'])
  })
})

describe('exportKeyStore', () => {
  it('keeps a key that may not be exported, and gives its certificate', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await createCertificate(acts, org, { name: 'Stays', isPrivateKeyExportable: false }))
    const held = await acts.certificates.list(org.id)
    const bytes = made(await exportKeyStore(acts, held, { format: 'jks', password, now }))
    const { entries } = await readKeyStore(bytes, { password })
    expect(entries.map(({ kind, alias }) => [kind, alias])).toEqual([['trusted-certificate', 'stays']])
  })

  it('refuses a password that keytool would not take', async () => {
    await using acts = await openActs()
    const outcome = await exportKeyStore(acts, [], { format: 'jks', password: 'short', now })
    expect(problemsOf(outcome)).toEqual({ password: expect.stringContaining('6 characters') })
  })

  it('refuses names that differ in capitals only, which JKS cannot tell apart', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await createCertificate(acts, org, { name: 'Twin' }))
    made(await createCertificate(acts, org, { name: 'TWIN' }))
    const held = await acts.certificates.list(org.id)
    const outcome = await exportKeyStore(acts, held, { format: 'jks', password, now })
    expect(problemsOf(outcome)).toEqual({ name: expect.stringContaining('Capitals') })
  })
})

describe('importCertificate', () => {
  it('keeps those that vouch for a certificate, and leaves out what does not belong to it', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const { rsa, stranger } = await samples()
    const pem = [...rsa.chain, stranger.certificate].map((der) => pemBlock('CERTIFICATE', der)).join('')
    const held = made(await importCertificate(acts, org, { name: 'Chain', certificate: pem }))
    expect(held.chain).toEqual(rsa.chain.slice(1).map((der) => pemBlock('CERTIFICATE', der)))
    expect(await acts.certificates.findByName(org.id, 'Chain')).toMatchObject({ chain: held.chain })
  })
})
