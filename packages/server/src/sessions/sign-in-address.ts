import { type AccessRefusal, checkAddress } from '../connected-apps/access.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Profile } from '../users/profile.ts'

/**
 * Whether somebody may sign in from an address: by the ranges of their profile, unless an app frees them of these.
 * @param freedBy the app that does, if one does; asked when it matters
 */
export async function checkSignInAddress(
  { profile, sourceIp }: { readonly profile: Profile; readonly sourceIp: string },
  freedBy: () => Promise<Pick<ConnectedApp, 'label'> | undefined>,
  checks: Checklist,
): Promise<AccessRefusal | undefined> {
  const elsewhere = checkAddress({ profile, sourceIp }, checks)
  const app = elsewhere === undefined ? undefined : await freedBy()
  if (app === undefined) return elsewhere
  pass(checks, 'address', { address: sourceIp, relaxedBy: app.label })
  return undefined
}
