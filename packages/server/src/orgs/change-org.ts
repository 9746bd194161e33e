import { done, type Outcome } from '../problem.ts'
import type { Org, OrgStore } from './org.ts'
import { type EnteredOrg, type OrgLookups, orgWithDetails } from './org-details.ts'

interface Needs extends OrgLookups {
  readonly orgs: Pick<OrgStore, 'findByName' | 'findByMyDomain' | 'findByPort' | 'update' | 'endAll'>
}

/** Changes what was entered of an org and leaves the rest. Closing it ends every token and session in it at once. */
export async function changeOrg(needs: Needs, org: Org, entered: EnteredOrg): Promise<Outcome<Org>> {
  const changed = await orgWithDetails(needs, org, entered)
  if (!changed.ok) return changed
  await needs.orgs.update(changed.value)
  if (org.isActive && !changed.value.isActive) await needs.orgs.endAll(org.id)
  return done(changed.value)
}
