import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSubject } from './certificate-subject.ts'
import { makePrivateKey, makeSelfSigned } from './self-signed.ts'
import { makeSigningRequest, signedChain } from './signing-request.ts'
import { describeCertificate, isChain, orderChain } from './x509.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
const pem = (label: string, der: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`
let privateKey: Uint8Array
let root: Uint8Array
let middle: Uint8Array
let own: Uint8Array

// OpenSSL plays the certification authority: a root, one below it, and that one signs.
beforeAll(async () => {
  const authority = await makeSelfSigned({ uniqueName: 'Root', now: new Date() })
  const second = await makePrivateKey()
  privateKey = await makePrivateKey()
  root = authority.certificate
  writeFileSync(join(folder, 'root.crt'), pem('CERTIFICATE', root))
  writeFileSync(join(folder, 'root.key'), pem('PRIVATE KEY', authority.privateKey))
  writeFileSync(join(folder, 'middle.key'), pem('PRIVATE KEY', second))
  middle = await signed('middle', second, 'root')
  own = await signed('own', privateKey, 'middle')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function signed(name: string, key: Uint8Array, by: string): Promise<Uint8Array> {
  const subject = readSubject(`C=US, O=Acme\\, Inc., CN=${name}`)
  writeFileSync(join(folder, `${name}.csr`), await makeSigningRequest({ privateKey: key, subject }))
  const files = ['-in', `${name}.csr`, '-inform', 'DER', '-CA', `${by}.crt`, '-CAkey', `${by}.key`]
  openssl('req', '-verify', '-noout', '-in', `${name}.csr`, '-inform', 'DER')
  openssl('x509', '-req', '-days', '2', ...files, '-out', `${name}.crt`)
  openssl('x509', '-in', `${name}.crt`, '-outform', 'DER', '-out', `${name}.der`)
  return new Uint8Array(readFileSync(join(folder, `${name}.der`)))
}

describe('a signing request', () => {
  it('is signed by a certification authority for the subject it asks for', () => {
    expect(describeCertificate(own)).toMatchObject({ commonName: 'own', isSelfSigned: false })
    expect(describeCertificate(own).subject).toContain('Acme')
  })
})

describe('the chain that comes back', () => {
  it('is put in order, however it came', () => {
    for (const answer of [
      [own, middle, root],
      [root, middle, own],
      [middle, own, root],
    ]) {
      expect(signedChain(privateKey, answer)).toEqual([own, middle, root])
    }
    expect(signedChain(privateKey, [middle, own])).toEqual([own, middle])
    expect(orderChain([middle, root])).toEqual([middle, root])
    expect([isChain([own, middle, root]), isChain([own, root, middle])]).toEqual([true, false])
  })

  it('is refused when it is another key’s, or brings what does not belong to it', async () => {
    const stranger = await makePrivateKey()
    expect(() => signedChain(stranger, [own, middle])).toThrow(
      expect.objectContaining({ code: 'key-does-not-match-certificate' }),
    )
    expect(() => signedChain(stranger, [])).toThrow(expect.objectContaining({ code: 'key-does-not-match-certificate' }))
    expect(() => signedChain(privateKey, [own, root])).toThrow(expect.objectContaining({ code: 'not-a-chain' }))
    expect(() => signedChain(privateKey, [new Uint8Array(9)])).toThrow(
      expect.objectContaining({ code: 'not-a-certificate' }),
    )
  })
})
