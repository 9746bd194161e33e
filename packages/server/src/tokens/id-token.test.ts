import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { jane as sampleUser } from '../../test/jane.ts'
import { jsonWebKeySet, newSigningKey, type SigningKey } from '../certificates/signing-keys.ts'
import { defaultIdTokenConfig } from '../connected-apps/connected-app.ts'
import { sealWith } from '../seal.ts'
import { accessTokenHash, type IdTokenRequest, idTokenClaims, idTokens } from './id-token.ts'
import { type KeyRing, keyRing } from './key-ring.ts'

const seal = sealWith(randomBytes(32))
const issuer = 'https://login.salesforce.com'
const at = new Date('2026-03-01T12:00:00.700Z')
let older: SigningKey
let newer: SigningKey
let ring: KeyRing

beforeAll(async () => {
  older = await newSigningKey(seal, 246, new Date('2026-01-01T00:00:00Z'))
  newer = await newSigningKey(seal, 248, new Date('2026-02-01T00:00:00Z'))
  ring = keyRing([newer, older], newer, seal)
})

const jane = sampleUser({ createdAt: at, modifiedAt: at })

const request: IdTokenRequest = {
  issuer,
  subject: 'https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV',
  orgBase: 'https://mycompany.my.salesforce.com',
  app: {
    consumerKey: 'Warehouse01',
    idTokenConfig: { ...defaultIdTokenConfig, validity: 120, audiences: [], includesStandardClaims: false },
  },
  user: jane,
  customClaims: {},
  accessToken: '00D5g000004ExmP!AQ8AQJr.w2kTq',
  authTime: new Date('2026-03-01T11:30:00Z'),
  nonce: undefined,
  sid: undefined,
  at,
}

function tokens(keys: KeyRing = ring) {
  return idTokens({ keys: async () => keys, issuers: async () => [issuer, 'https://mycompany.my.salesforce.com'] })
}

describe('idTokenClaims', () => {
  it('has the claims of OpenID Connect, in seconds', () => {
    expect(idTokenClaims({ ...request, nonce: 'n-0S6_WzA2Mj' })).toEqual({
      iss: 'https://login.salesforce.com',
      sub: 'https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV',
      aud: 'Warehouse01',
      exp: 1772366520,
      iat: 1772366400,
      auth_time: 1772364600,
      nonce: 'n-0S6_WzA2Mj',
      at_hash: accessTokenHash('00D5g000004ExmP!AQ8AQJr.w2kTq'),
    })
  })

  it('names further audiences after the app, and lasts as long as the app says', () => {
    const idTokenConfig = {
      ...defaultIdTokenConfig,
      validity: 3600,
      audiences: ['https://api.example'],
      includesStandardClaims: false,
    }
    expect(idTokenClaims({ ...request, app: { consumerKey: 'Warehouse01', idTokenConfig } })).toMatchObject({
      aud: ['Warehouse01', 'https://api.example'],
      exp: 1772370000,
    })
  })

  it('has no nonce when none was sent, and claims about the person only when configured', () => {
    expect(Object.keys(idTokenClaims(request))).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'at_hash'])
    const idTokenConfig = { ...defaultIdTokenConfig, validity: 120, audiences: [], includesStandardClaims: true }
    expect(idTokenClaims({ ...request, app: { consumerKey: 'Warehouse01', idTokenConfig } })).toMatchObject({
      iss: 'https://login.salesforce.com',
      preferred_username: 'jane@example.com',
      email: 'jane@corp.example',
      profile: 'https://mycompany.my.salesforce.com/0055g00000BnX2QAAV',
    })
  })
})

describe('accessTokenHash', () => {
  it('is the left half of the SHA-256, as in the example of OpenID Connect Core A.3', () => {
    expect(accessTokenHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ')
  })
})

describe('sign', () => {
  it('makes a JWT that others verify with what /id/keys answers', async () => {
    const token = await tokens().sign({ ...request, at: new Date() })
    // A member of a published set is a JWK with a name and a use; jose wants its kty spelled out.
    const published = jsonWebKeySet([newer, older], []).keys.map((key) => ({ ...key, kty: 'RSA' }))
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: published }), {
      issuer,
      audience: 'Warehouse01',
      algorithms: ['RS256'],
    })
    expect(protectedHeader).toEqual({ kid: '248', typ: 'JWT', alg: 'RS256' })
    expect(payload.sub).toBe('https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV')
  })
})

describe('verify', () => {
  const verified = { issuer, subject: request.subject, consumerKey: 'Warehouse01' }

  it('knows its own again, long after their end, also with an older key and further audiences', async () => {
    expect(await tokens().verify(await tokens().sign(request))).toEqual(verified)
    expect(await tokens().verify(await tokens(keyRing([older], older, seal)).sign(request))).toEqual(verified)
    const idTokenConfig = {
      ...defaultIdTokenConfig,
      validity: 120,
      audiences: ['https://api.example'],
      includesStandardClaims: true,
    }
    const app = { consumerKey: 'Warehouse01', idTokenConfig }
    expect(await tokens().verify(await tokens().sign({ ...request, app }))).toEqual(verified)
  })

  it('refuses what another issuer is named in', async () => {
    expect(await tokens().verify(await tokens().sign({ ...request, issuer: 'https://evil.example' }))).toBeUndefined()
  })

  it('refuses a foreign key, an unknown key id, and a changed claim', async () => {
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const asOurs = tokens({ ...ring, signer: { ...ring.signer, privateKey: foreign } })
    expect(await tokens().verify(await asOurs.sign(request))).toBeUndefined()
    const unknown = tokens({ ...ring, signer: { ...ring.signer, kid: '250' } })
    expect(await tokens().verify(await unknown.sign(request))).toBeUndefined()
    const [header, , signature] = (await tokens().sign(request)).split('.')
    const changed = encode({ ...idTokenClaims(request), sub: 'https://login.salesforce.com/id/00D/005' })
    expect(await tokens().verify(`${header}.${changed}.${signature}`)).toBeUndefined()
  })

  it('lets no header choose how it is verified', async () => {
    const claims = encode(idTokenClaims(request))
    const none = encode({ kid: '248', typ: 'JWT', alg: 'none' })
    expect(await tokens().verify(`${none}.${claims}.`)).toBeUndefined()
    expect(await tokens().verify(`${none}.${claims}.AA`)).toBeUndefined()
    const hmac = encode({ kid: '248', typ: 'JWT', alg: 'HS256' })
    const publicPem = createPublicKey(ring.signer.privateKey).export({ format: 'pem', type: 'spki' })
    const mac = createHmac('sha256', publicPem).update(`${hmac}.${claims}`).digest('base64url')
    expect(await tokens().verify(`${hmac}.${claims}.${mac}`)).toBeUndefined()
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const embedded = encode({ kid: '248', alg: 'RS256', jwk: own.publicKey.export({ format: 'jwk' }) })
    const signature = sign('RSA-SHA256', Buffer.from(`${embedded}.${claims}`), own.privateKey).toString('base64url')
    expect(await tokens().verify(`${embedded}.${claims}.${signature}`)).toBeUndefined()
  })

  it.each([
    '',
    '.',
    '..',
    'a.b.c',
    'e30.e30.e30',
    'x'.repeat(100_000),
    'e30.e30',
    'a.b.c.d',
    '{}.{}.{}',
    '\u0000.\u0000.\u0000',
  ])('takes %.20j for none of ours', async (text) => {
    expect(await tokens().verify(text)).toBeUndefined()
  })
})

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
