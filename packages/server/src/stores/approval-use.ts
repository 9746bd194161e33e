import type { Database, Transaction } from './database.ts'
import { type HandedOver, handedOver } from './handed-over.ts'
import { held } from './held.ts'
import { type Placeholder, statement } from './statement.ts'

/** The approval that tokens stand on, and what its counter is. */
export interface UsedApproval {
  readonly id: number
  readonly epoch: number
}

/** The approval that a code or a refresh token was made with, and whose it is. */
export type KnownApproval = UsedApproval & Pick<ApprovalUse, 'userId' | 'at'>

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
  /**
   * Takes one of so many logins that a user may have in an hour, with all apps together; `false` when there are none left.
   * All processes count into the same rows. When there are few left, they are looked up; what others have not committed yet is
   * not seen, so that at most as many logins are too many as are under way at the same moment.
   */
  takeLogin(tx: Transaction, login: Pick<ApprovalUse, 'userId' | 'at'>, most: number): Promise<boolean>
  /** Counts one use. */
  count(tx: Transaction, use: ApprovalUse): Promise<UsedApproval>
  /** Counts one use of an approval; `false` when it was taken back since its counter was `epoch`. */
  countOf(tx: Transaction, approval: KnownApproval): Promise<boolean>
  /**
   * Does something as soon as the uses of this group of writes are counted: from then on until the commit, no other process
   * counts uses of these approvals, and all that they have brought is there to be seen.
   */
  onceCounted(tx: Transaction, act: () => Promise<void>): void
  /** The approval, made if there is none, without counting a use. */
  ensure(tx: Transaction, use: ApprovalUse): Promise<UsedApproval>
}

/** The uses of an approval in one group of writes. */
interface Tally {
  readonly approval: Promise<UsedApproval>
  uses: number
  first: number
  last: number
}

/** The approvals of a user as they were found, and the logins of an hour. */
interface UsersApprovals {
  /** When that was, by a clock that nobody sets. */
  readonly foundAt: number
  readonly byApp: ReadonlyMap<string, UsedApproval>
  readonly byId: ReadonlyMap<number, UsedApproval>
  /** Those of before, and those that this process has taken since. */
  logins: number
}

/** Of a user, in one group of writes. */
interface OfUser {
  readonly found: Promise<UsersApprovals>
  /** Whether it was kept ready, and may have changed since. */
  readonly isOld: boolean
}

interface Group {
  readonly tallies: Map<string | number, Tally>
  readonly ofUsers: Map<string, OfUser>
  readonly thenActs: (() => Promise<void>)[]
}

// Users whose approvals are kept ready, and the milliseconds for which what others count may go unseen.
const mostReady = 50_000
const longestReady = 1000
// Logins that must be left for that: others do not take so many of one user's in the meantime.
const roomy = 1000

/**
 * Counting in the database. A busy app is used many times in one group: the uses are added up and written before the
 * commit, approval by approval in the order of their numbers, as every process does. That also finds out whether an approval that
 * was kept ready still is what it was, and keeps it so until the commit: the look-up is spared, and nobody's word is taken.
 */
export function approvalUses({ queries, cache }: Pick<Database, 'queries' | 'cache'>): ApprovalUses {
  const find = statement((given: Placeholder<{ userId: string; appId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(['id', 'epoch'])
      .where('app_id', '=', given('appId'))
      .where('user_id', '=', given('userId')),
  )
  const findAll = statement((given: Placeholder<{ userId: string }>) =>
    queries
      .selectFrom('approvals')
      .select(['id', 'epoch', 'app_id', 'login_hour', 'logins'])
      .where('user_id', '=', given('userId')),
  )
  // Should another process be as quick, its row is as good.
  const insert = statement((given: Placeholder<{ orgId: string; userId: string; appId: string; at: number }>) =>
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
        use_count: 0,
      })
      .onConflict((conflict) => conflict.columns(['app_id', 'user_id']).doNothing()),
  )
  // One that was taken back begins anew; one that is taken back meanwhile has the group look again.
  const add = statement(
    (given: Placeholder<{ id: number; epoch: number; uses: number; first: number; last: number; hour: number }>) =>
      queries
        .updateTable('approvals')
        .set((approval) => ({
          epoch: held(approval('epoch', '=', given('epoch')), approval.ref('epoch')),
          use_count: approval('use_count', '+', given('uses')),
          first_used_at: approval
            .case()
            .when('use_count', '=', approval.lit(0))
            .then(given('first'))
            .else(approval.ref('first_used_at'))
            .end(),
          last_used_at: given('last'),
          logins: approval
            .case()
            .when('login_hour', '=', given('hour'))
            .then(approval('logins', '+', given('uses')))
            .else(given('uses'))
            .end(),
          login_hour: given('hour'),
          revoked_at: null,
        }))
        .where('id', '=', given('id')),
  )

  const ready = cache<UsersApprovals>(mostReady)
  const groups = new WeakMap<Transaction, Group>()

  return {
    async takeLogin(tx, login, most) {
      let { found, isOld } = ofUser(tx, login)
      if (isOld && most - (await found).logins <= roomy) found = lookedUp(tx, login)
      const known = await found
      if (known.logins >= most) return false
      known.logins++
      return true
    },
    count: (tx, use) =>
      counted(
        tx,
        use.appId + use.userId,
        use.at,
        async () => (await ofUser(tx, use).found).byApp.get(use.appId) ?? found(tx, use),
      ),
    async countOf(tx, { id, epoch, ...use }) {
      const { found, isOld } = ofUser(tx, use)
      let known = (await found).byId.get(id)
      if (known?.epoch !== epoch && isOld) known = (await lookedUp(tx, use)).byId.get(id)
      if (known?.epoch !== epoch) return false
      await counted(tx, id, use.at, async () => known)
      return true
    },
    onceCounted(tx, act) {
      groupOf(tx).thenActs.push(act)
    },
    ensure: found,
  }

  async function found(tx: Transaction, { orgId, userId, appId, at }: ApprovalUse): Promise<UsedApproval> {
    const before = await tx.first(find, { userId, appId })
    if (before !== undefined) return before
    await tx.run(insert, { orgId, userId, appId, at })
    const made = await tx.first(find, { userId, appId })
    if (made === undefined) throw new Error('An approval that was just made is not there.')
    return made
  }

  function ofUser(tx: Transaction, of: Pick<ApprovalUse, 'userId' | 'at'>): OfUser {
    const { ofUsers } = groupOf(tx)
    const key = keyOf(of)
    let known = ofUsers.get(key)
    if (known === undefined) {
      const old = ready.peek(key)
      const isOld = old !== undefined && performance.now() - old.foundAt < longestReady
      known = { found: isOld ? Promise.resolve(old) : lookUp(tx, of), isOld }
      ofUsers.set(key, known)
    }
    return known
  }

  /** What the database says, where what was kept ready is not enough; once for all of a group. */
  function lookedUp(tx: Transaction, of: Pick<ApprovalUse, 'userId' | 'at'>): Promise<UsersApprovals> {
    const { ofUsers } = groupOf(tx)
    const key = keyOf(of)
    let known = ofUsers.get(key)
    if (known === undefined || known.isOld) {
      known = { found: lookUp(tx, of), isOld: false }
      ofUsers.set(key, known)
    }
    return known.found
  }

  async function lookUp(tx: Transaction, { userId, at }: Pick<ApprovalUse, 'userId' | 'at'>): Promise<UsersApprovals> {
    const foundAt = performance.now()
    const rows = await tx.all(findAll, { userId })
    return {
      foundAt,
      byApp: new Map(rows.map((row) => [row.app_id, row])),
      byId: new Map(rows.map((row) => [row.id, row])),
      logins: rows.reduce((sum, row) => (row.login_hour === hourOf(at) ? sum + row.logins : sum), 0),
    }
  }

  function counted(
    tx: Transaction,
    key: string | number,
    at: number,
    find: () => Promise<UsedApproval>,
  ): Promise<UsedApproval> {
    const { tallies } = groupOf(tx)
    let tally = tallies.get(key)
    if (tally === undefined) {
      tally = { approval: find(), uses: 0, first: at, last: at }
      tallies.set(key, tally)
    }
    tally.uses++
    tally.first = Math.min(tally.first, at)
    tally.last = Math.max(tally.last, at)
    return tally.approval
  }

  function groupOf(tx: Transaction): Group {
    const known = groups.get(tx)
    if (known !== undefined) return known
    const begun: Group = { tallies: new Map(), ofUsers: new Map(), thenActs: [] }
    groups.set(tx, begun)
    tx.beforeCommit(() => writeTallies(tx, begun), 'approvals')
    return begun
  }

  /** Gives what is done after the commit: only then is it known to be so. */
  async function writeTallies(
    tx: Transaction,
    { tallies, ofUsers, thenActs }: Group,
  ): Promise<HandedOver<(() => void) | undefined>> {
    const users = await Promise.all([...ofUsers].map(async ([key, { found }]) => [key, await found] as const))
    const sums = await Promise.all(
      [...tallies.values()].map(async ({ approval, uses, first, last }) => ({
        ...(await approval),
        uses,
        first,
        last,
        hour: hourOf(last),
      })),
    )
    sums.sort((one, other) => one.id - other.id)
    const written = sums.map((sum) => tx.run(add, sum))
    const acts = thenActs.map((act) => act())
    return handedOver(
      Promise.all([...written, ...acts]).then(
        () => () => {
          for (const [key, found] of users) ready.keep(key, found)
        },
        (error) => {
          for (const [key] of users) ready.forget(key)
          throw error
        },
      ),
    )
  }
}

function keyOf({ userId, at }: Pick<ApprovalUse, 'userId' | 'at'>): string {
  return `${userId} ${hourOf(at)}`
}

function hourOf(at: number): number {
  return Math.floor(at / 3_600_000)
}
