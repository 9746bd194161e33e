import type { AuthProvider } from '../../../auth-providers/auth-provider.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import { authProvidersPath, matchingWords, providerPath } from './find-provider.ts'

/** *Auth. Providers*: with which accounts of elsewhere people sign in. */
export const providerList: readonly SetupRoute[] = page(authProvidersPath, 'view setup', async (visit) => {
  const { stores, org } = visit
  const providers = await stores.authProviders.list(org.id)
  const canManage = visit.can('manage the org')
  return shown(visit, {
    title: 'Auth. Providers',
    lead: 'Outside OpenID Connect providers: each has a button on the sign-in page of the org, and is the sso_provider of apps.',
    place: authProvidersPath,
    actions: [canManage ? { href: `${authProvidersPath}/new`, label: 'New', look: 'brand' } : undefined],
    children: (
      <Card title="Auth. Providers">
        <DataTable<AuthProvider>
          caption="Outside providers that people sign in with"
          rows={providers}
          columns={[
            { heading: 'Name', cell: (row) => <a href={providerPath(row)}>{row.friendlyName}</a> },
            { heading: 'URL Suffix', cell: ({ developerName }) => <code>{developerName}</code> },
            { heading: 'Provider Type', cell: () => 'OpenID Connect' },
            { heading: 'Token Issuer', cell: ({ idTokenIssuer }) => idTokenIssuer && <code>{idTokenIssuer}</code> },
            { heading: 'User Matching', cell: ({ userMatching }) => matchingWords[userMatching] },
          ]}
          empty={
            <EmptyState title="Nobody signs in with an outside provider">
              <p>
                {canManage ? (
                  <>
                    <a href={`${authProvidersPath}/new`}>Make a provider</a> with its addresses and the client that it
                    has for this org.
                  </>
                ) : (
                  'Ask somebody who may change the settings of the org.'
                )}
              </p>
            </EmptyState>
          }
        />
      </Card>
    ),
  })
})
