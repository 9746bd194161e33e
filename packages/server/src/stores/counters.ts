import type { Epochs } from '../tokens/access-token.ts'

/** The counters that a token, a code or a refresh token is made under, as columns: raising one of them ends it. */
export type Counters = {
  readonly approval_id: number
  readonly approval_epoch: number
  readonly org_epoch: number
  readonly user_epoch: number
  readonly app_epoch: number
}

/** The counters of an approval at its epoch, and of org, user and app at those that were seen. */
export function countersOf(approval: { readonly id: number; readonly epoch: number }, epochs: Epochs): Counters {
  return {
    approval_id: approval.id,
    approval_epoch: approval.epoch,
    org_epoch: epochs.org,
    user_epoch: epochs.user,
    app_epoch: epochs.app,
  }
}

/** The columns of the counters. */
export const counterColumns = ['approval_id', 'approval_epoch', 'org_epoch', 'user_epoch', 'app_epoch'] as const
