import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testCertificate } from '../../test/certificates.ts'
import { made, madeOrg, openActs, problemsOf, type TestActs } from '../../test/open-acts.ts'
import type { Org } from '../orgs/org.ts'
import type { OrgCertificate } from './certificate.ts'
import { createCertificate, importCertificate, openPrivateKey } from './new-certificate.ts'
import { signingRequest, uploadSignedCertificate } from './signed-certificate.ts'

// OpenSSL plays the certification authority, and it knows no other time than the real one.
const folder = mkdtempSync(join(tmpdir(), 'sallyport-authority-'))
const openssl = (...words: readonly string[]) =>
  execFileSync('openssl', words, { cwd: folder, stdio: 'pipe', encoding: 'utf8' })
const now = new Date()
let root: string
let acts: TestActs
let org: Org
let held: OrgCertificate

beforeAll(() => {
  const subject = ['-subj', '/C=US/O=Authority/CN=Root']
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '9',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    ...subject,
  )
  root = readFileSync(join(folder, 'ca.crt'), 'utf8')
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  acts = await openActs(() => now)
  org = await madeOrg(acts)
  held = made(await createCertificate(acts, org, { name: 'Signer' }))
})
afterEach(() => acts.close())

/** What the authority makes of a request. */
function signedBy(request: string, days = 5): string {
  writeFileSync(join(folder, 'request.pem'), request)
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial']
  return openssl('x509', '-req', '-in', 'request.pem', '-days', String(days), ...by)
}

async function request(): Promise<string> {
  return made(await signingRequest(acts.seal, held, { company: 'Acme, Inc.', country: 'us' }))
}

const stored = () => acts.certificates.findByName(org.id, 'Signer')

describe('a signing request', () => {
  it('is for the key that is held and for the subject entered, signed with that key', async () => {
    const subject = {
      commonName: 'acme.example',
      emailAddress: 'ada@acme.example',
      company: 'Acme, Inc.',
      department: 'Data',
      city: 'San Francisco',
      state: 'California',
      country: 'us',
    }
    writeFileSync(join(folder, 'own.csr'), made(await signingRequest(acts.seal, held, subject)))
    const told = openssl('req', '-in', 'own.csr', '-verify', '-noout', '-subject', '-nameopt', 'RFC2253,sep_comma_plus')
    expect(told).toContain(
      'C=US,ST=California,L=San Francisco,O=Acme\\, Inc.,OU=Data,emailAddress=ada@acme.example,CN=acme.example',
    )
    const key = openssl('req', '-in', 'own.csr', '-noout', '-pubkey')
    expect(key).toBe(held.certificate.publicKey.export({ format: 'pem', type: 'spki' }))
  })

  it('is for the Unique Name unless something else is entered', async () => {
    writeFileSync(join(folder, 'own.csr'), made(await signingRequest(acts.seal, held, { commonName: ' ' })))
    expect(openssl('req', '-in', 'own.csr', '-noout', '-subject', '-nameopt', 'RFC2253')).toBe('subject=CN=Signer\n')
  })

  it('says what is wrong with a subject, field by field', async () => {
    const entered = { commonName: 'x'.repeat(65), emailAddress: 'ada', company: 'a\nb', country: 'USA' }
    expect(problemsOf(await signingRequest(acts.seal, held, entered))).toEqual({
      commonName: 'Use at most 64 characters.',
      emailAddress: 'Enter an e-mail address, such as ada@acme.example.',
      company: 'Use one line of text, without control characters.',
      country: 'A country has two letters, such as US.',
    })
  })

  it('needs the private key', async () => {
    const { certificate } = await testCertificate('Warehouse', now)
    const only = made(await importCertificate(acts, org, { name: 'Only', certificate }))
    const message = { name: 'Of “Only” only the certificate is held, not its private key.' }
    expect(problemsOf(await signingRequest(acts.seal, only, {}))).toEqual(message)
    expect(problemsOf(await uploadSignedCertificate(acts, only, certificate))).toEqual(message)
  })
})

describe('what the authority signed', () => {
  it.each([
    ['in order', (leaf: string) => leaf + root],
    ['the other way round', (leaf: string) => root + leaf],
  ])('takes the place of the certificate with its chain, given %s, and the key stays', async (_, given) => {
    const leaf = signedBy(await request())
    const signed = made(await uploadSignedCertificate(acts, held, given(leaf)))
    expect(signed.certificate).toMatchObject({
      issuer: 'C=US, O=Authority, CN=Root',
      subject: 'CN=Signer, O=Acme\\, Inc., C=US',
    })
    const kept = await stored()
    expect([kept?.certificate.fingerprint256, kept?.chain]).toEqual([signed.certificate.fingerprint256, [root]])
    expect(kept?.certificate.publicKey.equals(held.certificate.publicKey)).toBe(true)
    expect(kept !== undefined && openPrivateKey(acts.seal, kept)?.asymmetricKeyType).toBe('rsa')
  })

  it.each([
    [
      'is for another key',
      async () => (await testCertificate('Warehouse', now)).certificate,
      /belongs to none of these/,
    ],
    ['is the self-signed one', async () => held.certificate.pem, /signed with its own key/],
    [
      'has a stranger in its chain',
      async () => signedBy(await request()) + (await testCertificate('Warehouse', now)).certificate,
      /1 of these certificates did not help/,
    ],
    ['is none', async () => 'nothing', /no X\.509 certificate/],
    ['has a private key beside it', async () => root + readFileSync(join(folder, 'ca.key'), 'utf8'), /private key/],
  ])('is refused when it %s, and nothing changes', async (_, given, message) => {
    expect(problemsOf(await uploadSignedCertificate(acts, held, await given()))).toEqual({
      certificate: expect.stringMatching(message),
    })
    expect((await stored())?.certificate.fingerprint256).toBe(held.certificate.fingerprint256)
  })

  it('is refused once it, or one that vouches for it, has expired', async () => {
    const at = (days: number) => ({ ...acts, now: () => new Date(now.getTime() + days * 86_400_000) })
    const short = signedBy(await request(), 2)
    expect(problemsOf(await uploadSignedCertificate(at(3), held, short + root))).toHaveProperty('certificate')
    const long = signedBy(await request(), 30)
    made(await uploadSignedCertificate(at(8), held, long + root))
    expect(problemsOf(await uploadSignedCertificate(at(10), held, long + root))).toEqual({
      certificate: expect.stringContaining('expired'),
    })
  })

  it('is taken with a warning before its time', async () => {
    const early = await uploadSignedCertificate(
      { ...acts, now: () => new Date(now.getTime() - 86_400_000) },
      held,
      signedBy(await request()),
    )
    expect(early.ok && early.warnings).toEqual([
      { field: 'certificate', message: expect.stringContaining('valid only from') },
    ])
  })
})
