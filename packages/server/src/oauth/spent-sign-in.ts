import type { Org } from '../orgs/org.ts'
import type { ProvisionedUser } from '../saml/provisioned-user.ts'
import type { User, UserStore } from '../users/user.ts'
import type { AssertionStore } from './assertion-store.ts'
import type { OneUse, ProvisioningStore } from './provisioning-store.ts'
import { saidOfSamlLater } from './saml-refusal.ts'
import type { Vouched } from './vouched-user.ts'

/** What spending a sign-in needs. */
export interface SpendingNeeds {
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly users: Pick<UserStore, 'findByFederationId'>
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
    const used = await firstUsed(vouched, uses, org)
    if (used !== undefined) return { used }
    if (vouched.provisioning === undefined) return { user: vouched.user }
    // As they are by now: an admin may have changed more of them meanwhile.
    const user = await users.findByFederationId(org.id, vouched.sso.identity)
    if (user === undefined) throw new Error('Whoever was made by signing in is gone.')
    return { user }
  }

  async function firstUsed({ sso, provisioning }: Vouched, uses: readonly OneUse[], org: Org) {
    let write = provisioning?.write
    for (let left = tries; write !== undefined; left--) {
      const done = await store.provision(uses, write)
      if (done.outcome === 'provisioned') return undefined
      if (done.outcome === 'used') return done.place
      if (left === 0) throw new Error('Others were always quicker to change whom this sign-in is about.')
      write = (await saidOfSamlLater(() => provisionedUser(sso, org))).write
    }
    for (const [place, one] of uses.entries()) if (!(await assertions.use(one))) return place
    return undefined
  }
}
