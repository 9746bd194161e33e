import type { Clock } from '../clock.ts'
import { done, type Outcome } from '../problem.ts'
import type { PermissionSet } from './profile.ts'
import type { User, UserDetails, UserStore } from './user.ts'
import { type EnteredUser, type UserLookups, userWithDetails } from './user-details.ts'

interface Needs extends UserLookups {
  readonly users: Pick<UserStore, 'findByUsername' | 'update'>
  readonly now: Clock
}

/** Changes what was entered of a user and leaves the rest. Deactivating ends every token and session at once, as the store sees to. */
export async function changeUser(needs: Needs, user: User, entered: EnteredUser): Promise<Outcome<User>> {
  const details = await userWithDetails(needs, user, entered)
  if (!details.ok) return details
  const changed: User = { ...details.value, modifiedAt: needs.now() }
  await needs.users.update(user.id, detailsOf(changed))
  return done(changed)
}

/** Gives a user one more permission set; `false` when they had it. */
export async function assignPermissionSet(
  { users, now }: Pick<Needs, 'now'> & { readonly users: Pick<UserStore, 'update'> },
  user: User,
  permissionSet: Pick<PermissionSet, 'id'>,
): Promise<boolean> {
  if (user.permissionSetIds.includes(permissionSet.id)) return false
  const permissionSetIds = [...user.permissionSetIds, permissionSet.id]
  await users.update(user.id, detailsOf({ ...user, permissionSetIds, modifiedAt: now() }))
  return true
}

/** Takes a permission set from a user; `false` when they had none. */
export async function unassignPermissionSet(
  { users, now }: Pick<Needs, 'now'> & { readonly users: Pick<UserStore, 'update'> },
  user: User,
  permissionSet: Pick<PermissionSet, 'id'>,
): Promise<boolean> {
  if (!user.permissionSetIds.includes(permissionSet.id)) return false
  const permissionSetIds = user.permissionSetIds.filter((id) => id !== permissionSet.id)
  await users.update(user.id, detailsOf({ ...user, permissionSetIds, modifiedAt: now() }))
  return true
}

function detailsOf(user: User): UserDetails {
  const { id, orgId, passwordHash, failedLogins, lockedUntil, epoch, lastLoginAt, createdAt, isFrozen, ...details } =
    user
  return details
}
