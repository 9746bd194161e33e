import { done, type Outcome, refused } from '../problem.ts'
import type { User, UserStore } from './user.ts'

/**
 * Keeps a user out for now and ends every session and token of theirs; letting them in again brings none back.
 * @param by who does so; `undefined` for a command
 */
export async function freezeUser(
  { users }: { readonly users: Pick<UserStore, 'setFrozen'> },
  user: Pick<User, 'id'>,
  by: Pick<User, 'id'> | undefined,
): Promise<Outcome<undefined>> {
  // As at Salesforce: else the last admin might shut themselves out.
  if (user.id === by?.id) return refused({ field: 'user', message: 'You cannot freeze yourself.' })
  await users.setFrozen(user.id, true)
  return done(undefined)
}
