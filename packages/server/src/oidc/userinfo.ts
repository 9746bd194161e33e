import type { MobilePolicy } from '../connected-apps/connected-app.ts'
import type { CustomClaims } from '../connected-apps/custom-claims.ts'
import type { Scope } from '../connected-apps/scope.ts'
import { standardUtcOffset } from '../time-zone.ts'
import {
  identityUrl,
  type Photos,
  photosOf,
  type StandardClaims,
  standardClaims,
  wireInstant,
} from '../users/identity.ts'
import type { User } from '../users/user.ts'
import { type OrgAddresses, type UserUrls, userUrls, type WireMobilePolicy, wireMobilePolicy } from './identity-url.ts'

/** What userinfo answers: the standard claims, and beside them what Salesforce adds. */
export type Userinfo = StandardClaims &
  CustomClaims & {
    readonly sub: string
    readonly user_id: string
    readonly organization_id: string
    readonly photos: Photos
    readonly is_salesforce_integration_user: boolean
    readonly urls: UserUrls
    readonly active: boolean
    readonly user_type: 'STANDARD'
    readonly language: string
    readonly utcOffset: number
    /** A date as text, as at Salesforce; where the standard is followed, seconds since 1970 (OpenID Connect Core §5.1). */
    readonly updated_at: string | number
    readonly is_app_installed?: true
    readonly mobile_policy?: WireMobilePolicy
  }

/** What userinfo is made from. */
export interface UserinfoRequest {
  readonly user: User
  readonly addresses: OrgAddresses
  readonly scopes: readonly Scope[]
  readonly isAppInstalled: boolean
  readonly mobilePolicy: MobilePolicy | undefined
  readonly updatedAtIsNumber: boolean
  readonly customClaims: CustomClaims
  readonly now: Date
}

/**
 * What an access token's user is (OpenID Connect Core §5.3). Salesforce takes `id`, `profile`, `email`, `address` and
 * `phone` for one scope, and it comes with every token, so claims about the person are there always; how many `urls`
 * there are depends on the scopes. As XML its root element is `user`.
 */
export function userinfo(request: UserinfoRequest): Userinfo {
  const { user, addresses, scopes, isAppInstalled, mobilePolicy, updatedAtIsNumber, customClaims, now } = request
  return {
    sub: identityUrl(addresses.loginBase, user),
    user_id: user.id,
    organization_id: user.orgId,
    ...standardClaims(user, addresses.orgBase),
    photos: photosOf(addresses.orgBase),
    is_salesforce_integration_user: false,
    urls: userUrls(user, addresses, scopes, undefined),
    active: user.isActive,
    user_type: 'STANDARD',
    language: user.language,
    utcOffset: standardUtcOffset(user.timeZone, now),
    updated_at: updatedAtIsNumber ? Math.floor(user.modifiedAt.getTime() / 1000) : wireInstant(user.modifiedAt),
    ...(isAppInstalled && { is_app_installed: true }),
    ...wireMobilePolicy(mobilePolicy),
    ...customClaims,
  }
}
