import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { challengeOf, decodeJwt, readPrivateKey, signJwt, strangerKey } from './jwt.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

function isSignedByUs(jwt: string): boolean {
  const end = jwt.lastIndexOf('.')
  return verify('sha256', Buffer.from(jwt.slice(0, end)), publicKey, Buffer.from(jwt.slice(end + 1), 'base64url'))
}

describe('a JWT', () => {
  it.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()],
    ['with Windows line ends', pkcs8.replaceAll('\n', '\r\n')],
  ])('is signed with a key as PEM, %s, and decodes to what was signed', async (_, pem) => {
    const reading = await readPrivateKey(pem)
    if (!reading.ok) throw new Error(reading.problem)
    const jwt = await signJwt('{ "alg": "RS256" }', '{\n  "sub": "ünï@acme.example"\n}', reading.key)
    expect(isSignedByUs(jwt)).toBe(true)
    expect(decodeJwt(jwt)).toEqual({
      header: '{\n  "alg": "RS256"\n}',
      claims: '{\n  "sub": "ünï@acme.example"\n}',
      signature: jwt.slice(jwt.lastIndexOf('.') + 1),
    })
  })

  it('is signed even when it is nonsense, for the server to refuse', async () => {
    const reading = await readPrivateKey(pkcs8)
    if (!reading.ok) throw new Error(reading.problem)
    const jwt = await signJwt('{', 'not json', reading.key)
    expect(isSignedByUs(jwt)).toBe(true)
    expect(decodeJwt(jwt)).toMatchObject({ header: '{', claims: 'not json' })
  })

  it('of a stranger is well made, and not ours', async () => {
    expect(isSignedByUs(await signJwt('{}', '{}', await strangerKey()))).toBe(false)
  })

  it('is taken apart, or it is none: nothing else happens', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.string(), fc.string(), fc.string()).map((parts) => parts.join('.')),
        ),
        (text) => void decodeJwt(text),
      ),
    )
    expect(decodeJwt('a.b')).toBeUndefined()
  })
})

describe('what is no private RSA key', () => {
  const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const locked = privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
  it.each([
    ['', 'Paste the private key'],
    ['-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----', 'This is the certificate'],
    [locked.toString(), 'locked with a password'],
    [createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString(), 'This is PUBLIC KEY'],
    [elliptic.export({ format: 'pem', type: 'pkcs8' }).toString(), 'no private RSA key'],
    ['-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----', 'not base64'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----', 'no private RSA key'],
  ])('is refused in words: %s', async (pem, problem) => {
    const reading = await readPrivateKey(pem)
    expect(reading.ok ? '' : reading.problem).toContain(problem)
  })
})

it('makes the challenge of RFC 7636, appendix B', async () => {
  expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})
