import { displayName, type Stores, type User } from '@sallyport/server'
import { details, minute, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** A user with the names of what its ids stand for. */
export interface ShownUser {
  readonly user: User
  readonly org: string
  readonly profile: string
  readonly permissionSets: readonly string[]
  readonly isLocked: boolean
}

/** Looks up the names that go with a user. */
export async function shownUser(
  { orgs, profiles, permissionSets }: Pick<Stores, 'orgs' | 'profiles' | 'permissionSets'>,
  user: User,
  now: Date,
): Promise<ShownUser> {
  const sets = await Promise.all(user.permissionSetIds.map((id) => permissionSets.find(id)))
  return {
    user,
    org: (await orgs.find(user.orgId))?.name ?? '',
    profile: (await profiles.find(user.profileId))?.name ?? '',
    permissionSets: sets.flatMap((permissionSet) => (permissionSet === undefined ? [] : [permissionSet.name])),
    isLocked: user.lockedUntil !== undefined && user.lockedUntil > now,
  }
}

/** A user as programs read it. The password, even hashed, stays where it is. */
export function userJson({
  user,
  org,
  profile,
  permissionSets,
  isLocked,
}: ShownUser): Readonly<Record<string, unknown>> {
  const { id, username, email, firstName, lastName, nickname, isActive, isFrozen, passwordHash, ...rest } = user
  const {
    failedLogins,
    lockedUntil,
    timeZone,
    locale,
    language,
    country,
    mobilePhone,
    federationId,
    lastLoginAt,
    createdAt,
  } = rest
  return {
    id,
    org,
    username,
    email,
    firstName,
    lastName,
    nickname,
    profile,
    permissionSets,
    isActive,
    isFrozen,
    isLocked,
    lockedUntil,
    failedLogins,
    hasPassword: passwordHash !== undefined,
    timeZone,
    locale,
    language,
    country,
    mobilePhone,
    federationId,
    lastLoginAt,
    createdAt,
  }
}

/** A user as people read it. */
export function userText(shown: ShownUser, style: Style): string {
  const { user } = shown
  return details(
    {
      Username: user.username,
      Id: user.id,
      Org: shown.org,
      Name: displayName(user),
      Email: user.email,
      Profile: shown.profile,
      'Permission sets': shown.permissionSets.join('\n') || '–',
      State: stateOf(shown),
      Password: yesNo(user.passwordHash !== undefined),
      'Time zone': user.timeZone,
      Locale: user.locale,
      Language: user.language,
      Country: user.country,
      'Mobile phone': user.mobilePhone,
      'Federation ID': user.federationId,
      'Last sign-in': minute(user.lastLoginAt),
      Created: minute(user.createdAt),
    },
    style,
  )
}

/** Whether the user can sign in, and if not why: inactive, frozen, locked. */
export function stateOf({ user, isLocked }: Pick<ShownUser, 'user' | 'isLocked'>): string {
  const states = [
    ...(user.isActive ? [] : ['inactive']),
    ...(user.isFrozen ? ['frozen'] : []),
    ...(isLocked ? ['locked'] : []),
  ]
  return states.length === 0 ? 'active' : states.join(', ')
}
