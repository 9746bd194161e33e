import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { type Answer, answerOf, otherBase, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { anAssetApp, aThing } from './test-things.ts'
import { credentialsOf, tokensFor } from './test-tokens.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const typeOf = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const device = aThing()

let server: TestServer
let user: User
let app: ConnectedApp
let accessToken: string

beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example')
  app = await anAssetApp(server, 'Things')
  accessToken = (await tokensFor(server, user, app)).access_token
})
afterEach(() => server.close())

function ask(form: Record<string, string | undefined> = {}, base = targetBase): Promise<Answer> {
  const parameters = {
    grant_type: grantType,
    subject_token: accessToken,
    subject_token_type: typeOf('access_token'),
    actor_token: device.token(),
    actor_token_type: typeOf('jwt'),
    ...form,
  }
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return server.post(`${base}/services/oauth2/token`, Object.fromEntries(given))
}

async function keysAt(base: string): Promise<JSONWebKeySet> {
  return (await answerOf(await server.request(`${base}/id/keys`))).body
}

async function verified(token: string, audience: string, base = targetBase) {
  return jwtVerify(token, createLocalJWKSet(await keysAt(base)), {
    issuer: targetBase,
    audience,
    algorithms: ['RS256'],
    currentDate: server.now(),
  })
}

function expectRefusal(answer: Answer, error: string, error_description: string, reason: string): void {
  expect([answer.status, answer.body]).toEqual([400, { error, error_description }])
  expect(answer.headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}:`))
}

describe('the asset token flow', () => {
  it('gives a JWT for the device, which /id/keys verifies', async () => {
    const { status, body } = await ask()
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^eyJ/),
        issued_token_type: typeOf('jwt'),
        token_type: 'Bearer',
        expires_in: 1800,
      },
    ])
    const { payload, protectedHeader } = await verified(body.access_token, 'https://billing.example')
    expect(protectedHeader).toEqual({ kid: 'asset', typ: 'JWT', alg: 'RS256' })
    const seconds = server.now().getTime() / 1000
    expect(payload).toEqual({
      iss: targetBase,
      sub: `${server.base}/id/${server.org.id}/${user.id}`,
      aud: ['https://telemetry.example', 'https://billing.example'],
      client_id: app.consumerKey,
      iat: seconds,
      nbf: seconds,
      exp: seconds + 1800,
      jti: expect.stringMatching(/./),
      did: 'thermostat-7',
      Name: 'Thermostat 7',
      Asset: { Name: 'Thermostat', SerialNumber: 'T-7' },
      cnf: { jwk: device.jwk },
      act: { sub: 'thermostat-7' },
    })
  })

  it('needs no device, and takes one with an RSA key', async () => {
    const { body } = await ask({ actor_token: undefined, actor_token_type: undefined })
    const { payload } = await verified(body.access_token, 'https://telemetry.example')
    expect(Object.keys(payload)).toEqual(['iss', 'sub', 'aud', 'client_id', 'iat', 'nbf', 'exp', 'jti'])
    expect((await ask({ actor_token: aThing('rsa').token() })).status).toBe(200)
    expect((await ask({ audience: 'https://billing.example', requested_token_type: typeOf('jwt') })).status).toBe(200)
  })

  it('says the custom attributes and permissions that the settings include', async () => {
    const { assetTokenConfig } = app
    if (assetTokenConfig === undefined) throw new Error('The app makes no asset tokens.')
    await server.stores.apps.update({
      ...app,
      attributes: [{ key: 'mail', formula: '$User.Email' }],
      assetTokenConfig: { ...assetTokenConfig, includesAttributes: true, includesCustomPermissions: true },
    })
    const { body } = await ask()
    const { payload } = await verified(body.access_token, 'https://billing.example')
    expect(payload).toMatchObject({ custom_attributes: { mail: user.email }, custom_permissions: {} })
  })

  it('writes the fields of AssetTokenEvent into the journal, and of the key its thumbprint alone', async () => {
    const entry = await server.journalOf(await ask())
    expect(entry).toMatchObject({ flow: 'asset_token', orgId: server.org.id, userId: user.id, appId: app.id })
    expect(entry.passed.find(({ check }) => check === 'asset-token')?.found).toEqual({
      ConnectedAppId: app.id,
      UserId: user.id,
      Expiration: new Date(server.now().getTime() + 1_800_000).toISOString(),
      DeviceId: 'thermostat-7',
      DeviceKey: expect.stringMatching(/^[\w-]{43}$/),
      Name: 'Thermostat 7',
      AssetName: 'Thermostat',
      AssetSerialNumber: 'T-7',
    })
    expect(JSON.stringify(entry)).not.toContain(accessToken.slice(20, 60))
  })

  it('names each certificate apart where apps of one org have several', async () => {
    const second = await anAssetApp(server, 'Meters', {}, 'Meters')
    const token = (await tokensFor(server, user, second)).access_token
    const { body } = await ask({ subject_token: token })
    const { protectedHeader } = await verified(body.access_token, 'https://billing.example')
    expect(protectedHeader.kid).toMatch(/^asset\.0P1/)
    const { keys } = await keysAt(targetBase)
    const kids = keys.map(({ kid }) => kid)
    expect(new Set(kids).size).toBe(kids.length)
    expect(JSON.stringify(await keysAt(otherBase))).not.toContain('asset')
  })

  it('holds an app that says who it is to that', async () => {
    expect((await ask(credentialsOf(app))).status).toBe(200)
    const wrong = await ask({ ...credentialsOf(app), client_secret: 'wrong' })
    expectRefusal(wrong, 'invalid_client', 'invalid client credentials', 'client-secret-wrong')
    const other = await anAssetApp(server, 'Other')
    const stranger = await ask(credentialsOf(other))
    expectRefusal(stranger, 'invalid_client', 'the token belongs to another client', 'token-of-another-app')
  })

  it('ends with what the access token stands on', async () => {
    await server.stores.apps.setPolicies({
      ...((await server.stores.apps.findPolicies(app.id, server.org.id)) ?? expect.fail('The policies are gone.')),
      isBlocked: true,
    })
    expectRefusal(await ask(), 'invalid_grant', 'expired access/refresh token', 'subject-token-dead')
  })

  it.each([
    [
      'with a token that was revoked',
      async () => {
        await server.post('/services/oauth2/revoke', { token: accessToken })
        return {}
      },
      'invalid_grant',
      'expired access/refresh token',
      'subject-token-dead',
    ],
    [
      'with a token that has expired',
      async () => {
        server.advance(86_400)
        return {}
      },
      'invalid_grant',
      'expired access/refresh token',
      'subject-token-dead',
    ],
    [
      'with a token of nobody',
      async () => ({ subject_token: accessToken.replace(/.{10}$/, '0123456789') }),
      'invalid_grant',
      'expired access/refresh token',
      'subject-token-dead',
    ],
    [
      'when asset tokens are off',
      async () => {
        await server.stores.apps.update({ ...app, assetTokenConfig: undefined })
        return {}
      },
      'oauth_flow_disabled',
      'asset token flow not enabled',
      'asset-tokens-off',
    ],
    [
      'when the certificate is gone',
      async () => {
        const held = await server.stores.certificates.findByName(server.org.id, 'Devices')
        await server.stores.certificates.delete(held?.id ?? '')
        return {}
      },
      'invalid_grant',
      'asset signing certificate not usable',
      'asset-certificate-unusable',
    ],
    [
      'when the certificate has expired',
      async () => {
        server.advance(3600)
        const held = await server.stores.certificates.findByName(server.org.id, 'Devices')
        if (held === undefined) throw new Error('The certificate is gone.')
        const ahead = held.certificate.notAfter.getTime() - server.now().getTime()
        server.advance(ahead / 1000 + 1)
        return { subject_token: (await tokensFor(server, user, app)).access_token }
      },
      'invalid_grant',
      'asset signing certificate not usable',
      'asset-certificate-unusable',
    ],
    [
      'for another service',
      async () => ({ audience: 'https://elsewhere.example' }),
      'invalid_target',
      'the requested audience or resource is not here',
      'target-unknown',
    ],
    [
      'when another kind of token is wanted',
      async () => ({ requested_token_type: typeOf('saml2') }),
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with an actor of another kind',
      async () => ({ actor_token_type: typeOf('saml2') }),
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with an actor whose type is not said',
      async () => ({ actor_token_type: undefined }),
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with a type of an actor, but none',
      async () => ({ actor_token: undefined }),
      'invalid_grant',
      'invalid actor token',
      'actor-token-malformed',
    ],
    [
      'with a device’s token from the past',
      async () => ({ actor_token: device.token({ exp: server.now().getTime() / 1000 - 600 }) }),
      'invalid_grant',
      'expired actor token',
      'actor-token-not-valid-now',
    ],
    [
      'with a device’s token from the future',
      async () => ({ actor_token: device.token({ iat: server.now().getTime() / 1000 + 600 }) }),
      'invalid_grant',
      'expired actor token',
      'actor-token-not-valid-now',
    ],
    [
      'with a device’s token signed by another key',
      async () => ({ actor_token: device.token({ cnf: { jwk: aThing().jwk } }) }),
      'invalid_grant',
      'invalid actor token',
      'actor-token-signature-wrong',
    ],
  ] as const)('is refused %s', async (_, prepare, error, description, reason) => {
    const answer = await ask(await prepare())
    expectRefusal(answer, error, description, reason)
    expect(await server.journalOf(answer)).toMatchObject({ flow: 'asset_token', refusal: { reason } })
  })

  it.each<[string, () => string]>([
    ['junk', () => 'junk'],
    ['parts of junk', () => 'a.b.c'],
    ['too long', () => device.token({ Name: 'x'.repeat(20_000) })],
    ['not signed', () => device.token({}, { alg: 'none' })],
    ['signed with a secret', () => device.token({}, { alg: 'HS256' })],
    ['with a critical header', () => device.token({}, { alg: 'ES256', crit: ['b64'] })],
    ['without a key', () => device.token({ cnf: undefined })],
    ['with a key for another algorithm', () => device.token({ cnf: { jwk: aThing('rsa').jwk } })],
    ['with a private key', () => device.token({ cnf: { jwk: { ...device.jwk, d: 'secret' } } })],
    ['with a point off the curve', () => device.token({ cnf: { jwk: { ...device.jwk, y: 'AAAA' } } })],
    ['without a device', () => device.token({ did: undefined })],
    ['with an asset that is deep', () => device.token({ Asset: { Name: { deep: true } } })],
    [
      'with an asset of many fields',
      () => device.token({ Asset: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, 1])) }),
    ],
    ['for another org', () => device.token({ aud: 'http://localhost:8788' })],
  ])('refuses a device’s token that is %s', async (_, token) => {
    expectRefusal(await ask({ actor_token: token() }), 'invalid_grant', 'invalid actor token', 'actor-token-malformed')
  })

  it('serves a device’s token with a jti to one of fifty', async () => {
    const actor_token = device.token({ jti: 'once' })
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ actor_token })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status !== 200)
    for (const answer of refused) {
      expectRefusal(answer, 'bad_jti_claim', 'jti claim was used before', 'actor-token-replayed')
    }
    // The name of a token is one device's own: another cannot spend it.
    expect((await ask({ actor_token: aThing().token({ jti: 'once' }) })).status).toBe(200)
  })

  it('is of another flow where a handler is named, or where the app exchanges tokens and makes none for assets', async () => {
    const named = await ask({ ...credentialsOf(app), token_handler: 'Corporate' })
    expect(named.headers.get('x-sallyport-cause')).toMatch(/^token-exchange-off:/)
    const exchanger = await server.addApp('Exchanger', { isTokenExchangeEnabled: true })
    const other = await ask(credentialsOf(exchanger))
    expect(other.headers.get('x-sallyport-cause')).toMatch(/^token-exchange-off:/)
  })
})
