import { createHash, createHmac, createPrivateKey, pbkdf2Sync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../test/any-text.ts'
import {
  derOf,
  identifier,
  integer,
  nothing,
  octets,
  octetsOf,
  readDer,
  sequence,
  sequenceOf,
  tagged,
  taggedOf,
} from '../src/der.ts'
import {
  detectFormat,
  type KeyStoreEntry,
  KeyStoreError,
  keySizes,
  makeSelfSigned,
  type PrivateKeyEntry,
  readKeyStore,
  type TrustedCertificateEntry,
  type WritingOptions,
  writeKeyStore,
} from '../src/index.ts'
import { loneKey, type Samples, samples } from './samples.ts'

const now = new Date('2026-03-04T05:06:07Z')
const password = 'changeit'
const jks: WritingOptions = { format: 'jks', password, now }
const pkcs12: WritingOptions = { format: 'pkcs12', password, now }
const old: WritingOptions = { ...pkcs12, legacy: true }
const pem: WritingOptions = { format: 'pem', now }

type Writable = PrivateKeyEntry | TrustedCertificateEntry

let made: Samples
beforeAll(async () => {
  made = await samples()
})

function byAlias(entries: readonly KeyStoreEntry[]): readonly KeyStoreEntry[] {
  return entries.toSorted((one, other) => (one.alias < other.alias ? -1 : 1))
}

function withChainOf(length: number, entry: Writable): Writable {
  return entry.kind === 'private-key' ? { ...entry, chain: entry.chain.slice(0, length) } : entry
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  return error instanceof KeyStoreError ? error.code : `not refused: ${String(error)}`
}

describe.each([
  ['JKS', jks],
  ['PKCS#12', pkcs12],
  ['PKCS#12 for old programs', old],
] as const)('%s', (_, options) => {
  it('keeps keys, chains, certificates, aliases and dates', async () => {
    const entries = [made.rsa, made.ec]
    const read = await readKeyStore(await writeKeyStore([...entries, made.stranger], options), { password })
    expect(read.format).toBe(options.format)
    expect(byAlias(read.entries.slice(0, 2))).toEqual(byAlias(entries))
    expect(read.entries[2]).toMatchObject({ ...made.stranger, createdAt: expect.toSatisfy(() => true) })
  })

  it('keeps any alias, also one beyond the first plane of Unicode', async () => {
    await fc.assert(
      fc.asyncProperty(anyText({ minLength: 1, maxLength: 30 }), async (alias) => {
        const entry: PrivateKeyEntry = { ...made.ec, alias }
        const read = await readKeyStore(await writeKeyStore([entry], options), { password })
        const expected = options.format === 'jks' ? alias.toLowerCase() : alias
        expect(read.entries).toEqual([{ ...entry, alias: expected }])
      }),
      { numRuns: 25 },
    )
  })

  it('keeps any number of entries under any password', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 6, maxLength: 20 }),
        fc.array(fc.tuple(fc.constantFrom('rsa', 'ec', 'stranger'), fc.integer({ min: 1, max: 3 })), { maxLength: 5 }),
        async (secret, kinds) => {
          const entries = kinds.map(([kind, length], at) => withChainOf(length, { ...made[kind], alias: `entry${at}` }))
          const read = await readKeyStore(await writeKeyStore(entries, { ...options, password: secret }), {
            password: secret,
          })
          const named = read.entries.map(({ kind, alias }) => `${kind} ${alias}`)
          // A certificate that is there twice is one entry in PKCS#12.
          const expected = entries.map(({ kind, alias }) => `${kind} ${alias}`)
          expect(new Set(expected)).toEqual(new Set(named))
        },
      ),
      { numRuns: 15 },
    )
  })

  it('is an empty store without entries', async () => {
    const bytes = await writeKeyStore([], options)
    expect((await readKeyStore(bytes, { password })).entries).toEqual([])
  })

  it('asks for its password, and refuses another', async () => {
    const bytes = await writeKeyStore([made.ec], options)
    expect(await codeOf(readKeyStore(bytes))).toBe('password-required')
    expect(await codeOf(readKeyStore(bytes, { password: 'changeIt' }))).toBe('wrong-password')
    expect(await codeOf(readKeyStore(bytes, { password: '' }))).toBe('wrong-password')
  })

  it('is not written without a password, with two equal aliases, without an alias, or with a key that has no certificate', async () => {
    const { password: _unused, ...open } = options
    expect(await codeOf(writeKeyStore([made.ec], open))).toBe('password-required')
    const twins = [made.ec, { ...made.rsa, alias: 'ELLIPTIC' }]
    expect(await codeOf(writeKeyStore(twins, options))).toBe('duplicate-alias')
    expect(await codeOf(writeKeyStore([{ ...made.ec, alias: '' }], options))).toBe('name-not-acceptable')
    expect(await codeOf(writeKeyStore([{ ...made.ec, chain: [] }], options))).toBe('key-does-not-match-certificate')
  })

  it('is not written with a key that is still locked', async () => {
    const { privateKey: _key, ...rest } = made.ec
    const locked = { ...rest, kind: 'locked-private-key' } as const
    expect(await codeOf(writeKeyStore([locked], options))).toBe('wrong-password')
  })
})

describe.each(keySizes)('a key of %d bits', (keySize) => {
  it('is kept by each format', async () => {
    const { privateKey, certificate } = await makeSelfSigned({ uniqueName: 'sized', keySize, now })
    const entry = { kind: 'private-key', alias: 'sized', createdAt: now, privateKey, chain: [certificate] } as const
    for (const options of [jks, pkcs12, old]) {
      expect((await readKeyStore(await writeKeyStore([entry], options), { password })).entries).toEqual([entry])
    }
  })
})

describe('a PKCS#12 file', () => {
  it('sealed as RFC 9579 says is read: its key from PBKDF2, its password as UTF-8', async () => {
    const secret = 'pässwörd'
    const bytes = await writeKeyStore([made.ec], { ...pkcs12, password: secret })
    const [, authSafe] = sequenceOf(readDer(bytes)) ?? []
    const [, wrapped] = sequenceOf(authSafe) ?? []
    const content = octetsOf(taggedOf(wrapped, 0)?.[0]) ?? new Uint8Array()
    const salt = randomBytes(8)
    const key = pbkdf2Sync(Buffer.from(secret, 'utf8'), salt, 2048, 32, 'sha512')
    const digest = createHmac('sha256', key).update(content).digest()
    const hmacWithSha512 = sequence(identifier('1.2.840.113549.2.11'), nothing())
    const parameters = sequence(octets(salt), integer(2048), integer(32), hmacWithSha512)
    const derivation = sequence(identifier('1.2.840.113549.1.5.12'), parameters)
    const hmac = sequence(identifier('1.2.840.113549.2.9'), nothing())
    const algorithm = sequence(identifier('1.2.840.113549.1.5.14'), sequence(derivation, hmac))
    const macData = sequence(sequence(algorithm, octets(digest)), octets(Buffer.from('NOT USED')), integer(1))
    const data = sequence(identifier('1.2.840.113549.1.7.1'), tagged(0, octets(content)))
    const sealed = derOf(sequence(integer(3), data, macData))
    expect((await readKeyStore(sealed, { password: secret })).entries).toEqual([made.ec])
    expect(await codeOf(readKeyStore(sealed, { password: 'passwort' }))).toBe('wrong-password')
    sealed.set(Buffer.from('x'), sealed.length - 20)
    expect(await codeOf(readKeyStore(sealed, { password: secret }))).toBe('tampered')
  })
})

describe('a JKS file', () => {
  it('without entries is the one that keytool takes', async () => {
    const bytes = await writeKeyStore([], jks)
    expect(Buffer.from(bytes).toString('hex')).toBe('feedfeed0000000200000000e2686e45fb43dfa4d992dd41ceb6b21c6330d792')
  })

  it('refuses an alias that its length field has no room for', async () => {
    const long = { ...made.ec, alias: 'a'.repeat(65_536) }
    expect(await codeOf(writeKeyStore([long], jks))).toBe('name-not-acceptable')
  })

  it('of version 1, whose certificates have no kind, is read', async () => {
    const second = Buffer.from(await writeKeyStore([made.stranger], jks))
    const kind = Buffer.from('0005582e353039', 'hex')
    const at = second.indexOf(kind)
    const body = Buffer.concat([second.subarray(0, at), second.subarray(at + kind.length, -20)])
    body.writeUInt32BE(1, 4)
    const digest = createHash('sha1')
      .update(Buffer.from(password, 'utf16le').swap16())
      .update('Mighty Aphrodite')
      .update(body)
      .digest()
    const { entries } = await readKeyStore(Buffer.concat([body, digest]), { password })
    expect(entries).toEqual([made.stranger])
  })
})

describe('PEM', () => {
  it('keeps each key with its chain, locked or open', async () => {
    const nameless = { alias: '', createdAt: undefined }
    const expected = [
      { ...made.rsa, ...nameless },
      { ...made.ec, ...nameless },
      { ...made.stranger, ...nameless },
    ]
    const entries = [made.rsa, made.ec, made.stranger]
    const open = await readKeyStore(await writeKeyStore(entries, pem))
    expect(open).toEqual({ format: 'pem', entries: expected })
    const locked = await writeKeyStore(entries, { ...pem, password })
    expect(Buffer.from(locked).toString('latin1')).not.toContain('BEGIN PRIVATE KEY')
    expect((await readKeyStore(locked, { password })).entries).toEqual(expected)
    expect(await codeOf(readKeyStore(locked))).toBe('password-required')
    expect(await codeOf(readKeyStore(locked, { password: 'another' }))).toBe('wrong-password')
  })

  it('puts a chain in order, whatever order the file has', async () => {
    const text = Buffer.from(await writeKeyStore([made.rsa], pem)).toString('latin1')
    const blocks = text.split(/(?<=-----END [A-Z ]+-----\n)/)
    const { entries } = await readKeyStore(Buffer.from(blocks.toReversed().join('')))
    expect(entries).toEqual([{ ...made.rsa, alias: '', createdAt: undefined }])
  })

  it('is read with Windows line ends, a mark of byte order, and text around it', async () => {
    const text = Buffer.from(await writeKeyStore([made.ec], pem)).toString('latin1')
    const dressed = `\u00ef\u00bb\u00bfBag Attributes\r\n    friendlyName: x\r\n${text.replaceAll('\n', '\r\n')}\r\ntail`
    const { entries } = await readKeyStore(Buffer.from(dressed, 'latin1'))
    expect(entries).toHaveLength(1)
  })

  it('is read from one line, where the two characters \\n stand for the ends of lines', async () => {
    const text = Buffer.from(await writeKeyStore([made.ec], pem)).toString('latin1')
    for (const end of ['\\n', '\\r\\n']) {
      const { entries } = await readKeyStore(Buffer.from(text.replaceAll('\n', end), 'latin1'))
      expect(entries).toEqual([{ ...made.ec, alias: '', createdAt: undefined }])
    }
  })

  it('is said to be a signing request where it is one', async () => {
    const request = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'
    await expect(readKeyStore(Buffer.from(request))).rejects.toThrow('This is a signing request (CSR)')
  })

  it('keeps a key that has no certificate', async () => {
    const privateKey = loneKey()
    const entry = { kind: 'private-key', alias: '', createdAt: undefined, privateKey, chain: [] } as const
    expect((await readKeyStore(await writeKeyStore([entry], pem))).entries).toEqual([entry])
  })

  it.each([
    ['a block that never ends', '-----BEGIN CERTIFICATE-----\nMIIB', 'tampered'],
    ['a block of no base64', '-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----', 'tampered'],
    ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----', 'tampered'],
    ['a private key that is none', '-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----', 'tampered'],
    [
      'a key in the form of OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      'unsupported',
    ],
    ['blocks of other things only', '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----', 'not-a-key-store'],
    ['plain text', 'hello', 'not-a-key-store'],
    ['nothing', '', 'not-a-key-store'],
  ])('refuses %s', async (_, text, code) => {
    expect(await codeOf(readKeyStore(Buffer.from(text)))).toBe(code)
  })
})

describe('DER', () => {
  const nameless = { alias: '', createdAt: undefined } as const

  it('of a certificate is read', async () => {
    const { certificate } = made.stranger
    expect(await readKeyStore(certificate)).toEqual({
      format: 'der',
      entries: [{ ...nameless, kind: 'trusted-certificate', certificate }],
    })
  })

  it('of a private key is read, as PKCS#8, PKCS#1 and SEC1', async () => {
    const key = (der: Uint8Array) => createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    const forms = [
      [made.rsa.privateKey, made.rsa.privateKey],
      [key(made.rsa.privateKey).export({ format: 'der', type: 'pkcs1' }), made.rsa.privateKey],
      [key(made.ec.privateKey).export({ format: 'der', type: 'sec1' }), made.ec.privateKey],
    ] as const
    for (const [bytes, privateKey] of forms) {
      const { format, entries } = await readKeyStore(new Uint8Array(bytes))
      expect(format).toBe('der')
      expect(entries).toEqual([{ ...nameless, kind: 'private-key', privateKey, chain: [] }])
    }
  })
})

describe('the format', () => {
  it('is told by what is in the bytes', async () => {
    expect(detectFormat(await writeKeyStore([made.ec], jks))).toBe('jks')
    expect(detectFormat(await writeKeyStore([made.ec], pkcs12))).toBe('pkcs12')
    expect(detectFormat(await writeKeyStore([made.ec], pem))).toBe('pem')
    expect(detectFormat(made.stranger.certificate)).toBe('der')
    expect(detectFormat(Buffer.from('{"keys":[]}'))).toBeUndefined()
  })
})
