import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import { hasPermission } from '../users/permissions.ts'
import type { PermissionSetStore, Profile, ProfileStore } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** That the org lets no app in which no admin approved. */
export interface ControlRefusal {
  readonly reason: 'api-access-controlled'
  readonly facts: { readonly app: string; readonly org: string }
}

/** Who uses which app, by which policies. */
export interface ControlQuestion {
  readonly org: Pick<Org, 'name' | 'settings'>
  readonly user: Pick<User, 'permissionSetIds'>
  readonly profile: Pick<Profile, 'permissions'>
  readonly app: Pick<ConnectedApp, 'label'>
  readonly policies: Pick<AppPolicies, 'isInstalled' | 'isAdminApproved'> | undefined
}

/**
 * *API Access Control*: where an org wants it, its users may use no app but those that are installed and for admin approved
 * users; the permission *Use Any API Client* lets a user off.
 */
export async function checkApiAccess(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  { org, user, profile, app, policies }: ControlQuestion,
  checks: Checklist,
): Promise<ControlRefusal | undefined> {
  if (!org.settings.enableAdminApprovedAppsOnly) return undefined
  if (policies?.isInstalled === true && policies.isAdminApproved) {
    pass(checks, 'api-access', { app: app.label, by: 'an admin' })
    return undefined
  }
  if (await hasPermission(permissionSets, user, profile, 'UseAnyApiClient')) {
    pass(checks, 'api-access', { app: app.label, by: 'Use Any API Client' })
    return undefined
  }
  return { reason: 'api-access-controlled', facts: { app: app.label, org: org.name } }
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findPolicies'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
}

/** The same question of a token that is out. */
export type ApiAccessOfToken = (
  token: { readonly org: Org; readonly user: User; readonly appId: string },
  checks: Checklist,
) => Promise<ControlRefusal | undefined>

/** The question of {@link ApiAccessOfToken}, over the stores. */
export function apiAccessOfToken({ apps, profiles, permissionSets }: Needs): ApiAccessOfToken {
  return async ({ org, user, appId }, checks) => {
    // That of nearly every org, at each call.
    if (!org.settings.enableAdminApprovedAppsOnly) return undefined
    const [app, policies, profile] = await Promise.all([
      apps.find(appId),
      apps.findPolicies(appId, org.id),
      profiles.find(user.profileId),
    ])
    if (app === undefined || profile === undefined)
      throw new Error(`The app or the profile of a token of ${user.id} is gone.`)
    return checkApiAccess(permissionSets, { org, user, profile, app, policies }, checks)
  }
}
