import type { Org } from '../orgs/org.ts'
import type { ApprovalStore } from './approval.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** An app that an org has to do with: a line of *Connected Apps OAuth Usage*. */
export interface UsedApp {
  readonly app: ConnectedApp
  /** Made in this org, and not in another or with the server. */
  readonly isOwn: boolean
  readonly isInstalled: boolean
  readonly isBlocked: boolean
  /** How many users' approvals it has. */
  readonly userCount: number
  readonly useCount: number
  readonly firstUsedAt: Date | undefined
  readonly lastUsedAt: Date | undefined
  /** When a user was last refused because the app is not installed; not to the minute. */
  readonly lastRefusedAt: Date | undefined
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'find' | 'policiesOfOrg'>
  readonly approvals: Pick<ApprovalStore, 'usage'>
}

/**
 * The apps that somebody in an org uses, by label; and those that somebody was refused because they are not installed. Those
 * that are blocked stay, so that they can be let in again.
 */
export async function usedApps({ apps, approvals }: Needs, org: Pick<Org, 'id'>): Promise<readonly UsedApp[]> {
  const [usage, policies] = await Promise.all([approvals.usage(org.id), apps.policiesOfOrg(org.id)])
  const uses = new Map(usage.map((use) => [use.appId, use]))
  const decided = new Map(policies.map((each) => [each.appId, each]))
  const ids = new Set([...uses.keys(), ...policies.filter(isListedUnused).map(({ appId }) => appId)])
  const found = await Promise.all([...ids].map((id) => apps.find(id)))
  return found
    .filter((app) => app !== undefined)
    .map((app) => {
      const use = uses.get(app.id)
      const { isInstalled = false, isBlocked = false, lastRefusedAt } = decided.get(app.id) ?? {}
      return {
        app,
        isOwn: app.orgId === org.id,
        isInstalled,
        isBlocked,
        userCount: use?.userCount ?? 0,
        useCount: use?.useCount ?? 0,
        firstUsedAt: use?.firstUsedAt,
        lastUsedAt: use?.lastUsedAt,
        lastRefusedAt,
      }
    })
    .toSorted((one, other) => one.app.label.localeCompare(other.app.label) || (one.app.id < other.app.id ? -1 : 1))
}

function isListedUnused({ isBlocked, lastRefusedAt }: AppPolicies): boolean {
  return isBlocked || lastRefusedAt !== undefined
}
