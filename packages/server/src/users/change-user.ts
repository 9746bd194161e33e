import type { Clock } from '../clock.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { type OwnAccessNeeds, ownAccessProblem } from './own-access.ts'
import type { PermissionSet } from './profile.ts'
import { canonicalUsername, type User, type UserDetails, type UserStore } from './user.ts'
import { type EnteredUser, type UserLookups, userWithDetails } from './user-details.ts'

type Needs = UserLookups &
  OwnAccessNeeds & {
    readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId' | 'update'>
    readonly now: Clock
  }

/** Changes what was entered of a user and leaves the rest. Deactivating ends every token and session at once, as the store sees to. */
export async function changeUser(needs: Needs, user: User, entered: EnteredUser): Promise<Outcome<User>> {
  const details = await userWithDetails(needs, user, entered)
  if (!details.ok) return details
  const changed: User = { ...details.value, modifiedAt: needs.now() }
  const lockout = await ownAccessProblem(needs, { user: changed })
  if (lockout !== undefined) {
    const field = changed.profileId === user.profileId ? 'permissionSets' : 'profile'
    return refused({ field: lockout.loses === 'activity' ? 'isActive' : field, message: lockout.message })
  }
  await needs.users.update(user.id, detailsOf(changed))
  return done(changed)
}

type AssignmentNeeds = OwnAccessNeeds & {
  readonly users: Pick<UserStore, 'update'>
  readonly now: Clock
}

/** Gives a user one more permission set; refused when they have it already. */
export async function assignPermissionSet(
  { users, now }: Pick<AssignmentNeeds, 'users' | 'now'>,
  user: User,
  permissionSet: Pick<PermissionSet, 'id' | 'label'>,
): Promise<Outcome<User>> {
  if (user.permissionSetIds.includes(permissionSet.id)) {
    const message = `${user.username} has the permission set “${permissionSet.label}” already.`
    return refused({ field: 'user', message })
  }
  const permissionSetIds = [...user.permissionSetIds, permissionSet.id]
  const changed: User = { ...user, permissionSetIds, modifiedAt: now() }
  await users.update(user.id, detailsOf(changed))
  return done(changed)
}

/** Gives several users a permission set, named by username: all of them, or none when one of them cannot get it. */
export async function assignPermissionSetTo(
  { users, now }: Pick<AssignmentNeeds, 'now'> & { readonly users: Pick<UserStore, 'findByUsername' | 'update'> },
  permissionSet: Pick<PermissionSet, 'id' | 'orgId' | 'label'>,
  usernames: readonly string[],
): Promise<Outcome<readonly User[]>> {
  const found = await Promise.all(usernames.map((name) => users.findByUsername(canonicalUsername(name))))
  const problems = found.flatMap((user, item): readonly Problem[] => {
    const name = usernames[item]
    if (user === undefined || user.orgId !== permissionSet.orgId) {
      return [{ field: 'users', item, message: `This org has no user “${name}”.` }]
    }
    if (found.findIndex((one) => one?.id === user.id) < item)
      return [{ field: 'users', item, message: `“${name}” is listed already.` }]
    return user.permissionSetIds.includes(permissionSet.id)
      ? [{ field: 'users', item, message: `${name} has the permission set “${permissionSet.label}” already.` }]
      : []
  })
  if (problems.length > 0) return refused(...problems)
  const assigned: User[] = []
  for (const user of found) {
    const outcome = user === undefined ? undefined : await assignPermissionSet({ users, now }, user, permissionSet)
    if (outcome?.ok) assigned.push(outcome.value)
  }
  return done(assigned)
}

/** Takes a permission set from a user; refused when they do not have it. */
export async function unassignPermissionSet(
  needs: AssignmentNeeds,
  user: User,
  permissionSet: Pick<PermissionSet, 'id' | 'label'>,
): Promise<Outcome<User>> {
  if (!user.permissionSetIds.includes(permissionSet.id)) {
    const message = `${user.username} does not have the permission set “${permissionSet.label}”.`
    return refused({ field: 'user', message })
  }
  const permissionSetIds = user.permissionSetIds.filter((id) => id !== permissionSet.id)
  const changed: User = { ...user, permissionSetIds, modifiedAt: needs.now() }
  const lockout = await ownAccessProblem(needs, { user: changed })
  if (lockout !== undefined) return refused({ field: 'user', message: lockout.message })
  await needs.users.update(user.id, detailsOf(changed))
  return done(changed)
}

function detailsOf(user: User): UserDetails {
  const {
    id,
    orgId,
    passwordHash,
    securityTokenHash,
    failedLogins,
    lockedUntil,
    epoch,
    lastLoginAt,
    createdAt,
    isFrozen,
    ...details
  } = user
  return details
}
