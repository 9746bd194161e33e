import { type AuthProvider, providerSecretPurpose } from '../auth-providers/auth-provider.ts'
import { authProviderWith, changeAuthProvider, newAuthProvider } from '../auth-providers/new-auth-provider.ts'
import type { Org } from '../orgs/org.ts'
import type { Outcome } from '../problem.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { AuthProviderEntry } from './org-file.ts'

// A file does not say which server it is for: one that must not ask such addresses does not.
const rules = { acceptsPlainProviders: true }

/** Makes an auth. provider, or changes what differs of it. */
export async function applyAuthProvider(
  needs: ApplyNeeds,
  org: Org,
  entry: AuthProviderEntry,
): Promise<Outcome<Applied>> {
  const { developerName, consumerSecret, providerType: _, ...settings } = entry
  const given = consumerSecret === undefined ? {} : { consumerSecret }
  const provider = await needs.authProviders.findByName(org.id, developerName)
  if (provider === undefined) {
    return was('created', await newAuthProvider({ ...needs, rules }, org, { ...settings, ...given, developerName }))
  }
  // Sealed anew it would differ each time.
  const entered = { ...settings, ...(holds(needs, provider, consumerSecret) ? {} : given) }
  return changedIf(provider, authProviderWith({ ...needs, rules }, provider, entered), isSame, () =>
    changeAuthProvider({ ...needs, rules }, provider, entered),
  )
}

function holds({ seal }: ApplyNeeds, { sealedSecret }: AuthProvider, secret: string | undefined): boolean {
  return sealedSecret !== undefined && seal.open(sealedSecret, providerSecretPurpose) === secret
}
