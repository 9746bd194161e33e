import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { id15 } from '../../src/record-id.ts'
import type { User } from '../../src/users/user.ts'
import { addIdentityProvider, type SamlClaims, type Signing, samlAssertion, sent, signXml } from './test-saml.ts'
import { base, newSigner, otherBase, type Signer, startTestServer, type TestServer, targetBase } from './test-server.ts'

const browserProfile = 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser'
const entityId = 'https://target.example'
let server: TestServer
let user: User
let employees: Signer

beforeAll(async () => {
  server = await startTestServer()
  user = await server.addUser('ada@target.example', { federationId: 'E-4711' })
  await addIdentityProvider(server)
  employees = await newSigner()
  await addIdentityProvider(server, {
    fullName: 'Employees',
    issuer: 'https://employees.example',
    validationCert: employees.pem,
    identityMapping: 'FederationId',
    identityLocation: 'Attribute',
    attributeName: 'employee',
  })
})

afterAll(() => server.close())

const minutes = (count: number) => new Date(server.now().getTime() + count * 60_000)
const endpoint = (host = base, org = server.org.id) => `${host}/services/oauth2/token?so=${org}`

function signed(claims: SamlClaims = {}, signing: Signing = {}, signer = server.signer): string {
  const usual = { issuer: 'https://idp.example', audience: entityId, recipient: endpoint(), nameId: user.username }
  return signXml(samlAssertion({ ...usual, ...claims }, server.now(), base), signer, signing)
}

function post(xml: string, at = endpoint(), more: Record<string, string> = {}) {
  return server.post(at, { grant_type: 'assertion', assertion_type: browserProfile, assertion: sent(xml), ...more })
}

/** An answer that refuses, with the reason that the journal keeps. */
async function refusalOf(answer: Awaited<ReturnType<typeof post>>) {
  const { refusal } = await server.journalOf(answer)
  return { status: answer.status, ...answer.body, reason: refusal?.reason }
}

const validator = `${targetBase}/setup/saml-assertion-validator`
const unreadable = { status: 400, error: 'invalid_grant', error_description: 'invalid assertion' }
const invalidAssertion = { ...unreadable, error_uri: validator }

const response = (content: string, status = 'Success') =>
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"/></samlp:Status>${content}</samlp:Response>`

describe('the SAML assertion flow', () => {
  it('gives whoever the identity provider vouches for an access token, and no refresh token', async () => {
    const answer = await post(signed())
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['access_token', 'scope', 'instance_url', 'id', 'token_type'])
    expect(answer.body).toMatchObject({
      scope: 'full',
      instance_url: targetBase,
      id: `${base}/id/${server.org.id}/${user.id}`,
    })
    const headers = { authorization: `Bearer ${answer.body.access_token}` }
    expect((await server.request(`${targetBase}/services/data/v62.0/limits`, { headers })).status).toBe(200)
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Success', application: 'SAML Assertion', loginType: 'Oauth2' })
  })

  it.each([
    ['the id of 15 characters', () => endpoint(base, id15(server.org.id))],
    ['the own address of the org', () => endpoint(targetBase)],
    ['the own address alone', () => `${targetBase}/services/oauth2/token`],
  ])('is asked for an org by %s', async (_, at) => {
    expect((await post(signed(), at())).status).toBe(200)
  })

  it.each([
    ['the token endpoint of the org', () => endpoint(targetBase)],
    ['the login URL', () => `${base}?so=${server.org.id}`],
    ['the token endpoint, with the id of 15 characters', () => endpoint(base, id15(server.org.id))],
  ])('takes as Recipient %s', async (_, recipient) => {
    expect((await post(signed({ recipient: recipient() }))).status).toBe(200)
  })

  it('takes a response with an assertion, whichever of them is signed', async () => {
    expect((await post(response(signed()))).status).toBe(200)
    const claims = { issuer: 'https://idp.example', audience: entityId, recipient: endpoint(), nameId: user.username }
    const whole = response(samlAssertion(claims, server.now(), base))
    expect((await post(signXml(whole, server.signer, { element: 'Response' }))).status).toBe(200)
  })

  it('reads who it is as the settings say: an attribute with the Federation ID', async () => {
    const issuer = 'https://employees.example'
    const attributes = { employee: 'E-4711', mail: 'other@target.example' }
    expect((await post(signed({ issuer, nameId: 'x', attributes }, {}, employees))).status).toBe(200)
    expect(await refusalOf(await post(signed({ issuer, attributes: { employee: 'e-4711' } }, {}, employees)))).toEqual({
      ...invalidAssertion,
      reason: 'sso-user-unknown',
    })
    expect(await refusalOf(await post(signed({ issuer, attributes: { mail: 'x' } }, {}, employees)))).toEqual({
      ...invalidAssertion,
      reason: 'saml-subject-missing',
    })
  })

  it('reads who it is as the settings say: the User ID', async () => {
    const { id, ...config } = await addIdentityProvider(server, {
      fullName: 'Ids',
      issuer: 'urn:ids',
      identityMapping: 'UserId',
    })
    expect(config).toMatchObject({ identityMapping: 'UserId', identityLocation: 'SubjectNameId' })
    expect((await post(signed({ issuer: 'urn:ids', nameId: user.id }))).status).toBe(200)
    expect((await post(signed({ issuer: 'urn:ids', nameId: id15(user.id) }))).status).toBe(200)
    expect((await post(signed({ issuer: 'urn:ids', nameId: server.org.id }))).status).toBe(400)
    await server.stores.samlSsoConfigs.delete(id)
  })

  it('serves an assertion once, of 50 callers at once', async () => {
    const xml = signed()
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(xml)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.find(({ status }) => status !== 200)
    expect(refused && (await refusalOf(refused))).toEqual({ ...invalidAssertion, reason: 'saml-replayed' })
  })

  it('notes what failed under the user whom it names, before anything is proved', async () => {
    await server.journalOf(await post(signed({ audience: 'https://other.example' })))
    const [latest] = await server.stores.loginHistory.list(server.org.id, { userId: user.id }, { limit: 1 })
    expect(latest).toMatchObject({ status: 'Failed: Audience Invalid', application: 'SAML Assertion' })
  })

  it('ends with the app under which it is kept', async () => {
    const { body } = await post(signed())
    const headers = { authorization: `Bearer ${body.access_token}` }
    const app = await server.stores.apps.findByConsumerKey('SAMLAssertion')
    await server.stores.approvals.revoke(user.id, app?.id ?? '', server.now())
    expect((await server.request(`${targetBase}/services/data/v62.0/limits`, { headers })).status).toBe(401)
  })
})

describe('an assertion of an identity provider is refused', () => {
  it.each<[string, string, () => Promise<string> | string]>([
    ['of another issuer', 'saml-issuer-unknown', () => signed({ issuer: 'https://idp.example/' })],
    ['signed by another provider of the org', 'saml-signature-wrong', () => signed({}, {}, employees)],
    ['changed since', 'saml-altered', () => signed({ nameId: 'x@target.example' }).replace('x@', 'ada@')],
    [
      'without a signature',
      'saml-unsigned',
      () => samlAssertion({ issuer: 'https://idp.example' }, server.now(), base),
    ],
    ['of a user who is not there', 'sso-user-unknown', () => signed({ nameId: 'nobody@target.example' })],
    ['within a response of failure', 'saml-status-not-success', () => response(signed(), 'Responder')],
    ['without an end', 'saml-expiry-missing', () => signed({ notOnOrAfter: undefined, conditionsEnd: undefined })],
    ['that is not valid yet', 'saml-not-yet-valid', () => signed({ notBefore: minutes(10) })],
  ])('%s', async (_, reason, xml) => {
    expect(await refusalOf(await post(await xml()))).toEqual({ ...invalidAssertion, reason })
  })

  it('for another audience, recipient or time, each in its words', async () => {
    const invalid = { status: 400, error: 'invalid_grant', error_uri: validator }
    expect(await refusalOf(await post(signed({ audience: base })))).toEqual({
      ...invalid,
      error_description: 'audience is invalid',
      reason: 'saml-audience-unknown',
    })
    for (const recipient of [
      `${base}/services/oauth2/token`,
      endpoint(base, server.otherOrg.id),
      'https://evil.example',
    ]) {
      expect(await refusalOf(await post(signed({ recipient })))).toEqual({
        ...invalid,
        error_description: 'recipient is invalid',
        reason: 'saml-recipient-unknown',
      })
    }
    for (const claims of [
      { notOnOrAfter: minutes(-4) },
      { issueInstant: minutes(-9), notOnOrAfter: minutes(60), conditionsEnd: minutes(60) },
    ]) {
      expect(await refusalOf(await post(signed(claims)))).toEqual({
        ...invalid,
        error_description: 'expired authorization code',
        reason: 'saml-expired',
      })
    }
    const long = { notOnOrAfter: minutes(60), conditionsEnd: minutes(60) }
    expect((await post(signed(long))).status).toBe(200)
  })

  it('that cannot be read, without a page to look at it', async () => {
    expect(await refusalOf(await post('no XML'))).toEqual({ ...unreadable, reason: 'saml-malformed' })
    const two = response(signed() + signed())
    expect(await refusalOf(await post(two))).toEqual({ ...unreadable, reason: 'saml-malformed' })
  })

  it('of an org that is not named, is not there, has no settings, or is not the one whose address was asked', async () => {
    for (const at of [`${base}/services/oauth2/token`, endpoint(base, '00D000000000000'), endpoint(otherBase)]) {
      expect(await refusalOf(await post(signed(), at))).toEqual({ ...unreadable, reason: 'sso-org-unknown' })
    }
    const other = endpoint(base, server.otherOrg.id)
    expect(await refusalOf(await post(signed(), other))).toEqual({ ...unreadable, reason: 'sso-settings-missing' })
  })

  it('by another profile than that of browsers', async () => {
    const answer = await post(signed(), endpoint(), { assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp' })
    expect(await refusalOf(answer)).toEqual({
      status: 400,
      error: 'invalid_assertion_type',
      error_description: 'assertion type not supported',
      reason: 'saml-profile-unknown',
    })
  })

  it('for a user who may not come in: inactive, frozen, from elsewhere, without the API', async () => {
    const asked = async (details: Partial<User>) => {
      const other = await server.addUser(`u${Math.round(performance.now() * 1000)}@target.example`, details)
      return refusalOf(await post(signed({ nameId: other.username })))
    }
    expect(await asked({ isActive: false })).toMatchObject({ error: 'inactive_user', reason: 'user-inactive' })
    expect(await asked({ isFrozen: true })).toMatchObject({ error: 'inactive_user', reason: 'user-frozen' })
    const office = await server.addProfile({ name: 'Office', loginIpRanges: [{ start: '10.0.0.1', end: '10.0.0.9' }] })
    expect(await asked({ profileId: office.id })).toMatchObject({ error_description: 'ip restricted' })
    const minimum = await server.profile('Minimum Access')
    expect(await asked({ profileId: minimum.id })).toMatchObject({ reason: 'api-not-enabled' })
  })
})
