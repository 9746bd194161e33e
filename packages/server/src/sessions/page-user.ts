import { type Checklist, pass } from '../journal/checklist.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { User } from '../users/user.ts'

/** Why somebody is kept from the pages, and which profile or permission set does it. */
export interface ApiOnlyRefusal {
  readonly reason: 'user-api-only'
  readonly facts: { readonly user: string; readonly givenBy: string }
}

/** Whether a user may have a session at a browser; `undefined` when they may. */
export type CheckPageUser = (
  user: Pick<User, 'username' | 'profileId' | 'permissionSetIds'>,
  checks: Checklist,
) => Promise<ApiOnlyRefusal | undefined>

interface Needs {
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
}

/** By the permission *API Only User*: whoever has it may use the API, and no page. */
export function checkPageUser({ profiles, permissionSets }: Needs): CheckPageUser {
  return async ({ username, profileId, permissionSetIds }, checks) => {
    const [profile, ...sets] = await Promise.all([
      profiles.find(profileId),
      ...permissionSetIds.map((id) => permissionSets.find(id)),
    ])
    const givenBy = profile?.permissions.includes('ApiUserOnly')
      ? `the profile “${profile.name}”`
      : sets
          .filter((set) => set?.permissions.includes('ApiUserOnly'))
          .map((set) => `the permission set “${set?.name}”`)[0]
    if (givenBy !== undefined) return { reason: 'user-api-only', facts: { user: username, givenBy } }
    pass(checks, 'page-user')
    return undefined
  }
}
