import jsforce from '@jsforce/jsforce-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { recordIds } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { storedRecord } from '../account.ts'
import { decideOn, signInOn, testBrowser } from '../flows/test-browser.ts'
import { callbackUrl, consumerSecret, password, type TestServer } from '../flows/test-server.ts'
import { startHttpServer } from './http-server.ts'

let server: TestServer
let user: User
let app: ConnectedApp

beforeAll(async () => {
  server = await startHttpServer()
  user = await server.addUser('ada@target.example')
  app = await server.addApp('Web_App', { scopes: ['api', 'web', 'refresh_token'] })
  const at = server.now()
  const id = recordIds(server.now)('Account')
  const whose = { orgId: server.org.id, ownerId: user.id, at }
  await server.stores.records.add(storedRecord(id, whose, { Name: 'Burlington Textiles' }))
})

afterAll(() => server.close())

const listViewsSchema = z.object({ listviews: z.array(z.object({ id: z.string(), developerName: z.string() })) })

function connectionTo(loginUrl = server.base) {
  return new jsforce.Connection({
    loginUrl,
    oauth2: {
      clientId: app.consumerKey,
      clientSecret: consumerSecret,
      redirectUri: callbackUrl,
      loginUrl,
      useVerifier: true,
    },
    version: '62.0',
  })
}

async function signedIn(connection = connectionTo(), scope = 'api refresh_token') {
  const url = connection.oauth2.getAuthorizationUrl({ scope, prompt: 'login consent' })
  const browser = testBrowser(server)
  const consent = await signInOn(browser, await browser.open(url), user.username)
  const { url: callback } = await decideOn(browser, consent, 'allow')
  const authorized = await connection.authorize(callback.searchParams.get('code') ?? '')
  return { connection, authorized }
}

const revoke = (token: string | null | undefined) => server.post('/services/oauth2/revoke', { token: token ?? '' })

describe('jsforce', () => {
  it('signs in with a verifier of 171 characters and a challenge without a method, and reads who it is', async () => {
    const { connection, authorized } = await signedIn()
    expect(connection.oauth2.codeVerifier).toHaveLength(171)
    expect(authorized).toMatchObject({ id: user.id, organizationId: server.org.id })
    expect(connection.instanceUrl).toBe(`http://127.0.0.1:${server.org.port}`)
    expect(await connection.identity()).toMatchObject({
      user_id: user.id,
      organization_id: server.org.id,
      username: user.username,
      display_name: 'Ada Lovelace',
      urls: { rest: `${connection.instanceUrl}/services/data/v{version}/` },
    })
  })

  it("signs in at the org's own address", async () => {
    const { authorized } = await signedIn(connectionTo(`http://127.0.0.1:${server.org.port}`))
    expect(authorized).toMatchObject({ id: user.id })
  })

  it('reads limits, and how much of them is used', async () => {
    const { connection } = await signedIn()
    expect((await connection.limits())['DailyApiRequests']).toMatchObject({ Max: 15000 })
    expect(connection.limitInfo.apiUsage?.limit).toBe(15000)
  })

  it('reads list views and the records in one', async () => {
    const { connection } = await signedIn()
    const accounts = connection.sobject('Account')
    const { listviews } = listViewsSchema.parse(await accounts.listviews())
    const all = listviews.find(({ developerName }) => developerName === 'AllAccounts')
    const results = await accounts.listview(all?.id ?? '').results()
    expect(results).toMatchObject({ size: 1 })
    expect(JSON.stringify(results)).toContain('Burlington Textiles')
  })

  it('creates many records at once, queries them page after page, and deletes them', async () => {
    const { connection } = await signedIn()
    const leads = Array.from({ length: 450 }, (_, number) => ({ LastName: `L${number}`, Company: 'jsforce' }))
    const made = await connection.sobject('Lead').create(leads, { allowRecursive: true, allOrNone: true })
    expect(made.every(({ success }) => success)).toBe(true)
    const query = connection.query("SELECT Id, LastName, Owner.Name FROM Lead WHERE Company = 'jsforce'", {
      autoFetch: true,
      maxFetch: 1000,
      headers: { 'Sforce-Query-Options': 'batchSize=200' },
    })
    const { records } = await query
    expect(new Set(records.map((record) => record['LastName'])).size).toBe(450)
    const gone = await connection.sobject('Lead').destroy(
      records.map(({ Id }) => Id ?? ''),
      { allowRecursive: true },
    )
    expect(gone.every(({ success }) => success)).toBe(true)
    expect((await connection.query("SELECT COUNT() FROM Lead WHERE Company = 'jsforce'")).totalSize).toBe(0)
  })

  it('describes, upserts, groups and tells what is wrong', async () => {
    const { connection } = await signedIn()
    const { sobjects } = await connection.describeGlobal()
    expect(sobjects.map(({ name }) => name)).toContain('Opportunity')
    const described = await connection.sobject('Contact').describe()
    expect(described.fields.find(({ name }) => name === 'AccountId')?.relationshipName).toBe('Account')
    const groups = await connection.query('SELECT Type, COUNT(Id) total FROM Account GROUP BY Type')
    expect(groups.records).toMatchObject([{ Type: null, total: expect.any(Number) }])
    await expect(connection.query('SELECT Nam FROM Account')).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: expect.stringContaining("No such column 'Nam' on entity 'Account'"),
    })
    await expect(connection.sobject('Account').create({})).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    })
  })

  it('refreshes once for all the calls that find the session dead, and repeats them', async () => {
    const { connection } = await signedIn()
    const before = connection.accessToken
    const refreshed: string[] = []
    connection.on('refresh', (token: string) => refreshed.push(token))
    await revoke(before)
    const answers = await Promise.all([
      connection.limits(),
      connection.sobject('Account').listviews(),
      connection.limits(),
    ])
    expect(answers).toHaveLength(3)
    expect(refreshed).toEqual([connection.accessToken])
    expect(connection.accessToken).not.toBe(before)
  })

  it('is told why there is nothing to refresh with any more', async () => {
    const { connection } = await signedIn()
    await revoke(connection.refreshToken)
    await expect(connection.limits()).rejects.toThrow('expired access/refresh token')
  })

  it('logs out: the access token alone, or the refresh token with all that came from it', async () => {
    const { connection: first } = await signedIn()
    const [accessToken, refreshToken] = [first.accessToken, first.refreshToken]
    await first.logout()
    const form = { grant_type: 'refresh_token', client_id: app.consumerKey, client_secret: consumerSecret }
    const again = await server.post('/services/oauth2/token', { ...form, refresh_token: refreshToken ?? '' })
    expect(again.status).toBe(200)

    const { connection: second } = await signedIn()
    const mine = { authorization: `Bearer ${second.accessToken}` }
    await second.logout(true)
    for (const authorization of [`Bearer ${accessToken}`, mine.authorization]) {
      const limits = await server.request('/services/data/v62.0/limits', { headers: { authorization } })
      expect([limits.status, await limits.json()]).toEqual([
        401,
        [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
      ])
    }
  })

  it('creates, reads, updates, upserts and deletes', async () => {
    const { connection } = await signedIn()
    const contacts = connection.sobject('Contact')
    const made = await contacts.create({ LastName: 'Jones', Birthdate: '1990-05-01' })
    expect(made).toMatchObject({ success: true, id: expect.stringMatching(/^003/) })
    const id = made.id ?? ''
    expect(await contacts.retrieve(id)).toMatchObject({ Id: id, LastName: 'Jones', Birthdate: '1990-05-01' })
    expect(await contacts.update({ Id: id, FirstName: 'Jo' })).toMatchObject({ id, success: true })
    expect(await contacts.upsert({ Id: id, FirstName: 'Joan' }, 'Id')).toMatchObject({ success: true })
    expect(await contacts.findOne({ Id: id }, ['Name', 'Owner.Username'])).toMatchObject({
      Name: 'Joan Jones',
      Owner: { Username: user.username },
    })
    const many = await contacts.retrieve([id])
    expect(many).toMatchObject([{ Id: id, FirstName: 'Joan' }])
    expect(await contacts.destroy(id)).toMatchObject({ id, success: true })
    await expect(contacts.retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' })
  })

  it('asks SOAP who it is and to be logged out, and signs in there once the org allows it', async () => {
    const { connection } = await signedIn()
    const { accessToken, instanceUrl } = connection
    if (typeof accessToken !== 'string') throw new Error('There is no access token.')
    const bySession = new jsforce.Connection({ instanceUrl, accessToken, version: '62.0' })
    expect(await bySession.soap.getUserInfo()).toMatchObject({
      userId: user.id,
      organizationId: server.org.id,
      userName: user.username,
    })
    await bySession.logoutBySoap()
    const after = new jsforce.Connection({ instanceUrl, accessToken, version: '62.0' })
    await expect(after.query('SELECT Id FROM Account')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' })
    const byPassword = new jsforce.Connection({ loginUrl: server.base })
    const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
    const settings = { ...server.org.settings, trustedIpRanges }
    await server.stores.orgs.update({ ...server.org, settings })
    await expect(byPassword.login(user.username, password)).rejects.toThrow(
      'SOAP API login() is disabled by default in this org.',
    )
    await server.stores.orgs.update({ ...server.org, settings: { ...settings, enableSoapLogin: true } })
    await expect(byPassword.login(user.username, 'wrong')).rejects.toThrow(
      'INVALID_LOGIN: Invalid username, password, security token; or user locked out.',
    )
    expect(await byPassword.login(user.username, password)).toMatchObject({
      id: user.id,
      organizationId: server.org.id,
    })
    expect((await byPassword.identity()).username).toBe(user.username)
    expect((await byPassword.query('SELECT Id FROM Account')).totalSize).toBeGreaterThanOrEqual(0)
    await byPassword.logout()
  })

  it('signs in by username and password as an app that may, where the org allows it', async () => {
    const old = await server.addApp('Old_App', { isUsernamePasswordEnabled: true })
    const trustedIpRanges = [{ start: '127.0.0.1', end: '127.0.0.1' }]
    const settings = { ...server.org.settings, trustedIpRanges, blockOAuthUnPwFlow: false }
    await server.stores.orgs.update({ ...server.org, settings })
    const oauth2 = { clientId: old.consumerKey, clientSecret: consumerSecret, loginUrl: server.base }
    const connection = new jsforce.Connection({ oauth2, version: '62.0' })
    await expect(connection.login(user.username, 'wrong')).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'authentication failure',
    })
    const authorized = await connection.login(user.username, password)
    expect(authorized).toMatchObject({ id: user.id, organizationId: server.org.id })
    expect((await connection.identity()).username).toBe(user.username)
    const answer = await new jsforce.OAuth2(oauth2).authenticate(user.username, password)
    expect(answer).toMatchObject({ instance_url: connection.instanceUrl, token_type: 'Bearer' })
    const unknown = new jsforce.Connection({ oauth2: { ...oauth2, clientId: app.consumerKey } })
    await expect(unknown.login(user.username, password)).rejects.toThrow('authentication failure')
  })

  it('gets the URL that `sf org open --url-only` prints, as the Salesforce CLI asks for it through jsforce', async () => {
    const { connection } = await signedIn(connectionTo(), 'refresh_token api web')
    const url = new URL('/services/oauth2/singleaccess', connection.instanceUrl)
    url.searchParams.append('redirect_uri', 'setup')
    const { frontdoor_uri } = await connection.requestGet<{ frontdoor_uri: string }>(url.toString())
    const page = await testBrowser(server).open(frontdoor_uri)
    expect([page.url.origin, page.url.pathname]).toEqual([connection.instanceUrl, '/setup'])
    await revoke(connection.accessToken)
    const renewed = await connection.requestGet<{ frontdoor_uri: string }>(url.toString())
    expect(renewed.frontdoor_uri).toMatch(/\?otp=/)
  })

  it('shows the words of a refusal', async () => {
    await expect(connectionTo().authorize('aPrxnonsense==')).rejects.toMatchObject({
      name: 'invalid_grant',
      message: 'invalid authorization code',
    })
  })

  it('trades an assertion as the Salesforce CLI writes it: exp in milliseconds, a slash after the audience', async () => {
    const profile = await server.profile('Standard User')
    const trusted = await server.addApp('Trusted_App', {}, { isAdminApproved: true, profileIds: [profile.id] })
    const assertion = server.assertion({
      iss: trusted.consumerKey,
      sub: user.username,
      aud: `${server.base}/`,
      exp: Date.now() + 300,
      iat: Math.floor(Date.now() / 1000),
    })
    const connection = new jsforce.Connection({ oauth2: { loginUrl: server.base } })
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    expect(await connection.authorize(grant)).toMatchObject({ id: user.id, organizationId: server.org.id })
    expect((await connection.identity()).username).toBe(user.username)
  })
})
