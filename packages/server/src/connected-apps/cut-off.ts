import type { User, UserStore } from '../users/user.ts'
import { isAssigned } from './access.ts'
import type { ApprovalStore } from './approval.ts'
import type { AppPolicies } from './connected-app.ts'

/** Whom a change of policies would shut out. */
export interface CutOff {
  /** How many people use the app in the org. */
  readonly userCount: number
  /** Those who could go on using it before, and cannot after, latest use first. */
  readonly users: readonly User[]
}

interface Needs {
  readonly approvals: Pick<ApprovalStore, 'usersOf'>
  readonly users: Pick<UserStore, 'find'>
}

/**
 * The users of an app whom other policies would shut out: *Admin approved users are pre-authorized* holds from the next
 * request on, for those too who have used the app all the time.
 */
export async function cutOff({ approvals, users }: Needs, before: AppPolicies, after: AppPolicies): Promise<CutOff> {
  const found = await Promise.all(
    (await approvals.usersOf(before.appId, before.orgId)).map(({ userId }) => users.find(userId)),
  )
  const active = found.filter((user) => user !== undefined).filter(({ isActive }) => isActive)
  return {
    userCount: active.length,
    users: active.filter((user) => isOpenTo(before, user) && !isOpenTo(after, user)),
  }
}

function isOpenTo(policies: AppPolicies, user: User): boolean {
  return !policies.isAdminApproved || isAssigned(policies, user)
}
