import { execFile } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { pemBlock, writeKeyStore } from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samples } from '../../keystore/test/samples.ts'
import type { TestServer } from '../../server/test/flows/test-server.ts'
import { startHttpServer } from '../../server/test/interop/http-server.ts'
import {
  type Apex,
  apex,
  CalloutException,
  certificateFolder,
  certificates,
  JWTBearerTokenExchangeException,
  NoDataFoundException,
  signerFromKey,
} from '../src/index.ts'
import { decodeJwt } from '../src/jwt.ts'
import { faultServer, json } from './fault-server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const run = promisify(execFile)
let server: TestServer
let folder: string
let org: Apex

beforeAll(async () => {
  server = await startHttpServer()
  await server.addUser('robot@target.example')
  const { id } = await server.profile('Standard User')
  await server.addApp('Robot', {}, { isAdminApproved: true, profileIds: [id] })
  folder = await mkdtemp(join(tmpdir(), 'sallyport-apex-'))
  await mkdir(join(folder, 'certs'))
  await writeFile(
    join(folder, 'certs', 'OrgA_JWT.key'),
    server.signer.privateKey.export({ format: 'pem', type: 'pkcs8' }),
  )
  await writeFile(join(folder, 'certs', 'OrgA_JWT.crt'), server.signer.pem)
  org = apex({ certificates: await certificateFolder(join(folder, 'certs')) })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

function robot() {
  const jwt = new org.Auth.JWT()
  jwt.setIss('3MVG9Robot')
  jwt.setSub('robot@target.example')
  jwt.setAud(server.base)
  return jwt
}

const endpoint = () => `${server.base}/services/oauth2/token`

describe('the page about Apex', () => {
  it('has a port that runs as it stands, line by line the Apex above it', async () => {
    const page = await readFile(join(root, 'docs/apex.md'), 'utf8')
    const block = (language: string) =>
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''
    const port = block('ts')
    const plain = (code: string) =>
      code
        .replace(/^(?:const \w+|[A-Z][\w.]* \w+) = /gm, '')
        .replace(/await |;$|System\.debug|console\.log/gm, '')
        .split('\n')
        .filter((line) => line !== '' && !/^import|^const \{/.test(line))
    expect(plain(port)).toEqual(plain(block('apex')))

    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'port.ts'), port)
    const { stdout } = await run(process.execPath, ['port.ts'], {
      cwd: folder,
      env: {
        ...process.env,
        CONSUMER_KEY: '3MVG9Robot',
        USERNAME: 'robot@target.example',
        LOGIN_HOST: server.base,
        BASE: `http://127.0.0.1:${server.org.port}`,
      },
    })
    expect(stdout).toMatch(/^200 \{.*"sobjectType":"Account"/)
  })
})

describe('Auth.JWT', () => {
  it('writes the claims that were set, and the times that belong to them', () => {
    const now = new Date('2026-01-01T00:00:00Z')
    const { Auth } = apex({ certificates: certificates([]), now: () => now })
    const jwt = new Auth.JWT()
    jwt.setIss('key')
    jwt.setAud('https://login.salesforce.com')
    jwt.setAdditionalClaims(new Map([['scope', 'api id']]))
    const at = now.getTime() / 1000
    expect(JSON.parse(jwt.toJSONString())).toEqual({
      iss: 'key',
      aud: 'https://login.salesforce.com',
      iat: at,
      nbf: at - 30,
      exp: at + 180,
      jti: expect.stringMatching(/./),
      scope: 'api id',
    })
    jwt.setValidityLength(600)
    jwt.setNbfClockSkew(0)
    expect(JSON.parse(jwt.toJSONString())).toMatchObject({ nbf: at, exp: at + 600 })
    expect([jwt.getIss(), jwt.getSub(), jwt.getAud()]).toEqual(['key', undefined, 'https://login.salesforce.com'])
    expect([jwt.getValidityLength(), jwt.getNbfClockSkew(), jwt.getAdditionalClaims()]).toEqual([
      600,
      0,
      { scope: 'api id' },
    ])
  })

  it('has a copy of its own after clone', () => {
    const jwt = robot()
    const copy = jwt.clone()
    copy.setIss('other')
    expect([jwt.getIss(), copy.getIss(), copy.getSub()]).toEqual(['3MVG9Robot', 'other', 'robot@target.example'])
  })

  it('refuses a standard claim among the additional ones, and a length that is none', () => {
    const jwt = new org.Auth.JWT()
    expect(() => jwt.setAdditionalClaims({ exp: 1 })).toThrow(org.System.IllegalArgumentException)
    expect(() => jwt.setValidityLength(1.5)).toThrow(org.System.IllegalArgumentException)
  })
})

describe('Auth.JWS', () => {
  it('signs RS256 with the certificate of a unique name, whatever its capitals', async () => {
    const token = await new org.Auth.JWS(robot(), 'orga_jwt').getCompactSerialization()
    expect(Object.fromEntries(decodeJwt(token)?.header ?? [])).toEqual({ typ: 'JWT', alg: 'RS256' })
    expect(org.Auth.JWTUtil.validateJWTWithCert(token, 'OrgA_JWT').getSub()).toBe('robot@target.example')
  })

  it('takes claims as JSON, or as base64 of it', async () => {
    const text = '{"sub":"é"}'
    for (const payload of [text, Buffer.from(text).toString('base64'), Buffer.from(text).toString('base64url')]) {
      const token = await new org.Auth.JWS(payload, 'OrgA_JWT').clone().getCompactSerialization()
      expect(decodeJwt(token)?.claims.get('sub')).toBe('é')
    }
  })

  it('knows no certificate that is not there, and none without its key', () => {
    expect(() => new org.Auth.JWS('{}', 'Nobody')).toThrow(NoDataFoundException)
    const only = certificates([{ uniqueName: 'Only', certificate: server.signer.pem, signer: undefined }])
    expect(() => new (apex({ certificates: only }).Auth.JWS)('{}', 'Only')).toThrow(/no private key/)
  })
})

describe('Auth.JWTBearerTokenExchange', () => {
  it('gets an access token', async () => {
    const exchange = new org.Auth.JWTBearerTokenExchange(endpoint(), new org.Auth.JWS(robot(), 'OrgA_JWT'))
    expect(await exchange.getAccessToken()).toMatch(/^00D/)
    expect(exchange.getGrantType()).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  })

  it('is filled by setters, too, and copied by clone', async () => {
    const exchange = new org.Auth.JWTBearerTokenExchange()
    exchange.setTokenEndpoint(endpoint())
    exchange.setJWS(new org.Auth.JWS(robot(), 'OrgA_JWT'))
    const copy = exchange.clone()
    expect([copy.getTokenEndpoint(), copy.getJWS()]).toEqual([endpoint(), exchange.getJWS()])
    expect((await copy.getHttpResponse()).getStatusCode()).toBe(200)
  })

  it('throws what Apex throws for a refusal, and gives the answer whole to who asks for it', async () => {
    const jwt = robot()
    jwt.setAud('https://wrong.example')
    const exchange = new org.Auth.JWTBearerTokenExchange(endpoint(), new org.Auth.JWS(jwt, 'OrgA_JWT'))
    const refused = await exchange.getAccessToken().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(JWTBearerTokenExchangeException)
    expect(refused).toBeInstanceOf(org.Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException)
    expect(refused).toMatchObject({
      message: 'Error 400: {"error":"invalid_grant","error_description":"audience is invalid"}',
    })
    const response = await exchange.getHttpResponse()
    expect([response.getStatusCode(), response.getHeader('Content-Type')]).toEqual([
      400,
      expect.stringContaining('json'),
    ])
  })

  it('throws for an answer that has no access token, and repeats no other token of it', async () => {
    await using other = await faultServer((_, response) => json(response, 200, { refresh_token: 'secret' }))
    const exchange = new org.Auth.JWTBearerTokenExchange(other.url, new org.Auth.JWS(robot(), 'OrgA_JWT'))
    await expect(exchange.getAccessToken()).rejects.toThrow('Error 200: {"refresh_token":"…"}')
  })

  it('is a callout: no answer is a CalloutException', async () => {
    await using other = await faultServer((request) => request.socket.destroy())
    const exchange = new org.Auth.JWTBearerTokenExchange(other.url, new org.Auth.JWS(robot(), 'OrgA_JWT'))
    await expect(exchange.getAccessToken()).rejects.toThrow(CalloutException)
  })
})

describe('Auth.JWTUtil', () => {
  const signed = (claims: object) => new org.Auth.JWS(JSON.stringify(claims), 'OrgA_JWT').getCompactSerialization()

  it('reads without validation, lists as text, and tells of times only what stands there', async () => {
    const jwt = org.Auth.JWTUtil.parseJWTFromStringWithoutValidation(
      await signed({ iss: 'a', aud: ['x', 'y'], exp: 1, groups: ['p', 'q'] }),
    )
    expect([jwt.getIss(), jwt.getAud()]).toEqual(['a', '["x","y"]'])
    expect(jwt.getAdditionalClaims()).toEqual({ exp: 1, groups: '["p","q"]' })
    expect(() => jwt.getValidityLength()).toThrow(org.System.NoAccessException)
    expect(() => jwt.setNbfClockSkew(1)).toThrow(org.System.NoAccessException)
  })

  it('validates by key and by published keys, of which the right one is found', async () => {
    const token = await signed({ sub: 'a' })
    const publicKey = createPublicKey(server.signer.privateKey)
    const text = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    expect(org.Auth.JWTUtil.validateJWTWithKey(token, text).getSub()).toBe('a')
    const { rsa } = await samples()
    const stranger = createPublicKey({ key: pemBlock('PRIVATE KEY', rsa.privateKey) })
    let keys = [stranger, publicKey].map((key) => ({ ...key.export({ format: 'jwk' }), use: 'sig' }))
    await using published = await faultServer((_, response) => json(response, 200, { keys }))
    const validate = (useCache: boolean) => org.Auth.JWTUtil.validateJWTWithKeysEndpoint(token, published.url, useCache)
    expect((await validate(true)).getSub()).toBe('a')
    keys = []
    expect((await validate(true)).getSub()).toBe('a')
    await expect(validate(false)).rejects.toThrow(org.Auth.JWTValidationException)
    expect(published.requests).toHaveLength(2)
  })

  it.each([
    ['has expired', { exp: 1 }],
    ['is not valid yet', { nbf: 4_000_000_000 }],
    ['has no number for a time', { exp: 'soon' }],
  ])('refuses a JWT that %s', async (_, claims) => {
    const token = await signed(claims)
    expect(() => org.Auth.JWTUtil.validateJWTWithCert(token, 'OrgA_JWT')).toThrow(org.Auth.JWTValidationException)
  })

  it('refuses what another key signed, what no key signed, and what is no JWT', async () => {
    const { rsa } = await samples()
    const strange = apex({
      certificates: certificates([{ uniqueName: 'S', certificate: undefined, signer: signerFromKey(rsa.privateKey) }]),
    })
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const tokens = [
      await new strange.Auth.JWS('{}', 'S').getCompactSerialization(),
      `${encoded({ alg: 'none' })}.${encoded({})}.`,
      `${encoded({ alg: 'HS256' })}.${encoded({})}.AAAA`,
      'no jwt',
    ]
    for (const token of tokens) {
      expect(() => org.Auth.JWTUtil.validateJWTWithCert(token, 'OrgA_JWT')).toThrow(org.Auth.JWTValidationException)
    }
    expect(() => org.Auth.JWTUtil.validateJWTWithCert(tokens[0] ?? '', 'Nobody')).toThrow(NoDataFoundException)
  })
})

describe('Http', () => {
  const request = (url: string, method = 'GET') => {
    const made = new org.HttpRequest()
    made.setEndpoint(url)
    made.setMethod(method)
    return made
  }

  it('sends method, headers and body, and gives any status as an answer', async () => {
    await using other = await faultServer((incoming, response, body) =>
      json(response, 418, { method: incoming.method, header: incoming.headers['x-one'], body }, { 'x-two': '2' }),
    )
    const sent = request(other.url, 'post')
    sent.setHeader('X-One', '1')
    sent.setBody('é')
    const response = await new org.Http().send(sent)
    expect(JSON.parse(response.getBody())).toEqual({ method: 'POST', header: '1', body: 'é' })
    expect([response.getStatusCode(), response.getHeader('X-Two'), response.toString()]).toEqual([
      418,
      '2',
      "Status=I'm a Teapot, StatusCode=418",
    ])
    expect(response.getHeaderKeys()).toContain('x-two')
    expect(sent.toString()).toBe(`Endpoint=${other.url}, Method=POST`)
  })

  it('makes a POST of a GET with a body, as Salesforce does, and leaves one with an empty body', async () => {
    await using other = await faultServer((incoming, response, body) =>
      json(response, 200, { method: incoming.method, body }),
    )
    const answers = []
    for (const body of ['x', '']) {
      const sent = request(other.url)
      sent.setBody(body)
      answers.push(JSON.parse((await new org.Http().send(sent)).getBody()))
    }
    expect(answers).toEqual([
      { method: 'POST', body: 'x' },
      { method: 'GET', body: '' },
    ])
  })

  it('sends a body compressed when it is told to', async () => {
    let received = Buffer.alloc(0)
    const server = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        received = Buffer.concat(chunks)
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const sent = request(`http://127.0.0.1:${port}`, 'PUT')
    sent.setBody('hello hello hello')
    sent.setCompressed(true)
    await new org.Http().send(sent)
    server.close()
    expect(gunzipSync(received).toString()).toBe('hello hello hello')
  })

  it('calls only the remote sites that are listed', async () => {
    await using other = await faultServer((_, response) => json(response, 200, {}))
    const strict = apex({ certificates: certificates([]), remoteSites: ['https://orgb.my.salesforce.com'] })
    await expect(new strict.Http().send(request(other.url))).rejects.toThrow(
      `Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${other.url}`,
    )
    const open = apex({ certificates: certificates([]), remoteSites: [`${other.url}/any/path`] })
    expect((await new open.Http().send(request(other.url))).getStatusCode()).toBe(200)
  })

  it('ends after the timeout that was set', async () => {
    await using other = await faultServer(() => undefined)
    const sent = request(other.url)
    sent.setTimeout(20)
    await expect(new org.Http().send(sent)).rejects.toThrow('Read timed out')
  })

  it.each([
    ['a method that Apex has not', () => request('https://x.example', 'OPTIONS')],
    ['a timeout of no time', () => request('https://x.example').setTimeout(0)],
    ['a timeout of three minutes', () => request('https://x.example').setTimeout(180_000)],
    ['a header of two lines', () => request('https://x.example').setHeader('X', 'a\r\nY: b')],
    ['a header that is too long', () => request('https://x.example').setHeader('X', 'a'.repeat(100_001))],
    ['a body that is too long', () => request('https://x.example').setBodyAsBlob(new Uint8Array(12_000_001))],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(CalloutException)
  })

  it.each([
    ['no endpoint', ''],
    ['half a URL', '/services/data'],
    ['another scheme', 'file:///etc/passwd'],
    ['a named credential where there are none', 'callout:OrgB/x'],
  ])('sends nothing to %s', async (_, url) => {
    await expect(new org.Http().send(request(url))).rejects.toThrow(CalloutException)
  })

  it('needs a transport of its own for client certificates', async () => {
    const sent = request('https://x.example')
    sent.setClientCertificateName('Mine')
    await expect(new org.Http().send(sent)).rejects.toThrow('Client certificates')
    const answer = { status: 204, statusText: 'No Content', headers: new Headers(), body: new Uint8Array() }
    const withThem = apex({ certificates: certificates([]), clientCertificates: () => async () => answer })
    expect((await new withThem.Http().send(sent)).getStatusCode()).toBe(204)
  })
})

describe('an exception', () => {
  it('has what exceptions have in Apex', () => {
    const cause = new Error('why')
    const exception = new CalloutException('Read timed out', { cause })
    expect([exception.getTypeName(), exception.getMessage(), exception.getCause()]).toEqual([
      'System.CalloutException',
      'Read timed out',
      cause,
    ])
    exception.setMessage('other')
    exception.initCause('else')
    expect([exception.message, exception.cause]).toEqual(['other', 'else'])
    expect(exception.getStackTraceString()).toContain('apex.test')
    expect(exception.getLineNumber()).toBeGreaterThan(0)
  })
})

describe('certificateFolder', () => {
  it('names what a key store holds by alias, and loose files by their own names', async () => {
    const { rsa, ec } = await samples()
    const place = join(folder, 'mixed')
    await mkdir(place)
    await writeFile(
      join(place, 'store.jks'),
      await writeKeyStore([rsa], { format: 'jks', password: 'changeit', now: new Date() }),
    )
    await writeFile(join(place, 'Elliptic.pem'), await writeKeyStore([ec], { format: 'pem', now: new Date() }))
    await writeFile(join(place, 'notes.txt'), 'nothing')
    const store = await certificateFolder(place, { password: 'changeit' })
    expect(store.find('OrgA_JWT')?.signer).toBeDefined()
    expect(store.find('elliptic')).toMatchObject({ signer: undefined, certificate: expect.stringContaining('BEGIN') })
    expect(store.find('notes')).toBeUndefined()
    await expect(certificateFolder(place, { password: 'another' })).rejects.toMatchObject({ code: 'wrong-password' })
  })
})
