import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeCertificate,
  type KeyStore,
  KeyStoreError,
  type PrivateKeyEntry,
  pemBlock,
  readKeyStore,
  type WritingOptions,
  writeKeyStore,
} from '../src/index.ts'
import { type Samples, samples } from './samples.ts'
import { workbench } from './tools.ts'

const password = 'changeit'
const now = new Date('2026-03-04T05:06:07Z')
const bench = workbench()
const { keytool, openssl, path, read, write } = bench
let made: Samples

beforeAll(async () => {
  made = await samples()
  const { privateKey, chain } = made.rsa
  write('key.pem', pemBlock('PRIVATE KEY', privateKey))
  write('chain.pem', chain.map((certificate) => pemBlock('CERTIFICATE', certificate)).join(''))
  write('leaf.pem', pemBlock('CERTIFICATE', chain[0] ?? new Uint8Array()))
})

afterAll(() => bench[Symbol.dispose]())

const open = (name: string, secret = password): Promise<KeyStore> => readKeyStore(read(name), { password: secret })
const sha256 = (certificate: Uint8Array) => describeCertificate(certificate).sha256
const keyOf = ({ entries }: KeyStore) => entries.find((entry): entry is PrivateKeyEntry => entry.kind === 'private-key')

describe('what is written here', () => {
  const formats: readonly (readonly [string, string, Omit<WritingOptions, 'now'>])[] = [
    ['JKS', 'JKS', { format: 'jks', password }],
    ['PKCS12', 'PKCS#12', { format: 'pkcs12', password }],
    ['PKCS12', 'PKCS#12 for old programs', { format: 'pkcs12', password, legacy: true }],
  ]

  it.each(formats)(
    'is listed by keytool as %s (%s), with its aliases, chains and dates',
    async (type, name, options) => {
      const file = `ours ${name}`.replace('#', '')
      write(file, await writeKeyStore([made.rsa, made.ec, made.stranger], { ...options, now }))
      const listed = await keytool('-list', '-v', '-keystore', path(file), '-storetype', type, '-storepass', password)
      expect(listed).toContain('Your keystore contains 3 entries')
      expect(listed).toContain('Alias name: orga_jwt')
      expect(listed.match(/Entry type: PrivateKeyEntry\nCertificate chain length: 3/g)).toHaveLength(2)
      expect(listed).toContain('Entry type: trustedCertEntry')
      expect(listed.match(/Creation date: Feb 3, 2026/g)?.length).toBeGreaterThanOrEqual(2)
      const certificates = [...made.rsa.chain, ...made.ec.chain, made.stranger.certificate]
      for (const certificate of certificates) expect(listed).toContain(sha256(certificate))
    },
  )

  it('is taken over by keytool with its one password, and the key is the same', async () => {
    write('ours.jks', await writeKeyStore([made.rsa], { format: 'jks', password, now }))
    const source = ['-srckeystore', path('ours.jks'), '-srcstoretype', 'JKS', '-srcstorepass', password]
    const target = ['-destkeystore', path('theirs.p12'), '-deststoretype', 'PKCS12', '-deststorepass', password]
    await keytool('-importkeystore', ...source, ...target)
    expect((await open('theirs.p12')).entries).toEqual([{ ...made.rsa, createdAt: expect.any(Date) }])
  })

  it.each([
    ['PKCS#12', { format: 'pkcs12', password, now }],
    ['PKCS#12 for old programs', { format: 'pkcs12', password, now, legacy: true }],
  ] as const)('is opened by openssl (%s), and key and certificates are the same', async (name, options) => {
    const file = `${name}.p12`.replace('#', '')
    write(file, await writeKeyStore([made.rsa], options))
    const printed = await openssl('pkcs12', '-in', path(file), '-passin', `pass:${password}`, '-nodes')
    expect(printed).toContain('friendlyName: orga_jwt')
    const { entries } = await readKeyStore(Buffer.from(printed))
    expect(entries).toEqual([{ ...made.rsa, alias: '', createdAt: undefined }])
  })

  it('is opened by openssl when it is PEM, locked and open', async () => {
    write('locked.pem', await writeKeyStore([made.rsa], { format: 'pem', password, now }))
    write('open.pem', await writeKeyStore([made.rsa], { format: 'pem', now }))
    const locked = await openssl('pkey', '-in', path('locked.pem'), '-passin', `pass:${password}`)
    expect(locked).toBe(await openssl('pkey', '-in', path('open.pem')))
    expect(locked.trim()).toBe(pemBlock('PRIVATE KEY', made.rsa.privateKey).trim())
  })

  it('keeps an alias that ASCII has no letters for', async () => {
    const alias = 'org ä é 😀'
    const entry = { ...made.rsa, alias }
    write('letters.jks', await writeKeyStore([entry], { format: 'jks', password, now }))
    write('letters.p12', await writeKeyStore([entry], { format: 'pkcs12', password, now }))
    const list = (file: string, type: string) =>
      keytool(
        '-J-Dfile.encoding=UTF-8',
        '-J-Dstdout.encoding=UTF-8',
        '-list',
        '-keystore',
        path(file),
        '-storetype',
        type,
        '-storepass',
        password,
      )
    const [jks, pkcs12] = await Promise.all([list('letters.jks', 'JKS'), list('letters.p12', 'PKCS12')])
    expect(jks).toContain(alias)
    expect(pkcs12).toContain(alias)
  })
})

describe('what openssl has written', () => {
  const source = () => ['-in', path('chain.pem'), '-inkey', path('key.pem')]

  it.each([
    ['by default', []],
    ['with -legacy', ['-legacy']],
    ['for old Java and Windows', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['with AES-128 and SHA-512', ['-keypbe', 'aes-128-cbc', '-certpbe', 'aes-128-cbc', '-macalg', 'sha512']],
    ['with open certificates', ['-certpbe', 'NONE']],
    ['with an open key', ['-keypbe', 'NONE']],
    ['without a seal', ['-nomac']],
  ])('opens: PKCS#12 %s', async (name, options) => {
    const file = `theirs ${name}.p12`
    await openssl(
      'pkcs12',
      '-export',
      ...source(),
      '-name',
      'Orga JWT',
      '-out',
      path(file),
      '-passout',
      `pass:${password}`,
      ...options,
    )
    const store = await open(file)
    expect(store.format).toBe('pkcs12')
    expect(store.entries).toEqual([{ ...made.rsa, alias: 'Orga JWT', createdAt: undefined }])
  })

  it('opens: PKCS#12 without a name is called 1, as Java calls it', async () => {
    await openssl('pkcs12', '-export', ...source(), '-out', path('nameless.p12'), '-passout', `pass:${password}`)
    expect((await open('nameless.p12')).entries).toEqual([{ ...made.rsa, alias: '1', createdAt: undefined }])
  })

  it('opens: PKCS#12 under an empty password, also when none is given', async () => {
    await openssl('pkcs12', '-export', ...source(), '-name', 'x', '-out', path('empty.p12'), '-passout', 'pass:')
    expect(keyOf(await open('empty.p12', ''))?.privateKey).toEqual(made.rsa.privateKey)
    expect(keyOf(await readKeyStore(read('empty.p12')))?.privateKey).toEqual(made.rsa.privateKey)
  })

  it('opens: PKCS#12 with letters that ASCII has not, in the password and the name', async () => {
    const secret = 'pässwörd€😀'
    const locked = ['-out', path('letters2.p12'), '-passout', `pass:${secret}`, '-name', 'Schlüssel é']
    await openssl('pkcs12', '-export', ...source(), ...locked)
    expect(keyOf(await open('letters2.p12', secret))?.alias).toBe('Schlüssel é')
  })

  it.each([
    ['PKCS#8 under AES', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc']],
    ['PKCS#8 under AES with HMAC-SHA-512', ['pkcs8', '-topk8', '-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA512']],
    ['PKCS#8 under 3DES', ['pkcs8', '-topk8', '-v2', 'des3']],
    ['PKCS#8 under 3DES in the way of PKCS#12', ['pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES']],
    ['PKCS#8 under scrypt', ['pkcs8', '-topk8', '-scrypt']],
    ['PKCS#1 under AES, as it was before PKCS#8', ['rsa', '-traditional', '-aes256']],
  ])('opens: %s', async (name, [command = '', ...options]) => {
    const file = `${name.replaceAll(' ', '_')}.pem`
    await openssl(command, '-in', path('key.pem'), '-out', path(file), '-passout', `pass:${password}`, ...options)
    expect(keyOf(await open(file))?.privateKey).toEqual(made.rsa.privateKey)
    const refused = await open(file, 'another').catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'wrong-password' })
  })

  it('opens: PKCS#1, DER, and a certificate with what it is trusted for', async () => {
    await openssl('rsa', '-in', path('key.pem'), '-traditional', '-out', path('pkcs1.pem'))
    await openssl('x509', '-in', path('leaf.pem'), '-outform', 'DER', '-out', path('leaf.der'))
    await openssl('x509', '-in', path('leaf.pem'), '-addtrust', 'serverAuth', '-out', path('trusted.pem'))
    expect(keyOf(await open('pkcs1.pem'))?.privateKey).toEqual(made.rsa.privateKey)
    const [certificate] = made.rsa.chain
    const expected = [{ kind: 'trusted-certificate', alias: '', createdAt: undefined, certificate }]
    expect((await open('leaf.der')).entries).toEqual(expected)
    expect((await open('trusted.pem')).entries).toEqual(expected)
  })

  it('is refused with what to do: a PKCS#7 bundle, a lock that nobody should use', async () => {
    await openssl('crl2pkcs7', '-nocrl', '-certfile', path('chain.pem'), '-out', path('bundle.p7b'))
    await expect(open('bundle.p7b')).rejects.toThrow(/openssl pkcs7 -print_certs/)
    const des = ['-in', path('key.pem'), '-out', path('des.pem'), '-passout', `pass:${password}`]
    await openssl('pkcs8', '-topk8', '-v1', 'PBE-MD5-DES', '-provider', 'legacy', '-provider', 'default', ...des)
    await expect(open('des.pem')).rejects.toThrow(KeyStoreError)
    await expect(open('des.pem')).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('what keytool has written', () => {
  beforeAll(async () => {
    write('source.p12', await writeKeyStore([made.rsa, made.ec], { format: 'pkcs12', password, now }))
    write('stranger.pem', pemBlock('CERTIFICATE', made.stranger.certificate))
    await Promise.all(
      ['PKCS12', 'JKS', 'JCEKS'].map(async (type) => {
        const target = ['-keystore', path(`theirs.${type}`), '-storetype', type, '-storepass', password]
        const source = ['-srckeystore', path('source.p12'), '-srcstoretype', 'PKCS12', '-srcstorepass', password]
        const destination = [
          '-destkeystore',
          path(`theirs.${type}`),
          '-deststoretype',
          type,
          '-deststorepass',
          password,
        ]
        await keytool('-importkeystore', ...source, ...destination)
        await keytool('-importcert', '-noprompt', '-alias', 'Stranger', '-file', path('stranger.pem'), ...target)
      }),
    )
  })

  it.each(['PKCS12', 'JKS', 'JCEKS'] as const)('opens: %s with several entries', async (type) => {
    const { format, entries } = await open(`theirs.${type}`)
    expect(format).toBe(type.toLowerCase())
    const named = new Map(entries.map((entry) => [entry.alias.toLowerCase(), entry]))
    expect([...named.keys()].toSorted()).toEqual(['elliptic', 'orga_jwt', 'stranger'])
    expect(named.get('orga_jwt')).toEqual({ ...made.rsa, createdAt: expect.any(Date) })
    expect(named.get('elliptic')).toEqual({ ...made.ec, createdAt: expect.any(Date) })
    expect(named.get('stranger')).toMatchObject({ certificate: made.stranger.certificate })
  })

  it('has a key whose password is not the store’s: it is known to be locked, and opens with its own', async () => {
    const source = ['-srckeystore', path('source.p12'), '-srcstoretype', 'PKCS12', '-srcstorepass', password]
    const target = ['-destkeystore', path('two.jks'), '-deststoretype', 'JKS', '-deststorepass', 'another']
    await keytool('-importkeystore', ...source, ...target)
    const locked = await open('two.jks', 'another')
    expect(locked.entries.map(({ kind }) => kind)).toEqual(['locked-private-key', 'locked-private-key'])
    const opened = await readKeyStore(read('two.jks'), { password: 'another', keyPassword: password })
    expect(keyOf(opened)).toBeDefined()
    expect(opened.entries.map(({ kind }) => kind)).toEqual(['private-key', 'private-key'])
  })

  it('is refused for a secret key, with the command that takes it out', async () => {
    const store = ['-keystore', path('secret.jceks'), '-storetype', 'JCEKS', '-storepass', password]
    await keytool('-genseckey', '-alias', 'aes', '-keyalg', 'AES', '-keysize', '256', '-keypass', password, ...store)
    await expect(open('secret.jceks')).rejects.toThrow(/keytool -delete/)
  })
})
