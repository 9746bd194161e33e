import type { Org } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** Whom apps are assigned to: a profile or a permission set of the org. */
export type Assignee = { readonly profileId: string } | { readonly permissionSetId: string }

/** An app that is installed in an org, and whether it is assigned. */
export interface AssignableApp {
  readonly app: ConnectedApp
  readonly isAssigned: boolean
  /** Whether assignment counts: under *All users may self-authorize* everybody may use the app anyway. */
  readonly isAdminApproved: boolean
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'find' | 'policiesOfOrg'>
}

/** Every app that is installed in the org, by label, with whether it is assigned to that profile or permission set. */
export async function assignableApps(
  { apps }: Needs,
  org: Pick<Org, 'id'>,
  assignee: Assignee,
): Promise<readonly AssignableApp[]> {
  const policies = (await apps.policiesOfOrg(org.id)).filter(({ isInstalled }) => isInstalled)
  const found = await Promise.all(
    policies.map(async (each) => {
      const app = await apps.find(each.appId)
      const { isAdminApproved } = each
      return app === undefined ? [] : [{ app, isAssigned: isAssignedTo(each, assignee), isAdminApproved }]
    }),
  )
  return found.flat().toSorted((one, other) => one.app.label.localeCompare(other.app.label, 'en'))
}

/** Assigns these apps to a profile or permission set, and no others: whoever has it may use them without being asked. */
export async function assignApps(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'policiesOfOrg' | 'setPolicies'> },
  org: Pick<Org, 'id'>,
  assignee: Assignee,
  appIds: readonly string[],
): Promise<Outcome<undefined>> {
  const installed = (await apps.policiesOfOrg(org.id)).filter(({ isInstalled }) => isInstalled)
  const known = new Set(installed.map(({ appId }) => appId))
  const stranger = appIds.findIndex((id) => !known.has(id))
  if (stranger >= 0) return refused({ field: 'apps', item: stranger, message: 'This app is not installed here.' })
  for (const policies of installed) {
    const isWanted = appIds.includes(policies.appId)
    if (isWanted !== isAssignedTo(policies, assignee))
      await apps.setPolicies(withAssignee(policies, assignee, isWanted))
  }
  return done(undefined)
}

function isAssignedTo({ profileIds, permissionSetIds }: AppPolicies, assignee: Assignee): boolean {
  return 'profileId' in assignee
    ? profileIds.includes(assignee.profileId)
    : permissionSetIds.includes(assignee.permissionSetId)
}

function withAssignee(policies: AppPolicies, assignee: Assignee, isAssigned: boolean): AppPolicies {
  const changed = (ids: readonly string[], id: string) => (isAssigned ? [...ids, id] : ids.filter((one) => one !== id))
  return 'profileId' in assignee
    ? { ...policies, profileIds: changed(policies.profileIds, assignee.profileId) }
    : { ...policies, permissionSetIds: changed(policies.permissionSetIds, assignee.permissionSetId) }
}
