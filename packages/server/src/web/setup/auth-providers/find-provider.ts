import type { AccountLink, AuthProvider, UserMatching } from '../../../auth-providers/auth-provider.ts'
import type { SetupVisit } from '../setup-visit.ts'

/** *Auth. Providers*. */
export const authProvidersPath = '/setup/auth-providers'

/** Most links of a provider that are shown. */
export const shownLinks = 200

/** Where a provider is shown. */
export function providerPath({ id }: Pick<AuthProvider, 'id'>): string {
  return `${authProvidersPath}/${id}`
}

/** Where the link of an account is ended. */
export function unlinkPath(provider: Pick<AuthProvider, 'id'>, { remoteId }: Pick<AccountLink, 'remoteId'>): string {
  return `${providerPath(provider)}/unlink/${Buffer.from(remoteId).toString('base64url')}`
}

/** The provider that the address names, if it is one of this org. */
export async function findProvider({ stores, org, params }: SetupVisit): Promise<AuthProvider | undefined> {
  return (await stores.authProviders.list(org.id)).find(({ id }) => id === params['provider'])
}

/** The link that the address names, with its provider. */
export async function findLink(visit: SetupVisit) {
  const provider = await findProvider(visit)
  if (provider === undefined) return undefined
  const remoteId = Buffer.from(visit.params['link'] ?? '', 'base64url').toString('utf8')
  const link = await visit.stores.accountLinks.find(provider.id, remoteId)
  return link === undefined ? undefined : { provider, link }
}

/** How a provider finds users, in the words of the page. */
export const matchingWords: Readonly<Record<UserMatching, string>> = {
  LinkedOnly: 'Linked users alone',
  FederationId: 'By Federation ID',
  Username: 'By username',
  Email: 'By verified e-mail address',
}
