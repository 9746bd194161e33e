import { done, type Outcome, refused } from '../problem.ts'
import {
  type PermissionSet,
  type PermissionSetStore,
  type Profile,
  type ProfileStore,
  type ProfileUse,
  standardProfiles,
} from './profile.ts'

/** Deletes a profile that nothing uses. Those that every org is made with stay, as at Salesforce. */
export async function deleteProfile(
  { profiles }: { readonly profiles: Pick<ProfileStore, 'delete' | 'useOf'> },
  profile: Profile,
): Promise<Outcome<undefined>> {
  if (standardProfiles.some(({ name }) => name === profile.name)) {
    return refused({ field: 'name', message: `“${profile.name}” is a standard profile; these stay.` })
  }
  if (await profiles.delete(profile)) return done(undefined)
  return refused({ field: 'name', message: inUse(profile.name, await profiles.useOf(profile)) })
}

/** Deletes a permission set that nothing uses. */
export async function deletePermissionSet(
  { permissionSets }: { readonly permissionSets: Pick<PermissionSetStore, 'delete' | 'useOf'> },
  permissionSet: PermissionSet,
): Promise<Outcome<undefined>> {
  if (await permissionSets.delete(permissionSet)) return done(undefined)
  return refused({ field: 'name', message: inUse(permissionSet.name, await permissionSets.useOf(permissionSet)) })
}

function inUse(name: string, { users, apps }: ProfileUse): string {
  const usedBy = [
    ...(users === 0 ? [] : [users === 1 ? 'one user has it' : `${users} users have it`]),
    ...(apps.length === 0 ? [] : [`it is assigned to ${apps.map((label) => `“${label}”`).join(', ')}`]),
  ]
  // Between the attempt and this look it may have become free, or have been deleted by somebody else.
  if (usedBy.length === 0) return `“${name}” could not be deleted: it has just been changed. Try again.`
  return `“${name}” is in use: ${usedBy.join(', and ')}. Take it away there first.`
}
