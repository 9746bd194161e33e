import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { freesAddress } from '../connected-apps/ip-relaxation.ts'
import type { Org } from '../orgs/org.ts'
import type { User } from '../users/user.ts'
import type { VerificationStore } from './verification.ts'
import { canVerify } from './verify-identity.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly verifications: Pick<VerificationStore, 'find'>
  readonly now: () => Date
}

/** Somebody on the way to an app, from an address at which their profile lets nobody in. */
export interface RelaxedSignIn {
  readonly app: ConnectedApp
  readonly org: Pick<Org, 'id'>
  readonly user: Pick<User, 'id'>
  readonly sourceIp: string
}

/**
 * Whether an app's *IP Relaxation* frees the sign-in on the way to it as well, or could once the person has verified their
 * identity. Such a session opens nothing but what is relaxed: the authorize endpoint and Setup look at the address each time.
 */
export function relaxesSignIn({ apps, verifications, now }: Needs): (question: RelaxedSignIn) => Promise<boolean> {
  return async ({ app, org, user, sourceIp }) => {
    const policies = await apps.findPolicies(app.id, org.id)
    if (policies === undefined) return false
    const isVerified = canVerify(await verifications.find(user.id), now())
    return freesAddress({ app, policies, flow: 'web-server', sourceIp, isVerified })
  }
}
