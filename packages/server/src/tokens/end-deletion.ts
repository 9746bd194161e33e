import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { Deletion } from './delete-token.ts'
import type { RefreshToken, RefreshTokenStore } from './refresh-token.ts'

/** Whose changes are noted as made by whoever makes them. */
export interface DeletionStores {
  readonly refreshTokens: Pick<RefreshTokenStore, 'findNumbered' | 'listLive' | 'endOf'>
  readonly approvals: Pick<ApprovalStore, 'findNumbered' | 'revoke'>
}

/** What a delete token ends: of whom, at which app. */
export interface FoundDeletion {
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  end(): Promise<boolean>
}

/** What a delete token is about, as long as it is what it was when that was shown. */
export async function findDeletion(
  { refreshTokens, approvals }: DeletionStores,
  deletion: Deletion,
  at: Date,
): Promise<FoundDeletion | undefined> {
  if (deletion.kind === 'refresh-token') {
    const token = await refreshTokens.findNumbered(deletion.id)
    return token === undefined ? undefined : { ...token, end: () => endApproval(token) }
  }
  const approval = await approvals.findNumbered(deletion.id)
  if (approval === undefined || approval.epoch !== deletion.epoch) return undefined
  return { ...approval, end: () => approvals.revoke(approval.userId, approval.appId, at) }

  /** To Salesforce a refresh token is an approval: with a user's last one for an app, what they allowed it ends as well. */
  async function endApproval({ id, userId, appId }: RefreshToken): Promise<boolean> {
    const live = await refreshTokens.listLive({ userId, appId }, at)
    const isLast = live.length === 1 && live[0]?.id === id
    return isLast ? approvals.revoke(userId, appId, at) : refreshTokens.endOf(userId, id, at)
  }
}
