import type { Addresses, Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import type { AuthProvider } from './auth-provider.ts'

/** What somebody goes to a provider for. `test` shows what it says of them, and signs nobody in. */
export const errands = ['sso', 'link', 'test'] as const
export type Errand = (typeof errands)[number]

/** The addresses of a provider at an org, which Salesforce calls its *Salesforce Configuration*. */
export type ProviderPlaces = Readonly<Record<Errand | 'callback', string>>

/** Where a provider is used from: at the org's own address alone. `undefined` for an org that has none. */
export function providerPlaces(
  { developerName }: Pick<AuthProvider, 'developerName'>,
  org: Org,
  addresses: Pick<Addresses, 'baseOf' | 'ownBasesOf'>,
  site: Site,
): ProviderPlaces | undefined {
  const base = addresses.baseOf(org, site)
  return addresses.ownBasesOf(org).includes(base) ? placesAt(base, developerName) : undefined
}

/** The addresses of a provider of the org whose own address this is. */
export function placesAt(base: string, developerName: string): ProviderPlaces {
  const { sso, link, test, callback } = providerPaths({ developerName })
  return { sso: base + sso, link: base + link, test: base + test, callback: base + callback }
}

/** The same, from the root of that address on. */
export function providerPaths({ developerName }: Pick<AuthProvider, 'developerName'>): ProviderPlaces {
  return {
    sso: errandPath('sso', developerName),
    link: errandPath('link', developerName),
    test: errandPath('test', developerName),
    callback: `/services/authcallback/${developerName}`,
  }
}

/** Where an errand begins, on the org's own address. */
export function errandPath(errand: Errand, developerName: string): string {
  return `/services/auth/${errand}/${encodeURIComponent(developerName)}`
}
