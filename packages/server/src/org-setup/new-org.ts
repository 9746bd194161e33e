import type { Clock } from '../clock.ts'
import { type ConnectedAppStore, defaultPolicies } from '../connected-apps/connected-app.ts'
import { defaultOrgSettings, type Org, type OrgStore } from '../orgs/org.ts'
import { type EnteredOrg, orgWithDetails } from '../orgs/org-details.ts'
import { done, type Outcome } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { type ProfileStore, standardProfiles } from '../users/profile.ts'

/** An org to be made. Without a type it is a production org. */
export interface NewOrg extends EnteredOrg {
  readonly name: string
}

interface Needs {
  readonly orgs: Pick<OrgStore, 'add' | 'findByName' | 'findByMyDomain' | 'findByPort'>
  readonly profiles: Pick<ProfileStore, 'add' | 'findByName'>
  readonly apps: Pick<ConnectedAppStore, 'listBuiltIn' | 'findPolicies' | 'setPolicies'>
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
    settings: defaultOrgSettings,
    createdAt: needs.now(),
  }
  const org = await orgWithDetails(needs, blank, entered)
  if (!org.ok) return org
  await needs.orgs.add(org.value)
  await furnishOrg(needs, org.value)
  return done(org.value)
}

/** Gives an org whatever every org has and this one lacks; doing so again changes nothing. */
export async function furnishOrg(
  { profiles, apps, newId }: Pick<Needs, 'profiles' | 'apps' | 'newId'>,
  org: Pick<Org, 'id'>,
): Promise<void> {
  for (const { name, permissions } of standardProfiles) {
    if ((await profiles.findByName(org.id, name)) !== undefined) continue
    const id = newId('profile')
    await profiles.add({ id, orgId: org.id, name, permissions, loginIpRanges: [], sessionTimeout: undefined })
  }
  for (const app of await apps.listBuiltIn()) {
    if ((await apps.findPolicies(app.id, org.id)) !== undefined) continue
    await apps.setPolicies({ ...defaultPolicies, appId: app.id, orgId: org.id })
  }
}
