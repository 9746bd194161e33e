import type { Clock } from '../clock.ts'
import { type ConnectedAppStore, defaultPolicies } from '../connected-apps/connected-app.ts'
import { defaultOrgSettings, type Org, type OrgStore } from '../orgs/org.ts'
import { type EnteredOrg, orgWithDetails } from '../orgs/org-details.ts'
import type { Outcome } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { isInForce } from '../releases/release-updates.ts'
import { anyTime } from '../users/login-hours.ts'
import { type ProfileStore, standardProfiles } from '../users/profile.ts'

/** An org to be made. Without a type it is a production org. */
export interface NewOrg extends EnteredOrg {
  readonly name: string
}

interface Needs {
  readonly orgs: Pick<OrgStore, 'add' | 'findByName' | 'findByMyDomain' | 'findByPort'>
  readonly profiles: Pick<ProfileStore, 'add'>
  readonly apps: Pick<ConnectedAppStore, 'listBuiltIn' | 'setPolicies'>
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Makes an org with everything a new org has: the standard profiles, and the server's built-in apps installed. */
export async function newOrg(needs: Needs, entered: NewOrg): Promise<Outcome<Org>> {
  const blank: Org = {
    id: needs.newId('organization'),
    name: '',
    myDomain: undefined,
    port: undefined,
    type: 'production',
    isActive: true,
    epoch: 1,
    settings: { ...defaultOrgSettings, ...blockedSince(entered, needs.now()) },
    createdAt: needs.now(),
  }
  const org = await orgWithDetails(needs, blank, entered)
  if (!org.ok) return org
  const builtIn = await needs.apps.listBuiltIn()
  // Asked for in one turn of the event loop, so that one commit holds all of it: there is never half an org.
  await Promise.all([
    needs.orgs.add(org.value),
    ...standardProfiles.map((profile) =>
      needs.profiles.add({
        ...profile,
        id: needs.newId('profile'),
        orgId: blank.id,
        loginIpRanges: [],
        loginHours: anyTime,
        sessionTimeout: undefined,
        requiresHighAssurance: false,
      }),
    ),
    ...builtIn.map((app) => needs.apps.setPolicies({ ...defaultPolicies, appId: app.id, orgId: blank.id })),
  ])
  return org
}

/** Older orgs let the ways in that are dying out, unless their admins said otherwise. */
function blockedSince({ settings }: NewOrg, now: Date) {
  const release = { ...defaultOrgSettings, ...settings }
  return {
    blockOAuthUsrAgtFlow: isInForce('blockUserAgentFlowByDefault', release, now),
    blockOAuthUnPwFlow: isInForce('blockUsernamePasswordFlowByDefault', release, now),
    enableSoapLogin: !isInForce('blockSoapLoginByDefault', release, now),
  }
}
