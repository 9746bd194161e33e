import type { Approval, ApprovalStore } from '../connected-apps/approval.ts'
import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import { refreshCutoffs } from '../connected-apps/refresh-policy.ts'
import { refreshScope, type Scope } from '../connected-apps/scope.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { User } from '../users/user.ts'
import type { OAuthError } from './error.ts'
import { type MissingApproval, refusal } from './refusal.ts'

type Approvals = Pick<ApprovalStore, 'find' | 'scopesWithRefreshToken'>

/**
 * What a user has approved before, for flows that ask nobody: the scopes of their refresh tokens for the app that are alive.
 * @throws {OAuthError} when that is nothing but `refresh_token`
 */
export async function approvedScopes(
  approvals: Approvals,
  { app, policies, user }: { readonly app: ConnectedApp; readonly policies: AppPolicies; readonly user: User },
  at: Date,
  checks: Checklist,
): Promise<readonly Scope[]> {
  const cutoffs = refreshCutoffs(policies.refreshTokenPolicy, at)
  const approved = await approvals.scopesWithRefreshToken(user.id, app.id, cutoffs)
  if (approved.every((scope) => scope === refreshScope)) throw await notApproved(approvals, app, user)
  pass(checks, 'approved', { by: 'the user, with a refresh token that is still alive' })
  return approved
}

/** Looks once more, so that the journal can say which part of the approval is not there. */
async function notApproved(approvals: Approvals, app: ConnectedApp, user: User): Promise<OAuthError> {
  const ever = { issuedSince: undefined, usedSince: undefined }
  const [approval, unexpired] = await Promise.all([
    approvals.find(user.id, app.id),
    approvals.scopesWithRefreshToken(user.id, app.id, ever),
  ])
  return refusal({ reason: 'not-approved', facts: approvalFacts(app, user.username, missingOf(approval, unexpired)) })
}

/** What there is to say of an approval that is missing. */
export function approvalFacts(app: ConnectedApp, username: string, missing: MissingApproval) {
  const { label, consumerKey, scopes, callbackUrls } = app
  return { app: label, user: username, consumerKey, callbackUrl: callbackUrls[0] ?? '', scopes, missing }
}

function missingOf(approval: Approval | undefined, unexpired: readonly Scope[]): MissingApproval {
  if (unexpired.length > 0) return 'live-refresh-token'
  if (approval === undefined || approval.scopes.length === 0) return 'approval'
  return approval.scopes.includes(refreshScope) ? 'refresh-token' : 'refresh-scope'
}
