import type { PermissionSetStore, Profile, UserPermission } from './profile.ts'
import type { User } from './user.ts'

/** Every permission that a user has, by profile or by one of the permission sets. */
export async function permissionsOf(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  user: Pick<User, 'permissionSetIds'>,
  profile: Pick<Profile, 'permissions'>,
): Promise<ReadonlySet<UserPermission>> {
  const sets = await Promise.all(user.permissionSetIds.map((id) => permissionSets.find(id)))
  return new Set([...profile.permissions, ...sets.flatMap((set) => set?.permissions ?? [])])
}

/** Whether a user has a permission, by profile or by one of the permission sets. */
export async function hasPermission(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  user: Pick<User, 'permissionSetIds'>,
  profile: Pick<Profile, 'permissions'>,
  permission: UserPermission,
): Promise<boolean> {
  return (
    profile.permissions.includes(permission) || (await permissionsOf(permissionSets, user, profile)).has(permission)
  )
}
