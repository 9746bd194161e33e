import type { Org } from '../orgs/org.ts'
import type { User, UserStore } from '../users/user.ts'

/** What a wrong password comes to: one more failure, or that the user is locked out already. */
export type WrongPassword =
  | { readonly reason: 'password-wrong'; readonly facts: { readonly user: string; readonly failures: number } }
  | { readonly reason: 'user-locked'; readonly facts: { readonly user: string; readonly until: string } }

// A lockout without an end lasts until an admin unlocks.
const untilUnlocked = new Date(Date.UTC(9999, 0))

/** Counts a wrong password, wherever it was typed: at the org's limit the user is locked out. */
export async function countWrongPassword(
  users: Pick<UserStore, 'countFailure'>,
  user: User,
  { settings: { maxLoginAttempts, lockoutInterval } }: Pick<Org, 'settings'>,
  at: Date,
): Promise<WrongPassword> {
  const lockedUntil = lockoutInterval === undefined ? untilUnlocked : new Date(at.getTime() + lockoutInterval * 1000)
  const { failedLogins } = await users.countFailure(user.id, maxLoginAttempts, lockedUntil)
  if (user.lockedUntil !== undefined && user.lockedUntil > at) {
    return { reason: 'user-locked', facts: { user: user.username, until: user.lockedUntil.toISOString() } }
  }
  return { reason: 'password-wrong', facts: { user: user.username, failures: failedLogins } }
}
