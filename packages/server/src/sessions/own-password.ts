import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { checkPassword, storedPassword } from '../users/new-password.ts'
import type { Passwords } from '../users/password.ts'
import type { User, UserStore } from '../users/user.ts'
import { lockoutEnd } from './lockout.ts'
import type { SessionStore } from './session.ts'

interface Needs {
  readonly users: Pick<UserStore, 'find' | 'countFailure'>
  readonly passwords: Pick<Passwords, 'verify'>
  readonly now: Clock
}

/**
 * Whether somebody who is signed in knows their password: before what a session alone must not be enough for. A wrong one
 * counts towards the lockout like one at sign-in, so that nobody guesses here what they could not guess there.
 */
export async function confirmPassword(
  { users, passwords, now }: Needs,
  org: Org,
  user: Pick<User, 'id'>,
  password: string,
): Promise<Outcome<undefined>> {
  const wrong = (message: string) => refused({ field: 'currentPassword', message })
  const before = await users.find(user.id)
  const verification = await passwords.verify(password, before?.passwordHash)
  if (verification.outcome === 'busy')
    return wrong('Too many passwords are being checked just now. Try again in a moment.')
  const at = now()
  // Asked again: while this password waited for its turn, other guesses may have locked the user out.
  const current = await users.find(user.id)
  const isLocked = current?.lockedUntil !== undefined && current.lockedUntil > at
  if (verification.outcome === 'wrong') {
    await users.countFailure(user.id, org.settings.maxLoginAttempts, lockoutEnd(org, at))
  }
  if (isLocked)
    return wrong('Your password was wrong too often. Wait until you may try again, or ask an admin to unlock you.')
  if (verification.outcome === 'wrong') return wrong('This is not your password.')
  return done(undefined)
}

interface ChangeNeeds extends Needs {
  readonly users: Pick<UserStore, 'find' | 'countFailure' | 'setPassword'>
  readonly passwords: Pick<Passwords, 'verify' | 'hash'>
  readonly sessions: Pick<SessionStore, 'endAllOf'>
}

/** What somebody enters to change their own password. */
export interface OwnPasswordChange {
  readonly currentPassword: string
  readonly password: string
}

/**
 * Gives somebody who is signed in the password they choose. Their other browser sessions end; tokens of apps stay.
 * @param session the one it is done in, which goes on
 */
export async function changeOwnPassword(
  needs: ChangeNeeds,
  { org, user, session }: { readonly org: Org; readonly user: User; readonly session: { readonly id: number } },
  { currentPassword, password }: OwnPasswordChange,
): Promise<Outcome<undefined>> {
  // First, because it costs neither time nor an attempt.
  const check = checkPassword(org, user.username, { password })
  if (!check.ok) return check
  if (password === currentPassword) {
    return refused({ field: 'password', message: 'Choose a password other than the one you have.' })
  }
  const confirmed = await confirmPassword(needs, org, user, currentPassword)
  if (!confirmed.ok) return confirmed
  const stored = await storedPassword(needs.passwords, { password })
  if (!stored.ok) return stored
  if (stored.value === undefined) return refused({ field: 'password', message: 'Enter a password.' })
  await needs.users.setPassword(user.id, stored.value, needs.now())
  await needs.sessions.endAllOf(user.id, session.id)
  return done(undefined)
}
