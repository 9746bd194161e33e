import { checkAddress, checkUser } from '../connected-apps/access.ts'
import type { AppAccess } from '../connected-apps/app-access.ts'
import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import type { PartnerRulesOf } from '../connected-apps/partner-app.ts'
import { isInRanges } from '../ip-range.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { Profile, ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** Asks again, at each use of what was approved before, whether the user may still use the app. */
export type UserOfApp = (question: {
  readonly userId: string
  readonly app: ConnectedApp
  readonly request: Pick<TokenRequest, 'site' | 'sourceIp'>
  readonly checks: Checklist
  /** Whether the app's IP relaxation frees this request of the profile's ranges. */
  readonly relaxesAddress: boolean
}) => Promise<{ readonly org: Org; readonly user: User; readonly profile: Profile; readonly policies: AppPolicies }>

interface Needs {
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly appAccess: AppAccess
  readonly partnerRules: PartnerRulesOf
  readonly now: () => Date
}

/** The question of {@link UserOfApp}, over the stores. @throws {OAuthError} with the reason when the answer is no. */
export function userOfApp({ users, orgs, profiles, appAccess, partnerRules, now }: Needs): UserOfApp {
  return async ({ userId, app, request, checks, relaxesAddress }) => {
    const user = await users.find(userId)
    const org = await orgs.find(user?.orgId ?? '')
    const profile = await profiles.find(user?.profileId ?? '')
    if (user === undefined || org === undefined || profile === undefined) {
      throw new Error(`The user ${userId}, or what belongs to them, is not there.`)
    }
    checks.orgId = org.id
    checks.userId = user.id
    // An org's own address is the issuer of what is given there, and it speaks for its own people alone.
    if (request.site.org !== undefined && request.site.org.id !== org.id) {
      throw refusal({ reason: 'user-of-another-org', facts: { user: user.username, org: request.site.org.name } })
    }
    const unwelcome = checkUser({ org, user, profile, now: now() }, checks)
    if (unwelcome !== undefined) throw refusal(unwelcome)
    const access = await appAccess({ org, user, profile, app }, checks)
    if (!access.granted) throw refusal(access.refusal)
    if (relaxesAddress || access.policies.ipRelaxation === 'BYPASS') {
      pass(checks, 'address', { relaxedBy: app.label })
    } else {
      const elsewhere = checkAddress({ profile, sourceIp: request.sourceIp }, checks)
      if (elsewhere !== undefined) throw refusal(elsewhere)
    }
    const { addresses } = await partnerRules(app, org)
    if (addresses !== undefined && !isInRanges(request.sourceIp, addresses)) {
      throw refusal({ reason: 'partner-address-unlisted', facts: { app: app.label, address: request.sourceIp } })
    }
    return { org, user, profile, policies: access.policies }
  }
}
