import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { ConnectedAppPlugin } from '../../src/connected-apps/connected-app-plugin.ts'
import type { User } from '../../src/users/user.ts'
import { authorizeAs } from './test-browser.ts'
import { answerOf, startTestServer, type TestServer } from './test-server.ts'
import { claimsOf, refresh, refusalOf, tokensFor } from './test-tokens.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let asked: unknown[][]
let answers: { authorize: unknown; refresh: () => void; attributes: unknown }
const recording: ConnectedAppPlugin = {
  authorize: (...args) => {
    asked.push(['authorize', ...args.slice(0, 4)])
    // Modules are not always written in TypeScript.
    return answers.authorize as boolean
  },
  refresh: (...args) => {
    asked.push(['refresh', ...args.slice(0, 3)])
    answers.refresh()
  },
  customAttributes: (...args) => {
    asked.push(['customAttributes', ...args.slice(0, 4)])
    return answers.attributes as Readonly<Record<string, string>>
  },
}

let server: TestServer
let user: User
let admin: User
let app: ConnectedApp

beforeEach(async () => {
  asked = []
  answers = { authorize: true, refresh: () => undefined, attributes: { badge: 'gold' } }
  const code = {
    Recording: recording,
    Quiet: { refresh: undefined },
    Slow: { authorize: () => new Promise(() => undefined) },
  }
  server = await startTestServer({ handlers: { code, patience: 100 } })
  user = await server.addUser('ada@target.example')
  admin = await server.addUser('admin@target.example')
  app = await server.addApp(
    'Handled',
    { attributes: [{ key: 'mail', formula: '$User.Email' }] },
    { isAdminApproved: true, plugin: 'Recording', pluginExecutionUserId: admin.id },
  )
})
afterEach(() => server.close())

async function setPolicies(changed: NonNullable<Parameters<TestServer['addApp']>[2]>): Promise<void> {
  const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
  if (policies === undefined) throw new Error('The policies are gone.')
  await server.stores.apps.setPolicies({ ...policies, ...changed })
}

const tokenByJwt = () =>
  server.post('/services/oauth2/token', {
    grant_type: jwtBearer,
    assertion: server.assertion({ iss: app.consumerKey, sub: user.username }),
  })

async function userinfo(token: string) {
  return answerOf(await server.request('/services/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } }))
}

describe('a custom connected app handler', () => {
  it('lets somebody in whom no profile or permission set does, and is told with ids as Apex has them', async () => {
    expect((await tokenByJwt()).status).toBe(200)
    expect(asked).toEqual([['authorize', user.id.slice(0, 15), app.id.slice(0, 15), false, 'OAUTH2_JWT_BEARER_TOKEN']])
  })

  it('keeps somebody out who is assigned, from the next request on', async () => {
    await setPolicies({ profileIds: [user.profileId] })
    answers.authorize = false
    const answer = await tokenByJwt()
    expect(asked[0]?.slice(3)).toEqual([true, 'OAUTH2_JWT_BEARER_TOKEN'])
    expect(await refusalOf(server, answer)).toEqual({
      status: 400,
      error: 'invalid_app_access',
      error_description: 'user is not admin approved to access this app',
      reason: 'app-handler-refused',
    })
  })

  it('sends somebody at a browser back to the app', async () => {
    answers.authorize = false
    const back = await authorizeAs(server, user.username, app.consumerKey)
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'OAUTH_APP_ACCESS_DENIED' })
    expect(new Set(asked.map((args) => args[4]))).toEqual(new Set(['OAUTH2_WEB_SERVER']))
  })

  it('is not asked where users authorize the app themselves', async () => {
    await setPolicies({ isAdminApproved: false })
    answers.authorize = false
    expect((await tokensFor(server, user, app)).access_token).toBeDefined()
    expect(asked).toEqual([])
  })

  it('is not asked of an app that is blocked', async () => {
    await setPolicies({ isBlocked: true })
    expect((await refusalOf(server, await tokenByJwt())).reason).toBe('app-blocked')
    expect(asked).toEqual([])
  })

  it('is told of each refresh, and what it throws refuses it', async () => {
    const tokens = await tokensFor(server, user, app)
    asked = []
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    expect(asked).toEqual([
      ['authorize', user.id.slice(0, 15), app.id.slice(0, 15), false, 'REFRESH_TOKEN'],
      ['refresh', user.id.slice(0, 15), app.id.slice(0, 15), 'REFRESH_TOKEN'],
    ])
    answers.refresh = () => {
      throw new Error('Accept the new terms first')
    }
    const refused = await refresh(server, app, tokens.refresh_token)
    expect(await refusalOf(server, refused)).toMatchObject({ reason: 'app-handler-refused' })
    expect((await server.journalOf(refused)).refusal?.facts).toMatchObject({
      handler: 'Recording',
      problem: 'refresh threw: Error: Accept the new terms first',
    })
  })

  it('says what the app is told of the user, in place of the formulas', async () => {
    const details = { ...app.idTokenConfig, includesAttributes: true }
    await server.stores.apps.update({ ...app, idTokenConfig: details })
    const tokens = await tokensFor(server, user, app)
    expect(claimsOf(tokens.id_token).custom_attributes).toEqual({ badge: 'gold' })
    expect((await userinfo(tokens.access_token)).body.custom_attributes).toEqual({ badge: 'gold' })
    const contexts = asked.filter(([act]) => act === 'customAttributes').map((args) => args.slice(3))
    expect(contexts).toEqual([
      [{ mail: 'ada@target.example' }, 'OPENIDCONNECT'],
      [{ mail: 'ada@target.example' }, 'USERID_ENDPOINT'],
    ])
  })

  it('says it without a user to run as, too, and lets nobody in then', async () => {
    const tokens = await tokensFor(server, user, app)
    await setPolicies({ pluginExecutionUserId: undefined })
    expect((await userinfo(tokens.access_token)).body.custom_attributes).toEqual({ badge: 'gold' })
    const refused = await tokenByJwt()
    expect((await server.journalOf(refused)).refusal?.facts).toMatchObject({ problem: 'it has no execution user' })
  })

  it.each([['none'], [{ badge: 1 }], [undefined]] as const)(
    'tells the app no attributes when it answers something else: %j',
    async (junk) => {
      const tokens = await tokensFor(server, user, app)
      answers.attributes = junk
      const { status, body } = await userinfo(tokens.access_token)
      expect([status, body.custom_attributes]).toEqual([200, undefined])
      expect(server.takeErrors().map(String)).toEqual([
        'Error: The handler Recording said no custom attributes: customAttributes answered something else than it should',
      ])
    },
  )

  it('changes nothing by functions that it leaves out', async () => {
    await setPolicies({ plugin: 'Quiet' })
    expect((await refusalOf(server, await tokenByJwt())).reason).toBe('not-admin-approved')
    await setPolicies({ profileIds: [user.profileId] })
    const tokens = await tokensFor(server, user, app)
    expect((await refresh(server, app, tokens.refresh_token)).status).toBe(200)
    expect((await userinfo(tokens.access_token)).body.custom_attributes).toEqual({ mail: 'ada@target.example' })
  })

  it.each([
    ['is not there', { plugin: 'Gone' }, /Gone/],
    ['answers nothing in time', { plugin: 'Slow' }, /did not answer within 0.1 seconds/],
  ])('lets nobody in when it %s', async (_, changed, problem) => {
    await setPolicies({ profileIds: [user.profileId], ...changed })
    const refused = await tokenByJwt()
    expect((await refusalOf(server, refused)).reason).toBe('app-handler-refused')
    expect((await server.journalOf(refused)).refusal?.facts['problem']).toMatch(problem)
  })

  it.each([['yes'], [1], [undefined], [{}]])('lets nobody in when it answers %j', async (answer) => {
    await setPolicies({ profileIds: [user.profileId] })
    answers.authorize = answer
    expect((await refusalOf(server, await tokenByJwt())).reason).toBe('app-handler-refused')
  })

  it('lets nobody in once its execution user is no longer active', async () => {
    await server.stores.users.update(admin.id, { ...admin, isActive: false })
    const refused = await tokenByJwt()
    expect((await server.journalOf(refused)).refusal?.facts).toMatchObject({
      problem: 'its execution user admin@target.example is not active',
    })
  })
})
