import type { Checklist } from '../journal/checklist.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { checkPassword, storedPassword } from '../users/new-password.ts'
import type { Passwords } from '../users/password.ts'
import type { User, UserStore } from '../users/user.ts'
import {
  type ConfirmationNeeds,
  confirmationProblem,
  confirmPassword,
  type PasswordConfirmation,
} from './confirm-password.ts'
import type { SessionStore } from './session.ts'

interface Needs extends ConfirmationNeeds {
  readonly users: Pick<UserStore, 'find' | 'countFailure' | 'setPassword'>
  readonly passwords: Pick<Passwords, 'verify' | 'hash'>
  readonly sessions: Pick<SessionStore, 'endAllOf'>
}

/** Who changes their own password, where, and in which session. */
export interface OwnPasswordChange extends Omit<PasswordConfirmation, 'password'> {
  readonly user: User
  /** The one it is done in, which goes on. */
  readonly session: { readonly id: number }
}

/** What somebody enters to change their own password. */
export interface EnteredOwnPassword {
  readonly currentPassword: string
  readonly password: string
}

/**
 * Gives somebody who is signed in the password they choose, once they have confirmed the one they have. Their other
 * browser sessions end; tokens of apps stay.
 */
export async function changeOwnPassword(
  needs: Needs,
  change: OwnPasswordChange,
  { currentPassword, password }: EnteredOwnPassword,
  checks: Checklist,
): Promise<Outcome<undefined>> {
  const { org, user, session } = change
  // First, because it costs neither time nor an attempt.
  const check = checkPassword(org, user.username, { password })
  if (!check.ok) return check
  if (password === currentPassword) {
    return refused({ field: 'password', message: 'Choose a password other than the one you have.' })
  }
  const unconfirmed = await confirmPassword(needs, { ...change, password: currentPassword }, checks)
  if (unconfirmed !== undefined) return refused({ field: 'currentPassword', message: confirmationProblem(unconfirmed) })
  const stored = await storedPassword(needs.passwords, { password })
  if (!stored.ok) return stored
  if (stored.value === undefined) return refused({ field: 'password', message: 'Enter a password.' })
  await needs.users.setPassword(user.id, stored.value, needs.now())
  await needs.sessions.endAllOf(user.id, session.id)
  return done(undefined)
}
