import { createVerify, X509Certificate } from 'node:crypto'
import { writeKeyStore } from '@sallyport/keystore'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samples } from '../../keystore/test/samples.ts'
import type { TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import { jwtBearer, type Signer, signerFromKey, signerFromKeyStore } from '../src/index.ts'
import { decodeJwt, signJwt } from '../src/jwt.ts'
import { audienceFor, loginUrl } from '../src/login-host.ts'

let server: TestServer
let signer: Signer
let pem: string
const username = 'robot@target.example'

beforeAll(async () => {
  server = await startHttpServer()
  pem = server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  signer = signerFromKey(pem)
  await server.addUser(username)
  const { id } = await server.profile('Standard User')
  await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [id] })
})
afterAll(() => server.close())

const request = () => ({ consumerKey: '3MVG9Robot', username, signer, loginHost: server.base })

describe('jwtBearer', () => {
  it('gets a token that opens the API', async () => {
    const token = await jwtBearer(request())
    expect(token).toMatchObject({
      tokenType: 'Bearer',
      refreshToken: undefined,
      scope: expect.arrayContaining(['api']),
    })
    const answer = await fetch(`${token.instanceUrl}/services/data/v62.0/sobjects/Account/listviews`, {
      headers: { authorization: `Bearer ${token.accessToken}` },
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ sobjectType: 'Account' })
  })

  it('takes keys out of key stores, and from whoever signs somewhere else', async () => {
    const { rsa } = await samples()
    const jks = await writeKeyStore([rsa], { format: 'jks', password: 'changeit', now: new Date() })
    const fromStore = await signerFromKeyStore(jks, { password: 'changeit', alias: 'ORGA_JWT' })
    const token = await signJwt({ sub: 'x' }, fromStore)
    const certificate = new X509Certificate(rsa.chain[0] ?? '')
    expect((await jwtVerify(token, certificate.publicKey)).payload).toEqual({ sub: 'x' })
    const remote: Signer = { alg: 'RS256', keyId: 'kms-1', sign: async (data) => signer.sign(data) }
    expect(await jwtBearer({ ...request(), signer: remote })).toHaveProperty('accessToken')
  })

  it('gives up what the server gives, with the explanation and the cause', async () => {
    const refused = jwtBearer({ ...request(), audience: 'https://wrong.example' })
    await expect(refused).rejects.toMatchObject({
      name: 'TokenError',
      error: 'invalid_grant',
      errorDescription: 'audience is invalid',
      status: 400,
      requestId: expect.stringMatching(/./),
      explanation: {
        cause: expect.stringMatching(/^audience-unknown/),
        meaning: expect.stringContaining('https://wrong.example'),
      },
    })
  })

  it.each([
    ['an unknown app', { consumerKey: '3MVG9Nobody' }, 'invalid_client_id'],
    ['an unknown user', { username: 'nobody@target.example' }, 'invalid_grant'],
    ['an assertion that has expired', { validitySeconds: -3600 }, 'invalid_grant'],
  ])('is refused for %s', async (_, details, error) => {
    await expect(jwtBearer({ ...request(), ...details })).rejects.toMatchObject({ error })
  })

  it('says in no message what is secret', async () => {
    const error = await jwtBearer({ ...request(), username: 'nobody@target.example' }).catch(
      (caught: unknown) => caught,
    )
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('eyJ')
  })
})

describe('an assertion', () => {
  it('is one that other people’s libraries verify', async () => {
    const token = await signJwt({ iss: 'a', aud: 'https://login.salesforce.com' }, signer, { kid: 'k' })
    const { payload, protectedHeader } = await jwtVerify(token, new X509Certificate(server.signer.pem).publicKey, {
      issuer: 'a',
      audience: 'https://login.salesforce.com',
      algorithms: ['RS256'],
    })
    expect([payload.iss, protectedHeader]).toEqual(['a', { typ: 'JWT', kid: 'k', alg: 'RS256' }])
    const [head, body, signature = ''] = token.split('.')
    const verify = createVerify('sha256').update(`${head}.${body}`)
    expect(verify.verify(new X509Certificate(server.signer.pem).publicKey, signature, 'base64url')).toBe(true)
  })

  it.each([
    ['two parts', 'eyJhIjoxfQ.eyJhIjoxfQ'],
    ['four parts', 'eyJhIjoxfQ.eyJhIjoxfQ.AA.AA'],
    ['no JSON', 'AAAA.AAAA.AAAA'],
    ['letters that base64url has not', 'eyJhIjoxfQ.eyJhIjoxfQ==.A+/='],
    ['too long', `eyJhIjoxfQ.${'A'.repeat(100_001)}.AA`],
  ])('is none with %s', (_, token) => {
    expect(decodeJwt(token)).toBeUndefined()
  })
})

describe('the login host', () => {
  it.each([
    ['production', 'https://login.salesforce.com'],
    ['sandbox', 'https://test.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com/', 'https://test.salesforce.com'],
    ['https://speed-fun-1234-dev-ed.scratch.my.salesforce.com', 'https://test.salesforce.com'],
    ['http://localhost:8787', 'http://localhost:8787'],
    ['https://idp.example', 'https://idp.example'],
  ])('%s has the audience %s', (host, audience) => {
    expect(audienceFor(loginUrl(host))).toBe(audience)
  })

  it.each(['acme', 'http://acme.my.salesforce.com', 'https://a:b@acme.example', 'https://acme.example?x=1', 'ftp://x'])(
    'cannot be %s',
    (host) => {
      expect(() => loginUrl(host)).toThrow(TypeError)
    },
  )
})

describe('a signer', () => {
  it('is made of RSA keys of 2048 bits and more only', async () => {
    const { ec } = await samples()
    expect(() => signerFromKey(ec.privateKey)).toThrow(/RSA keys with 2048 bits/)
  })

  it('is made of a key whose lines were joined by the two characters \\n, as environment variables have them', async () => {
    const joined = signerFromKey(pem.replaceAll('\n', '\\n'))
    expect(await joined.sign(Buffer.from('x'))).toEqual(await signer.sign(Buffer.from('x')))
  })

  it('needs an alias where there are several keys', async () => {
    const { rsa } = await samples()
    const bytes = await writeKeyStore([rsa, { ...rsa, alias: 'second' }], {
      format: 'jks',
      password: 'changeit',
      now: new Date(),
    })
    await expect(signerFromKeyStore(bytes, { password: 'changeit' })).rejects.toThrow('orga_jwt, second')
    await expect(signerFromKeyStore(bytes, { password: 'changeit', alias: 'third' })).rejects.toThrow(
      'no such private key',
    )
  })
})
