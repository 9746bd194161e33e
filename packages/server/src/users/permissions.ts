import type { PermissionSetStore, Profile, UserPermission } from './profile.ts'
import type { User } from './user.ts'

/** Whether a user has a permission, by profile or by one of the permission sets. */
export async function hasPermission(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  user: Pick<User, 'permissionSetIds'>,
  profile: Pick<Profile, 'permissions'>,
  permission: UserPermission,
): Promise<boolean> {
  if (profile.permissions.includes(permission)) return true
  for (const id of user.permissionSetIds) {
    const permissionSet = await permissionSets.find(id)
    if (permissionSet?.permissions.includes(permission)) return true
  }
  return false
}
