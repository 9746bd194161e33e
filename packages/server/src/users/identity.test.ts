import { describe, expect, it } from 'vitest'
import { jane as sampleUser } from '../../test/jane.ts'
import { identityUrl, standardClaims, wireInstant } from './identity.ts'

const jane = sampleUser({
  locale: 'fr_FR',
  country: 'FR',
  mobilePhone: '+33 1 23 45 67 89',
  modifiedAt: new Date('2026-02-11T09:14:52.321Z'),
})

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
