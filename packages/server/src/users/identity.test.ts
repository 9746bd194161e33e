import { describe, expect, it } from 'vitest'
import { identityUrl, standardClaims, wireInstant } from './identity.ts'
import type { User } from './user.ts'

const jane: User = {
  id: '0055g00000BnX2QAAV',
  orgId: '00D5g000004ExmPEAS',
  username: 'jane@example.com',
  email: 'jane@corp.example',
  firstName: 'Jane',
  lastName: 'Roe',
  nickname: 'jane',
  profileId: '00e5g000000aAaAAAU',
  permissionSetIds: [],
  isActive: true,
  isFrozen: false,
  passwordHash: undefined,
  securityTokenHash: undefined,
  failedLogins: 0,
  lockedUntil: undefined,
  epoch: 1,
  timeZone: 'Europe/Paris',
  locale: 'fr_FR',
  language: 'en_US',
  country: 'FR',
  mobilePhone: '+33 1 23 45 67 89',
  federationId: undefined,
  lastLoginAt: undefined,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  modifiedAt: new Date('2026-02-11T09:14:52.321Z'),
}

describe('identityUrl', () => {
  it('names a user by two ids of 18 characters', () => {
    expect(identityUrl('https://login.salesforce.com', jane)).toBe(
      'https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV',
    )
  })
})

describe('standardClaims', () => {
  it('says what is known of a person', () => {
    expect(standardClaims(jane, 'https://mycompany.my.salesforce.com')).toEqual({
      preferred_username: 'jane@example.com',
      nickname: 'jane',
      name: 'Jane Roe',
      email: 'jane@corp.example',
      email_verified: true,
      given_name: 'Jane',
      family_name: 'Roe',
      zoneinfo: 'Europe/Paris',
      profile: 'https://mycompany.my.salesforce.com/0055g00000BnX2QAAV',
      picture: 'https://mycompany.my.salesforce.com/profilephoto/005/F',
      address: { country: 'FR' },
      phone_number: '+33 1 23 45 67 89',
      phone_number_verified: false,
      locale: 'fr_FR',
    })
  })

  it('leaves out what is not known', () => {
    const sparse = { ...jane, firstName: undefined, country: undefined, mobilePhone: undefined }
    const claims = standardClaims(sparse, 'https://mycompany.my.salesforce.com')
    expect(claims).toMatchObject({ name: 'Roe', address: {} })
    expect(Object.keys(claims)).not.toContain('given_name')
    expect(Object.keys(claims)).not.toContain('phone_number')
  })
})

describe('wireInstant', () => {
  it('writes whole seconds of UTC', () => {
    expect(wireInstant(jane.modifiedAt)).toBe('2026-02-11T09:14:52Z')
  })
})
