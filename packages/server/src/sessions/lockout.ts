import type { Org } from '../orgs/org.ts'

// A lockout without an end lasts until an admin unlocks.
const untilUnlocked = new Date(Date.UTC(9999, 0))

/** Until when a user is locked out whose password was wrong once too often at `at`. */
export function lockoutEnd({ settings }: Pick<Org, 'settings'>, at: Date): Date {
  const { lockoutInterval } = settings
  return lockoutInterval === undefined ? untilUnlocked : new Date(at.getTime() + lockoutInterval * 1000)
}
