import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { addHandler } from '../flows/test-handlers.ts'
import { consumerSecret, type TestServer } from '../flows/test-server.ts'
import { isAlive, tokensFor } from '../flows/test-tokens.ts'
import { startHttpServer } from './http-server.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const folder = new URL('../../../../examples/token-exchange/handlers', import.meta.url).pathname

// Two servers: one is the company's OpenID provider, the other takes its ID tokens, by the handler of examples/token-exchange.
describe('ID tokens of an OpenID provider', () => {
  let provider: TestServer
  let server: TestServer
  let client: ConnectedApp
  let app: ConnectedApp

  beforeAll(async () => {
    provider = await startHttpServer()
    client = await provider.addApp('Portal', {
      idTokenConfig: {
        validity: 120,
        audiences: [],
        includesStandardClaims: true,
        includesAttributes: false,
        includesCustomPermissions: false,
      },
    })
    process.env['DIRECTORY_ISSUER'] = provider.base
    process.env['DIRECTORY_AUDIENCE'] = client.consumerKey
    server = await startHttpServer({ handlers: { folder } })
    const administrators = await server.profile('System Administrator')
    const { id } = await server.profile('Standard User')
    app = await server.addApp(
      'Portal',
      { isTokenExchangeEnabled: true },
      { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [id] },
    )
    const admin = await server.addUser('admin@target.example', { profileId: administrators.id })
    await addHandler(server, app, admin, { tokenHandlerApex: 'CorporateDirectory', isUserCreationAllowed: true })
  })

  afterAll(async () => {
    delete process.env['DIRECTORY_ISSUER']
    delete process.env['DIRECTORY_AUDIENCE']
    await Promise.all([provider.close(), server.close()])
  })

  /** The ID token of somebody who has signed in to the provider. */
  async function idTokenOf(username: string): Promise<string> {
    const known = await provider.stores.users.findByUsername(username)
    const user = known ?? (await provider.addUser(username, { email: username }))
    return (await tokensFor(provider, user, client, { scope: 'openid' })).id_token
  }

  it('are exchanged by openid-client, for a user of the same e-mail address', async () => {
    const user = await server.addUser('grace@target.example', { email: 'grace@company.example' })
    const config = await openid.discovery(new URL(server.base), app.consumerKey, consumerSecret, undefined, {
      execute: [openid.allowInsecureRequests],
    })
    const tokens = await openid.genericGrantRequest(config, grantType, {
      subject_token: await idTokenOf('grace@company.example'),
      subject_token_type: idTokenType,
      scope: 'api',
    })
    expect(tokens).toMatchObject({
      scope: 'api id',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    })
    expect(String(tokens['id'])).toContain(user.id)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
  })

  it('are exchanged by oauth4webapi, and make a user of whoever is new', async () => {
    const issuer = new URL(server.base)
    const insecure = { [oauth.allowInsecureRequests]: true }
    const found = await oauth.discoveryRequest(issuer, insecure)
    const as = await oauth.processDiscoveryResponse(issuer, found)
    const who: oauth.Client = { client_id: app.consumerKey }
    const parameters = { subject_token: await idTokenOf('ada@company.example'), subject_token_type: idTokenType }
    const proof = oauth.ClientSecretPost(consumerSecret)
    const response = await oauth.genericTokenEndpointRequest(as, who, proof, grantType, parameters, insecure)
    const tokens = await oauth.processGenericTokenEndpointResponse(as, who, response)
    expect(await isAlive(server, tokens.access_token)).toBe(true)
    expect(await server.stores.users.findByUsername('ada@company.example.portal')).toMatchObject({
      email: 'ada@company.example',
      lastName: 'Lovelace',
    })
  })

  it('are refused when they were made for another app, in the words of the handler', async () => {
    const other = await provider.addApp('Other')
    const user = await provider.addUser('eve@company.example')
    const { id_token } = await tokensFor(provider, user, other, { scope: 'openid' })
    const { body } = await server.post('/services/oauth2/token', {
      grant_type: grantType,
      client_id: app.consumerKey,
      client_secret: consumerSecret,
      subject_token: id_token,
      subject_token_type: idTokenType,
    })
    expect(body).toEqual({
      error: 'invalid_grant',
      error_description: 'The ID token is not good: its claim aud is missing or not the expected one.',
    })
  })
})
