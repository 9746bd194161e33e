import newman from 'newman'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collection } from '../../../../walkthroughs/postman/collection.ts'
import { environment } from '../../../../walkthroughs/postman/environments.ts'
import { addHandler, believing } from '../flows/test-handlers.ts'
import { addProvider } from '../flows/test-provider.ts'
import { addIdentityProvider } from '../flows/test-saml.ts'
import { callbackUrl, consumerSecret, password, type TestServer } from '../flows/test-server.ts'
import { anAssetApp } from '../flows/test-things.ts'
import { codeFor, tokensFor } from '../flows/test-tokens.ts'
import { startHttpServer } from './http-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startHttpServer({ handlers: { code: { Believing: believing } } })
})

afterAll(() => server.close())

it('Postman exchanges a token, and gets an asset token, where the environment has what it takes', async () => {
  const user = await server.addUser('ada@target.example')
  const app = await server.addApp(
    'Exchanger',
    { isTokenExchangeEnabled: true },
    { isTokenExchangeFlowEnabled: true, isAdminApproved: true, profileIds: [user.profileId] },
  )
  await addHandler(server, app, user)
  const { access_token: assetAccessToken } = await tokensFor(server, user, await anAssetApp(server, 'Things'))
  const values = {
    loginUrl: server.base,
    exchangeConsumerKey: app.consumerKey,
    exchangeConsumerSecret: consumerSecret,
    subjectToken: `user:${user.username}`,
    subjectTokenType: 'jwt',
    assetAccessToken,
  }
  const { run } = await ranFolder(values)
  expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
  expect(run.stats.requests.total).toBe(2)
  expect(run.stats.assertions.total).toBe(3)
})

it('Postman skips both without', async () => {
  const { run } = await ranFolder({ loginUrl: server.base })
  expect(run.failures).toEqual([])
  expect(run.stats.requests.total).toBe(0)
})

it('Postman signs in by password, and without a page, where org and app allow it', async () => {
  await server.addUser('grace@target.example')
  const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
  const flows = { blockOAuthUnPwFlow: false, blockOAuthUsrAgtFlow: false, oAuthCdCrdtFlowEnable: true }
  const settings = { ...server.org.settings, ...flows, trustedIpRanges }
  await server.stores.orgs.update({ ...server.org, settings })
  const may = { isUsernamePasswordEnabled: true, isUserAgentEnabled: true, isCodeCredentialEnabled: true }
  const { consumerKey } = await server.addApp('Old', may)
  const values = {
    loginUrl: server.base,
    callbackUrl,
    username: 'grace@target.example',
    password,
    passwordConsumerKey: consumerKey,
    passwordConsumerSecret: consumerSecret,
    agentConsumerKey: consumerKey,
    headlessConsumerKey: consumerKey,
    headlessConsumerSecret: consumerSecret,
  }
  const { run } = await ranFolder(values, fading)
  expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
  expect([run.stats.requests.total, run.stats.assertions.total]).toEqual([4, 5])
  expect((await ranFolder({ loginUrl: server.base }, fading)).run.stats.requests.total).toBe(0)
})

it('Postman gets sessions for web views, renews them, and opens a page by a URL that is good once', async () => {
  const folder = 'Web views: hybrid flows and one-time URLs'
  const user = await server.addUser('mobile@target.example')
  const app = await server.addApp('Mobile', { scopes: ['api', 'web', 'lightning', 'refresh_token'] })
  const values = {
    loginUrl: server.base,
    callbackUrl,
    hybridConsumerKey: app.consumerKey,
    hybridConsumerSecret: consumerSecret,
    hybridCode: await codeFor(server, user, app),
  }
  const { run } = await ranFolder(values, folder)
  expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
  expect([run.stats.requests.total, run.stats.assertions.total]).toEqual([5, 9])
  expect((await ranFolder({ loginUrl: server.base }, folder)).run.stats.requests.total).toBe(0)
})

it('Postman gets a token of an app’s own, by its secret or its key, at the org’s own address alone', async () => {
  const user = await server.addUser('robot@target.example')
  const settings = { isClientCredentialEnabled: true }
  const { consumerKey } = await server.addApp('Robot', settings, { clientCredentialUserId: user.id })
  const values = {
    loginUrl: server.base,
    myDomainUrl: `http://127.0.0.1:${server.org.port}`,
    clientConsumerKey: consumerKey,
    clientConsumerSecret: consumerSecret,
    clientPrivateKey: pemOf(server),
  }
  const { run } = await ranFolder(values, 'Client credentials flow')
  expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
  expect([run.stats.requests.total, run.stats.assertions.total]).toEqual([3, 6])
  const { clientPrivateKey: _, ...bySecret } = values
  expect((await ranFolder(bySecret, 'Client credentials flow')).run.stats.requests.total).toBe(2)
})

it('Postman signs in by an assertion of an identity provider, and is shown where a browser would be sent', async () => {
  const user = await server.addUser('employee@target.example')
  await addIdentityProvider(server)
  await addProvider(server, 'Acme_ID', 'http://127.0.0.1:9')
  const orgBase = `http://127.0.0.1:${server.org.port}`
  const values = {
    loginUrl: server.base,
    samlTokenUrl: `${orgBase}/services/oauth2/token?so=${server.org.id}`,
    samlIssuer: 'https://idp.example',
    samlEntityId: 'https://target.example',
    samlSubject: user.username,
    samlPrivateKey: pemOf(server),
    signInUrl: `${orgBase}/services/auth/sso/Acme_ID`,
  }
  const { run } = await ranFolder(values, 'Single sign-on')
  expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
  expect([run.stats.requests.total, run.stats.assertions.total]).toEqual([2, 2])
  expect((await ranFolder({ loginUrl: server.base }, 'Single sign-on')).run.stats.requests.total).toBe(0)
})

it('Postman pushes requests and binds tokens where the server announces it, and leaves both out where not', async () => {
  const beyond = 'Beyond Salesforce: pushed requests and bound tokens'
  const strict = await startHttpServer({ posture: { pushedRequests: 'offered', acceptsDpop: true } })
  for (const [one, expected] of [
    [strict, [6, 6]],
    [server, [1, 1]],
  ] as const) {
    const user = await one.addUser('bound@target.example')
    const { consumerKey } = await one.addApp(
      'Bound',
      { scopes: ['api', 'refresh_token'] },
      { isAdminApproved: true, profileIds: [user.profileId] },
    )
    const values = {
      loginUrl: one.base,
      audience: one.base,
      callbackUrl,
      webConsumerKey: consumerKey,
      webConsumerSecret: consumerSecret,
      jwtConsumerKey: consumerKey,
      jwtUsername: user.username,
      privateKey: pemOf(one),
    }
    const { run } = await ranFolder(values, beyond)
    expect(run.failures.map(({ error, source }) => `${source?.name}: ${error.message}`)).toEqual([])
    expect([run.stats.requests.total, run.stats.assertions.total]).toEqual(expected)
  }
  await strict.close()
})

function pemOf({ signer }: TestServer): string {
  return signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const fading = 'Flows without a code, or without a page'

function ranFolder(
  values: Parameters<typeof environment>[1],
  folder = 'Token exchange and asset tokens',
): Promise<newman.NewmanRunSummary> {
  const options = {
    collection: JSON.parse(JSON.stringify(collection())),
    environment: environment('Test', values),
    folder,
  }
  return new Promise((resolve, reject) => {
    newman.run(options, (error, summary) => (error === null ? resolve(summary) : reject(error)))
  })
}
