import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const username = 'robot@target.example'

/** An app that may use the flow, for a user of its org. */
async function anApp(
  details: Parameters<TestServer['addApp']>[1] = {},
  policies: Parameters<TestServer['addApp']>[2] = {},
) {
  const user = await server.addUser(username)
  return server.addApp(
    'Robot',
    { isClientCredentialEnabled: true, ...details },
    { clientCredentialUserId: user.id, ...policies },
  )
}

function ask(form: Record<string, string> = {}, headers: Record<string, string> = {}, base = targetBase) {
  const parameters = {
    grant_type: 'client_credentials',
    client_id: '3MVG9Robot',
    client_secret: consumerSecret,
    ...form,
  }
  return server.post(`${base}/services/oauth2/token`, parameters, headers)
}

describe('the client credentials flow', () => {
  it('gives a token of the Run As user, with every scope of the app but refresh_token, and never a refresh token', async () => {
    await anApp()
    const { status, body } = await ask()
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^00D/),
      signature: expect.stringMatching(/./),
      scope: 'api openid id',
      instance_url: targetBase,
      id: expect.stringContaining('/id/00D'),
      token_type: 'Bearer',
      issued_at: expect.stringMatching(/^\d+$/),
    })
    const me = await server.request(`${targetBase}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(await me.json()).toMatchObject({ preferred_username: username })
    const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(login).toMatchObject({ loginSubType: 'OauthClientCredentials', status: 'Success' })
  })

  it('takes key and secret as a Basic header, too, and a signed assertion in their place', async () => {
    await anApp()
    const basic = Buffer.from(`3MVG9Robot:${consumerSecret}`).toString('base64')
    const grant = { grant_type: 'client_credentials' }
    const byHeader = await server.post(`${targetBase}/services/oauth2/token`, grant, {
      authorization: `Basic ${basic}`,
    })
    const client_assertion = server.assertion({ iss: '3MVG9Robot', sub: '3MVG9Robot', aud: targetBase })
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const byAssertion = await server.post(`${targetBase}/services/oauth2/token`, {
      ...grant,
      client_assertion,
      client_assertion_type,
    })
    expect([byHeader.status, byAssertion.status]).toEqual([200, 200])
  })

  it('is at home at the server’s address when the org has none of its own', async () => {
    await anApp()
    await server.stores.orgs.update({ ...server.org, myDomain: undefined, port: undefined })
    expect((await ask({}, {}, server.base)).status).toBe(200)
  })

  it.each([
    [
      'at the login host',
      {},
      {},
      {},
      { base: 'login' },
      'invalid_grant',
      'request not supported on this domain',
      'domain-not-own',
    ],
    [
      'for an app without the setting',
      { isClientCredentialEnabled: false },
      {},
      {},
      {},
      'invalid_grant',
      'client credentials flow not enabled',
      'client-credentials-off',
    ],
    [
      'without a Run As user',
      {},
      { clientCredentialUserId: undefined },
      {},
      {},
      'invalid_grant',
      'no client credentials user enabled',
      'run-as-missing',
    ],
    [
      'for an app without a scope',
      { scopes: ['refresh_token'] },
      {},
      {},
      {},
      'invalid_grant',
      'no valid scopes',
      'scopes-missing',
    ],
    [
      'for a user whom no admin approved',
      {},
      { isAdminApproved: true },
      {},
      {},
      'invalid_app_access',
      'user is not admin approved to access this app',
      'not-admin-approved',
    ],
    [
      'for a blocked app',
      {},
      { isBlocked: true },
      {},
      {},
      'app_blocked',
      'this app is blocked by admin',
      'app-blocked',
    ],
    [
      'with another secret',
      {},
      {},
      { client_secret: 'wrong' },
      {},
      'invalid_client',
      'invalid client credentials',
      'client-secret-wrong',
    ],
    [
      'with another key',
      {},
      {},
      { client_id: '3MVG9Nobody' },
      {},
      'invalid_client_id',
      'client identifier invalid',
      'client-unknown',
    ],
  ] as const)(
    'is refused %s',
    async (_, details, policies, form, { base = 'own' }: { base?: string }, error, description, reason) => {
      await anApp({ ...details, ...('scopes' in details ? { scopes: [...details.scopes] } : {}) }, policies)
      const answer = await ask(form, {}, base === 'own' ? targetBase : server.base)
      expect([answer.status, answer.body]).toEqual([400, { error, error_description: description }])
      expect(answer.headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}\\b`))
      expect(await server.journalOf(answer)).toMatchObject({ flow: 'client_credentials', refusal: { reason } })
    },
  )

  it('is refused without a secret, even for a public app', async () => {
    await anApp({ isConsumerSecretOptional: true, isSecretRequiredForRefreshToken: false })
    const answer = await server.post(`${targetBase}/services/oauth2/token`, {
      grant_type: 'client_credentials',
      client_id: '3MVG9Robot',
    })
    expect(answer.body).toMatchObject({ error: 'invalid_client' })
    expect(answer.headers.get('x-sallyport-cause')).toMatch(/^client-secret-missing/)
  })

  it('is refused for a user who is inactive, frozen, may not call the API, or is of another org', async () => {
    const app = await anApp()
    const user = await server.stores.users.findByUsername(username)
    if (user === undefined) throw new Error('The user is gone.')
    await server.stores.users.update(user.id, { ...user, isActive: false })
    expect((await ask()).body).toMatchObject({ error: 'inactive_user' })
    const minimum = await server.profile('Minimum Access')
    await server.stores.users.update(user.id, { ...user, profileId: minimum.id })
    expect((await ask()).headers.get('x-sallyport-cause')).toMatch(/^api-not-enabled/)
    const stranger = await server.addUser('eve@other.example', { orgId: server.otherOrg.id })
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies === undefined) throw new Error('The policies are gone.')
    await server.stores.apps.setPolicies({ ...policies, clientCredentialUserId: stranger.id })
    expect((await ask()).headers.get('x-sallyport-cause')).toMatch(/^user-of-another-org/)
  })

  it('ends with the app: blocking it ends the tokens it got', async () => {
    const app = await anApp()
    const { body } = await ask()
    await server.stores.apps.endAll(app.id, server.org.id, true)
    const answer = await server.request(`${targetBase}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect(answer.status).toBe(403)
  })
})
