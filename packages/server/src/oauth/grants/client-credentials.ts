import { z } from 'zod'
import { checkOauthUse, isToBeInstalled } from '../../connected-apps/access.ts'
import { uninstalledUses } from '../../connected-apps/app-access.ts'
import {
  type AppPolicies,
  type ConnectedApp,
  type ConnectedAppStore,
  uninstalledPolicies,
} from '../../connected-apps/connected-app.ts'
import { checklist, pass } from '../../journal/checklist.ts'
import type { Addresses, Site } from '../../orgs/address.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { PermissionSetStore } from '../../users/profile.ts'
import { refusal } from '../refusal.ts'
import { scopesOf } from '../scope-request.ts'
import type { UserOfApp } from '../user-of-app.ts'
import type { Grant } from './grant.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'noteUninstalledUse'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly userOfApp: UserOfApp
  readonly now: () => Date
}

const params = z.object({})

/**
 * OAuth 2.0 Client Credentials Flow (RFC 6749 §4.4): the app alone, for the user that an admin named (*Run As*). The address
 * says which org is meant, so it is there at an org's own alone. Salesforce ignores `scope`: the token has all scopes of the app.
 * Never a refresh token.
 */
export function clientCredentials({
  apps,
  orgs,
  permissionSets,
  addresses,
  userOfApp,
  now,
}: Needs): Grant<z.infer<typeof params>> {
  const note = uninstalledUses({ apps, now })
  return {
    type: 'client_credentials',
    client: 'authenticated',
    params,
    secretRequiredBy: () => 'the client credentials flow',

    async authorize(_params, { app }, { request, checks }) {
      const org = await orgAt(request.site, app)
      checks.orgId = org.id
      pass(checks, 'domain', { org: org.name })
      if (!app.isClientCredentialEnabled) {
        throw refusal({ reason: 'client-credentials-off', facts: { app: app.label } })
      }
      const { clientCredentialUserId: userId, isClientCredentialsFlowEnabled } = await policiesAt(org, app)
      // Of an external client app the admins of the org allow the flow, too, and not only its developers.
      if (app.external !== undefined && !isClientCredentialsFlowEnabled) {
        throw refusal({ reason: 'client-credentials-not-allowed', facts: { app: app.label, org: org.name } })
      }
      if (userId === undefined) throw refusal({ reason: 'run-as-missing', facts: { app: app.label, org: org.name } })
      pass(checks, 'flow')
      const { user, profile, policies } = await userOfApp({ userId, app, request, checks, relaxesAddress: false })
      if (policies.requiresHighAssurance) {
        throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
      }
      if (!(await hasPermission(permissionSets, user, profile, 'ApiEnabled'))) {
        throw refusal({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile.name } })
      }
      const scopes = scopesOf(app)
      pass(checks, 'scope', { scopes })
      const source = { kind: 'client-credentials' } as const
      return { app, policies, org, user, scopes, source, loginSubType: 'OauthClientCredentials' }
    },
  }

  /** The policies that name the user: no leave to use an app that is not installed does in their place. */
  async function policiesAt(org: Org, app: ConnectedApp): Promise<AppPolicies> {
    const policies = (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
    // It is asked again, and noted, with everything else about the user.
    const unusable = checkOauthUse({ org, app, policies, uninstalledUse: undefined }, checklist())
    if (unusable === undefined) return policies
    if (isToBeInstalled(unusable)) await note.refused(policies)
    throw refusal(unusable)
  }

  /** The org whose own address it is. An org that has none is at home at the server's. */
  async function orgAt(site: Site, app: ConnectedApp): Promise<Org> {
    if (site.org !== undefined) return site.org
    const org = app.orgId === undefined ? undefined : await orgs.find(app.orgId)
    if (org !== undefined && org.myDomain === undefined && org.port === undefined) return org
    const own = org === undefined ? [] : [addresses.baseOf(org, site)]
    throw refusal({ reason: 'domain-not-own', facts: { app: app.label, found: site.base, own } })
  }
}
