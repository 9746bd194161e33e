import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromJwk, fromJwks, jwkThumbprint, toJwk, toJwks, toPrivateJwk } from './jwk.ts'
import { makeSelfSigned, type SelfSigned } from './self-signed.ts'

// RFC 7638 §3.1.
const example = {
  kty: 'RSA',
  n:
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn' +
    '64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n' +
    '91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}

let made: SelfSigned
let other: SelfSigned
const code = (expected: string) => expect.objectContaining({ code: expected })

beforeAll(async () => {
  made = await makeSelfSigned({ uniqueName: 'orgA', now: new Date() })
  other = await makeSelfSigned({ uniqueName: 'orgB', now: new Date() })
})

describe('a JSON Web Key', () => {
  it('has the thumbprint of RFC 7638', () => {
    expect(jwkThumbprint(fromJwk(example).publicKey)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('of a certificate has its chain, and the thumbprints of the certificate', () => {
    const jwk = toJwk([made.certificate])
    const sha = (algorithm: string) => createHash(algorithm).update(made.certificate).digest('base64url')
    expect(jwk).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB', x5t: sha('sha1') })
    expect(jwk).toMatchObject({ 'x5t#S256': sha('sha256'), x5c: [Buffer.from(made.certificate).toString('base64')] })
    expect([jwk.x5t?.length, jwk['x5t#S256']?.length]).toEqual([27, 43])
    expect(jwk).not.toHaveProperty('d')
    const read = fromJwk(JSON.parse(JSON.stringify(jwk)))
    expect(read.publicKey.equals(new X509Certificate(made.certificate).publicKey)).toBe(true)
    expect(read).toMatchObject({ kid: jwkThumbprint(read.publicKey), privateKey: undefined, chain: [made.certificate] })
  })

  it('of a private key gives the same key back', () => {
    const read = fromJwk(JSON.parse(JSON.stringify(toPrivateJwk(made.privateKey, { kid: 'mine' }))))
    expect(read).toMatchObject({ kid: 'mine', privateKey: made.privateKey })
  })

  it('may be of an elliptic curve, and is then for ES256', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
    const jwk = toPrivateJwk(der)
    expect(jwk).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' })
    expect(fromJwk(jwk).publicKey.equals(createPublicKey(privateKey))).toBe(true)
  })

  it('is refused when its certificate is of another key', () => {
    const jwk = toJwk([made.certificate])
    const foreign = toJwk([other.certificate])
    for (const wrong of [{ x5c: foreign.x5c }, { x5t: foreign.x5t }, { 'x5t#S256': foreign['x5t#S256'] }]) {
      expect(() => fromJwk({ ...jwk, ...wrong })).toThrow(code('key-does-not-match-certificate'))
    }
  })

  it('is refused when it is symmetric, of a kind unknown here, or none', () => {
    expect(() => fromJwk({ kty: 'oct', k: 'AAAA' })).toThrow(code('unsupported'))
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(() => toPrivateJwk(new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })))).toThrow(
      code('unsupported'),
    )
    const junk = [
      null,
      'x',
      [],
      {},
      { kty: 'RSA' },
      { ...example, n: 1 },
      { ...example, n: '+' },
      { ...example, x5c: 'x' },
    ]
    for (const value of junk) expect(() => fromJwk(value), JSON.stringify(value)).toThrow(code('not-a-key'))
    expect(() => fromJwk({ ...example, n: 'A'.repeat(4000) })).toThrow(code('not-a-key'))
  })

  it('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.record({ kty: fc.constantFrom('RSA', 'EC'), n: fc.string(), e: fc.base64String(), d: fc.string() }),
        (value) => {
          try {
            fromJwk(value)
          } catch (error) {
            expect(error).toMatchObject({ name: 'KeyStoreError' })
          }
        },
      ),
    )
  })
})

describe('a JSON Web Key Set', () => {
  it('gives every key back, and leaves out kinds that are unknown', () => {
    const set = toJwks([[made.certificate], [other.certificate]])
    const read = fromJwks({ keys: [...set.keys, { kty: 'oct', k: 'AAAA' }, { kty: 'OKP' }] })
    expect(read.map(({ chain }) => chain[0])).toEqual([made.certificate, other.certificate])
    expect(() => fromJwks({ keys: 'x' })).toThrow(code('not-a-key'))
  })
})
