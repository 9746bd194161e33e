import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { checkPassword, type EnteredPassword, storedPassword } from './new-password.ts'
import type { Passwords } from './password.ts'
import { canonicalUsername, type User, type UserStore } from './user.ts'
import { type EnteredUser, nicknameOf, type UserLookups, userWithDetails } from './user-details.ts'

/** A user to be made. Without a password, and without a hash of one, they can only come by an assertion. */
export interface NewUser extends EnteredUser, EnteredPassword {
  readonly username: string
  readonly email: string
  readonly lastName: string
  readonly profile: string
}

interface Needs extends UserLookups {
  readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId' | 'add'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Makes a user of an org. Problems carry the names of {@link NewUser}. */
export async function newUser(needs: Needs, org: Org, entered: NewUser): Promise<Outcome<User>> {
  const blank = blankUser(org, { id: needs.newId('user'), username: entered.username, now: needs.now() })
  const details = await userWithDetails(needs, blank, entered)
  const password = checkPassword(org, blank.username, entered)
  if (!details.ok || !password.ok) {
    return refused(...(details.ok ? [] : details.problems), ...(password.ok ? [] : password.problems))
  }
  const stored = await storedPassword(needs.passwords, entered)
  if (!stored.ok) return stored
  const user: User = { ...details.value, passwordHash: stored.value }
  await needs.users.add(user)
  return done(user)
}

/** A user of an org of whom nothing is known yet but a username: active, without a password, and without a profile. */
export function blankUser(
  org: Org,
  { id, username, now }: { readonly id: string; readonly username: string; readonly now: Date },
): User {
  const canonical = canonicalUsername(username)
  return {
    id,
    orgId: org.id,
    username: canonical,
    email: '',
    firstName: undefined,
    lastName: '',
    nickname: nicknameOf(canonical),
    profileId: '',
    permissionSetIds: [],
    isActive: true,
    isFrozen: false,
    passwordHash: undefined,
    securityTokenHash: undefined,
    failedLogins: 0,
    lockedUntil: undefined,
    epoch: 1,
    timeZone: org.settings.timeZone,
    locale: 'en_US',
    language: 'en_US',
    country: undefined,
    mobilePhone: undefined,
    federationId: undefined,
    lastLoginAt: undefined,
    createdAt: now,
    modifiedAt: now,
  }
}
