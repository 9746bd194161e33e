import type { User } from '../src/users/user.ts'

/** A user of an org at Salesforce, as examples of its documentation have them, with details of a test's own. */
export function jane(details: Partial<User> = {}): User {
  return {
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
    locale: 'en_US',
    language: 'en_US',
    country: undefined,
    mobilePhone: undefined,
    federationId: undefined,
    lastLoginAt: undefined,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    modifiedAt: new Date('2026-02-11T09:14:52Z'),
    ...details,
  }
}
