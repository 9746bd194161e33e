import { newOrg } from '../org-setup/new-org.ts'
import { changeOrg } from '../orgs/change-org.ts'
import type { Org, OrgSettings } from '../orgs/org.ts'
import { type EnteredOrg, orgWithDetails } from '../orgs/org-details.ts'
import { done, type Outcome } from '../problem.ts'
import { changeIdentityProvider, identityProviderWith } from '../saml/identity-provider.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { ListedOrg } from './read.ts'

/** What applying an org's own fields came to, and the org as it then is. */
export interface AppliedOrg {
  readonly outcome: Outcome<Applied>
  /** `undefined` when there is none to hold what the file lists. */
  readonly org: Org | undefined
}

/** Makes the org of that name, or changes what differs of it. */
export async function applyOrg(needs: ApplyNeeds, { entry }: Pick<ListedOrg, 'entry'>): Promise<AppliedOrg> {
  const { name, myDomain, port, type, isActive } = entry
  const entered: EnteredOrg = {
    ...(myDomain === undefined ? {} : { myDomain }),
    ...(port === undefined ? {} : { port }),
    ...(type === undefined ? {} : { type }),
    ...(isActive === undefined ? {} : { isActive }),
    ...(entry.settings === undefined ? {} : { settings: settingsOf(entry.settings) }),
  }
  const org = await needs.orgs.findByName(name)
  if (org === undefined) {
    const made = await newOrg(needs, { ...entered, name })
    // Refused or not, what the file lists in it is to be checked.
    const org = made.ok ? made : await newOrg(needs, { name })
    return { outcome: was('created', made), org: org.ok ? org.value : undefined }
  }
  const checked = await orgWithDetails(needs, org, entered)
  const outcome = await changedIf(org, checked, isSame, () => changeOrg(needs, org, entered))
  return { outcome, org: checked.ok ? checked.value : org }
}

/** Makes the org an identity provider, or one no more, once its certificates are there. */
export async function applyIdentityProvider(
  needs: ApplyNeeds,
  org: Org,
  { entry }: Pick<ListedOrg, 'entry'>,
): Promise<Outcome<Applied>> {
  const entered = entry.settings?.identityProviderSettings
  if (entered === undefined) return done('unchanged')
  return changedIf(org, await identityProviderWith(needs, org, entered), isSame, () =>
    changeIdentityProvider(needs, org, entered),
  )
}

function settingsOf({
  sessionTimeout,
  maxLoginsPerHour,
  maxLoginAttempts,
  lockoutInterval,
  dailyApiRequests,
  // Needs the certificates of the file, and so comes after them.
  identityProviderSettings: _,
  ...others
}: NonNullable<ListedOrg['entry']['settings']>): Partial<OrgSettings> {
  return {
    ...others,
    ...(sessionTimeout === undefined ? {} : { sessionTimeout: sessionTimeout * 60 }),
    ...(maxLoginsPerHour === undefined
      ? {}
      : { maxLoginsPerHour: maxLoginsPerHour === 'NoLimit' ? undefined : maxLoginsPerHour }),
    ...(maxLoginAttempts === undefined
      ? {}
      : { maxLoginAttempts: maxLoginAttempts === 'NoLimit' ? undefined : maxLoginAttempts }),
    ...(lockoutInterval === undefined
      ? {}
      : { lockoutInterval: lockoutInterval === 'Forever' ? undefined : lockoutInterval * 60 }),
    ...(dailyApiRequests === undefined
      ? {}
      : { dailyApiRequests: dailyApiRequests === 'NoLimit' ? undefined : dailyApiRequests }),
  }
}
