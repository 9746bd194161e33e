import type { AppAccess } from '../connected-apps/app-access.ts'
import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Checklist } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import { hasPermission } from '../users/permissions.ts'
import type { PermissionSetStore, Profile } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import { credentialsRefusal, refusal } from './refusal.ts'

interface Needs {
  readonly appAccess: AppAccess
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
}

interface Question {
  readonly org: Org
  readonly user: User
  readonly profile: Profile
  readonly app: ConnectedApp
}

/**
 * May this user, whose password a program has sent, use the app by it? No second factor is shown here, so nothing that
 * asks for high assurance is to be had.
 * @throws {OAuthError} when not
 */
export async function accessByPassword(
  { appAccess, permissionSets }: Needs,
  { org, user, profile, app }: Question,
  checks: Checklist,
): Promise<AppPolicies> {
  const access = await appAccess({ org, user, profile, app }, checks)
  if (!access.granted) throw refusal(access.refusal)
  if (access.policies.requiresHighAssurance) {
    throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
  }
  if (!(await hasPermission(permissionSets, user, profile, 'ApiEnabled'))) {
    throw refusal({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile.name } })
  }
  if (await hasPermission(permissionSets, user, profile, 'TwoFactorApi')) {
    throw credentialsRefusal({ reason: 'api-second-factor-needed', facts: { user: user.username } })
  }
  return access.policies
}
