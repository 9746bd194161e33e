import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkRelease } from '../../src/connected-apps/release-check.ts'
import type { OrgSettings } from '../../src/orgs/org.ts'
import { resetSecurityToken } from '../../src/users/security-token.ts'
import type { User } from '../../src/users/user.ts'
import { password, startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer
let user: User
beforeEach(async () => {
  server = await startTestServer()
  user = await server.addUser(username, { firstName: 'Ada', lastName: '<Lovelace>' })
  await allow({})
})
afterEach(() => server.close())

const username = 'ada@target.example'
const loopback = [{ start: '127.0.0.1', end: '127.0.0.1' }]
const elsewhere = '203.0.113.7'
const disabled =
  'INVALID_OPERATION: SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().'
const invalid = 'INVALID_LOGIN: Invalid username, password, security token; or user locked out.'

async function allow(settings: Partial<OrgSettings>): Promise<void> {
  const allowed = { enableSoapLogin: true, trustedIpRanges: loopback }
  await server.stores.orgs.update({ ...server.org, settings: { ...server.org.settings, ...allowed, ...settings } })
}

interface Attempt {
  readonly credentials?: string
  readonly path?: string
  readonly at?: string
  readonly from?: string
}

async function login({ credentials = words(username, password), path = 'u/60.0', at = '', from }: Attempt = {}) {
  const body = `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body><login xmlns="urn:partner.soap.sforce.com">${credentials}</login></se:Body></se:Envelope>`
  const headers = { 'content-type': 'text/xml', soapaction: '""' }
  const response = await server.request(`${at}/services/Soap/${path}`, { method: 'POST', headers, body }, from)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, fault: within(text, 'faultstring') }
}

function words(name: string, secret: string): string {
  return `<username>${name}</username><password><![CDATA[${secret}]]></password>`
}

function within(text: string, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(text)?.[1]
}

async function logins() {
  return server.stores.loginHistory.list(server.org.id, {}, { limit: 10 })
}

describe('SOAP login()', () => {
  it('gives a session, and says where to use it and whose it is', async () => {
    const answer = await login()
    expect(answer.status).toBe(200)
    const org15 = server.org.id.slice(0, 15)
    expect(answer.text).toContain(
      `<loginResponse><result><metadataServerUrl>${targetBase}/services/Soap/m/60.0/${org15}</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox><serverUrl>${targetBase}/services/Soap/u/60.0/${org15}</serverUrl><sessionId>00D`,
    )
    expect(answer.text).toContain(`<userId>${user.id}</userId><userInfo>`)
    expect(answer.text).toContain('<userFullName>Ada &lt;Lovelace&gt;</userFullName>')
    const authorization = `Bearer ${within(answer.text, 'sessionId')}`
    const data = await server.request(`${targetBase}/services/data/v62.0/limits`, { headers: { authorization } })
    expect(data.status).toBe(200)
  })

  it('is in Login History, in the journal, and found by the check of the release that ends it', async () => {
    const answer = await login({ path: `c/60.0/${server.org.id.slice(0, 15)}`, at: targetBase })
    expect(answer.text).toContain('xmlns="urn:enterprise.soap.sforce.com"')
    expect(answer.text).toContain('/services/Soap/c/60.0/')
    expect(await logins()).toMatchObject([
      { userId: user.id, loginType: 'OtherApi', loginSubType: undefined, status: 'Success', application: 'N/A' },
    ])
    const entry = await server.journalOf(answer)
    expect(entry).toMatchObject({ flow: 'soap-login', orgId: server.org.id, userId: user.id })
    expect(entry.passed.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['user-known', 'password', 'security-token', 'flow', 'app-installed', 'scope']),
    )
    expect(JSON.stringify(entry)).not.toContain(password)
    expect(await checkRelease(server.stores, server.org, ['endSoapLogin'])).toEqual([
      {
        update: 'endSoapLogin',
        subject: server.org.name,
        why: '1 user signed in by SOAP login() while the journal reaches back.',
      },
    ])
  })

  it('asks for the security token from an address that is not trusted', async () => {
    const token = await resetSecurityToken({ users: server.stores.users, now: server.now }, user)
    expect((await login({ credentials: words(username, password + token), from: elsewhere })).status).toBe(200)
    const without = await login({ from: elsewhere })
    expect([without.status, without.fault]).toEqual([500, expect.stringMatching(/^LOGIN_MUST_USE_SECURITY_TOKEN: /)])
    expect(without.text).toContain('<sf:LoginFault xsi:type="sf:LoginFault">')
    const wrong = await login({ credentials: words(username, `wrong${token}`), from: elsewhere })
    expect(wrong.fault).toBe(invalid)
    await server.journalOf(wrong)
    expect((await logins()).map(({ status }) => status)).toContain('Failed: API security token required')
  })

  it('is refused for a user whose logins by programs want a second factor', async () => {
    const { id } = await server.addProfile({ name: 'Careful', permissions: ['ApiEnabled', 'TwoFactorApi'] })
    await server.addUser('grace@target.example', { profileId: id })
    const answer = await login({ credentials: words('grace@target.example', password) })
    expect(answer.fault).toBe(invalid)
    expect((await server.journalOf(answer)).refusal?.reason).toBe('api-second-factor-needed')
  })

  it.each([
    ['a wrong password', words(username, 'wrong'), 'password-wrong'],
    ['an unknown name', words('eve@target.example', password), 'username-unknown'],
    ['no password', `<username>${username}</username>`, 'credentials-missing'],
    ['no name', `<password>${password}</password>`, 'credentials-missing'],
    ['nothing', '', 'credentials-missing'],
    ['a very long password', words(username, 'x'.repeat(20_000)), 'password-wrong'],
  ])('tells %s nothing more than that something is wrong', async (_, credentials, reason) => {
    const answer = await login({ credentials })
    expect([answer.status, answer.fault]).toEqual([500, invalid])
    expect((await server.journalOf(answer)).refusal?.reason).toBe(reason)
  })

  it('counts wrong passwords with all others, and locks out', async () => {
    await allow({ maxLoginAttempts: 3 })
    for (let attempt = 0; attempt < 3; attempt++) await login({ credentials: words(username, 'wrong') })
    const locked = await login()
    expect(locked.fault).toBe(invalid)
    expect((await server.journalOf(locked)).refusal?.reason).toBe('user-locked')
    expect((await logins())[0]).toMatchObject({ loginType: 'OtherApi', status: 'Password lockout' })
  })

  it('lets in nobody who is frozen, is elsewhere than their profile says, or may not use the API', async () => {
    const profile = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    const people = [
      await server.addUser('frozen@target.example', { isFrozen: true }),
      await server.addUser('away@target.example', { profileId: profile.id }),
    ]
    for (const each of people)
      expect((await login({ credentials: words(each.username, password) })).fault).toBe(invalid)
    const noApi = await server.addProfile({ name: 'No API', permissions: [] })
    const pages = await server.addUser('pages@target.example', { profileId: noApi.id })
    const answer = await login({ credentials: words(pages.username, password) })
    expect(answer.fault).toBe('API_CURRENTLY_DISABLED: API is disabled for this User')
  })

  it('is refused where API Access Control lets in no app that no admin approved', async () => {
    await allow({ enableAdminApprovedAppsOnly: true })
    const answer = await login()
    expect(answer.fault).toBe(invalid)
    expect((await server.journalOf(answer)).refusal).toEqual({
      reason: 'api-access-controlled',
      facts: { app: 'SOAP API login()', org: server.org.name },
    })
  })

  it('is off in a new org, which is said to everybody at its own address, and elsewhere to its own people alone', async () => {
    await allow({ enableSoapLogin: false })
    const own = await login({ at: targetBase, credentials: words(username, 'wrong') })
    expect([own.status, own.fault]).toEqual([500, disabled])
    expect(own.headers.get('x-sallyport-cause')).toBe(
      'soap-login-off: found it is off, as in every new org; expected "Enable SOAP API login()" in "Target"',
    )
    expect((await login({ credentials: words(username, 'wrong') })).fault).toBe(invalid)
    expect((await login({ credentials: words('eve@target.example', password) })).fault).toBe(invalid)
    const right = await login()
    expect(right.fault).toBe(disabled)
    expect((await server.journalOf(right)).refusal?.facts).toEqual({ by: 'org', version: '60.0', org: 'Target' })
    expect((await logins())[0]).toMatchObject({ loginType: 'OtherApi', status: 'Login invalid' })
  })

  it('ends with the release that ends it, whatever the org says', async () => {
    await allow({ releaseUpdates: { endSoapLogin: true } })
    const answer = await login({ at: targetBase })
    expect(answer.fault).toBe(disabled)
    expect((await server.journalOf(answer)).refusal?.facts).toMatchObject({ by: 'release' })
  })

  it('is gone from API version 65.0 on, and unknown in versions that there are not', async () => {
    expect((await login({ path: 'u/64.0' })).status).toBe(200)
    expect((await login({ path: 'u/65.0' })).fault).toBe(
      'INVALID_OPERATION: The SOAP Login operation is not available in the API version specified (65.0). Refer to the documentation for supported versions.',
    )
    expect((await login({ path: 'u/999.0' })).fault).toMatch(/^UNSUPPORTED_API_VERSION: /)
  })

  it('is not there at all where the server does not offer it', async () => {
    const lenient = server
    server = await startTestServer({ posture: { offersSoapLogin: false } })
    try {
      const answer = await login()
      expect(answer.fault).toBe(disabled)
      expect((await server.journalOf(answer)).refusal?.facts).toMatchObject({ by: 'server' })
    } finally {
      await server.close()
      server = lenient
    }
  })

  it('installs its app once, however many sign in at once for the first time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => login()))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    const builtIn = await server.stores.apps.listBuiltIn()
    expect(builtIn.filter(({ fullName }) => fullName === 'SoapLogin')).toHaveLength(1)
  })
})
