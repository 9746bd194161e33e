import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** The approval that tokens stand on, and what its counter is. */
export interface UsedApproval {
  readonly id: number
  readonly epoch: number
}

/** Who uses which app, when. */
export interface ApprovalUse {
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Counts the uses of approvals. There is an approval from the first use on, whether or not anybody was asked. */
export interface ApprovalUses {
  /** Counts one use. */
  count(tx: Transaction, use: ApprovalUse): Promise<UsedApproval>
  /** Counts one use of an approval that must not have been taken back since its counter was `epoch`. */
  countOf(tx: Transaction, approval: UsedApproval, at: number): Promise<boolean>
  /** The approval, made if there is none, without counting a use. */
  ensure(tx: Transaction, use: ApprovalUse): Promise<UsedApproval>
}

/** Counting in the database. */
export function approvalUses({ queries }: Pick<Database, 'queries'>): ApprovalUses {
  const counted = statement((given: Placeholder<{ userId: string; appId: string; at: number }>) =>
    queries
      .updateTable('approvals')
      .set((approval) => ({
        use_count: approval('use_count', '+', approval.lit(1)),
        first_used_at: approval
          .case()
          .when('use_count', '=', approval.lit(0))
          .then(given('at'))
          .else(approval.ref('first_used_at'))
          .end(),
        last_used_at: given('at'),
        revoked_at: null,
      }))
      .where('app_id', '=', given('appId'))
      .where('user_id', '=', given('userId'))
      .returning(['id', 'epoch']),
  )
  const countedById = statement((given: Placeholder<{ id: number; epoch: number; at: number }>) =>
    queries
      .updateTable('approvals')
      .set((approval) => ({
        use_count: approval('use_count', '+', approval.lit(1)),
        last_used_at: given('at'),
      }))
      .where('id', '=', given('id'))
      .where('epoch', '=', given('epoch')),
  )
  const find = statement((given: Placeholder<{ userId: string; appId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(['id', 'epoch'])
      .where('app_id', '=', given('appId'))
      .where('user_id', '=', given('userId')),
  )
  const insert = statement(
    (given: Placeholder<{ orgId: string; userId: string; appId: string; at: number; useCount: number }>) =>
      queries
        .insertInto('approvals')
        .values({
          org_id: given('orgId'),
          user_id: given('userId'),
          app_id: given('appId'),
          epoch: 1,
          scopes: '',
          first_used_at: given('at'),
          last_used_at: given('at'),
          use_count: given('useCount'),
        })
        .returning(['id', 'epoch']),
  )

  return {
    async count(tx, { orgId, userId, appId, at }) {
      return (await tx.first(counted, { userId, appId, at })) ?? (await made(tx, { orgId, userId, appId, at }, 1))
    },
    async countOf(tx, { id, epoch }, at) {
      return (await tx.run(countedById, { id, epoch, at })) === 1
    },
    async ensure(tx, use) {
      return (await tx.first(find, { userId: use.userId, appId: use.appId })) ?? (await made(tx, use, 0))
    },
  }

  async function made(tx: Transaction, use: ApprovalUse, useCount: number): Promise<UsedApproval> {
    const { orgId, userId, appId, at } = use
    const approval = await tx.first(insert, { orgId, userId, appId, at, useCount })
    if (approval === undefined) throw new Error('An approval that was added did not come back.')
    return approval
  }
}
