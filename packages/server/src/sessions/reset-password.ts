import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import { type Outcome, refused } from '../problem.ts'
import { setPassword } from '../users/new-password.ts'
import type { Actor } from '../users/own-access.ts'
import type { Passwords } from '../users/password.ts'
import type { User, UserStore } from '../users/user.ts'
import type { SessionStore } from './session.ts'

interface Needs {
  /** Who does it; `undefined` for a command. */
  readonly actor: Actor | undefined
  readonly users: Pick<UserStore, 'setPassword'>
  readonly sessions: Pick<SessionStore, 'endAllOf'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly now: Clock
}

/** What an admin decides when they give somebody a new password. */
export interface PasswordReset {
  readonly password: string
  /** Whether who is signed in with the old one is signed out. */
  readonly endsSessions: boolean
}

/**
 * Gives another user a new password, and with it a clean count of failures. Tokens of apps stay, as at Salesforce. One's own
 * is changed by who knows it: a session alone must not be enough.
 */
export async function resetPassword(
  { actor, users, sessions, passwords, now }: Needs,
  org: Pick<Org, 'settings'>,
  user: Pick<User, 'id' | 'username'>,
  { password, endsSessions }: PasswordReset,
): Promise<Outcome<undefined>> {
  if (actor?.user.id === user.id) {
    return refused({ field: 'password', message: 'Change your own password in your personal settings.' })
  }
  const outcome = await setPassword({ users, passwords, now }, org, user, { password })
  if (outcome.ok && endsSessions) await sessions.endAllOf(user.id)
  return outcome
}
