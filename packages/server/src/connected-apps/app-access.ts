import { type Checklist, pass } from '../journal/checklist.ts'
import { isInForce } from '../releases/release-updates.ts'
import { permissionsOf } from '../users/permissions.ts'
import type { PermissionSetStore } from '../users/profile.ts'
import { type Access, type AccessRequest, checkAppAccess, isToBeInstalled, type UninstalledUse } from './access.ts'
import { checkApiAccess } from './api-access-control.ts'
import type { AppHandlers } from './app-handlers.ts'
import type { ApprovalStore } from './approval.ts'
import { type AppPolicies, type ConnectedAppStore, uninstalledPolicies } from './connected-app.ts'
import { contextOf } from './invocation-context.ts'

/** May this user use this app, by what is stored of both? */
export type AppAccess = (
  request: Pick<AccessRequest, 'org' | 'user' | 'profile' | 'app'>,
  checks: Checklist,
) => Promise<Access>

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'noteUninstalledUse'>
  readonly approvals: Pick<ApprovalStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly appHandlers: Pick<AppHandlers, 'authorize'>
  readonly now: () => Date
}

/** The question of {@link AppAccess}, over the stores. What is asked for and not installed is noted for the org's admins. */
export function appAccess({ apps, approvals, permissionSets, appHandlers, now }: Needs): AppAccess {
  const note = uninstalledUses({ apps, now })
  return async (request, checks) => controlled(permissionSets, request, await withoutControl(request, checks), checks)

  async function withoutControl(request: Parameters<AppAccess>[0], checks: Checklist): Promise<Access> {
    const { app, org } = request
    const found = await apps.findPolicies(app.id, org.id)
    if (found?.isInstalled) {
      const access = checkAppAccess({ ...request, policies: found, uninstalledUse: undefined }, checks)
      return asHandled(appHandlers, request, found, access, checks)
    }
    const policies = found ?? uninstalledPolicies(app.id, org.id)
    const access = checkAppAccess({ ...request, policies, uninstalledUse: await uninstalledUse(request) }, checks)
    if (!access.granted && isToBeInstalled(access.refusal)) await note.refused(policies)
    // Tokens stand on the org's row for their app.
    if (access.granted && found === undefined) await apps.noteUninstalledUse(app.id, org.id, undefined)
    return access
  }

  async function uninstalledUse({
    org,
    user,
    profile,
    app,
  }: Parameters<AppAccess>[0]): Promise<UninstalledUse | undefined> {
    const at = now()
    if (!isInForce('blockUninstalledApps', org.settings, at)) return 'release'
    const approval = await approvals.find(user.id, app.id)
    // A row without use and consent is one that an admin's approval once made, for a code that nobody exchanged.
    if (approval !== undefined && (approval.useCount > 0 || approval.scopes.length > 0)) return 'authorized-before'
    const permissions = await permissionsOf(permissionSets, user, profile)
    if (permissions.has('ApproveUninstalledConnectedApps')) return 'permission'
    const isNarrowed = isInForce('narrowUseAnyApiClient', org.settings, at)
    return !isNarrowed && permissions.has('UseAnyApiClient') ? 'any-api-client' : undefined
  }
}

/**
 * The same question for the device flow, in which no leave does in place of an installation, be it the user's own of
 * earlier or a permission: only that the org behaves as Salesforce did before.
 */
export function deviceAppAccess(needs: Needs): AppAccess {
  const { apps, now } = needs
  const note = uninstalledUses({ apps, now })
  const byLeave = appAccess(needs)
  return async (request, checks) => {
    const { app, org } = request
    if (!isInForce('blockDeviceFlowOfUninstalledApps', org.settings, now())) return byLeave(request, checks)
    const policies = (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
    const byPolicies = checkAppAccess({ ...request, policies, uninstalledUse: undefined }, checks)
    const access = await asHandled(needs.appHandlers, request, policies, byPolicies, checks)
    if (!access.granted && isToBeInstalled(access.refusal)) await note.refused(policies)
    return controlled(needs.permissionSets, request, access, checks)
  }
}

/**
 * Access as the org's handler for the app has it, where there is one and users are to be approved: it is told what the
 * assigned profiles and permission sets say, and what it answers goes.
 */
export async function asHandled(
  appHandlers: Needs['appHandlers'],
  { app, user, org }: Pick<AccessRequest, 'app' | 'user' | 'org'>,
  policies: AppPolicies,
  access: Access,
  checks: Checklist,
): Promise<Access> {
  const { plugin } = policies
  if (plugin === undefined || !policies.isAdminApproved) return access
  if (!access.granted && access.refusal.reason !== 'not-admin-approved') return access
  const question = { app, user, org, policies, context: contextOf(checks.flow) }
  const word = await appHandlers.authorize(question, access.granted)
  if (word.ok && !word.isItsOwn) return access
  if (!word.ok || !word.value) {
    const problem = word.ok ? '' : word.problem
    const facts = { app: app.label, user: user.username, handler: plugin, problem }
    return { granted: false, refusal: { reason: 'app-handler-refused', facts } }
  }
  pass(checks, 'app-handler', { handler: plugin })
  return { granted: true, policies, preApproved: true }
}

/** Access as it was found, unless the org's API Access Control says no. */
async function controlled(
  permissionSets: Needs['permissionSets'],
  request: Parameters<AppAccess>[0],
  access: Access,
  checks: Checklist,
): Promise<Access> {
  if (!access.granted) return access
  const refusal = await checkApiAccess(permissionSets, { ...request, policies: access.policies }, checks)
  return refusal === undefined ? access : { granted: false, refusal }
}

/** Notes for the admins of an org which apps were asked for there that are not installed. */
export interface UninstalledUses {
  refused(policies: AppPolicies): Promise<void>
}

// Whoever asks again and again must not make every process forget what it keeps ready.
const notedEvery = 3600

/** Notes over the stores: at most one an hour for each app and org, always in the same row. */
export function uninstalledUses({ apps, now }: Pick<Needs, 'now'> & UninstalledUseStore): UninstalledUses {
  return {
    async refused({ appId, orgId, lastRefusedAt }) {
      const at = now()
      const isNoted = lastRefusedAt !== undefined && at.getTime() - lastRefusedAt.getTime() < notedEvery * 1000
      if (!isNoted) await apps.noteUninstalledUse(appId, orgId, at)
    },
  }
}

interface UninstalledUseStore {
  readonly apps: Pick<ConnectedAppStore, 'noteUninstalledUse'>
}
