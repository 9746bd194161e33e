import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JwtRules } from './handler-tools.ts'
import { jwtVerifier, type VerifyJwt } from './verify-jwt.ts'

const issuer = 'https://idp.example'
const rules: JwtRules = { issuer, audience: 'target' }
const now = new Date('2026-11-23T12:00:00Z')
const seconds = Math.floor(now.getTime() / 1000)

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let rsa: Pair
let ec: Pair
let stranger: Pair
let verify: VerifyJwt
let asked: string[]
let documents: Map<string, string>

beforeAll(async () => {
  ;[rsa, ec, stranger] = await Promise.all([
    generateKeyPair('RS256'),
    generateKeyPair('ES256'),
    generateKeyPair('RS256'),
  ])
})

beforeEach(async () => {
  asked = []
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
  ]
  documents = new Map([
    [`${issuer}/.well-known/openid-configuration`, JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` })],
    [`${issuer}/keys`, JSON.stringify({ keys })],
  ])
  verify = jwtVerifier({
    now: () => now,
    fetchDocument: async (input) => {
      asked.push(String(input))
      const text = documents.get(String(input))
      return text === undefined ? new Response('', { status: 404 }) : new Response(text)
    },
  })
})

function token(
  claims: Record<string, unknown> = {},
  header: { alg?: string; kid?: string } = {},
  key = rsa.privateKey,
) {
  return new SignJWT({ iss: issuer, aud: 'target', sub: 'ada', exp: seconds + 60, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'rsa', ...header })
    .sign(key)
}

describe('verifyJwt', () => {
  it('verifies by the keys that the issuer publishes, and asks for them once', async () => {
    for (let count = 0; count < 3; count++) {
      expect(await verify(await token(), rules)).toMatchObject({ isValid: true, claims: { sub: 'ada' } })
    }
    expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/keys`])
  })

  it('needs no discovery where the address of the keys is given, and takes other algorithms if it is told to', async () => {
    const given = { ...rules, jwksUri: `${issuer}/keys`, algorithms: ['ES256'] }
    const signed = await token({}, { alg: 'ES256', kid: 'ec' }, ec.privateKey)
    expect(await verify(signed, given)).toMatchObject({ isValid: true })
    expect(asked).toEqual([`${issuer}/keys`])
    expect(await verify(signed, rules)).toEqual({
      isValid: false,
      problem: 'its algorithm (alg) is not one of those that are accepted',
    })
  })

  it.each<[string, () => Promise<string>, string]>([
    ['expired', () => token({ exp: seconds - 61 }), 'it has expired (exp)'],
    ['without an end', () => token({ exp: undefined }), 'its claim exp is missing or not the expected one'],
    ['without a subject', () => token({ sub: undefined }), 'its claim sub is missing or not the expected one'],
    [
      'of another issuer',
      () => token({ iss: 'https://evil.example' }),
      'its claim iss is missing or not the expected one',
    ],
    ['for somebody else', () => token({ aud: 'other' }), 'its claim aud is missing or not the expected one'],
    ['signed by another', () => token({}, {}, stranger.privateKey), "its signature was not made with the issuer's key"],
    ['of an unknown key', () => token({}, { kid: 'new' }), 'its key (kid) is not one that the issuer publishes'],
    ['junk', async () => 'junk', 'it is no JWT that can be read'],
    ['huge', async () => 'x'.repeat(100_000), 'it is longer than 65536 characters'],
    [
      'not signed',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
      'its algorithm (alg) is not one of those that are accepted',
    ],
  ])('says what is wrong with a token that is %s', async (_, made, problem) => {
    expect(await verify(await made(), rules)).toEqual({ isValid: false, problem })
  })

  it('looks for new keys no more than twice a minute, whoever asks', async () => {
    for (let count = 0; count < 20; count++) await verify(await token({}, { kid: `new${count}` }), rules)
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('believes no discovery document of somebody else, and none that is too long; and asks again afterwards', async () => {
    const at = `${issuer}/.well-known/openid-configuration`
    const good = documents.get(at) ?? ''
    for (const text of [
      JSON.stringify({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/keys' }),
      'junk',
      ' '.repeat(300_000),
    ]) {
      documents.set(at, text)
      expect(await verify(await token(), rules)).toMatchObject({ isValid: false })
    }
    documents.set(at, good)
    expect(await verify(await token(), rules)).toMatchObject({ isValid: true })
  })

  it('reads keys by https alone, but on this machine', async () => {
    expect(await verify(await token(), { ...rules, jwksUri: 'http://idp.example/keys' })).toEqual({
      isValid: false,
      problem: 'keys are read by https alone, and not from http://idp.example',
    })
    expect(asked).toEqual([])
  })

  it.each<[string, object]>([
    ['no issuer', { issuer: '' }],
    ['no audience', { audience: [] }],
    ['a shared secret', { algorithms: ['HS256'] }],
    ['no signature', { algorithms: ['none'] }],
    ['no algorithm', { algorithms: [] }],
  ])('takes no rules with %s', async (_, changed) => {
    await expect(verify(await token(), { ...rules, ...changed })).rejects.toThrow(TypeError)
  })
})
