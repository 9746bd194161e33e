import 'reflect-metadata'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type KeyStoreEntry, pemBlock, readKeyStore, writeKeyStore } from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samples } from '../../../keystore/test/samples.ts'
import type { OrgCertificate } from '../../src/certificates/certificate.ts'
import { testCertificate } from '../certificates.ts'
import { password } from '../flows/test-server.ts'
import { postFiles, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const path = '/setup/certificates'
const storePassword = 'a password for the file'

async function held(name: string): Promise<OrgCertificate> {
  const found = await setup.server.stores.certificates.findByName(setup.server.org.id, name)
  if (found === undefined) throw new Error(`There is no certificate ${name}.`)
  return found
}

async function made(name: string, fields: Record<string, string> = {}): Promise<OrgCertificate> {
  const entered = { label: name.replaceAll('_', ' '), name, keySize: '2048', isPrivateKeyExportable: 'on', ...fields }
  await submitForm(setup.admin, `${path}/new-self-signed`, entered)
  return held(name)
}

async function statusAndProblem(answer: Response, words: string) {
  return [answer.status, (await answer.text()).includes(words)]
}

describe('Create Self-Signed Certificate', () => {
  it('makes a key and a certificate, and shows everything of it', async () => {
    const page = await submitForm(setup.admin, `${path}/new-self-signed`, {
      label: 'To Target',
      name: 'To_Target',
      keySize: '2048',
    })
    const { id, certificate, isPrivateKeyExportable } = await held('To_Target')
    expect([page.url.pathname, isPrivateKeyExportable]).toEqual([`${path}/${id}`, false])
    const shown = ['To Target is made.', 'CN=To_Target', 'Self-Signed', 'Held, stays here', 'RSA, 2048 bits']
    for (const text of [...shown, certificate.fingerprint256, certificate.serialNumber, '2027-11-2']) {
      expect(page.html).toContain(text)
    }
    const file = await setup.admin.browser.open(`${path}/${id}/download`)
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="To_Target.crt"')
    expect(new X509Certificate(file.html).fingerprint256).toBe(certificate.fingerprint256)
  })

  it('says what is wrong beside each field, and keeps what was entered', async () => {
    await made('Taken')
    const { status, html } = await submitForm(setup.admin, `${path}/new-self-signed`, {
      label: 'x'.repeat(65),
      name: 'Taken',
      keySize: '4096',
    })
    expect(status).toBe(422)
    expect(html).toContain('Use at most 64 characters.')
    expect(html).toContain('This org has a certificate “Taken” already.')
    expect(html).toContain('<option value="4096" selected')
  })
})

describe('a certificate', () => {
  it('says how long it still holds', async () => {
    const { server, admin } = setup
    const old = await testCertificate('Old', new Date('2025-11-01T00:00:00Z'))
    const late = await testCertificate('Late', new Date('2026-01-10T00:00:00Z'))
    for (const [name, { certificate }] of [
      ['Old', old],
      ['Late', late],
    ] as const) {
      await submitForm(admin, `${path}/upload`, { label: name, name, certificate })
    }
    const { html } = await admin.browser.open(path)
    expect(html).toContain('Expired')
    expect(html).toMatch(/4[78] days left/)
    expect((await admin.browser.open(`${path}/${(await held('Old')).id}`)).html).toContain(
      'This certificate expired on',
    )
    expect((await server.stores.certificates.list(server.otherOrg.id)).length).toBe(0)
  })

  it('is changed in its label; a key that may not leave stays so', async () => {
    const { id } = await made('Kept_Here')
    const edit = `${path}/${id}/edit`
    const saved = await submitForm(setup.admin, edit, { label: 'Stays' })
    expect(saved.html).toContain('Stays is saved.')
    const again = await submitForm(setup.admin, edit, { label: 'Leaves', isPrivateKeyExportable: 'on' })
    expect([again.status, again.html.includes('A private key that may not be exported stays so.')]).toEqual([422, true])
    expect(await held('Kept_Here')).toMatchObject({ label: 'Stays', isPrivateKeyExportable: false })
  })

  it('is deleted after one was told who trusts it', async () => {
    const { server, admin } = setup
    const { id, certificate } = await made('Trusted')
    await server.addApp('Believer', { certificate })
    expect((await admin.browser.open(`${path}/${id}`)).html).toContain('This very one')
    expect((await admin.browser.open(path)).html).toContain('Believer')
    const confirm = await admin.browser.open(`${path}/${id}/delete`)
    expect(confirm.html).toContain('Believer')
    expect(confirm.html).toContain('Its private key is lost with it')
    expect((await submitForm(admin, `${path}/${id}/delete`)).html).toContain('Trusted is deleted.')
    expect(await server.stores.certificates.findByName(server.org.id, 'Trusted')).toBeUndefined()
  })

  it('of another org is like none at all', async () => {
    const { id } = await made('Only_Here')
    const paths = ['', '/download', '/edit', '/csr', '/upload-signed', '/delete']
    const answers = await Promise.all(paths.map((part) => setup.stranger.browser.open(`${path}/${id}${part}`)))
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404))
  })
})

describe('Upload Certificate', () => {
  it('takes one with its key, and never shows the key again', async () => {
    const { certificate, privateKey } = await testCertificate('Brought', setup.server.now())
    const other = await testCertificate('Another', setup.server.now())
    const entered = { label: 'Brought', name: 'Brought', certificate, isPrivateKeyExportable: 'on' }
    const wrong = await submitForm(setup.admin, `${path}/upload`, { ...entered, privateKey: other.privateKey })
    expect(wrong.status).toBe(422)
    expect(wrong.html).toContain('This private key belongs to another certificate.')
    expect(wrong.html).toContain(certificate.trim().split('\n')[3])
    expect(wrong.html).not.toContain('BEGIN PRIVATE KEY-----\n')
    const right = await submitForm(setup.admin, `${path}/upload`, { ...entered, privateKey })
    expect(right.html).toContain('Held, exportable')
  })

  it('refuses a private key in the place of the certificate', async () => {
    const { privateKey } = await testCertificate('Brought', setup.server.now())
    const { status, html } = await submitForm(setup.admin, `${path}/upload`, {
      label: 'Key',
      name: 'Key',
      certificate: privateKey,
    })
    expect([status, html.includes('This holds a private key, which must stay with whoever signs.')]).toEqual([
      422,
      true,
    ])
  })
})

describe('a CA-signed certificate', () => {
  /** A certification authority that signs whatever is asked. */
  async function authority() {
    const signingAlgorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const keys = await crypto.subtle.generateKey(
      { ...signingAlgorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    )
    const notBefore = new Date('2026-01-01T00:00:00Z')
    const notAfter = new Date('2027-06-01T00:00:00Z')
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=Authority',
      keys,
      signingAlgorithm,
      notBefore,
      notAfter,
    })
    return {
      root: root.toString('pem'),
      async sign(request: x509.Pkcs10CertificateRequest): Promise<string> {
        const signed = await x509.X509CertificateGenerator.create({
          subject: request.subjectName,
          issuer: root.subjectName,
          publicKey: request.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm,
          notBefore,
          notAfter,
        })
        return signed.toString('pem')
      },
    }
  }

  it('is made here, requested, signed elsewhere and uploaded with its chain', async () => {
    const { server, admin } = setup
    const created = await submitForm(admin, `${path}/new-ca-signed`, {
      label: 'By Authority',
      name: 'By_Authority',
      keySize: '2048',
    })
    const { id, certificate: placeholder } = await held('By_Authority')
    expect(created.url.pathname).toBe(`${path}/${id}/csr`)

    const answer = await postFiles(server, admin, `${path}/${id}/csr`, [
      ['commonName', 'acme.example'],
      ['company', 'Acme, Inc.'],
      ['country', 'us'],
    ])
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="By_Authority.csr"')
    const request = new x509.Pkcs10CertificateRequest(await answer.text())
    expect(await request.verify()).toBe(true)
    expect(request.subjectName.getField('O')).toEqual(['Acme, Inc.'])
    expect(request.subjectName.getField('C')).toEqual(['US'])

    const ca = await authority()
    const signed = await ca.sign(request)
    const uploaded = await submitForm(admin, `${path}/${id}/upload-signed`, { certificate: `${ca.root}\n${signed}` })
    expect(uploaded.html).toContain('The signed certificate of By Authority is in its place.')
    for (const shown of ['CA-Signed', 'CN=Authority', 'CN=acme.example']) expect(uploaded.html).toContain(shown)
    const after = await held('By_Authority')
    expect(after.certificate.publicKey.equals(placeholder.publicKey)).toBe(true)
    expect(after.chain).toHaveLength(1)
  })

  it('is not replaced by what the authority signed for another key', async () => {
    const { id } = await made('Mine')
    const other = await testCertificate('Other', setup.server.now())
    const refused = await submitForm(setup.admin, `${path}/${id}/upload-signed`, { certificate: other.certificate })
    expect(refused.status).toBe(422)
    expect((await held('Mine')).certificate.subject).toContain('CN=Mine')
  })

  it('is not requested for a country of three letters, nor without a private key', async () => {
    const { server, admin } = setup
    const { id } = await made('Ask')
    const refused = await submitForm(admin, `${path}/${id}/csr`, { commonName: 'a', country: 'USA' })
    expect([refused.status, refused.html.includes('A country has two letters, such as US.')]).toEqual([422, true])
    const { certificate } = await testCertificate('Public', server.now())
    await submitForm(admin, `${path}/upload`, { label: 'Public', name: 'Public', certificate })
    expect((await admin.browser.open(`${path}/${(await held('Public')).id}/csr`)).status).toBe(404)
  })
})

describe('Import from Keystore', () => {
  const jks = (...entries: readonly KeyStoreEntry[]) =>
    writeKeyStore(entries, { format: 'jks', password: storePassword, now: setup.server.now() })
  const importing = (bytes: Uint8Array, ...more: [string, string][]) =>
    postFiles(setup.server, setup.admin, `${path}/import`, [
      ['keyStore', bytes],
      ['password', storePassword],
      ['isPrivateKeyExportable', 'on'],
      ...more,
    ])

  it.each(['jks', 'pkcs12', 'pem'] as const)('takes %s', async (format) => {
    const { rsa } = await samples()
    const bytes = await writeKeyStore([rsa], { format, password: storePassword, now: setup.server.now() })
    const answer = await importing(bytes, ['name', `From_${format}`])
    const { id, chain, sealedPrivateKey } = await held(`From_${format}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${path}/${id}`])
    expect([chain.length, sealedPrivateKey === undefined]).toEqual([2, false])
  })

  it('takes the keys that are asked for out of several, and says what there is', async () => {
    const { rsa, ec } = await samples()
    const bytes = await jks({ ...rsa, alias: 'first' }, { ...rsa, alias: 'second' }, ec)
    const unknown = await importing(bytes, ['aliases', 'third'])
    const words = 'The key store has no “third”. It has: “first”, “second”, “elliptic”.'
    expect(await statusAndProblem(unknown, words)).toEqual([422, true])
    expect(await statusAndProblem(await importing(bytes), 'The key is not an RSA key.')).toEqual([422, true])
    const taken = await importing(bytes, ['aliases', 'first\nSECOND'])
    expect([taken.status, taken.headers.get('location')]).toEqual([303, path])
    expect([(await held('first')).name, (await held('second')).name]).toEqual(['first', 'second'])
  })

  it('refuses a wrong password, and what is no key store', async () => {
    const { rsa } = await samples()
    const bytes = await jks(rsa)
    const wrong = await postFiles(setup.server, setup.admin, `${path}/import`, [
      ['keyStore', bytes],
      ['password', 'wrong one'],
    ])
    expect(await statusAndProblem(wrong, 'Choose this file again')).toEqual([422, true])
    const junk = await importing(Buffer.from('junk'))
    expect(junk.status).toBe(422)
    const none = await postFiles(setup.server, setup.admin, `${path}/import`, [['password', storePassword]])
    expect(await statusAndProblem(none, 'Choose a file.')).toEqual([422, true])
  })
})

describe('Export to Keystore', () => {
  const fields = (ids: readonly string[], format: string, own = password): [string, string][] => [
    ...ids.map((id): [string, string] => ['certificates', id]),
    ['format', format],
    ['storePassword', storePassword],
    ['storePasswordAgain', storePassword],
    ['ownPassword', own],
  ]
  const exporting = (...entered: Parameters<typeof fields>) =>
    postFiles(setup.server, setup.admin, `${path}/export`, fields(...entered))

  it.each([
    ['jks', 'keystore.jks'],
    ['pkcs12', 'keystore.p12'],
  ] as const)('writes %s that opens with its password and signs for the certificate', async (format, fileName) => {
    const { id, name, certificate } = await made(`Out_${format}`)
    const kept = await made(`Kept_${format}`, { isPrivateKeyExportable: '' })
    const answer = await exporting([id, kept.id], format)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${fileName}"`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const store = await readKeyStore(bytes, { password: storePassword })
    expect(store.format).toBe(format)
    const kinds = store.entries.map(({ kind, alias }) => [alias.toLowerCase(), kind]).toSorted()
    expect(kinds).toEqual([
      [kept.name.toLowerCase(), 'trusted-certificate'],
      [name.toLowerCase(), 'private-key'],
    ])
    const key = store.entries.find((entry) => entry.kind === 'private-key')
    if (key?.kind !== 'private-key') throw new Error('The key is not there.')
    const privateKey = createPrivateKey(pemBlock('PRIVATE KEY', key.privateKey))
    expect(new X509Certificate(certificate.pem).checkPrivateKey(privateKey)).toBe(true)
    const trail = await setup.admin.browser.open('/setup/audit-trail')
    expect(trail.html).toContain(`Exported private key of certificate ${name}`)
    expect(trail.html).not.toContain(`Exported private key of certificate ${kept.name}`)
  })

  it('wants one’s own password, and counts wrong ones as sign-in does', async () => {
    const { server, admin } = setup
    const { id } = await made('Guarded')
    const refused = await exporting([id], 'jks', 'a guess')
    const entry = await server.journalOf(refused)
    expect(await statusAndProblem(refused, 'This is not your password.')).toEqual([422, true])
    expect(entry.refusal?.reason).toBe('password-wrong')
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: admin.user.id }, { limit: 1 })
    expect(latest?.status).toBe('Invalid password')
    expect((await server.stores.users.find(admin.user.id))?.failedLogins).toBeGreaterThan(0)
    const trail = await admin.browser.open('/setup/audit-trail')
    expect(trail.html).not.toContain('Exported private key of certificate Guarded')
  })

  it('wants a password for the file that is long enough, twice the same', async () => {
    const { id } = await made('Twice')
    const sent = (first: string, second: string) =>
      postFiles(setup.server, setup.admin, `${path}/export`, [
        ['certificates', id],
        ['format', 'jks'],
        ['storePassword', first],
        ['storePasswordAgain', second],
        ['ownPassword', password],
      ])
    expect(await statusAndProblem(await sent('abcdef', 'abcdeg'), 'another password than the one above')).toEqual([
      422,
      true,
    ])
    expect(await statusAndProblem(await sent('abc', 'abc'), 'has 6 characters or more')).toEqual([422, true])
  })

  it('gives out no certificate of another org', async () => {
    const { id } = await made('Foreign')
    const { server, stranger } = setup
    const entered = fields([id], 'jks')
    const answer = await postFiles(server, stranger, `${path}/export`, entered)
    expect(await statusAndProblem(answer, 'to choose')).toEqual([422, true])
  })
})
