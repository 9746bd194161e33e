import { isInRanges } from '../ip-range.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import { checkLoginHours, type HoursRefusal, hasLoginHours } from '../users/login-hours.ts'
import type { Profile } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import type { ControlRefusal } from './api-access-control.ts'
import type { AppPolicies, ConnectedApp } from './connected-app.ts'

/** Why a user may not use an app now, with what the rule saw. */
export type AccessRefusal =
  | { readonly reason: 'org-inactive'; readonly facts: { readonly org: string } }
  | { readonly reason: 'user-inactive' | 'user-frozen'; readonly facts: { readonly user: string } }
  | { readonly reason: 'user-locked'; readonly facts: { readonly user: string; readonly until: string } }
  | {
      readonly reason: 'app-not-installed'
      readonly facts: { readonly app: string; readonly consumerKey: string; readonly org: string }
    }
  | {
      /** An external client app that could be installed, and is not. */
      readonly reason: 'app-not-in-this-org'
      readonly facts: { readonly app: string; readonly consumerKey: string; readonly org: string }
    }
  | {
      /** An external client app that no other org can install. */
      readonly reason: 'app-of-one-org'
      readonly facts: { readonly app: string; readonly consumerKey: string; readonly org: string }
    }
  | {
      readonly reason: 'app-switched-off'
      readonly facts: {
        readonly app: string
        readonly org: string
        readonly policy: 'isEnabled' | 'isOauthPluginEnabled'
      }
    }
  | { readonly reason: 'app-blocked'; readonly facts: { readonly app: string; readonly org: string } }
  | ControlRefusal
  | {
      readonly reason: 'not-admin-approved'
      readonly facts: { readonly app: string; readonly user: string; readonly profile: string }
    }
  | {
      readonly reason: 'app-handler-refused'
      /** `problem` is empty where the handler said no, and says otherwise what kept it from saying anything. */
      readonly facts: {
        readonly app: string
        readonly user: string
        readonly handler: string
        readonly problem: string
      }
    }
  | HoursRefusal
  | { readonly reason: 'ip-restricted'; readonly facts: { readonly address: string; readonly profile: string } }
  | { readonly reason: 'high-assurance-required'; readonly facts: { readonly app: string } }
  | {
      readonly reason: 'session-level-too-low'
      /** The policy blocks; it would raise, but the request wants no page; or what was raised since is not what it goes back to. */
      readonly facts: { readonly app: string; readonly because: 'block' | 'silent' | 'token' }
    }
  | { readonly reason: 'api-not-enabled'; readonly facts: { readonly user: string; readonly profile: string } }

/**
 * Why a user may use an app that is not installed in the org: they authorized it before, or have the permission *Approve
 * Uninstalled Connected Apps*, or the org behaves as Salesforce did before it asked for either. The device flow knows the
 * last alone.
 */
export type UninstalledUse = 'authorized-before' | 'permission' | 'any-api-client' | 'release'

const uninstalledUseWords: Readonly<Record<UninstalledUse, string>> = {
  'authorized-before': 'the user authorized it before',
  permission: 'Approve Uninstalled Connected Apps',
  'any-api-client': 'Use Any API Client',
  release: 'the org behaves as a Salesforce that did not block uninstalled apps yet',
}

/** Who wants to use what, from where. */
export interface AccessRequest {
  readonly org: Org
  readonly user: User
  readonly profile: Profile
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  /** What lets the user use the app where it is not installed. */
  readonly uninstalledUse: UninstalledUse | undefined
  readonly sourceIp: string
  readonly now: Date
}

/** What checking access came to. `preApproved` means an admin already said yes for the user. */
export type Access =
  | { readonly granted: true; readonly policies: AppPolicies; readonly preApproved: boolean }
  | { readonly granted: false; readonly refusal: AccessRefusal }

/** Whether an org is open and a user may be let in at all, at this time of the day. */
export function checkUser(
  { org, user, profile, now }: Pick<AccessRequest, 'org' | 'user' | 'profile' | 'now'>,
  checks: Checklist,
): AccessRefusal | undefined {
  if (!org.isActive) return { reason: 'org-inactive', facts: { org: org.name } }
  if (!user.isActive) return { reason: 'user-inactive', facts: { user: user.username } }
  if (user.isFrozen) return { reason: 'user-frozen', facts: { user: user.username } }
  if (user.lockedUntil !== undefined && user.lockedUntil > now) {
    return { reason: 'user-locked', facts: { user: user.username, until: user.lockedUntil.toISOString() } }
  }
  pass(checks, 'user-active', { user: user.username, org: org.name })
  const closed = checkLoginHours(profile, org, now)
  if (closed !== undefined) return closed
  if (hasLoginHours(profile.loginHours)) pass(checks, 'login-hours', { profile: profile.name })
  return undefined
}

/** Whether the user's profile lets them in from this address. Profiles without ranges let in from anywhere. */
export function checkAddress(
  { profile, sourceIp }: Pick<AccessRequest, 'profile' | 'sourceIp'>,
  checks: Checklist,
): AccessRefusal | undefined {
  if (profile.loginIpRanges.length > 0 && !isInRanges(sourceIp, profile.loginIpRanges)) {
    return { reason: 'ip-restricted', facts: { address: sourceIp, profile: profile.name } }
  }
  pass(checks, 'address', profile.loginIpRanges.length > 0 ? { address: sourceIp } : undefined)
  return undefined
}

/**
 * Whether an app may be used in an org at all: it is neither blocked nor switched off; and it is installed, or used by leave
 * without. There is no such leave for an external client app.
 */
export function checkInstalled(
  { org, app, policies, uninstalledUse }: Pick<AccessRequest, 'org' | 'app' | 'policies' | 'uninstalledUse'>,
  checks: Checklist,
): AccessRefusal | undefined {
  if (policies.isBlocked) return { reason: 'app-blocked', facts: { app: app.label, org: org.name } }
  const facts = { app: app.label, consumerKey: app.consumerKey, org: org.name }
  // Whatever the policies say: an org may be installing it at the moment at which it becomes Local.
  if (app.external?.distributionState === 'Local' && app.orgId !== org.id) return { reason: 'app-of-one-org', facts }
  if (policies.isInstalled) {
    if (!policies.isEnabled) return switchedOff(app, org, 'isEnabled')
    pass(checks, 'app-installed', { app: app.label, org: org.name })
    return undefined
  }
  if (app.external !== undefined) return { reason: 'app-not-in-this-org', facts }
  if (uninstalledUse === undefined) return { reason: 'app-not-installed', facts }
  pass(checks, 'app-installed', {
    app: app.label,
    org: org.name,
    uninstalled: uninstalledUseWords[uninstalledUse],
  })
  return undefined
}

/** The same of what is done by OAuth, which can be switched off by itself: all that can be said before the user is known. */
export function checkOauthUse(
  request: Parameters<typeof checkInstalled>[0],
  checks: Checklist,
): AccessRefusal | undefined {
  const unusable = checkInstalled(request, checks)
  if (unusable !== undefined) return unusable
  const { app, org, policies } = request
  return policies.isOauthPluginEnabled ? undefined : switchedOff(app, org, 'isOauthPluginEnabled')
}

/** Whether what an app was refused for is that an admin would have to install it. */
export function isToBeInstalled({ reason }: Pick<AccessRefusal, 'reason'>): boolean {
  return reason === 'app-not-installed' || reason === 'app-not-in-this-org'
}

/**
 * May this user use this app? It is installed, or used by leave without, and not blocked; and under *Admin approved users
 * are pre-authorized*, the user's profile or one of the permission sets is assigned to the app.
 */
export function checkAppAccess(
  { org, user, profile, app, policies, uninstalledUse }: Omit<AccessRequest, 'sourceIp' | 'now'>,
  checks: Checklist,
): Access {
  const unusable = checkOauthUse({ org, app, policies, uninstalledUse }, checks)
  if (unusable !== undefined) return refused(unusable)
  if (!policies.isAdminApproved) return { granted: true, policies, preApproved: false }
  if (!isAssigned(policies, user)) {
    return refused({
      reason: 'not-admin-approved',
      facts: { app: app.label, user: user.username, profile: profile.name },
    })
  }
  pass(checks, 'approved', { by: 'an admin' })
  return { granted: true, policies, preApproved: true }
}

/** Whether the profile or one of the permission sets of a user is assigned to an app. */
export function isAssigned(
  { profileIds, permissionSetIds }: Pick<AppPolicies, 'profileIds' | 'permissionSetIds'>,
  user: Pick<User, 'profileId' | 'permissionSetIds'>,
): boolean {
  return profileIds.includes(user.profileId) || permissionSetIds.some((id) => user.permissionSetIds.includes(id))
}

function switchedOff(app: ConnectedApp, org: Org, policy: 'isEnabled' | 'isOauthPluginEnabled'): AccessRefusal {
  return { reason: 'app-switched-off', facts: { app: app.label, org: org.name, policy } }
}

function refused(refusal: AccessRefusal): Access {
  return { granted: false, refusal }
}
