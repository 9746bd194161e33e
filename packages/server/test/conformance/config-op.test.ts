import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../flows/test-server.ts'
import { type RelyingParty, relyingParty } from './relying-party.ts'

describe('oidcc-config-certification-test-plan', () => {
  let party: RelyingParty

  beforeAll(async () => {
    party = await relyingParty()
  })

  afterAll(() => party.close())

  it('oidcc-discovery-endpoint-verification', async () => {
    const answer = await answerOf(await party.server.request('/.well-known/openid-configuration'))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json;charset=UTF-8'])
    const { body } = answer
    expect(body.issuer).toBe(party.issuer)
    for (const [name, value] of Object.entries(body)) {
      if (!/_(endpoint|uri)$/.test(name)) continue
      expect(new URL(String(value)).protocol, name).toBe('https:')
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) {
      expect(body[name], name).toEqual(expect.any(String))
    }
    expect(body).toMatchObject({
      response_types_supported: expect.arrayContaining(['code']),
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
      scopes_supported: expect.arrayContaining(['openid']),
      claims_supported: expect.arrayContaining(['sub', 'name', 'email']),
      grant_types_supported: expect.arrayContaining(['authorization_code']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['client_secret_basic', 'client_secret_post']),
      request_uri_parameter_supported: false,
    })
    const { body: jwks } = await answerOf(await party.server.request(new URL(body.jwks_uri).pathname))
    for (const key of jwks.keys) {
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String) })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
    }
  })
})
