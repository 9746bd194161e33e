import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { isPasswordHash, type Passwords, passwordProblem } from './password.ts'
import type { User, UserStore } from './user.ts'

/** A password as it is entered: the password, or an argon2id hash of it in PHC form, or neither. */
export interface EnteredPassword {
  readonly password?: string
  readonly passwordHash?: string
}

/** Whether a password may be had under the org's policy. Hashing it is another step, which costs time. */
export function checkPassword(
  org: Pick<Org, 'settings'>,
  username: string,
  { password, passwordHash }: EnteredPassword,
): Outcome<undefined> {
  if (password !== undefined && passwordHash !== undefined) {
    return refused({ field: 'passwordHash', message: 'Give either the password or its hash.' })
  }
  if (passwordHash !== undefined && !isPasswordHash(passwordHash)) {
    return refused({
      field: 'passwordHash',
      message: 'This is no argon2id hash in PHC form ($argon2id$v=19$m=…,t=…,p=…$…$…).',
    })
  }
  const { minimumPasswordLength: minimumLength } = org.settings
  const message = password === undefined ? undefined : passwordProblem(password, { username, minimumLength })
  return message === undefined ? done(undefined) : refused({ field: 'password', message })
}

/** What is to be stored of a password that was found good. */
export async function storedPassword(
  passwords: Pick<Passwords, 'hash'>,
  { password, passwordHash }: EnteredPassword,
): Promise<Outcome<string | undefined>> {
  if (password === undefined) return done(passwordHash)
  const hashing = await passwords.hash(password)
  if (hashing.outcome === 'hashed') return done(hashing.passwordHash)
  return refused({
    field: 'password',
    message: 'Too many passwords are being checked just now. Try again in a moment.',
  })
}

interface Needs {
  readonly users: Pick<UserStore, 'setPassword'>
  readonly passwords: Pick<Passwords, 'hash'>
  readonly now: Clock
}

/** Gives a user a new password, and with it a clean count of failures. Sessions and tokens stay, as at Salesforce. */
export async function setPassword(
  { users, passwords, now }: Needs,
  org: Pick<Org, 'settings'>,
  user: Pick<User, 'id' | 'username'>,
  entered: EnteredPassword,
): Promise<Outcome<undefined>> {
  const check = checkPassword(org, user.username, entered)
  if (!check.ok) return check
  const stored = await storedPassword(passwords, entered)
  if (!stored.ok) return stored
  if (stored.value === undefined) return refused({ field: 'password', message: 'Enter a password.' })
  await users.setPassword(user.id, stored.value, now())
  return done(undefined)
}
