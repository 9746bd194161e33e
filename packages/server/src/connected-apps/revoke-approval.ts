import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type { User } from '../users/user.ts'
import type { ApprovalStore } from './approval.ts'
import type { ConnectedApp } from './connected-app.ts'

/** Takes back what a user allowed an app: consent, refresh tokens and access tokens end at once. */
export async function revokeApproval(
  { approvals, now }: { readonly approvals: Pick<ApprovalStore, 'revoke'>; readonly now: Clock },
  user: Pick<User, 'id' | 'username'>,
  app: Pick<ConnectedApp, 'id' | 'label'>,
): Promise<Outcome<undefined>> {
  if (await approvals.revoke(user.id, app.id, now())) return done(undefined)
  const message = `${user.username} has not used “${app.label}”, so there is nothing to take back.`
  return refused({ field: 'user', message })
}
