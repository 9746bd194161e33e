import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigningKey } from '../../src/certificates/signing-keys.ts'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { scopeDefinitions } from '../../src/connected-apps/scope.ts'
import { namedFlows } from '../../src/oauth/diagnosis.ts'
import { strictPosture } from '../../src/options.ts'
import { sealWith } from '../../src/seal.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeUrl } from './test-browser.ts'
import { base, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, codeFor, credentialsOf, exchange, tokensFor } from './test-tokens.ts'

let server: TestServer
let user: User
let app: ConnectedApp

const discoveryPath = '/.well-known/openid-configuration'
const myDomainBase = 'http://target.my.localhost:8787'
const addresses = [base, targetBase, otherBase, myDomainBase, 'http://127.0.0.1:8787', 'http://[::1]:8789']

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  const scopes = scopeDefinitions.map(({ names: [name] }) => name)
  app = await server.addApp('Web_App', {
    scopes,
    isUserAgentEnabled: true,
    isCodeCredentialEnabled: true,
  })
})

afterAll(() => server.close())

// biome-ignore lint/suspicious/noExplicitAny: a test spells out what it expects of the wire
async function read(url: string, headers: Record<string, string> = {}): Promise<any> {
  const response = await server.request(url, { headers })
  expect(response.status).toBe(200)
  return response.json()
}

describe('discovery', () => {
  it.each(addresses)(
    'at %s names that address as the issuer, byte for byte, and as the place of everything',
    async (at) => {
      const metadata = await read(at + discoveryPath)
      expect(metadata.issuer).toBe(at)
      const urls = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
      expect(urls).toHaveLength(8)
      for (const [, url] of urls) expect(String(url).startsWith(`${at}/`)).toBe(true)
    },
  )

  it.each(addresses)('at %s answers the same for RFC 8414', async (at) => {
    expect(await read(`${at}/.well-known/oauth-authorization-server`)).toEqual(await read(at + discoveryPath))
  })

  it.each([
    'evil.example',
    'evil.example:8787',
    'localhost:9999',
    'localhost:8787.evil.example',
    'target.my.localhost.evil.example:8787',
    'evil.my.localhost:8787',
    'target.my.localhost:8789',
    'localhost:08789',
    'localhost:+8789',
    'localhost:8789@evil.example',
    'user@localhost:8789',
    'localhost:8789/evil',
    '%6cocalhost:8789',
  ])('knows no host but its own: %s is answered as the login host', async (host) => {
    expect((await read(discoveryPath, { host })).issuer).toBe(base)
  })

  it.each([
    ['LOCALHOST:8789', targetBase],
    ['TARGET.My.localhost:8787', myDomainBase],
  ])('knows its hosts in capitals, too, and answers as they are written: %s', async (host, issuer) => {
    expect((await read(discoveryPath, { host })).issuer).toBe(issuer)
  })

  it('looks at no forwarding header', async () => {
    const forged = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
      forwarded: 'host=evil.example;proto=https',
    }
    expect((await read(discoveryPath, forged)).issuer).toBe(base)
    const signIn = await server.request('/services/oauth2/authorize?client_id=3MVG9Web_App', { headers: forged })
    expect(`${signIn.headers.get('location')} ${await signIn.text()}`).not.toContain('evil')
  })

  it('may be read by pages of any origin, without cookies', async () => {
    for (const path of [discoveryPath, '/id/keys', '/.well-known/auth-configuration']) {
      const { headers } = await server.request(path, { headers: { origin: 'https://app.example' } })
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).not.toBe('true')
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8')
    }
  })

  it('announces iss in authorization answers where the posture sends it, and it is the issuer', async () => {
    expect((await read(base + discoveryPath)).authorization_response_iss_parameter_supported).toBeUndefined()
    const strict = await startTestServer({ posture: strictPosture })
    try {
      await strict.addApp('App')
      const metadata = await (await strict.request(`${targetBase}${discoveryPath}`)).json()
      expect(metadata).toMatchObject({ authorization_response_iss_parameter_supported: true })
      const answer = await strict.request(`${targetBase}${authorizeUrl('3MVG9App', { prompt: 'none', state: 's' })}`)
      expect(new URL(answer.headers.get('location') ?? '').searchParams.get('iss')).toBe(targetBase)
    } finally {
      await strict.close()
    }
  })
})

describe('auth-configuration', () => {
  it('tells mobile apps the org of an address, and none on the login host', async () => {
    const path = '/.well-known/auth-configuration'
    expect(await read(targetBase + path)).toMatchObject({ OrgId: server.org.id.slice(0, 15), Url: targetBase })
    expect(await read(base + path)).toMatchObject({ OrgId: null, Url: base })
  })
})

describe('what the metadata names works, and what it does not name does not', () => {
  it('every endpoint answers', async () => {
    const metadata = await read(base + discoveryPath)
    for (const [name, url] of Object.entries(metadata)) {
      if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue
      expect([name, (await server.request(String(url))).status]).not.toEqual([name, 404])
    }
  })

  it('every grant type is offered, and no other', async () => {
    const { grant_types_supported } = await read(base + discoveryPath)
    const others = ['password', 'device', 'implicit', 'urn:ietf:params:oauth:grant-type:saml2-bearer']
    for (const grant_type of [...grant_types_supported, ...others]) {
      const { body } = await server.post('/services/oauth2/token', { grant_type, ...credentialsOf(app) })
      const isOffered = body.error !== 'unsupported_grant_type'
      expect([grant_type, isOffered]).toEqual([grant_type, grant_types_supported.includes(grant_type)])
    }
  })

  it('every grant type has a name in the flow log', async () => {
    const { grant_types_supported } = await read(base + discoveryPath)
    expect(namedFlows).toEqual(expect.arrayContaining(grant_types_supported))
  })

  it.each([
    ['response_type', 'response_types_supported', ['id_token', 'code token', 'none']],
    ['response_mode', 'response_modes_supported', ['form_post.jwt', 'jwt', 'web_message']],
    ['prompt', 'prompt_values_supported', ['create', 'dance']],
    ['display', 'display_values_supported', []],
  ])('every %s is taken at the authorize endpoint, and no other', async (parameter, name, others) => {
    const metadata = await read(base + discoveryPath)
    for (const value of [...metadata[name], ...others]) {
      const response = await server.request(authorizeUrl(app.consumerKey, { nonce: 'n', [parameter]: value }))
      const isTaken = response.status !== 400
      expect([value, isTaken]).toEqual([value, metadata[name].includes(value)])
    }
  })

  it('every scope can be asked for', async () => {
    const { scopes_supported } = await read(base + discoveryPath)
    const code = await codeFor(server, user, app, { scope: scopes_supported.join(' ') })
    expect((await exchange(server, app, code)).status).toBe(200)
  })

  it('every challenge method is taken, and plain is not', async () => {
    const { code_challenge_methods_supported } = await read(base + discoveryPath)
    for (const code_challenge_method of [...code_challenge_methods_supported, 'plain', 's256', 'S512']) {
      const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method }
      const { status } = await server.request(authorizeUrl(app.consumerKey, challenge))
      const isTaken = code_challenge_methods_supported.includes(code_challenge_method)
      expect([code_challenge_method, status !== 400]).toEqual([code_challenge_method, isTaken])
    }
  })
})

describe('the keys', () => {
  it('are public halves only, each with a kid of its own, its use and its algorithm', async () => {
    const { keys } = await read('/id/keys')
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    }
    expect(new Set(keys.map(({ kid }: { kid: string }) => kid)).size).toBe(keys.length)
  })

  it('are the same at every address, whatever names they have there besides', async () => {
    const numbers = async (at: string) =>
      (await read(`${at}/id/keys`)).keys.filter(({ kid }: { kid: string }) => /^\d+$/.test(kid))
    const [first, ...others] = await Promise.all(addresses.map(numbers))
    expect(first.length).toBeGreaterThan(0)
    for (const other of others) expect(other).toEqual(first)
  })

  const keysAt = (at: string) =>
    createRemoteJWKSet(new URL(`${at}/id/keys`), { [customFetch]: (url) => server.request(url) })

  it('verify an ID token, which names its issuer, its audience, its nonce and its access token', async () => {
    const { id_token } = await tokensFor(server, user, app, { scope: 'openid', nonce: 'n-1' })
    const { payload, protectedHeader } = await jwtVerify(id_token, keysAt(base), {
      issuer: base,
      audience: app.consumerKey,
      algorithms: ['RS256'],
      typ: 'JWT',
      currentDate: server.now(),
    })
    expect(protectedHeader.kid).toBeDefined()
    expect(payload).toMatchObject({ nonce: 'n-1', sub: `${base}/id/${server.org.id}/${user.id}` })
    expect(payload['at_hash']).toMatch(/^[\w-]{22}$/)
  })

  it('verify an ID token that was asked for at an org’s own address, and that address issued it', async () => {
    const code = await codeFor(server, user, app, { scope: 'openid' })
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.callbackUrls[0] ?? '',
      ...credentialsOf(app),
    }
    const { body } = await server.post(`${targetBase}/services/oauth2/token`, form)
    const options = { issuer: targetBase, audience: app.consumerKey, currentDate: server.now() }
    await expect(jwtVerify(body.id_token, keysAt(targetBase), options)).resolves.toBeDefined()
  })

  it('stay published when a newer one takes over, so that what they signed still verifies', async () => {
    const before = await tokensFor(server, user, app, { scope: 'openid' })
    const newer = await newSigningKey(sealWith(Buffer.alloc(32, 7)), 230, server.now())
    await server.stores.signingKeys.add(newer)
    const after = await tokensFor(server, user, app, { scope: 'openid' })
    const options = { issuer: base, audience: app.consumerKey, currentDate: server.now() }
    const [older, younger] = await Promise.all(
      [before, after].map(({ id_token }) => jwtVerify(id_token, keysAt(base), options)),
    )
    expect(older?.protectedHeader.kid).not.toBe(younger?.protectedHeader.kid)
    expect(younger?.protectedHeader.kid).toBe(newer.kid)
  })

  it('sign ID tokens that last two minutes, unless the app says otherwise', async () => {
    const longer = await server.addApp('Longer', {
      idTokenConfig: {
        validity: 720,
        audiences: ['https://api.example'],
        includesStandardClaims: true,
        includesAttributes: false,
        includesCustomPermissions: false,
      },
    })
    const { id_token } = await tokensFor(server, user, longer, { scope: 'openid' })
    const claims = claimsOf(id_token)
    expect(claims.exp - claims.iat).toBe(720)
    expect(claims).toMatchObject({ aud: [longer.consumerKey, 'https://api.example'], family_name: 'Lovelace' })
    const usual = claimsOf((await tokensFor(server, user, app, { scope: 'openid' })).id_token)
    expect(usual.exp - usual.iat).toBe(120)
    expect(usual.family_name).toBeUndefined()
  })
})
