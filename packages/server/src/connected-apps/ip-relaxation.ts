import { isInRanges } from '../ip-range.ts'
import type { AppPolicies, ConnectedApp } from './connected-app.ts'

/** What the policy *IP Relaxation* looks at. */
export interface RelaxationQuestion {
  readonly app: Pick<ConnectedApp, 'ipRanges'>
  readonly policies: Pick<AppPolicies, 'ipRelaxation'>
  /** The flows that can be relaxed besides `BYPASS`, which frees every flow that it is asked for. */
  readonly flow: 'web-server' | 'refresh-token'
  readonly sourceIp: string
  /** Whether the user verified their identity for the session that this goes back to. */
  readonly isVerified: boolean
}

/**
 * Whether the app's *IP Relaxation* frees a request of the login IP ranges of the user's profile. For activated devices:
 * the app has trusted ranges, and the request comes from one of them; or it has none, and the user verified their identity.
 * What the web server flow opened is refreshed on the same terms.
 */
export function freesAddress({ app, policies, flow, sourceIp, isVerified }: RelaxationQuestion): boolean {
  switch (policies.ipRelaxation) {
    case 'ENFORCE':
      return false
    case 'ENFORCE_RELAXREFRESH':
      return flow === 'refresh-token'
    case 'BYPASS_2FACTOR':
      return app.ipRanges.length > 0 ? isInRanges(sourceIp, app.ipRanges) : isVerified
    case 'BYPASS':
      return true
  }
}
