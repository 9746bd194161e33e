import { canonicalUsername, type User } from '../../users/user.ts'
import type { SetupVisit } from './setup-visit.ts'

/** The user whom the `user` filter of a list names: `undefined` when it is empty, `unknown` when this org has no such user. */
export async function namedUser({ query, stores, org }: SetupVisit): Promise<User | 'unknown' | undefined> {
  const entered = query.get('user')?.trim() ?? ''
  if (entered === '') return undefined
  const user = await stores.users.findByUsername(canonicalUsername(entered.slice(0, 200)))
  return user === undefined || user.orgId !== org.id ? 'unknown' : user
}
