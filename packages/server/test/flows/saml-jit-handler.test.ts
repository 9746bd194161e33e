import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JitUser, SamlJitHandler } from '../../src/saml/jit-handler.ts'
import type { SamlSsoConfig } from '../../src/saml/sso-config.ts'
import type { User } from '../../src/users/user.ts'
import { type Stop, testBrowser } from './test-browser.ts'
import { encryptedByForge } from './test-encryption.ts'
import { addIdentityProvider, type SamlClaims, samlAssertion, signXml } from './test-saml.ts'
import { base, startTestServer, type TestServer, targetBase } from './test-server.ts'

let folder: string
let asked: unknown[][]
let answer: () => unknown
const recording: SamlJitHandler = {
  createUser: (...args) => {
    asked.push(['createUser', ...args.slice(0, 6)])
    // Modules are not always written in TypeScript.
    return answer() as JitUser
  },
  updateUser: (...args) => {
    asked.push(['updateUser', ...args.slice(0, 7)])
    return answer() as JitUser
  },
}
const finding: SamlJitHandler = {
  createUser: async (_settings, _community, _portal, _federationId, attributes, _assertion, tools) => {
    const [user] = await tools.findUsers({ Email: attributes['mail'] ?? '' })
    if (user === undefined) throw new RangeError('nobody has this address')
    return { Id: user.Id, FederationIdentifier: _federationId }
  },
}

let server: TestServer
let config: SamlSsoConfig
let admin: User
let people = 0
/** The Federation ID of somebody whom nobody knows yet. */
let person: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-jit-'))
  const code = {
    Recording: recording,
    Finding: finding,
    Making: { createUser: recording.createUser },
    Empty: {},
  }
  server = await startTestServer({ clock: () => new Date(), handlers: { folder, code, patience: 20_000 } })
  const { id: profileId } = await server.addProfile({ name: 'Managers', permissions: ['ManageUsers'] })
  admin = await server.addUser('admin@acme.example', { profileId })
  config = await addIdentityProvider(server, {
    identityMapping: 'FederationId',
    userProvisioning: true,
    samlJitHandlerId: 'Recording',
    executionUserId: 'Admin@acme.example',
  })
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

beforeEach(async () => {
  asked = []
  person = `E-${++people}`
  answer = () => grace()
  await server.stores.samlSsoConfigs.update(config)
})

const grace = (): JitUser => ({
  Username: `${person}@acme.example`,
  Email: 'grace@acme.example',
  LastName: 'Hopper',
  ProfileId: 'Standard User',
})

const use = (changed: Partial<SamlSsoConfig>) => server.stores.samlSsoConfigs.update({ ...config, ...changed })

const acs = () => `${targetBase}?so=${server.org.id}`

function signed(attributes: Record<string, string> = {}, claims: SamlClaims = {}): string {
  const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: acs(), nameId: person }
  return signXml(samlAssertion({ ...usual, attributes, ...claims }, new Date(), base), server.signer)
}

const bring = (xml: string) =>
  testBrowser(server).submit(acs(), { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: '/personal' })

async function problemOf(stop: Stop) {
  expect([stop.status, stop.html.includes('Single Sign-On Error')]).toEqual([400, true])
  const { refusal } = await server.journalOf(stop)
  expect(refusal).toMatchObject({ reason: 'saml-jit-handler-failed', facts: { settings: config.label } })
  return refusal?.facts['problem']
}

const found = () => server.stores.users.findByFederationId(server.org.id, person)

/** What the audit trail tells of users last. */
const told = async () =>
  (await server.stores.auditTrail.list(server.org.id, { limit: 20 })).find(({ section }) => section === 'Manage Users')

const textOf = (assertion: unknown) => Buffer.from(String(assertion), 'base64').toString()

describe('a custom just-in-time handler', () => {
  it('says who somebody is to be whom nobody knows, told as the execution user’s doing', async () => {
    const stop = await bring(signed({ department: 'Compilers', Department: 'Other' }))
    expect([stop.status, stop.url.pathname]).toEqual([200, '/personal'])
    const [call] = asked
    expect(asked).toHaveLength(1)
    expect(call?.slice(0, 6)).toEqual([
      'createUser',
      config.id,
      undefined,
      undefined,
      person,
      { department: 'Compilers', Department: 'Other' },
    ])
    expect(textOf(call?.[6])).toMatch(
      new RegExp(`^<saml:Assertion .*<saml:NameID>${person}</saml:NameID>.*Assertion>$`),
    )
    expect(await found()).toMatchObject({
      orgId: server.org.id,
      username: `${person}@acme.example`.toLowerCase(),
      email: 'grace@acme.example',
      lastName: 'Hopper',
      federationId: person,
      permissionSetIds: [],
      passwordHash: undefined,
    })
    expect(await told()).toMatchObject({
      action: 'createduser',
      createdById: admin.id,
      display: `Created by just-in-time provisioning the user ${person}@acme.example`.toLowerCase().replace('c', 'C'),
    })
  })

  it('is given every value of an attribute, and nothing of it is taken by itself', async () => {
    const two = '<saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue>'
    const more = `<saml:AttributeStatement><saml:Attribute Name="groups">${two}</saml:Attribute><saml:Attribute Name="User.LastName"><saml:AttributeValue>Murray</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`
    expect((await bring(signed({}, { more }))).status).toBe(200)
    expect(asked[0]?.[5]).toEqual({ groups: 'a;b', 'User.LastName': 'Murray' })
    expect((await found())?.lastName).toBe('Hopper')
  })

  it('is given what was encrypted as it came, and what it came to beside the attributes', async () => {
    const { certificate } =
      (await server.stores.certificates.findByName(server.org.id, 'Opening')) ??
      (await server.addCertificate('Opening'))
    await use({ decryptionCertificate: 'Opening' })
    const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${encryptedByForge(signed({ team: 'A' }), certificate.pem)}</samlp:Response>`
    expect((await bring(response)).status).toBe(200)
    expect(asked[0]?.[5]).toEqual({
      team: 'A',
      'Sfdc.SamlAssertion': expect.stringContaining(`${person}</saml:NameID>`),
    })
    expect(textOf(asked[0]?.[6])).toMatch(/^<saml:EncryptedAssertion/)
    expect(textOf(asked[0]?.[6])).not.toContain(person)
  })

  it('says what is to change of somebody who is known, at each sign-in, and nothing else changes', async () => {
    await bring(signed())
    const before = await found()
    asked = []
    answer = () => ({ LastName: 'Murray', FirstName: 'Grace', Alias: 'gmurr', UserRoleId: '00E' })
    expect((await bring(signed({ team: 'B' }))).status).toBe(200)
    expect(asked[0]?.slice(0, 7)).toEqual([
      'updateUser',
      before?.id,
      config.id,
      undefined,
      undefined,
      person,
      { team: 'B' },
    ])
    const after = await found()
    expect(after).toEqual({
      ...before,
      lastName: 'Murray',
      firstName: 'Grace',
      lastLoginAt: after?.lastLoginAt,
      modifiedAt: after?.modifiedAt,
    })
    expect(await told()).toMatchObject({ action: 'changeduser', createdById: admin.id })
    answer = () => ({ FirstName: null, IsActive: true })
    expect((await bring(signed())).status).toBe(200)
    expect(await found()).toMatchObject({ firstName: undefined, lastName: 'Murray' })
  })

  it('changes nobody when it answers nothing, or has no updateUser', async () => {
    await bring(signed())
    const before = await told()
    answer = () => undefined
    expect((await bring(signed())).status).toBe(200)
    await use({ samlJitHandlerId: 'Making' })
    expect((await bring(signed())).status).toBe(200)
    expect(await told()).toEqual(before)
  })

  it('may find somebody who is there, who has this Federation ID from then on where it says so', async () => {
    await use({ samlJitHandlerId: 'Finding' })
    const there = await server.addUser(`there-${person}@acme.example`.toLowerCase(), {
      email: `${person}@corp.example`,
    })
    expect((await bring(signed({ mail: `${person}@corp.example` }))).status).toBe(200)
    expect(await found()).toMatchObject({ id: there.id, username: there.username, email: there.email })
    expect(await told()).toMatchObject({ action: 'changeduser', createdById: admin.id })
    // Known by now: createUser would find nobody.
    expect((await bring(signed())).status).toBe(200)
  })

  it('may sign somebody in who is there without naming them so', async () => {
    const there = await server.addUser(`own-${person}@acme.example`.toLowerCase(), { federationId: `own-${person}` })
    answer = () => ({ Id: there.id.slice(0, 15) })
    const before = await told()
    expect((await bring(signed())).status).toBe(200)
    expect(await found()).toBeUndefined()
    expect(await told()).toEqual(before)
    const [attempt] = await server.stores.loginHistory.list(server.org.id, { userId: there.id }, { limit: 1 })
    expect(attempt).toMatchObject({ status: 'Success' })
    await server.stores.users.setFrozen(there.id, true)
    const stop = await bring(signed())
    expect((await server.journalOf(stop)).refusal).toMatchObject({ reason: 'user-frozen' })
    const [refused] = await server.stores.loginHistory.list(server.org.id, { userId: there.id }, { limit: 1 })
    expect(refused?.status).not.toBe('Success')
  })

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new RangeError('no such team')
      },
      /^createUser threw: RangeError: no such team$/,
    ],
    ['answers nobody', () => null, /^createUser answered nobody$/],
    ['answers no user', () => 'grace', /something else than a user/],
    ['answers a field of another kind', () => ({ ...grace(), LastName: 7 }), /something else than a user/],
    [
      'leaves out what is needed',
      () => ({ Username: 'x@acme.example' }),
      /^it answered a user without Email, LastName, ProfileId$/,
    ],
    [
      'has an address that is none',
      () => ({ ...grace(), Email: 'x' }),
      /^it answered Email “x”: Enter an e-mail address/,
    ],
    [
      'has a profile that is not there',
      () => ({ ...grace(), ProfileId: 'Stndard User' }),
      /^it answered ProfileId “Stndard User”: .*no profile/,
    ],
    ['has a username that is taken', () => ({ ...grace(), Username: admin.username }), /^it answered Username .*taken/],
    [
      'has another Federation ID',
      () => ({ ...grace(), FederationIdentifier: 'E-0' }),
      /^it answered FederationIdentifier “E-0”: .*differs/,
    ],
    [
      'means a user who is not there',
      () => ({ Id: '005000000000001' }),
      /^createUser answered the user 005000000000001, whom this org does not have$/,
    ],
    ['means a user of another org', () => ({ Id: stranger.id }), /whom this org does not have$/],
    ['answers too much', () => ({ ...grace(), more: 'x'.repeat(70_000) }), /answered too much/],
  ])('lets nobody in, and makes nobody, if it %s', async (_, answered, problem) => {
    answer = answered
    const users = await server.stores.users.count(server.org.id, {})
    const xml = signed()
    expect(await problemOf(await bring(xml))).toMatch(problem)
    expect(await server.stores.users.count(server.org.id, {})).toBe(users)
    // Nothing was used up.
    answer = grace
    expect((await bring(xml)).status).toBe(200)
  })

  let stranger: User

  beforeAll(async () => {
    const { stores, otherOrg } = server
    const { id: profileId } = (await stores.profiles.findByName(otherOrg.id, 'Standard User')) ?? { id: '' }
    stranger = await server.addUser('stranger@other.example', { orgId: otherOrg.id, profileId })
  })

  it('lets nobody in if it changes what it may not of somebody who is known', async () => {
    await bring(signed())
    const before = await found()
    for (const [changes, problem] of [
      [{ Username: 'other@acme.example' }, 'no sign-in changes a username'],
      [{ LastName: '' }, 'it answered LastName “”: Enter a value.'],
      [{ Id: admin.id }, 'updateUser answered another user than the one it was asked about'],
    ] as const) {
      answer = () => ({ FirstName: 'Changed', ...changes })
      expect(await problemOf(await bring(signed()))).toContain(problem)
    }
    expect(await found()).toEqual({ ...before, lastLoginAt: (await found())?.lastLoginAt })
    const [attempt] = await server.stores.loginHistory.list(server.org.id, { userId: before?.id ?? '' }, { limit: 1 })
    expect(attempt?.status).toBe('Failed: SAML Provision Error')
  })

  it('refuses when it is not there or has no createUser', async () => {
    for (const [samlJitHandlerId, problem] of [
      ['Gone', `there is no Gone.ts, Gone.mjs or Gone.js in ${folder}`],
      ['Empty', 'it has no function createUser'],
    ] as const) {
      await use({ samlJitHandlerId })
      expect(await problemOf(await bring(signed()))).toBe(problem)
    }
    expect(await found()).toBeUndefined()
  })

  it('refuses when it does not answer in time', async () => {
    const Slow = { createUser: () => new Promise(() => undefined) }
    const impatient = await startTestServer({ clock: () => new Date(), handlers: { code: { Slow }, patience: 100 } })
    const { id: profileId } = await impatient.addProfile({ name: 'Managers', permissions: ['ManageUsers'] })
    const { username: executionUserId } = await impatient.addUser('admin@acme.example', { profileId })
    const jit = { identityMapping: 'FederationId', userProvisioning: true, samlJitHandlerId: 'Slow', executionUserId }
    await addIdentityProvider(impatient, jit)
    const recipient = `${targetBase}?so=${impatient.org.id}`
    const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient, nameId: person }
    const xml = signXml(samlAssertion(usual, new Date(), base), impatient.signer)
    const stop = await testBrowser(impatient).submit(recipient, { SAMLResponse: Buffer.from(xml).toString('base64') })
    expect((await impatient.journalOf(stop)).refusal).toMatchObject({
      reason: 'saml-jit-handler-failed',
      facts: { handler: 'Slow', problem: 'createUser did not answer within 0.1 seconds' },
    })
    await impatient.close()
  })

  it('is not asked as somebody who is not active, or may not manage users', async () => {
    const standard = await server.addUser(`standard-${person}@acme.example`.toLowerCase())
    const gone = await server.addUser(`gone-${person}@acme.example`.toLowerCase(), { profileId: admin.profileId })
    await server.stores.users.update(gone.id, { ...gone, isActive: false })
    for (const [executionUserId, problem] of [
      [undefined, 'it has no execution user'],
      [gone.id, `its execution user ${gone.username} is not active`],
      [standard.id, `its execution user ${standard.username} may not make and change users (Manage Users)`],
    ] as const) {
      await use({ executionUserId })
      expect(await problemOf(await bring(signed()))).toBe(problem)
    }
    expect(asked).toEqual([])
    const { id, ...set } = await server.addPermissionSet('Manage')
    await server.stores.permissionSets.update({ id, ...set, permissions: ['ManageUsers'] })
    await server.stores.users.update(standard.id, { ...standard, permissionSetIds: [id] })
    await use({ executionUserId: standard.id })
    expect((await bring(signed())).status).toBe(200)
  })

  it('is a module of the folder of handlers, too: the one that the page shows', async () => {
    const page = readFileSync(new URL('../../../../docs/flows/saml-sign-in.md', import.meta.url), 'utf8')
    const [, code = ''] = /handlers\/NewHires\.ts <<'END'\n([\s\S]*?)^END$/m.exec(page) ?? []
    writeFileSync(join(folder, 'NewHires.ts'), code)
    await use({ samlJitHandlerId: 'NewHires' })
    const attributes = { login: `${person}@acme.example`, mail: 'grace@example.com', surname: 'Hopper' }
    expect(await problemOf(await bring(signed({ ...attributes, mail: 'grace@other.example' })))).toBe(
      'createUser threw: Error: This is nobody of ours',
    )
    expect((await bring(signed(attributes))).status).toBe(200)
    expect(await found()).toMatchObject({ username: `source.${person}@acme.example`.toLowerCase(), lastName: 'Hopper' })
    expect((await bring(signed({ ...attributes, surname: 'Murray' }))).status).toBe(200)
    expect((await found())?.lastName).toBe('Murray')
  })

  it('is asked of nothing that is not good in every other way', async () => {
    for (const xml of [
      signed({}, { audience: 'https://elsewhere.example' }),
      signed({ team: 'A' }).replace('>A<', '>B<'),
      signed({}, { recipient: 'https://elsewhere.example' }),
    ]) {
      expect((await bring(xml)).status).toBe(400)
    }
    expect(asked).toEqual([])
  })

  it('makes one user, of fifty sign-ins at once', async () => {
    const before = await server.stores.users.count(server.org.id, {})
    answer = () => (asked.at(-1)?.[0] === 'updateUser' ? { FirstName: 'Grace' } : grace())
    const stops = await Promise.all(Array.from({ length: 50 }, () => bring(signed())))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(50)
    expect(await server.stores.users.count(server.org.id, {})).toBe(before + 1)
  })

  it('is not asked where users are not provisioned, nor for programs', async () => {
    await use({ userProvisioning: false })
    const stop = await bring(signed())
    expect((await server.journalOf(stop)).refusal).toMatchObject({ reason: 'sso-user-unknown' })
    expect(asked).toEqual([])
  })
})
