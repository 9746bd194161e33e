import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jane as sampleUser } from '../../test/jane.ts'
import type { User } from '../users/user.ts'
import {
  findIdentity,
  identityDocument,
  readIdentityPath,
  readIdentityVersion,
  statusOfIdentityRefusal,
  userUrls,
} from './identity-url.ts'

const jane = sampleUser({ timeZone: 'America/Los_Angeles', country: 'US' })

const addresses = { loginBase: 'https://login.salesforce.com', orgBase: 'https://mycompany.my.salesforce.com' }

describe('identityDocument', () => {
  const request = {
    user: jane,
    addresses,
    identityBase: addresses.loginBase,
    scopes: ['id', 'api'],
    isAsserted: true,
    isAppInstalled: true,
    mobilePolicy: undefined,
    pushServiceType: undefined,
    customClaims: {},
    version: undefined,
    now: new Date('2026-07-01T00:00:00Z'),
  }

  it("has Salesforce's fields in Salesforce's order", () => {
    expect(JSON.stringify(identityDocument(request))).toBe(
      '{"id":"https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV","asserted_user":true,' +
        '"user_id":"0055g00000BnX2QAAV","organization_id":"00D5g000004ExmPEAS","username":"jane@example.com",' +
        '"nick_name":"jane","display_name":"Jane Roe","email":"jane@corp.example","email_verified":true,' +
        '"first_name":"Jane","last_name":"Roe","timezone":"America/Los_Angeles",' +
        '"photos":{"picture":"https://mycompany.my.salesforce.com/profilephoto/005/F","thumbnail":"https://mycompany.my.salesforce.com/profilephoto/005/T"},' +
        '"addr_street":null,"addr_city":null,"addr_state":null,"addr_country":"US","addr_zip":null,' +
        '"mobile_phone":null,"mobile_phone_verified":false,"is_lightning_login_user":false,' +
        '"status":{"created_date":null,"body":null},' +
        '"urls":{"enterprise":"https://mycompany.my.salesforce.com/services/Soap/c/{version}/00D5g000004ExmP",' +
        '"metadata":"https://mycompany.my.salesforce.com/services/Soap/m/{version}/00D5g000004ExmP",' +
        '"partner":"https://mycompany.my.salesforce.com/services/Soap/u/{version}/00D5g000004ExmP",' +
        '"rest":"https://mycompany.my.salesforce.com/services/data/v{version}/",' +
        '"sobjects":"https://mycompany.my.salesforce.com/services/data/v{version}/sobjects/",' +
        '"search":"https://mycompany.my.salesforce.com/services/data/v{version}/search/",' +
        '"query":"https://mycompany.my.salesforce.com/services/data/v{version}/query/",' +
        '"recent":"https://mycompany.my.salesforce.com/services/data/v{version}/recent/",' +
        '"tooling_soap":"https://mycompany.my.salesforce.com/services/Soap/T/{version}/00D5g000004ExmP",' +
        '"tooling_rest":"https://mycompany.my.salesforce.com/services/data/v{version}/tooling/",' +
        '"profile":"https://mycompany.my.salesforce.com/0055g00000BnX2QAAV",' +
        '"feeds":"https://mycompany.my.salesforce.com/services/data/v{version}/chatter/feeds",' +
        '"groups":"https://mycompany.my.salesforce.com/services/data/v{version}/chatter/groups",' +
        '"users":"https://mycompany.my.salesforce.com/services/data/v{version}/chatter/users",' +
        '"feed_items":"https://mycompany.my.salesforce.com/services/data/v{version}/chatter/feed-items",' +
        '"feed_elements":"https://mycompany.my.salesforce.com/services/data/v{version}/chatter/feed-elements",' +
        '"custom_domain":"https://mycompany.my.salesforce.com"},' +
        '"active":true,"user_type":"STANDARD","language":"en_US","locale":"en_US","utcOffset":-28800000,' +
        '"last_modified_date":"2026-02-11T09:14:52Z","is_app_installed":true}',
    )
  })

  it('writes null for a first name there is not, and says nothing of an app that is not installed', () => {
    const document = identityDocument({ ...request, user: { ...jane, firstName: undefined }, isAppInstalled: false })
    expect(document.first_name).toBeNull()
    expect(Object.keys(document)).not.toContain('is_app_installed')
  })

  it("says when it is not the token's own user", () => {
    expect(identityDocument({ ...request, isAsserted: false }).asserted_user).toBe(false)
  })
})

describe('userUrls', () => {
  it('opens the profile with any scope, feeds with chatter_api, and all with api or full', () => {
    expect(Object.keys(userUrls(jane, addresses, ['id'], undefined))).toEqual(['profile', 'custom_domain'])
    expect(Object.keys(userUrls(jane, addresses, ['id', 'chatter_api'], undefined))).toEqual([
      'profile',
      'feeds',
      'groups',
      'users',
      'feed_items',
      'feed_elements',
      'custom_domain',
    ])
    expect(userUrls(jane, addresses, ['full'], undefined)).toEqual(userUrls(jane, addresses, ['api'], undefined))
  })

  it('puts the version asked for into every URL that has one', () => {
    const urls = userUrls(jane, addresses, ['api'], '29.0')
    expect(urls.partner).toBe('https://mycompany.my.salesforce.com/services/Soap/u/29.0/00D5g000004ExmP')
    expect(urls.rest).toBe('https://mycompany.my.salesforce.com/services/data/v29.0/')
    expect(Object.values(urls).join()).not.toContain('{')
  })

  it('names no custom domain when the org has no address of its own', () => {
    const urls = userUrls(
      jane,
      { loginBase: 'http://localhost:8787', orgBase: 'http://localhost:8787' },
      ['api'],
      '67.0',
    )
    expect(Object.keys(urls)).not.toContain('custom_domain')
  })
})

describe('readIdentityVersion', () => {
  it('takes a number, latest, or nothing', () => {
    expect(readIdentityVersion('29.0', '67.0')).toEqual({ ok: true, version: '29.0' })
    expect(readIdentityVersion('29', '67.0')).toEqual({ ok: true, version: '29.0' })
    expect(readIdentityVersion('latest', '67.0')).toEqual({ ok: true, version: '67.0' })
    expect(readIdentityVersion(undefined, '67.0')).toEqual({ ok: true, version: undefined })
  })

  it.each(['newest', '29.5', '-1', '0', '1e3', '29.0/../..', '67.0\n', '<b>'])('refuses %j', (version) => {
    expect(readIdentityVersion(version, '67.0')).toEqual({ ok: false })
  })
})

describe('readIdentityPath', () => {
  const named = { orgId: '00D5g000004ExmPEAS', userId: '0055g00000BnX2QAAV' }

  it('reads ids of 15 and of 18 characters, with and without a slash at the end', () => {
    expect(readIdentityPath('/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV')).toEqual(named)
    expect(readIdentityPath('/id/00D5g000004ExmP/0055g00000BnX2Q')).toEqual(named)
    expect(readIdentityPath('/id/00D5g000004ExmP/0055g00000BnX2QAAV/')).toEqual(named)
  })

  it.each([
    '/id/keys',
    '/id/00D5g000004ExmPEAS',
    '/id/0055g00000BnX2QAAV/00D5g000004ExmPEAS',
    '/id/00D5g000004ExmPEAS/0015g00000BnX2QAAV',
    '/id/00D5g000004ExmPEAA/0055g00000BnX2QAAV',
    '/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV/more',
    '/id/00D5g000004Exm%50/0055g00000BnX2Q',
  ])('finds nobody in %s', (path) => {
    expect(readIdentityPath(path)).toBeUndefined()
  })

  it('never throws, and what it reads are ids it reads again', () => {
    const idLike = fc.stringMatching(/^(00D|005)[0-9A-Za-z]{12}([A-Z0-5]{3})?$/)
    const path = fc.oneof(
      fc.string(),
      fc.tuple(fc.oneof(fc.string(), idLike), fc.oneof(fc.string(), idLike)).map(([org, user]) => `/id/${org}/${user}`),
    )
    fc.assert(
      fc.property(path, (text) => {
        const name = readIdentityPath(text)
        if (name === undefined) return
        expect(readIdentityPath(`/id/${name.orgId}/${name.userId}`)).toEqual(name)
        expect(name.orgId).toMatch(/^00D[0-9A-Za-z]{15}$/)
        expect(name.userId).toMatch(/^005[0-9A-Za-z]{15}$/)
      }),
    )
  })
})

describe('findIdentity', () => {
  const joe: User = { ...jane, id: '0055g00000CnX2QAAV', username: 'joe@example.com' }
  const gone: User = { ...jane, id: '0055g00000DnX2QAAV', isActive: false }
  const stranger: User = { ...jane, id: '0055g00000EnX2QAAV', orgId: '00D5g000009ZzzZEAS' }
  const everybody = new Map([jane, joe, gone, stranger].map((user) => [user.id, user]))
  const users = { find: async (id: string) => everybody.get(id) }
  const caller = { orgId: jane.orgId, userId: jane.id, scopes: ['id'], isApiEnabled: true }
  const withApi = { ...caller, scopes: ['id', 'api'] }
  const named = (user: User) => ({ orgId: jane.orgId, userId: user.id })

  it('shows users themselves with any token', async () => {
    expect(await findIdentity(named(jane), caller, users)).toEqual({ ok: true, user: jane, isAsserted: true })
  })

  it('shows others only with api, and only to users with API Enabled', async () => {
    expect(await findIdentity(named(joe), withApi, users)).toEqual({ ok: true, user: joe, isAsserted: false })
    const refused = { ok: false, refusal: 'No_Access' }
    expect(await findIdentity(named(joe), caller, users)).toEqual(refused)
    expect(await findIdentity(named(joe), { ...withApi, isApiEnabled: false }, users)).toEqual(refused)
  })

  it('does not tell who exists to those who may not see others', async () => {
    const nobody = { orgId: jane.orgId, userId: '0055g00000FnX2QAAV' }
    expect(await findIdentity(nobody, caller, users)).toEqual(await findIdentity(named(joe), caller, users))
  })

  it('refuses in the words of the identity service, each with its status', async () => {
    const refusals = await Promise.all([
      findIdentity(undefined, withApi, users),
      findIdentity({ orgId: stranger.orgId, userId: jane.id }, withApi, users),
      findIdentity(named(stranger), withApi, users),
      findIdentity(named(gone), withApi, users),
    ])
    expect(refusals).toEqual([
      { ok: false, refusal: 'Bad_Id' },
      { ok: false, refusal: 'Wrong_Org' },
      { ok: false, refusal: 'Bad_Id' },
      { ok: false, refusal: 'Inactive' },
    ])
    expect(statusOfIdentityRefusal('Bad_OAuth_Token')).toBe(403)
    expect(statusOfIdentityRefusal('Missing_OAuth_Token')).toBe(403)
    expect(statusOfIdentityRefusal('Wrong_Org')).toBe(403)
    expect(statusOfIdentityRefusal('Bad_Id')).toBe(404)
    expect(statusOfIdentityRefusal('Inactive')).toBe(404)
    expect(statusOfIdentityRefusal('No_Access')).toBe(404)
    expect(statusOfIdentityRefusal('Invalid_Version')).toBe(406)
    expect(statusOfIdentityRefusal('Invalid_Callback')).toBe(406)
  })
})
