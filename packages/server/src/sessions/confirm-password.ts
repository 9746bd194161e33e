import { type AccessRefusal, checkUser } from '../connected-apps/access.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { Passwords } from '../users/password.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import type { LoginHistoryStore } from './login-history.ts'
import { countWrongPassword, type WrongPassword } from './wrong-password.ts'

/** Who is signed in and says who they are once more, and where. */
export interface PasswordConfirmation {
  readonly user: Pick<User, 'id'>
  readonly org: Org
  readonly password: string
  readonly sourceIp: string
  /** The host that was asked. */
  readonly loginUrl: string
  readonly userAgent: string
}

/** Why somebody is not taken for who they are signed in as. */
export type ConfirmationRefusal =
  | WrongPassword
  | AccessRefusal
  | { readonly reason: 'password-busy'; readonly facts: Record<never, never> }

/** What confirming a password needs. */
export interface ConfirmationNeeds {
  readonly users: Pick<UserStore, 'find' | 'countFailure'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly passwords: Pick<Passwords, 'verify'>
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly now: () => Date
}

/**
 * Has somebody who is signed in confirm their password before something that a found browser must not do. Wrong ones count,
 * lock out and stand in Login History as at sign-in, so that a session is no place to guess at leisure.
 * @returns why not, or `undefined` when the password is theirs
 */
export async function confirmPassword(
  { users, profiles, passwords, loginHistory, now }: ConfirmationNeeds,
  { user: { id }, org, password, sourceIp, loginUrl, userAgent }: PasswordConfirmation,
  checks: Checklist,
): Promise<ConfirmationRefusal | undefined> {
  const verification = await passwords.verify(password, (await users.find(id))?.passwordHash)
  if (verification.outcome === 'busy') return { reason: 'password-busy', facts: {} }
  const at = now()
  // Asked again: while this password waited for its turn, other guesses may have locked the user out.
  const user = await users.find(id)
  if (user === undefined) throw new Error(`The user ${id} is signed in and not there.`)
  if (verification.outcome === 'right') {
    const profile = await profiles.find(user.profileId)
    if (profile === undefined) throw new Error(`The user ${id} has a profile that is not there.`)
    const refusal = checkUser({ org, user, profile, now: at }, checks)
    if (refusal === undefined) pass(checks, 'password')
    return refusal
  }
  const refusal = await countWrongPassword(users, user, org, at)
  await loginHistory.add({
    orgId: org.id,
    userId: user.id,
    at,
    loginType: 'Application',
    loginSubType: 'UsernamePasswordUiLogin',
    status: refusal.reason === 'user-locked' ? 'Password lockout' : 'Invalid password',
    application: 'Browser',
    sourceIp,
    loginUrl,
    browser: userAgent,
  })
  return refusal
}

/** Why a password was not taken, in words for the person who typed it: they are signed in and may know. */
export function confirmationProblem({ reason }: ConfirmationRefusal): string {
  switch (reason) {
    case 'password-wrong':
      return 'This is not your password.'
    case 'password-busy':
      return 'Too many passwords are being checked just now. Try again in a moment.'
    case 'user-locked':
      return 'You are locked out after too many wrong passwords. Wait until the lockout is over, or have an admin unlock you.'
    default:
      return 'You may not do this any more.'
  }
}
