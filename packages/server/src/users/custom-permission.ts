import type { User } from './user.ts'

/**
 * A permission of an org's own making (`CustomPermission`): profiles and permission sets give it, and the app that it
 * belongs to is told who has it.
 */
export interface CustomPermission {
  /** 18 characters, `0CP…`. */
  readonly id: string
  readonly orgId: string
  /** API name, unique in its org. */
  readonly name: string
  readonly label: string
  readonly description: string | undefined
  /** The app that learns who has it; `undefined` for none. */
  readonly appId: string | undefined
  /** The profiles and permission sets that give it. */
  readonly profileIds: readonly string[]
  readonly permissionSetIds: readonly string[]
}

/** Keeps custom permissions. */
export interface CustomPermissionStore {
  add(permission: CustomPermission): Promise<void>
  update(permission: CustomPermission): Promise<void>
  delete(permission: CustomPermission): Promise<void>
  /** Those of an org, by name. */
  list(orgId: string): Promise<readonly CustomPermission[]>
}

/** Whether a user has a custom permission, by profile or permission set. */
export function hasCustomPermission(
  { profileIds, permissionSetIds }: Pick<CustomPermission, 'profileIds' | 'permissionSetIds'>,
  user: Pick<User, 'profileId' | 'permissionSetIds'>,
): boolean {
  return profileIds.includes(user.profileId) || permissionSetIds.some((id) => user.permissionSetIds.includes(id))
}
