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
  /** Counts one use of an approval; `false` when it was taken back since its counter was `epoch`. */
  countOf(tx: Transaction, approval: UsedApproval, at: number): Promise<boolean>
  /** The approval, made if there is none, without counting a use. */
  ensure(tx: Transaction, use: ApprovalUse): Promise<UsedApproval>
}

/** The uses of an approval in one group of writes, after the first. */
interface Tally extends UsedApproval {
  uses: number
  at: number
}

/**
 * Counting in the database. A busy app is used many times in one group: the first use is written at once, the others
 * are added up and written before the commit. Should the approval be taken back in the same group, that counts as the
 * last thing that happened.
 */
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
  const add = statement((given: Placeholder<{ id: number; epoch: number; uses: number; at: number }>) =>
    queries
      .updateTable('approvals')
      .set((approval) => ({
        use_count: approval('use_count', '+', given('uses')),
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
      queries.insertInto('approvals').values({
        org_id: given('orgId'),
        user_id: given('userId'),
        app_id: given('appId'),
        epoch: 1,
        scopes: '',
        first_used_at: given('at'),
        last_used_at: given('at'),
        use_count: given('useCount'),
      }),
  )

  const tallies = new WeakMap<Transaction, Map<string | number, Tally>>()

  return {
    async count(tx, use) {
      const { userId, appId, at } = use
      const key = appId + userId
      const tally = tallies.get(tx)?.get(key)
      if (tally !== undefined) return counts(tally, at)
      return begins(tx, key, (await tx.first(counted, { userId, appId, at })) ?? (await made(tx, use, 1)))
    },
    async countOf(tx, { id, epoch }, at) {
      const tally = tallies.get(tx)?.get(id)
      if (tally?.epoch === epoch) {
        counts(tally, at)
        return true
      }
      const isCounted = (await tx.run(add, { id, epoch, uses: 1, at })) === 1
      if (isCounted) begins(tx, id, { id, epoch })
      return isCounted
    },
    async ensure(tx, use) {
      return (await tx.first(find, { userId: use.userId, appId: use.appId })) ?? (await made(tx, use, 0))
    },
  }

  async function made(tx: Transaction, use: ApprovalUse, useCount: number): Promise<UsedApproval> {
    const { orgId, userId, appId, at } = use
    return { id: await tx.insert(insert, { orgId, userId, appId, at, useCount }), epoch: 1 }
  }

  function begins(tx: Transaction, key: string | number, approval: UsedApproval): UsedApproval {
    const ofGroup = tallies.get(tx) ?? new Map<string | number, Tally>()
    if (ofGroup.size === 0) {
      tallies.set(tx, ofGroup)
      tx.beforeCommit(() => writeTallies(tx, ofGroup))
    }
    ofGroup.set(key, { id: approval.id, epoch: approval.epoch, uses: 0, at: 0 })
    return approval
  }

  async function writeTallies(tx: Transaction, ofGroup: ReadonlyMap<string | number, Tally>): Promise<void> {
    for (const { id, epoch, uses, at } of ofGroup.values()) {
      if (uses > 0) await tx.run(add, { id, epoch, uses, at })
    }
  }
}

function counts(tally: Tally, at: number): UsedApproval {
  tally.uses++
  tally.at = Math.max(tally.at, at)
  return tally
}
