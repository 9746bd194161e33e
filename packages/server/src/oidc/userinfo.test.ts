import { expect, it } from 'vitest'
import { jane as sampleUser } from '../../test/jane.ts'
import { userinfo } from './userinfo.ts'

const jane = sampleUser({
  country: 'FR',
  createdAt: new Date('2023-01-01T00:00:00Z'),
  modifiedAt: new Date('2023-06-07T12:21:45Z'),
})

const request = {
  user: jane,
  addresses: { loginBase: 'https://login.salesforce.com', orgBase: 'https://mycompany.my.salesforce.com' },
  scopes: ['id'],
  isAppInstalled: true,
  updatedAtIsNumber: false,
  mobilePolicy: undefined,
  customClaims: {},
  now: new Date('2026-07-01T00:00:00Z'),
}

it("has the fields of Salesforce's recorded answer", () => {
  expect(userinfo(request)).toEqual({
    sub: 'https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV',
    user_id: '0055g00000BnX2QAAV',
    organization_id: '00D5g000004ExmPEAS',
    preferred_username: 'jane@example.com',
    nickname: 'jane',
    name: 'Jane Roe',
    email: 'jane@corp.example',
    email_verified: true,
    given_name: 'Jane',
    family_name: 'Roe',
    zoneinfo: 'Europe/Paris',
    photos: {
      picture: 'https://mycompany.my.salesforce.com/profilephoto/005/F',
      thumbnail: 'https://mycompany.my.salesforce.com/profilephoto/005/T',
    },
    profile: 'https://mycompany.my.salesforce.com/0055g00000BnX2QAAV',
    picture: 'https://mycompany.my.salesforce.com/profilephoto/005/F',
    address: { country: 'FR' },
    is_salesforce_integration_user: false,
    urls: {
      profile: 'https://mycompany.my.salesforce.com/0055g00000BnX2QAAV',
      custom_domain: 'https://mycompany.my.salesforce.com',
    },
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 3600000,
    updated_at: '2023-06-07T12:21:45Z',
    is_app_installed: true,
  })
})

it('has more places to go with api, as templates of a version', () => {
  expect(userinfo({ ...request, scopes: ['id', 'api'] }).urls.enterprise).toBe(
    'https://mycompany.my.salesforce.com/services/Soap/c/{version}/00D5g000004ExmP',
  )
})

it('says when it changed by a number where the standard is followed', () => {
  const expected = Math.floor(request.user.modifiedAt.getTime() / 1000)
  expect(userinfo({ ...request, updatedAtIsNumber: true }).updated_at).toBe(expected)
})

it('leaves out phone and installation when there is none', () => {
  const fields = Object.keys(userinfo({ ...request, isAppInstalled: false }))
  expect(fields).not.toContain('phone_number')
  expect(fields).not.toContain('is_app_installed')
})
