import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SamlSsoConfig } from '../../src/saml/sso-config.ts'
import type { Profile } from '../../src/users/profile.ts'
import type { User } from '../../src/users/user.ts'
import { startHttpServer } from '../interop/http-server.ts'
import { fieldsOf, type Stop, signInOn, testBrowser } from './test-browser.ts'
import { encryptedByForge } from './test-encryption.ts'
import { addIdentityProvider, type SamlClaims, samlAssertion, signXml } from './test-saml.ts'
import { base, password, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { addSamlApp, enableIdentityProvider } from './test-service-provider.ts'

let server: TestServer
let config: SamlSsoConfig
let profile: Profile
let people = 0
/** The Federation ID of somebody whom nobody knows yet. */
let person: string

beforeAll(async () => {
  server = await startTestServer({ clock: () => new Date() })
  config = await addIdentityProvider(server, { identityMapping: 'FederationId', userProvisioning: true })
  profile = await server.profile('Standard User')
})

afterAll(() => server.close())

beforeEach(() => {
  person = `E-${++people}`
})

const acs = () => `${targetBase}?so=${server.org.id}`

const details = (more: Record<string, string> = {}) => ({
  'User.Username': `${person}@acme.example`,
  'User.Email': 'grace@acme.example',
  'User.LastName': 'Hopper',
  'User.ProfileId': 'Standard User',
  ...more,
})

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(details()).filter(([one]) => one !== name))
}

function signed(attributes: Record<string, string> = details(), claims: SamlClaims = {}): string {
  const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient: acs(), nameId: person }
  return signXml(samlAssertion({ ...usual, attributes, ...claims }, new Date(), base), server.signer)
}

const bring = (xml: string) =>
  testBrowser(server).submit(acs(), { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: '/personal' })

const signIn = (attributes?: Record<string, string>) => bring(signed(attributes))

async function reasonOf(stop: Stop) {
  expect([stop.status, stop.html.includes('Single Sign-On Error')]).toEqual([400, true])
  return (await server.journalOf(stop)).refusal
}

const found = () => server.stores.users.findByFederationId(server.org.id, person)

async function known(): Promise<User> {
  const user = await found()
  if (user === undefined) throw new Error(`There is nobody with the Federation ID ${person}.`)
  return user
}

const told = async () => (await server.stores.auditTrail.list(server.org.id, { limit: 1 }))[0]

describe('somebody whom nobody knows', () => {
  it('is made a user of what the assertion says, and is inside', async () => {
    const before = await server.stores.users.count(server.org.id, {})
    const stop = await signIn(
      details({
        'User.FirstName': 'Grace',
        'User.FederationIdentifier': person,
        'User.CommunityNickname': 'amazing',
        'User.TimeZoneSidKey': 'Europe/Paris',
        'User.LocaleSidKey': 'fr_FR',
        'User.LanguageLocaleKey': 'fr',
        'User.Country': 'France',
        'User.MobilePhone': '+33 1',
        'User.ProvisionVersion': '1.0',
        'User.Alias': 'ghopp',
        'User.PermissionSets': 'All',
        'User.IsFrozen': 'true',
        'Contact.LastName': 'Nobody',
      }),
    )
    expect([stop.status, stop.url.pathname]).toEqual([200, '/personal'])
    const user = await known()
    expect(user).toMatchObject({
      orgId: server.org.id,
      username: `${person}@acme.example`.toLowerCase(),
      email: 'grace@acme.example',
      firstName: 'Grace',
      lastName: 'Hopper',
      nickname: 'amazing',
      profileId: profile.id,
      permissionSetIds: [],
      timeZone: 'Europe/Paris',
      locale: 'fr_FR',
      language: 'fr',
      country: 'France',
      mobilePhone: '+33 1',
      isActive: true,
      isFrozen: false,
      passwordHash: undefined,
      securityTokenHash: undefined,
    })
    expect(await server.stores.users.count(server.org.id, {})).toBe(before + 1)
    expect(await told()).toMatchObject({
      section: 'Manage Users',
      action: 'createduser',
      display: `Created by just-in-time provisioning the user ${user.username}`,
    })
    const [attempt] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(attempt).toMatchObject({ status: 'Success', loginType: 'Saml' })
  })

  it('has a profile by its id as well, of 15 or 18 characters', async () => {
    expect((await signIn(details({ 'User.ProfileId': profile.id.slice(0, 15) }))).status).toBe(200)
    expect((await known()).profileId).toBe(profile.id)
  })

  it('needs a profile, a username, a name and an address', async () => {
    for (const name of ['User.Username', 'User.Email', 'User.LastName', 'User.ProfileId']) {
      for (const attributes of [without(name), details({ [name]: ' ' })]) {
        expect(await reasonOf(await signIn(attributes))).toEqual({
          reason: 'saml-jit-attribute-missing',
          facts: { settings: config.label, missing: [name] },
        })
      }
    }
    expect((await reasonOf(await signIn({})))?.facts['missing']).toHaveLength(4)
    expect(await found()).toBeUndefined()
  })

  it.each<[string, () => Record<string, string>, string, string]>([
    ['a profile that is not there', () => ({ 'User.ProfileId': 'Standard Usr' }), 'User.ProfileId', 'Did you mean'],
    ['a profile of another org', () => ({ 'User.ProfileId': otherProfile }), 'User.ProfileId', 'has no profile'],
    ['a username of another org', () => ({ 'User.Username': 'taken@other.example' }), 'User.Username', 'is taken'],
    ['a username that is none', () => ({ 'User.Username': 'grace' }), 'User.Username', 'looks like an e-mail address'],
    ['an address that is none', () => ({ 'User.Email': 'grace' }), 'User.Email', 'e-mail address'],
    ['a name that is too long', () => ({ 'User.LastName': 'x'.repeat(81) }), 'User.LastName', 'at most 80'],
    ['a name of two lines', () => ({ 'User.FirstName': 'a&#10;b' }), 'User.FirstName', 'one line'],
    ['a time zone that is none', () => ({ 'User.TimeZoneSidKey': 'Mars' }), 'User.TimeZoneSidKey', 'time zone'],
    ['a locale that is none', () => ({ 'User.LocaleSidKey': 'x' }), 'User.LocaleSidKey', 'locale'],
    ['an activity that is none', () => ({ 'User.IsActive': 'perhaps' }), 'User.IsActive', 'neither true nor false'],
    ['another Federation ID', () => ({ 'User.FederationIdentifier': 'E-0' }), 'User.FederationIdentifier', 'differs'],
    ['another version', () => ({ 'User.ProvisionVersion': '2.0' }), 'User.ProvisionVersion', '1.0'],
    ['another version', () => ({ ProvisionVersion: '2.0' }), 'ProvisionVersion', '1.0'],
  ])('is not made with %s', async (_, more, attribute, problem) => {
    const refusal = await reasonOf(await signIn(details(more())))
    expect(refusal).toMatchObject({ reason: 'saml-jit-attribute-invalid', facts: { attribute } })
    expect(refusal?.facts['problem']).toContain(problem)
    expect(await found()).toBeUndefined()
  })

  let otherProfile = ''

  beforeAll(async () => {
    const { stores, otherOrg } = server
    const other = await stores.profiles.findByName(otherOrg.id, 'Standard User')
    otherProfile = other?.id ?? ''
    await server.addUser('taken@other.example', { orgId: otherOrg.id, profileId: otherProfile })
  })

  it('is not made with an attribute of two values, or a name that is blank at its end', async () => {
    const usual = {
      issuer: 'https://idp.example',
      audience: 'https://target.example',
      recipient: acs(),
      nameId: person,
    }
    const xml = samlAssertion({ ...usual, attributes: details() }, new Date(), base)
    const two = xml.replace(
      '<saml:AttributeValue>Hopper',
      '<saml:AttributeValue>Murray</saml:AttributeValue><saml:AttributeValue>Hopper',
    )
    expect(await reasonOf(await bring(signXml(two, server.signer)))).toMatchObject({
      facts: { attribute: 'User.LastName', problem: 'It has several values.' },
    })
    expect(await reasonOf(await bring(signed(details(), { nameId: `${person}\u00a0` })))).toMatchObject({
      reason: 'saml-jit-attribute-invalid',
    })
    expect(await found()).toBeUndefined()
  })

  it('is made inactive by nobody, who could not sign in', async () => {
    expect(await reasonOf(await signIn(details({ 'User.IsActive': 'false' })))).toMatchObject({
      reason: 'user-inactive',
    })
    expect(await found()).toBeUndefined()
  })

  it('is not made by an assertion that is not good in every way', async () => {
    for (const [xml, reason] of [
      [signed(details(), { audience: 'https://elsewhere.example' }), 'saml-audience-unknown'],
      [signed(details(), { recipient: 'https://elsewhere.example' }), 'saml-recipient-unknown'],
      [signed(details(), { inResponseTo: '_made-up' }), 'saml-response-unrequested'],
      [signed().replace('Hopper', 'Murray'), 'saml-altered'],
    ] as const) {
      expect(await reasonOf(await bring(xml))).toMatchObject({ reason })
    }
    expect(await found()).toBeUndefined()
  })

  it('is made by an assertion that is encrypted, too', async () => {
    const { certificate } = await server.addCertificate('Decryption')
    await server.stores.samlSsoConfigs.update({ ...config, decryptionCertificate: 'Decryption' })
    const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${encryptedByForge(signed(), certificate.pem)}</samlp:Response>`
    expect((await bring(response)).status).toBe(200)
    expect((await known()).lastName).toBe('Hopper')
    await server.stores.samlSsoConfigs.update(config)
  })

  it('is one user, of fifty sign-ins at once; and of one assertion, one sign-in', async () => {
    const before = await server.stores.users.count(server.org.id, {})
    const stops = await Promise.all(Array.from({ length: 50 }, () => signIn()))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(50)
    expect(await server.stores.users.count(server.org.id, {})).toBe(before + 1)
    person = `E-${++people}`
    const xml = signed()
    const again = await Promise.all(Array.from({ length: 50 }, () => bring(xml)))
    expect(again.filter(({ status }) => status === 200)).toHaveLength(1)
    const reasons = await Promise.all(again.filter(({ status }) => status !== 200).map(reasonOf))
    expect(new Set(reasons.map((one) => one?.reason))).toEqual(new Set(['saml-replayed']))
    expect(await server.stores.users.count(server.org.id, {})).toBe(before + 2)
  })

  it('gets a username that is wanted by fifty at once, if they are the first', async () => {
    const attributes = details()
    const all = Array.from({ length: 50 }, (_, number) => signed(attributes, { nameId: `${person}-${number}` }))
    const stops = await Promise.all(all.map(bring))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
    const reasons = await Promise.all(stops.filter(({ status }) => status !== 200).map(reasonOf))
    expect(new Set(reasons.map((one) => one?.facts['attribute']))).toEqual(new Set(['User.Username']))
  })

  it('stays unknown to programs, and where users are not made', async () => {
    const endpoint = `${base}/services/oauth2/token?so=${server.org.id}`
    const answer = await server.post(endpoint, {
      grant_type: 'assertion',
      assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser',
      assertion: Buffer.from(signed(details(), { recipient: endpoint })).toString('base64url'),
    })
    expect((await server.journalOf(answer)).refusal).toMatchObject({ reason: 'sso-user-unknown' })
    await server.stores.samlSsoConfigs.update({ ...config, userProvisioning: false })
    expect(await reasonOf(await signIn())).toMatchObject({ reason: 'sso-user-unknown' })
    await server.stores.samlSsoConfigs.update(config)
    expect(await found()).toBeUndefined()
  })
})

describe('somebody who is known', () => {
  beforeEach(async () => {
    await server.addUser(`${person}@acme.example`.toLowerCase(), {
      federationId: person,
      firstName: 'G.',
      country: 'UK',
    })
  })

  it('is brought up to date by each sign-in, in what the assertion says and nothing else', async () => {
    const { id: setId } = await server.addPermissionSet(`Set${people}`)
    const before = await known()
    await server.stores.users.update(before.id, { ...before, permissionSetIds: [setId] })
    expect(
      (await signIn({ 'User.LastName': 'Hopper', 'User.FirstName': '', 'User.Email': 'new@acme.example' })).status,
    ).toBe(200)
    const after = await known()
    expect(after).toEqual({
      ...before,
      permissionSetIds: [setId],
      lastName: 'Hopper',
      firstName: undefined,
      email: 'new@acme.example',
      lastLoginAt: after.lastLoginAt,
      modifiedAt: after.modifiedAt,
    })
    expect(await told()).toMatchObject({
      action: 'changeduser',
      display: `Changed by just-in-time provisioning the user ${after.username}`,
    })
  })

  it('is left alone when all is so already', async () => {
    const { lastName, email } = await known()
    const before = await told()
    expect((await signIn({ 'User.LastName': lastName, 'User.Email': email })).status).toBe(200)
    expect(await told()).toEqual(before)
    expect((await signIn({})).status).toBe(200)
  })

  it('keeps their username, and may be given it as it is', async () => {
    const { username } = await known()
    expect((await signIn({ 'User.Username': username.toUpperCase() })).status).toBe(200)
    expect(await reasonOf(await signIn({ 'User.Username': 'other@acme.example' }))).toMatchObject({
      facts: { attribute: 'User.Username', details: 'USER_NAME_CHANGE_NOT_ALLOWED' },
    })
    const [attempt] = await server.stores.loginHistory.list(server.org.id, { userId: (await known()).id }, { limit: 1 })
    expect(attempt?.status).toBe('Failed: SAML Provision Error')
  })

  it('is changed by nothing that is refused', async () => {
    const before = await known()
    for (const more of [
      { 'User.Email': 'x' },
      { 'User.ProfileId': 'None' },
      { 'User.IsActive': '' },
      { 'User.LastName': '' },
    ]) {
      expect(await reasonOf(await signIn({ 'User.FirstName': 'Changed', ...more }))).toMatchObject({
        reason: 'saml-jit-attribute-invalid',
      })
    }
    expect(await known()).toEqual(before)
  })

  it('stays frozen, and unchanged', async () => {
    const before = await known()
    await server.stores.users.setFrozen(before.id, true)
    expect(await reasonOf(await signIn(details({ 'User.IsActive': 'true' })))).toMatchObject({ reason: 'user-frozen' })
    expect(await known()).toMatchObject({ lastName: before.lastName, isFrozen: true })
  })

  it('stays inactive unless the assertion says otherwise, and is made so where it says so', async () => {
    const before = await known()
    await server.stores.users.update(before.id, { ...before, isActive: false })
    expect(await reasonOf(await signIn(details()))).toMatchObject({ reason: 'user-inactive' })
    expect(await known()).toMatchObject({ isActive: false, lastName: before.lastName })
    expect((await signIn(details({ 'User.IsActive': 'true' }))).status).toBe(200)
    expect(await known()).toMatchObject({ isActive: true, lastName: 'Hopper' })
    const { epoch } = await known()
    expect(await reasonOf(await signIn(details({ 'User.IsActive': '0' })))).toMatchObject({ reason: 'user-inactive' })
    expect(await known()).toMatchObject({ isActive: false, epoch: epoch + 1 })
  })

  it('is nobody of another org with the same Federation ID', async () => {
    const { stores, otherOrg } = server
    const { id: profileId } = (await stores.profiles.findByName(otherOrg.id, 'Standard User')) ?? { id: '' }
    const other = await server.addUser(`${person}@other.example`.toLowerCase(), {
      orgId: otherOrg.id,
      profileId,
      federationId: person,
    })
    expect((await signIn({ 'User.LastName': 'Hopper' })).status).toBe(200)
    expect(await stores.users.find(other.id)).toMatchObject({ lastName: other.lastName, lastLoginAt: undefined })
  })
})

describe('another Sallyport as identity provider', () => {
  it('says what its users are like by custom attributes of the app', async () => {
    const provider = await startHttpServer()
    const providerBase = `http://127.0.0.1:${provider.org.port}`
    await addIdentityProvider(server, {
      fullName: 'Headquarters',
      issuer: providerBase,
      samlEntityId: 'https://branch.example',
      validationCert: await enableIdentityProvider(provider),
      loginUrl: `${providerBase}/idp/endpoint/HttpRedirect`,
      identityMapping: 'FederationId',
      userProvisioning: true,
    })
    const attributes = [
      { key: 'User.Username', formula: '$User.Username' },
      { key: 'User.Email', formula: '$User.Email' },
      { key: 'User.FirstName', formula: '$User.FirstName' },
      { key: 'User.LastName', formula: '$User.LastName' },
      { key: 'User.ProfileId', formula: '$Profile.Name' },
      { key: 'User.IsActive', formula: '$User.IsActive' },
    ]
    const saml = { entityUrl: 'https://branch.example', acsUrl: acs(), samlSubjectType: 'FederationId' } as const
    await addSamlApp(provider, 'Branch', saml, {}, { attributes })
    const there = await provider.addUser('ada@headquarters.example', { federationId: person, lastName: 'Byron' })
    const [here, browser] = [testBrowser(server), testBrowser(provider)]
    const left = await here.open(
      `${targetBase}/saml/authn-request.jsp?samlSsoConfig=Headquarters&RelayState=%2Fpersonal`,
    )
    const answered = await signInOn(browser, await browser.open(left.url.href), there.username, password)
    const inside = await here.submit(acs(), fieldsOf(answered.html, 'SAMLResponse'))
    expect([inside.status, inside.url.pathname]).toEqual([200, '/personal'])
    const { username, email, firstName, lastName } = there
    expect(await known()).toMatchObject({ username, email, firstName, lastName, profileId: profile.id })
    await provider.close()
  })
})
