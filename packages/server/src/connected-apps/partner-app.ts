import type { IpRange } from '../ip-range.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { isInForce } from '../releases/release-updates.ts'
import type { ConnectedApp, ConnectedAppStore, RefreshTokenPolicy } from './connected-app.ts'

/** What Salesforce asks of an app beyond its own settings, because many orgs trust it. */
export interface PartnerRules {
  readonly needsPkce: boolean
  readonly rotatesRefreshTokens: boolean
  /** What goes beside the refresh token policy of the org. */
  readonly refreshTokenPolicy: RefreshTokenPolicy | undefined
  /** Where its requests for tokens have to come from; `undefined` for anywhere. */
  readonly addresses: readonly IpRange[] | undefined
}

/** What is asked of an app when it is used in an org. */
export type PartnerRulesOf = (app: ConnectedApp, org: Org) => Promise<PartnerRules>

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'policiesOfApp'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly now: () => Date
}

/** Nothing beyond its settings: what goes for an app in the org it was made in. */
const noRules: PartnerRules = {
  needsPkce: false,
  rotatesRefreshTokens: false,
  refreshTokenPolicy: undefined,
  addresses: undefined,
}
const idleLifetime: RefreshTokenPolicy = { kind: 'specific_inactivity', seconds: 30 * 86_400 }
// More than these make a partner of an app's maker.
const fewOrgs = 2

/** The question of {@link PartnerRulesOf}, over the stores. */
export function partnerRules({ apps, orgs, now }: Needs): PartnerRulesOf {
  return async (app, org) => {
    if (app.orgId === undefined || app.orgId === org.id) return noRules
    const isAsked = (name: Parameters<typeof isInForce>[0]) => isInForce(name, org.settings, now())
    const asked = {
      needsPkce: isAsked('requirePkceOfPartnerApps'),
      rotatesRefreshTokens: isAsked('rotateRefreshTokensOfPartnerApps'),
      refreshTokenPolicy: isAsked('expireIdleRefreshTokensOfPartnerApps') ? idleLifetime : undefined,
      addresses: isAsked('listAddressesOfPartnerApps') ? app.ipRanges : undefined,
    }
    const isNothingAsked =
      !asked.needsPkce &&
      !asked.rotatesRefreshTokens &&
      asked.refreshTokenPolicy === undefined &&
      asked.addresses === undefined
    return isNothingAsked || !(await isPartnerApp({ apps, orgs }, app)) ? noRules : asked
  }
}

/** Whether more than two production orgs besides its own have an app installed. */
export async function isPartnerApp(
  { apps, orgs }: Pick<Needs, 'apps' | 'orgs'>,
  app: Pick<ConnectedApp, 'id' | 'orgId'>,
): Promise<boolean> {
  const policies = await apps.policiesOfApp(app.id)
  const elsewhere = policies.filter(({ isInstalled, orgId }) => isInstalled && orgId !== app.orgId)
  if (app.orgId === undefined || elsewhere.length <= fewOrgs) return false
  const found = await Promise.all(elsewhere.map(({ orgId }) => orgs.find(orgId)))
  return found.filter((org) => org?.type === 'production').length > fewOrgs
}
