import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { addIdentityProvider } from '../../test/flows/test-saml.ts'
import { startTestServer, type TestServer } from '../../test/flows/test-server.ts'
import { recordIds } from '../record-id.ts'
import type { User } from '../users/user.ts'
import { type ProvisionedUser, provisionedUser } from './provisioned-user.ts'
import { SamlError } from './saml-error.ts'
import type { SsoAssertion } from './sso-assertion.ts'
import type { SamlSsoConfig } from './sso-config.ts'

let server: TestServer
let config: SamlSsoConfig
let known: User
let provisioned: ProvisionedUser

const askJitHandler = () => Promise.reject(new Error('No handler is named.'))

beforeAll(async () => {
  server = await startTestServer()
  config = await addIdentityProvider(server, { identityMapping: 'FederationId', userProvisioning: true })
  const { id } = await server.addPermissionSet('Extra')
  known = await server.addUser('known@acme.example', { federationId: 'known', permissionSetIds: [id] })
  provisioned = provisionedUser({ ...server.stores, askJitHandler, newId: recordIds(server.now), now: server.now })
})

afterAll(() => server.close())

function saying(attributes: readonly (readonly [string, readonly string[]])[], identity: string): SsoAssertion {
  const assertion = {
    id: '_one',
    issueInstant: server.now(),
    issuer: config.issuer,
    nameId: identity,
    name: undefined,
    sessionIndex: undefined,
    bearers: [],
    notBefore: undefined,
    notOnOrAfter: undefined,
    audiences: [],
    attributes: new Map(attributes),
    xml: () => '<Assertion/>',
    encryptedXml: undefined,
  }
  return { config, assertion, identity, inResponseTo: undefined, end: server.now() }
}

const names = [
  'User.Username',
  'User.FederationIdentifier',
  'User.ProfileId',
  'User.LastName',
  'User.FirstName',
  'User.Email',
  'User.CommunityNickname',
  'User.TimeZoneSidKey',
  'User.LocaleSidKey',
  'User.LanguageLocaleKey',
  'User.Country',
  'User.MobilePhone',
  'User.IsActive',
  'User.ProvisionVersion',
  'User.IsFrozen',
  'User.PermissionSetIds',
  'User.OrgId',
  'User.Id',
  'User.__proto__',
  'User.constructor',
  'toString',
]

const value = fc.oneof(
  anyText(),
  fc.constantFrom(
    '',
    ' ',
    'Standard User',
    'System Administrator',
    'true',
    '0',
    'a@b.example',
    'Europe/Paris',
    'en_US',
    '1.0',
  ),
)
const attribute = fc.tuple(fc.constantFrom(...names), fc.array(value, { minLength: 1, maxLength: 2 }))
const good = [
  ['User.Username', ['grace@acme.example']],
  ['User.Email', ['grace@acme.example']],
  ['User.LastName', ['Hopper']],
  ['User.ProfileId', ['Standard User']],
] as const

describe('a user of attributes', () => {
  it('is one of the org, whole and without more than that, or there is a reason', async () => {
    const { org, stores } = server
    const profiles = (await stores.profiles.list(org.id)).map(({ id }) => id)
    const identity = fc.oneof(fc.constant('known'), fc.constant('new'), anyText())
    let made = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(attribute, { maxLength: 6 }),
        fc.boolean(),
        identity,
        async (more, isGood, identity) => {
          try {
            const { user, before, write } = await provisioned(saying([...(isGood ? good : []), ...more], identity), org)
            made += 1
            expect(user).toMatchObject({
              orgId: org.id,
              federationId: identity,
              isFrozen: false,
              epoch: before?.epoch ?? 1,
            })
            expect(user.permissionSetIds).toEqual(before?.permissionSetIds ?? [])
            expect(user.passwordHash).toBe(before?.passwordHash)
            expect(profiles).toContain(user.profileId)
            expect(user.email).toMatch(/@/)
            expect(user.lastName.trim()).not.toBe('')
            expect(before?.id).toBe(identity === 'known' ? known.id : undefined)
            if (before !== undefined) expect([user.id, user.username]).toEqual([known.id, known.username])
            if (write !== undefined && 'to' in write) {
              expect(Object.keys(write.to)).not.toContain('permissionSetIds')
              expect(write.change).toEqual({ id: known.id, orgId: org.id, federationId: 'known' })
            }
          } catch (error) {
            if (!(error instanceof SamlError)) throw error
            expect(error.refusal.reason).toMatch(/^saml-jit-attribute-(?:missing|invalid)$/)
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(made).toBeGreaterThan(20)
  })
})
