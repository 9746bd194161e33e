import type { Org } from '../orgs/org.ts'
import type { ProvisionedUser, Provisioning } from '../saml/provisioned-user.ts'
import type { User, UserStore } from '../users/user.ts'
import type { AssertionStore } from './assertion-store.ts'
import type { OneUse, ProvisioningStore } from './provisioning-store.ts'
import { saidOfSamlLater } from './saml-refusal.ts'
import type { Vouched } from './vouched-user.ts'

/** What spending a sign-in needs. */
export interface SpendingNeeds {
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly users: Pick<UserStore, 'find' | 'findByFederationId'>
  readonly provisioning: ProvisioningStore
  readonly provisionedUser: ProvisionedUser
}

/** What came of it: who is signed in, or the place of the use that somebody had before. */
export type Spent = { readonly user: User } | { readonly used: number }

// As often is looked again whom a sign-in makes: others have to come between each time.
const tries = 5

/** Uses up what counts once of a sign-in, and makes the user who they are to be. @throws {OAuthError} */
export function spending({ assertions, users, provisioning: store, provisionedUser }: SpendingNeeds) {
  return async (vouched: Vouched, uses: readonly OneUse[], org: Org): Promise<Spent> => {
    let { provisioning } = vouched
    for (let left = tries; provisioning?.write !== undefined; left--) {
      const done = await store.provision(uses, provisioning.write, provisioning.by)
      if (done.outcome === 'provisioned') return { user: await nowOf(provisioning, org) }
      if (done.outcome === 'used') return { used: done.place }
      if (left === 0) throw new Error('Others were always quicker to change whom this sign-in is about.')
      provisioning = await saidOfSamlLater(() => provisionedUser(vouched.sso, org))
    }
    for (const [place, one] of uses.entries()) if (!(await assertions.use(one))) return { used: place }
    return { user: provisioning === undefined ? vouched.user : await nowOf(provisioning, org) }
  }

  /** The user as they are by now: an admin may have changed more of them meanwhile. */
  async function nowOf({ user: { id, federationId } }: Provisioning, org: Org): Promise<User> {
    const user =
      federationId === undefined ? await users.find(id) : await users.findByFederationId(org.id, federationId)
    if (user?.id !== id) throw new Error('Whoever was made or changed by signing in is gone, or called something else.')
    return user
  }
}
