import { permissionsOf } from './permissions.ts'
import type { PermissionSetStore, Profile } from './profile.ts'
import type { User } from './user.ts'

/**
 * Why somebody who signs in has to verify their identity besides, in the words of Identity Verification History: their
 * profile wants a session of high assurance; or multi-factor authentication is asked of them, and they are not exempt.
 */
export type SecondFactor = 'ProfilePolicy' | 'TwoFactorAuthentication'

/** What a user is asked for besides the first factor; nobody is exempt from what the profile wants. */
export async function secondFactorOf(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  user: Pick<User, 'permissionSetIds'>,
  profile: Pick<Profile, 'permissions' | 'requiresHighAssurance'>,
): Promise<SecondFactor | undefined> {
  if (profile.requiresHighAssurance) return 'ProfilePolicy'
  const permissions = await permissionsOf(permissionSets, user, profile)
  const isAsked = permissions.has('ForceTwoFactor') && !permissions.has('BypassMFAForUiLogins')
  return isAsked ? 'TwoFactorAuthentication' : undefined
}
