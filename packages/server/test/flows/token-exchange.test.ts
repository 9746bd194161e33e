import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { Oauth2TokenExchangeHandler } from '../../src/token-exchange/handler.ts'
import type { User } from '../../src/users/user.ts'
import { userSearch } from '../../src/users/user-search.ts'
import { addHandler, believing } from './test-handlers.ts'
import { type Answer, consumerSecret, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { isAlive, refresh, tokensFor } from './test-tokens.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const typeOf = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const username = 'ada@target.example'

let junk: () => unknown = () => ({})
const code: Record<string, Oauth2TokenExchangeHandler> = {
  Believing: believing,
  Naming: { validateIncomingToken: () => ({ isValid: true }), getUserForTokenSubject: () => named },
  Junk: {
    ...believing,
    // @ts-expect-error: modules are not always written in TypeScript
    validateIncomingToken: () => junk(),
  },
}
let named: Awaited<ReturnType<Oauth2TokenExchangeHandler['getUserForTokenSubject']>>

let server: TestServer
let user: User
let app: ConnectedApp
let admin: User

beforeEach(async () => {
  server = await startTestServer({ handlers: { code, patience: 200 } })
  user = await server.addUser(username)
  const administrators = await server.profile('System Administrator')
  admin = await server.addUser('admin@target.example', { profileId: administrators.id })
  const profiles = [user.profileId]
  app = await server.addApp(
    'Exchanger',
    { isTokenExchangeEnabled: true },
    { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: profiles },
  )
})
afterEach(() => server.close())

function ask(form: Record<string, string | undefined> = {}, base = targetBase, of = app): Promise<Answer> {
  const parameters = {
    grant_type: grantType,
    client_id: of.consumerKey,
    client_secret: consumerSecret,
    subject_token: `user:${username}`,
    subject_token_type: typeOf('jwt'),
    ...form,
  }
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return server.post(`${base}/services/oauth2/token`, Object.fromEntries(given))
}

/** Sets the org's policies for the app. */
async function setPolicies(changed: Parameters<TestServer['addApp']>[2]): Promise<void> {
  const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
  if (policies === undefined) throw new Error('The policies are gone.')
  await server.stores.apps.setPolicies({ ...policies, ...changed })
}

function expectRefusal(answer: Answer, error: string, error_description: string, reason: string): void {
  expect([answer.status, answer.body]).toEqual([400, { error, error_description }])
  expect(answer.headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}:`))
}

describe('the token exchange flow', () => {
  it('gives a token of the user whom the handler names, and says what it is', async () => {
    await addHandler(server, app, admin)
    const { status, body } = await ask()
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^00D/),
        issued_token_type: typeOf('access_token'),
        signature: expect.stringMatching(/./),
        scope: 'api openid id',
        instance_url: targetBase,
        id: expect.stringContaining(`/${user.id}`),
        token_type: 'Bearer',
        issued_at: expect.stringMatching(/^\d+$/),
      },
    ])
    expect(await isAlive(server, body.access_token)).toBe(true)
    const [login] = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(login).toMatchObject({ loginSubType: 'OauthTokenExchange', status: 'Success', userId: user.id })
  })

  it('works at the login host, in the org of the app, and with each kind of token', async () => {
    await addHandler(server, app, admin)
    for (const type of ['access_token', 'refresh_token', 'id_token', 'saml2', 'jwt', 'JWT']) {
      expect((await ask({ subject_token_type: typeOf(type) }, server.base)).status).toBe(200)
    }
  })

  it('gives a refresh token to who asks for it by name, and not otherwise', async () => {
    await addHandler(server, app, admin)
    const { body } = await ask({ scope: 'api refresh_token' })
    expect(body.scope).toBe('api refresh_token id')
    const refreshed = await refresh(server, app, body.refresh_token)
    expect(refreshed.status).toBe(200)
    expect((await ask()).body.refresh_token).toBeUndefined()
    await setPolicies({ profileIds: [] })
    expect((await refresh(server, app, body.refresh_token)).body.error).toBe('invalid_app_access')
  })

  it('answers a hybrid app with sessions for its web views, which end with the token', async () => {
    const hybridApp = await server.addApp(
      'Hybrid',
      { isTokenExchangeEnabled: true, scopes: ['api', 'web', 'lightning', 'refresh_token'] },
      { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [user.profileId] },
    )
    await addHandler(server, hybridApp, admin)
    const hybrid = { grant_type: 'urn:ietf:params:oauth:grant-type:hybrid-token-exchange' }
    const { status, body } = await ask(hybrid, targetBase, hybridApp)
    expect([status, body]).toMatchObject([
      200,
      {
        access_token: expect.stringMatching(/^00D/),
        issued_token_type: typeOf('access_token'),
        scope: 'api web lightning id',
        lightning_domain: 'localhost:8789',
        lightning_sid: expect.stringMatching(/^S/),
        parent_sid: expect.stringMatching(/^S/),
        sidCookieName: 'sid-8789',
      },
    ])
    const page = async () =>
      (await server.request(`${targetBase}/`, { headers: { cookie: `sid-8789=${body.lightning_sid}` } })).text()
    expect(await page()).toContain(username)
    await server.post('/services/oauth2/revoke', { token: body.access_token })
    expect(await page()).not.toContain(username)
    const refused = await ask({ ...hybrid, subject_token: 'other' }, targetBase, hybridApp)
    expectRefusal(refused, 'invalid_grant', "This is no 'user' token.", 'token-refused')
    const logins = await server.stores.loginHistory.list(server.org.id, {}, { limit: 1 })
    expect(logins).toMatchObject([{ loginSubType: 'OauthHybridTokenExchange', status: 'Success', userId: user.id }])
    expect((await ask({}, targetBase, hybridApp)).body).not.toHaveProperty('lightning_sid')
  })

  it('never takes the hybrid grant for the asset token flow', async () => {
    await addHandler(server, app, admin)
    const { access_token } = await tokensFor(server, user, app, { scope: 'api refresh_token' })
    const answer = await ask({
      grant_type: 'urn:ietf:params:oauth:grant-type:hybrid-token-exchange',
      subject_token: access_token,
      subject_token_type: typeOf('access_token'),
    })
    expectRefusal(answer, 'invalid_grant', "This is no 'user' token.", 'token-refused')
  })

  it('takes the handler that is named, and needs no secret where the app needs none', async () => {
    const publicApp = await server.addApp(
      'Public',
      { isTokenExchangeEnabled: true, isSecretRequiredForTokenExchange: false },
      { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [user.profileId] },
    )
    const enablements = [{ appId: publicApp.id, executionUserId: admin.id, isDefault: false }]
    await addHandler(server, publicApp, admin, { enablements })
    const answer = await ask({ client_secret: undefined, token_handler: 'Believing' }, targetBase, publicApp)
    expect(answer.status).toBe(200)
    expect((await ask({ client_secret: 'wrong', token_handler: 'Believing' }, targetBase, publicApp)).body.error).toBe(
      'invalid_client',
    )
    expectRefusal(
      await ask({ client_secret: undefined }),
      'invalid_client',
      'invalid client credentials',
      'client-secret-missing',
    )
  })

  it('gives no more than the user has approved before, of what the app still has', async () => {
    await addHandler(server, app, admin)
    await setPolicies({ isAdminApproved: false })
    expectRefusal(await ask(), 'invalid_grant', "user hasn't approved this consumer", 'not-approved')
    await tokensFor(server, user, app, { scope: 'api refresh_token' })
    expect((await ask()).body.scope).toBe('api id')
    const wider = await ask({ scope: 'api openid' })
    const words = 'requested scope is invalid, unknown, or malformed'
    expectRefusal(wider, 'invalid_scope', words, 'scope-not-allowed')
    expect((await server.journalOf(wider)).refusal?.facts).toMatchObject({ by: 'approval', found: ['openid'] })
    expectRefusal(await ask({ scope: 'full' }), 'invalid_scope', words, 'scope-not-allowed')
    expectRefusal(await ask({ scope: 'nonsense' }), 'invalid_scope', words, 'scope-not-allowed')
    await server.stores.apps.update({ ...app, scopes: ['openid', 'refresh_token'] })
    expect((await ask()).body.scope).toBe('id')
    expectRefusal(await ask({ scope: 'api' }), 'invalid_scope', words, 'scope-not-allowed')
  })

  it.each([
    [
      'when the app has the flow off',
      { app: { isTokenExchangeEnabled: false } },
      {},
      'oauth_flow_disabled',
      'token exchange flow not enabled',
      'token-exchange-off',
    ],
    [
      'when the org has not allowed it',
      { policies: { isTokenExchangeFlowEnabled: false } },
      {},
      'oauth_flow_disabled',
      'token exchange flow not enabled',
      'token-exchange-off',
    ],
    [
      'when the app is blocked',
      { policies: { isBlocked: true } },
      {},
      'app_blocked',
      'this app is blocked by admin',
      'app-blocked',
    ],
    [
      'without a token',
      {},
      { subject_token: undefined },
      'invalid_request',
      'subject_token not provided',
      'subject-token-missing',
    ],
    [
      'without its type',
      {},
      { subject_token_type: undefined },
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with a type of nobody',
      {},
      { subject_token_type: typeOf('saml1') },
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with a token that is too long',
      {},
      { subject_token: `user:${'a'.repeat(40_000)}` },
      'invalid_request',
      'malformed parameter',
      'parameter-malformed',
    ],
    [
      'when another kind of token is wanted',
      {},
      { requested_token_type: typeOf('saml2') },
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      'with an actor',
      {},
      { actor_token: 'x', actor_token_type: typeOf('jwt') },
      'invalid_request',
      'actor_token not supported',
      'actor-token-unexpected',
    ],
    [
      'for another service',
      {},
      { audience: 'https://elsewhere.example' },
      'invalid_target',
      'the requested audience or resource is not here',
      'target-unknown',
    ],
    [
      'with a handler of nobody',
      {},
      { token_handler: '../../etc/passwd' },
      'invalid_request',
      'token handler not found',
      'token-handler-missing',
    ],
    [
      'when the handler is off',
      { handler: { isEnabled: false } },
      {},
      'invalid_request',
      'token handler not found',
      'token-handler-missing',
    ],
    [
      'without a default handler',
      { handler: { enablements: [] } },
      {},
      'invalid_request',
      'token handler not found',
      'token-handler-missing',
    ],
    [
      'when the handler is not for the app',
      { handler: { enablements: [] } },
      { token_handler: 'Believing' },
      'invalid_request',
      'token handler not found',
      'token-handler-missing',
    ],
    [
      'with a type that the handler does not take',
      { handler: { tokenTypes: ['ID_TOKEN'] as const } },
      {},
      'invalid_request',
      'token type not supported',
      'token-type-unknown',
    ],
    [
      "when the handler's code is not there",
      { handler: { tokenHandlerApex: 'Gone' } },
      {},
      'invalid_grant',
      'Token handler validation failed',
      'token-handler-broken',
    ],
    [
      'when the handler says no, in its words',
      {},
      { subject_token: 'other' },
      'invalid_grant',
      "This is no 'user' token.",
      'token-refused',
    ],
    [
      'for a user whom nobody knows',
      {},
      { subject_token: 'user:eve@target.example' },
      'invalid_grant',
      "user hasn't approved this consumer",
      'exchange-user-unknown',
    ],
    [
      'for a user of another org',
      {},
      { subject_token: 'user:eve@other.example' },
      'invalid_grant',
      "user hasn't approved this consumer",
      'user-of-another-org',
    ],
    [
      'for a user who is not active',
      {},
      { subject_token: 'user:gone@target.example' },
      'inactive_user',
      'user is inactive',
      'user-inactive',
    ],
    [
      'for a user who is frozen',
      {},
      { subject_token: 'user:frozen@target.example' },
      'inactive_user',
      'user is inactive',
      'user-frozen',
    ],
    [
      'for a user whom no admin approved',
      { policies: { profileIds: [] } },
      {},
      'invalid_app_access',
      'user is not admin approved to access this app',
      'not-admin-approved',
    ],
    [
      'when a strong session is needed',
      { policies: { requiresHighAssurance: true } },
      {},
      'invalid_session_level',
      'a high assurance session is required',
      'high-assurance-required',
    ],
  ] as const)('is refused %s', async (_, given, form, error, description, reason) => {
    await server.addUser('eve@other.example', { orgId: server.otherOrg.id })
    await server.addUser('gone@target.example', { isActive: false })
    await server.addUser('frozen@target.example', { isFrozen: true })
    if ('app' in given) await server.stores.apps.update({ ...app, ...given.app })
    if ('policies' in given) {
      await setPolicies({ ...given.policies, ...('profileIds' in given.policies ? { profileIds: [] } : {}) })
    }
    const details = 'handler' in given ? given.handler : {}
    await addHandler(server, app, admin, {
      ...details,
      ...('tokenTypes' in details ? { tokenTypes: ['ID_TOKEN'] } : {}),
      ...('enablements' in details ? { enablements: [] } : {}),
    })
    const answer = await ask(form)
    expectRefusal(answer, error, description, reason)
    expect(await server.journalOf(answer)).toMatchObject({ flow: grantType, refusal: { reason } })
  })

  it('is refused for an app that is not installed at the address that was asked', async () => {
    await addHandler(server, app, admin)
    const answer = await ask({}, 'http://localhost:8788')
    expectRefusal(answer, 'oauth_flow_disabled', 'token exchange flow not enabled', 'token-exchange-off')
  })

  it('is refused for a user who may not call the API, or comes from elsewhere', async () => {
    await addHandler(server, app, admin)
    const minimum = await server.profile('Minimum Access')
    await setPolicies({ profileIds: [minimum.id] })
    await server.stores.users.update(user.id, { ...user, profileId: minimum.id })
    expectRefusal(await ask(), 'invalid_grant', 'authentication failure', 'api-not-enabled')
    const fenced = await server.addProfile({ name: 'Fenced', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    await setPolicies({ profileIds: [fenced.id] })
    await server.stores.users.update(user.id, { ...user, profileId: fenced.id })
    expectRefusal(await ask(), 'invalid_grant', 'ip restricted', 'ip-restricted')
  })

  it('serves a token that may be exchanged once to one of fifty', async () => {
    await addHandler(server, app, admin)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask({ subject_token: `user:${username}#jti-1` })),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const answer of answers.filter((one) => !won.includes(one))) {
      expectRefusal(answer, 'invalid_grant', 'the token was used before', 'subject-token-replayed')
    }
    expect((await ask({ subject_token: `user:${username}#jti-2` })).status).toBe(200)
  })
})

describe('a token exchange handler that misbehaves', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('secret-token-0123456789-0123456789 is bad')
      },
      /^validateIncomingToken threw: Error: … is bad$/,
    ],
    ['rejects with nothing', () => Promise.reject(undefined), /^validateIncomingToken threw: undefined$/],
    ['never answers', () => new Promise(() => undefined), /^validateIncomingToken did not answer within 0.2 seconds$/],
    ['answers nothing', () => undefined, /^validateIncomingToken answered something else/],
    ['answers text', () => 'yes', /^validateIncomingToken answered something else/],
    ['answers something like a yes', () => ({ isValid: 'true' }), /, at isValid$/],
    [
      'answers a circle',
      () => {
        const one: Record<string, unknown> = {}
        one['self'] = one
        return one
      },
      /^validateIncomingToken threw: TypeError/,
    ],
    [
      'answers a getter that throws',
      () => ({
        get isValid() {
          throw new Error('no')
        },
      }),
      /^validateIncomingToken threw: Error: no$/,
    ],
    [
      'answers too much',
      () => ({ isValid: true, data: 'x'.repeat(100_000) }),
      /^validateIncomingToken answered too much$/,
    ],
    ['answers a number too big', () => ({ isValid: true, data: 1n }), /^validateIncomingToken threw: TypeError/],
  ])('refuses the request when it %s, and tells the caller nothing of it', async (_, act, problem) => {
    junk = act
    await addHandler(server, app, admin, { tokenHandlerApex: 'Junk' })
    const answer = await ask({ subject_token: 'secret-token-0123456789-0123456789' })
    expect(answer.body).toEqual({ error: 'invalid_grant', error_description: 'Token handler validation failed' })
    const entry = await server.journalOf(answer)
    expect(entry.refusal).toMatchObject({
      reason: 'token-handler-broken',
      facts: { problem: expect.stringMatching(problem) },
    })
    expect(JSON.stringify(entry)).not.toContain('secret-token')
  })

  it.each<[string, unknown]>([
    ['a number', 7],
    ['no name', { LastName: 'Nobody' }],
    ['an id that is too long', { Id: '0'.repeat(4000) }],
    ['a list', [{ Username: username }]],
  ])('refuses the request when it names %s', async (_, answer) => {
    junk = () => ({ isValid: true })
    // @ts-expect-error: modules are not always written in TypeScript
    named = answer
    await addHandler(server, app, admin, { tokenHandlerApex: 'Naming' })
    expectRefusal(await ask(), 'invalid_grant', 'Token handler validation failed', 'token-handler-broken')
  })

  it('refuses the request when its execution user has gone', async () => {
    await addHandler(server, app, admin)
    await server.stores.users.update(admin.id, { ...admin, isActive: false })
    expectRefusal(await ask(), 'invalid_grant', 'Token handler validation failed', 'token-handler-broken')
  })
})

describe('a token exchange handler that makes users', () => {
  const grace = {
    Username: 'grace@target.example',
    Email: 'grace@corp.example',
    FirstName: 'Grace',
    LastName: 'Hopper',
    Profile: 'Standard User',
    FederationIdentifier: 'E-7',
  }
  const makes = { tokenHandlerApex: 'Naming', isUserCreationAllowed: true }

  it('makes them once, in the name of its execution user', async () => {
    named = grace
    await addHandler(server, app, admin, makes)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const made = await server.stores.users.findByUsername('grace@target.example')
    expect(made).toMatchObject({ email: 'grace@corp.example', federationId: 'E-7', passwordHash: undefined })
    expect(made?.orgId).toBe(server.org.id)
    const trail = await server.stores.auditTrail.list(server.org.id, { limit: 50 })
    expect(trail.filter(({ display }) => display.includes('grace@target.example'))).toMatchObject([
      { createdById: admin.id },
    ])
  })

  it.each([
    ['when it may not', grace, { isUserCreationAllowed: false }, {}, 'exchange-user-unknown'],
    ['who are known by an id alone', { Id: '005000000000001AAA' }, {}, {}, 'exchange-user-unknown'],
    ['without a name', { ...grace, LastName: '' }, {}, {}, 'user-not-made'],
    ['of a profile that no admin approved', { ...grace, Profile: 'Minimum Access' }, {}, {}, 'not-admin-approved'],
    ['who would have had to approve the app before', grace, {}, { isAdminApproved: false }, 'not-approved'],
  ] as const)('makes nobody %s', async (_, answer, details, policies, reason) => {
    named = answer
    await addHandler(server, app, admin, { ...makes, ...details })
    await setPolicies(policies)
    expect((await ask()).headers.get('x-sallyport-cause')).toMatch(new RegExp(`^${reason}:`))
    expect(await server.stores.users.findByUsername('grace@target.example')).toBeUndefined()
  })

  it('makes nobody in the name of somebody who may not make users', async () => {
    named = grace
    await addHandler(server, app, user, makes)
    expectRefusal(await ask(), 'invalid_grant', 'Token handler validation failed', 'user-not-made')
  })
})

describe('the search of handlers', () => {
  it('finds users by what the issuer calls them, if all else fits, and nobody of another org', async () => {
    const find = userSearch(server.stores, server.org)
    const ada = await server.addUser('countess@target.example', { email: 'ada@corp.example', federationId: 'E-1' })
    expect(await find({ FederationIdentifier: 'E-1' })).toMatchObject([{ Id: ada.id, FederationIdentifier: 'E-1' }])
    expect(await find({ FederationIdentifier: 'E-1', Email: 'ADA@corp.example' })).toHaveLength(1)
    expect(await find({ Username: ada.username, FederationIdentifier: 'E-1' })).toHaveLength(1)
    expect(await find({ FederationIdentifier: 'e-1' })).toEqual([])
    expect(await find({ FederationIdentifier: 'E-1', Email: 'grace@corp.example' })).toEqual([])
    expect(await find({ Username: ada.username, FederationIdentifier: 'E-2' })).toEqual([])
    expect(await find({ FederationIdentifier: '' })).toEqual([])
    expect(await userSearch(server.stores, { id: '00D000000000099AAA' })({ Username: ada.username })).toEqual([])
  })
})
