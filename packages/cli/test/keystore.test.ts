import { execFile, spawn } from 'node:child_process'
import { createSign } from 'node:crypto'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  makeSelfSigned,
  type PrivateKeyEntry,
  readKeyStore,
  type WritingOptions,
  writeKeyStore,
} from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Samples, samples } from '../../keystore/test/samples.ts'
import { quickJava } from '../../keystore/test/tools.ts'
import { type Finished, paste, program, run, temporaryFolder } from './program.ts'

const execute = promisify(execFile)
const now = new Date('2026-11-01T00:00:00Z')
const password = 'changeit'

const folder = temporaryFolder()
const file = (name: string) => join(folder.path, name)
const place = { cwd: folder.path, env: { STORE: password, KEY: 'the key alone', NEW: 'a new one' } }
const locked = ['--password-env', 'STORE']
let made: Samples

const keystore = (...words: readonly string[]): Promise<Finished> => run(['keystore', ...words], place)
const openssl = (...words: readonly string[]) => execute('openssl', [...words], { cwd: folder.path })
const keytool = (...words: readonly string[]) => execute('keytool', [...quickJava, ...words], { cwd: folder.path })
const entriesOf = async (name: string, secret = password) =>
  (await readKeyStore(readFileSync(file(name)), { password: secret })).entries

async function write(name: string, entries: readonly PrivateKeyEntry[], options: Omit<WritingOptions, 'now'>) {
  writeFileSync(file(name), await writeKeyStore(entries, { ...options, now }))
}

beforeAll(async () => {
  made = await samples()
  const subject = ['-subj', '/C=US/O=Acme/CN=orgA']
  const files = ['-keyout', 'server.pem', '-out', 'server.crt']
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-sha256', '-days', '365', '-nodes', ...files, ...subject)
})
afterAll(() => folder[Symbol.dispose]())

describe('somebody with server.crt and server.pem', () => {
  it('gets a .jks by one command, which keytool lists under the wanted alias with one password', async () => {
    const done = await keystore('convert', 'server.crt', 'server.pem', 'server.jks', '--alias', 'orga_jwt', ...locked)
    expect([done.status, done.stderr]).toEqual([0, ''])
    expect(done.stdout).toContain('Salesforce will import it.')
    const { stdout } = await keytool('-list', '-keystore', 'server.jks', '-storetype', 'JKS', '-storepass', password)
    expect(stdout).toMatch(/^orga_jwt, .*PrivateKeyEntry/m)
    const kept = ['-srckeystore', 'server.jks', '-srcstorepass', password, '-srckeypass', password]
    const target = ['-destkeystore', 'back.p12', '-deststoretype', 'PKCS12', '-deststorepass', password]
    await keytool('-importkeystore', '-srcalias', 'orga_jwt', ...kept, ...target)
    const key = await openssl('pkcs12', '-in', 'back.p12', '-nocerts', '-nodes', '-passin', `pass:${password}`)
    const { stdout: same } = await openssl('pkey', '-in', 'server.pem')
    expect(key.stdout).toContain(same.trim())
  })

  it('has a file that only its owner reads, and that is not overwritten unasked', async () => {
    expect(statSync(file('server.jks')).mode & 0o777).toBe(0o600)
    const before = readFileSync(file('server.jks'))
    const again = ['convert', 'server.crt', 'server.pem', 'server.jks', ...locked]
    const refused = await keystore(...again)
    expect([refused.status, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toContain('--force')
    expect(readFileSync(file('server.jks'))).toEqual(before)
    expect((await keystore(...again, '--force')).status).toBe(0)
    expect((await entriesOf('server.jks')).map(({ alias }) => alias)).toEqual(['server'])
  })

  it('is told what a file is by what is in it, whatever it is called', async () => {
    writeFileSync(file('misnamed.p12'), readFileSync(file('server.jks')))
    const { json } = await keystore('show', 'misnamed.p12', '--json', ...locked)
    expect(json.format).toBe('jks')
  })

  it('takes it apart again: the key, locked as the store was or open, and the certificate', async () => {
    expect((await keystore('convert', 'server.jks', 'again.key', ...locked)).status).toBe(0)
    expect(readFileSync(file('again.key'), 'latin1')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    expect((await keystore('convert', 'server.jks', 'open.key', '--unencrypted', ...locked)).status).toBe(0)
    const { stdout: key } = await openssl('pkey', '-in', 'server.pem')
    expect(readFileSync(file('open.key'), 'latin1')).toBe(key)
    expect(statSync(file('open.key')).mode & 0o777).toBe(0o600)
    expect((await keystore('convert', 'server.jks', 'again.crt', ...locked)).status).toBe(0)
    const { stdout: certificate } = await openssl('x509', '-in', 'server.crt')
    expect(readFileSync(file('again.crt'), 'latin1')).toBe(certificate)
  })

  it('converts into PKCS#12 with another password, which locks the key, too', async () => {
    const done = await keystore('convert', 'server.jks', 'server.p12', ...locked, '--out-password-env', 'NEW')
    expect(done.status).toBe(0)
    expect((await entriesOf('server.p12', 'a new one')).map(({ kind }) => kind)).toEqual(['private-key'])
    const old = await keystore('convert', 'server.jks', 'old.p12', '--legacy', ...locked)
    expect(old.status).toBe(0)
    const { stderr } = await openssl('pkcs12', '-info', '-in', 'old.p12', '-noout', '-passin', `pass:${password}`)
    expect(stderr).toContain('pbeWithSHA1And3-KeyTripleDES-CBC')
  })
})

describe('sallyport keystore show', () => {
  it('shows alias, kind, subject, key, expiry and fingerprints, and each rule of the import', async () => {
    const { stdout, status } = await keystore('show', 'server.jks', ...locked)
    const { stdout: printed } = await openssl('x509', '-in', 'server.crt', '-noout', '-fingerprint', '-sha256')
    expect(status).toBe(0)
    expect(stdout).toMatch(/server +private key +C=US, O=Acme, CN=orgA +RSA 2048 +\d{4}-\d\d-\d\d/)
    expect(stdout).toContain(printed.trim().replace(/^.*=/, ''))
    expect(stdout).toContain('Salesforce will import this: yes')
    expect(stdout.match(/✓/g)).toHaveLength(8)
  })

  /** A store that Salesforce refuses, what it says, and what has to be filled in before the command for it can be run. */
  interface Broken {
    readonly make: () => Promise<unknown>
    readonly name: string
    readonly options?: readonly string[]
    readonly says: string | undefined
    readonly filled?: (command: string) => string
    /** The file that the commands make, where it is another. */
    readonly result?: string
  }

  const single = () => ({ ...made.rsa, chain: made.rsa.chain.slice(0, 1) })

  const broken: readonly (readonly [string, Broken])[] = [
    [
      'the alias 1, because openssl was given no name',
      {
        name: 'one.jks',
        make: async () => {
          const files = ['-in', 'server.crt', '-inkey', 'server.pem', '-out', 'one.p12', '-passout', `pass:${password}`]
          await openssl('pkcs12', '-export', ...files)
          const source = ['-srckeystore', 'one.p12', '-srcstoretype', 'PKCS12', '-srcstorepass', password]
          await keytool(
            '-importkeystore',
            ...source,
            '-destkeystore',
            'one.jks',
            '-deststoretype',
            'JKS',
            '-deststorepass',
            password,
          )
        },
        says: 'Keystore contains an entry whose alias is not acceptable for import',
      },
    ],
    [
      'a key with another password than the store',
      {
        name: 'two.jks',
        make: async () => {
          await write('two.p12', [single()], { format: 'pkcs12', password: place.env.KEY })
          const source = ['-srckeystore', 'two.p12', '-srcstoretype', 'PKCS12', '-srcstorepass', place.env.KEY]
          await keytool(
            '-importkeystore',
            ...source,
            '-destkeystore',
            'two.jks',
            '-deststoretype',
            'JKS',
            '-deststorepass',
            password,
          )
        },
        says: "The Keystore contains a certificate 'orga_jwt' whose per key password is not the same as the keystore password.",
        // A person at a terminal is asked for it.
        filled: (command) => `${command} --key-password-env KEY`,
      },
    ],
    [
      'no private key',
      {
        name: 'none.jks',
        make: async () => {
          const store = ['-keystore', 'none.jks', '-storetype', 'JKS', '-storepass', password]
          await keytool('-importcert', '-noprompt', '-alias', 'only', '-file', 'server.crt', ...store)
        },
        says: "No certificate was imported because the keystore file doesn't contain a PrivateKey entry.",
        filled: (command) => command.replace('<certificate.crt>', 'server.crt').replace('<private.key>', 'server.pem'),
      },
    ],
    [
      'an EC key',
      {
        name: 'ec.jks',
        make: () => write('ec.jks', [made.ec], { format: 'jks', password }),
        says: 'The key is not an RSA key.',
        result: 'ec_rsa_2048.jks',
      },
    ],
    [
      'an RSA key of 1024 bits',
      {
        name: 'short.jks',
        make: async () => {
          const files = ['-keyout', 'short.key', '-out', 'short.crt', '-subj', '/CN=short']
          await openssl('req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-days', '30', ...files)
          await keystore('convert', 'short.crt', 'short.key', 'short.jks', ...locked)
        },
        says: 'Imported keys must have a bit size of 2048, 3072, or 4096.',
        result: 'short_rsa_2048.jks',
      },
    ],
    [
      "another key's certificate",
      {
        name: 'mixed.jks',
        make: () => write('mixed.jks', [{ ...single(), chain: made.ec.chain }], { format: 'jks', password }),
        says: 'The private key does not match the certificate chain in the keystore.',
        filled: (command) => {
          writeFileSync(file('right.crt'), made.rsa.chain[0] ?? '')
          return command.replace('<certificate.crt>', 'right.crt')
        },
      },
    ],
    [
      'a chain in the wrong order',
      {
        name: 'turned.jks',
        make: () =>
          write('turned.jks', [{ ...made.rsa, chain: made.rsa.chain.toReversed() }], { format: 'jks', password }),
        says: 'The private key does not match the certificate chain in the keystore.',
        result: 'turned_in_order.jks',
      },
    ],
    [
      'PKCS#12 instead of JKS',
      {
        name: 'modern.p12',
        make: () => write('modern.p12', [{ ...single(), alias: 'Orga JWT' }], { format: 'pkcs12', password }),
        says: 'Keystore contains an entry whose alias is not acceptable for import',
        result: 'modern.jks',
      },
    ],
  ]

  it.each(broken)('says of a store with %s what Salesforce says, and the command that mends it', async (_, store) => {
    await store.make()
    const before = await keystore('show', store.name, '--json', ...locked)
    const checks: readonly { outcome: string; salesforceSays?: string; mend?: string }[] =
      before.json.salesforceImport.checks
    expect(before.json.salesforceImport.isImportable).toBe(false)
    expect(checks.map(({ salesforceSays }) => salesforceSays)).toContain(store.says)
    const shown = await keystore('show', store.name, ...locked)
    expect(shown.stdout).toContain('Salesforce will import this: no, because')

    const commands = new Set(checks.flatMap(({ mend }) => (mend === undefined ? [] : [mend])))
    for (const command of commands) {
      const line = (store.filled?.(command) ?? command).replace(/^sallyport /, `"${process.execPath}" "${program}" `)
      const variables = Object.entries(place.env).map(([name, value]) => `export ${name}='${value}'`)
      const mended = await paste([...variables, line].join('\n'), folder.path)
      expect([command, mended.stderr, mended.status]).toEqual([command, '', 0])
    }
    const after = await keystore('show', store.result ?? store.name, '--json', ...locked)
    expect(after.json.salesforceImport.isImportable).toBe(true)
  })

  it('says of loose PEM files what is missing for a key store', async () => {
    const certificate = await keystore('show', 'server.crt')
    expect(certificate.stdout).toContain('sallyport keystore convert server.crt <private.key> server.jks')
    const key = await keystore('show', 'server.pem')
    expect(key.stdout).toContain('sallyport keystore convert --alias server server.pem <certificate.crt> server.jks')
  })

  it('says that a certificate has expired', async () => {
    const made = await makeSelfSigned({ uniqueName: 'late', now: new Date('2020-01-01T00:00:00Z') })
    const { privateKey, certificate } = made
    const entry = { kind: 'private-key', alias: 'late', createdAt: now, privateKey, chain: [certificate] } as const
    await write('late.jks', [entry], { format: 'jks', password })
    expect((await keystore('show', 'late.jks', ...locked)).stdout).toContain(
      'The certificate of “late” expired on 2021',
    )
  })
})

describe('sallyport keystore create', () => {
  it('makes key, certificate, key store, and what else is asked for, in one go', async () => {
    const more = [
      '--private-key-out',
      'made.key',
      '--signing-request-out',
      'made.csr',
      '--subject',
      'C=US, O=Acme, CN=Made',
    ]
    const { status, json } = await keystore('create', 'made_here', '--json', ...locked, ...more)
    expect(status).toBe(0)
    expect(json).toMatchObject({ alias: 'made_here', file: 'made_here.jks', certificateFile: 'made_here.crt' })
    const { stdout: subject } = await openssl('x509', '-in', 'made_here.crt', '-noout', '-subject')
    expect(subject).toMatch(/C ?= ?US, ?O ?= ?Acme, ?CN ?= ?Made/)
    await openssl('req', '-in', 'made.csr', '-noout', '-verify')
    const check = await keystore('check', 'made_here.jks', 'made_here.crt', 'made.key', '--json', ...locked)
    expect(check.json.belongTogether).toBe(true)
    expect((await keystore('show', 'made_here.jks', '--json', ...locked)).json.salesforceImport.isImportable).toBe(true)
  })

  it('refuses a name that Salesforce would not import, and offers one', async () => {
    const { status, stderr } = await keystore('create', '1 bad-name', ...locked)
    expect(status).toBe(2)
    expect(stderr).toMatch(/sallyport keystore create [A-Za-z]\w+/)
  })

  it('overwrites none of its files unasked', async () => {
    const { status, stderr } = await keystore('create', 'made_here', ...locked)
    expect([status, stderr]).toEqual([1, expect.stringContaining('made_here.jks')])
    const other = await keystore(
      'create',
      'made_here',
      '--out',
      'other.jks',
      '--certificate-out',
      'made_here.crt',
      ...locked,
    )
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('made_here.crt')])
  })
})

describe('changing a key store', () => {
  it('renames, adds, takes out, and gives another password', async () => {
    await write('change.jks', [made.rsa], { format: 'jks', password })
    const aliases = async (secret = password) =>
      (await entriesOf('change.jks', secret)).map(({ alias }) => alias).toSorted()
    expect((await keystore('alias', 'change.jks', 'orga_jwt', 'first', ...locked)).status).toBe(0)
    expect(
      (await keystore('add', 'change.jks', 'server.crt', 'server.pem', '--alias', 'second', ...locked)).status,
    ).toBe(0)
    expect(await aliases()).toEqual(['first', 'second'])
    expect((await keystore('remove', 'change.jks', 'first', ...locked)).status).toBe(2)
    expect((await keystore('remove', 'change.jks', 'FIRST', '--yes', ...locked)).status).toBe(0)
    expect(await aliases()).toEqual(['second'])
    expect((await keystore('password', 'change.jks', ...locked, '--out-password-env', 'NEW')).status).toBe(0)
    expect(await aliases(place.env.NEW)).toEqual(['second'])
  })

  it('puts the certificates of an authority in the place of the self-signed one', async () => {
    const [leaf, ...authorities] = made.rsa.chain
    await write('signed.jks', [{ ...made.rsa, chain: [leaf ?? new Uint8Array()] }], { format: 'jks', password })
    const names = authorities.map((der, at) => {
      writeFileSync(file(`authority${at}.crt`), der)
      return `authority${at}.crt`
    })
    writeFileSync(file('leaf.crt'), leaf ?? '')
    const done = await keystore('add', 'signed.jks', ...names, 'leaf.crt', '--alias', 'orga_jwt', ...locked)
    expect([done.stderr, done.status]).toEqual(['', 0])
    expect(await entriesOf('signed.jks')).toEqual([made.rsa])
  })

  it('refuses an alias that is taken, and one that there is not', async () => {
    await write('names.jks', [made.rsa, made.ec], { format: 'jks', password })
    const before = readFileSync(file('names.jks'))
    const taken = await keystore('alias', 'names.jks', 'orga_jwt', 'Elliptic', ...locked)
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining('already')])
    const unknown = await keystore('alias', 'names.jks', 'orgb_jwt', 'x', ...locked)
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('“elliptic”')])
    const twice = await keystore('add', 'names.jks', 'server.crt', 'server.pem', '--alias', 'elliptic', ...locked)
    expect([twice.status, twice.stderr]).toEqual([1, expect.stringContaining('--force')])
    expect(readFileSync(file('names.jks'))).toEqual(before)
  })

  it('changes the file that a link points to, and keeps the link', async () => {
    await write('target.jks', [made.rsa], { format: 'jks', password })
    symlinkSync('target.jks', file('link.jks'))
    expect((await keystore('alias', 'link.jks', 'orga_jwt', 'linked', ...locked)).status).toBe(0)
    expect((await entriesOf('target.jks')).map(({ alias }) => alias)).toEqual(['linked'])
  })

  it('is for JKS and PKCS#12: of others a key store is made first', async () => {
    const { status, stderr } = await keystore('alias', 'server.pem', 'a', 'b')
    expect([status, stderr]).toEqual([1, expect.stringContaining('sallyport keystore convert')])
  })
})

describe('sallyport keystore check', () => {
  const jwt = (claims: object, key: string) => {
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${encoded({ alg: 'RS256' })}.${encoded(claims)}`
    return `${text}.${createSign('sha256')
      .update(text)
      .sign(readFileSync(file(key)))
      .toString('base64url')}`
  }

  it('tells that key, certificate, key store and JWT belong together', async () => {
    writeFileSync(file('good.jwt'), jwt({ iss: 'x', exp: 4_000_000_000 }, 'server.pem'))
    const files = ['server.pem', 'server.crt', 'server.jks', 'good.jwt']
    const { status, stdout } = await keystore('check', ...files, ...locked)
    expect(status).toBe(0)
    expect(stdout).toContain('These belong together.')
  })

  it('tells which of them is the stranger', async () => {
    writeFileSync(file('strange.jwt'), jwt({ iss: 'x' }, 'made.key'))
    const { status, stderr } = await keystore('check', 'server.crt', 'strange.jwt')
    expect([status, stderr]).toEqual([1, expect.stringContaining('signed with none of these')])
    const certificates = await keystore('check', 'server.pem', 'made_here.crt')
    expect([certificates.status, certificates.stderr]).toEqual([1, expect.stringContaining('do not belong together')])
  })

  it('notes a JWT that has expired', async () => {
    writeFileSync(file('late.jwt'), jwt({ exp: 1_000_000_000 }, 'server.pem'))
    const { status, stderr } = await keystore('check', 'server.crt', 'late.jwt')
    expect([status, stderr]).toEqual([0, expect.stringContaining('expired')])
  })
})

describe('passwords', () => {
  beforeAll(() => write('names.jks', [made.rsa, made.ec], { format: 'jks', password }))

  it('come from the environment, a file or standard input', async () => {
    writeFileSync(file('secret.txt'), `${password}\n`)
    const fromFile = await keystore('show', 'names.jks', '--password-file', 'secret.txt', '--json')
    expect(fromFile.json.entries).toHaveLength(2)
    const fromInput = await run(['keystore', 'show', 'names.jks', '--password-stdin', '--json'], {
      ...place,
      input: `${password}\n`,
    })
    expect(fromInput.json.entries).toHaveLength(2)
  })

  it('are never printed, and never taken from the command line', async () => {
    const shown = await keystore('show', 'names.jks', ...locked)
    expect(shown.stdout + shown.stderr).not.toContain(password)
    const wrong = await keystore('show', 'names.jks', '--password-env', 'NEW')
    expect([wrong.status, wrong.stdout]).toEqual([1, ''])
    expect(wrong.stderr).not.toContain(place.env.NEW)
    const given = await keystore('show', 'names.jks', '--password', password)
    expect(given.status).toBe(2)
    expect(given.stderr).not.toContain(password)
  })

  it('that are missing, too short, or named twice are said to be', async () => {
    const missing = await keystore('show', 'names.jks')
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('--password-env')])
    const none = await keystore('convert', 'server.crt', 'server.pem', 'new.jks')
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('--out-password-env')])
    const short = await run(
      ['keystore', 'convert', 'server.crt', 'server.pem', 'new.jks', '--out-password-env', 'SHORT'],
      {
        ...place,
        env: { SHORT: 'abc' },
      },
    )
    expect([short.status, short.stderr]).toEqual([2, expect.stringContaining('6 characters')])
    const twice = await keystore('show', 'names.jks', ...locked, '--password-stdin')
    expect(twice.status).toBe(2)
    const both = await keystore('convert', 'names.jks', 'new.p12', '--password-stdin', '--out-password-stdin')
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('Only one password')])
  })

  it('are asked for at a terminal, and not echoed', async () => {
    const words = [process.execPath, program, 'keystore', 'show', 'names.jks'].map((word) => `'${word}'`).join(' ')
    const line = `stty cols 120; ${words}`
    const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: folder.path, stdio: 'pipe' })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const answers = ['not this one', password]
    let printed = ''
    let answered = 0
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      // A question is drawn again while it is answered; the next one stands behind what was said of the answer.
      const [first, ...next] = printed.split('That was not the password.')
      const asking = answered === 0 ? first : next[0]
      const answer = answers[answered]
      if (answer === undefined || asking?.includes('Password of names.jks') !== true) return
      answered += 1
      child.stdin.write(`${answer}\r`)
    })
    expect(await ended).toBe(0)
    expect(answered).toBe(2)
    expect(printed).toContain('Salesforce will import this')
    expect(printed).not.toContain(password)
  })
})

describe('files that cannot be used', () => {
  it.each([
    ['one that there is not', 'nothing.jks', 'there is none'],
    ['a folder', '.', 'cannot be read'],
    ['one of something else', 'words.txt', 'holds no key store'],
    ['one that was cut off', 'cut.jks', 'cut.jks'],
  ])('are named: %s', async (_, name, expected) => {
    writeFileSync(file('words.txt'), 'hello')
    writeFileSync(file('cut.jks'), readFileSync(file('names.jks')).subarray(0, 200))
    const { status, stdout, stderr } = await keystore('show', name, ...locked)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain(expected)
  })

  it('are refused before anything is written', async () => {
    const { status } = await keystore('convert', 'server.crt', 'made.key', 'wrong.jks', ...locked)
    expect(status).toBe(1)
    expect(() => statSync(file('wrong.jks'))).toThrow('ENOENT')
  })
})
