import type { AccountLink, AuthProvider } from '../../../auth-providers/auth-provider.ts'
import { type ProviderPlaces, providerPlaces } from '../../../auth-providers/places.ts'
import type { User } from '../../../users/user.ts'
import { Card, Copyable, Details, EmptyState, Instant, Notice, YesNo } from '../blocks.tsx'
import { notFound, page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import {
  authProvidersPath,
  findProvider,
  matchingWords,
  providerPath,
  shownLinks,
  unlinkPath,
} from './find-provider.ts'

interface LinkedUser {
  readonly link: AccountLink
  readonly user: User | undefined
}

/** A provider, with what it has to be told of this org, and who is linked there. */
export function viewProvider({ addresses }: Pick<SetupNeeds, 'addresses'>): readonly SetupRoute[] {
  return page(`${authProvidersPath}/:provider`, 'view setup', async (visit) => {
    const provider = await findProvider(visit)
    if (provider === undefined) return notFound(visit)
    const { stores, org, site } = visit
    const links = await stores.accountLinks.list(provider.id, shownLinks)
    const linked = await Promise.all(links.map(async (link) => ({ link, user: await stores.users.find(link.userId) })))
    const canManage = visit.can('manage the org')
    return shown(visit, {
      title: provider.friendlyName,
      kind: 'Auth. Provider',
      place: authProvidersPath,
      actions: canManage
        ? [
            { href: `${providerPath(provider)}/edit`, label: 'Edit' },
            { href: `${providerPath(provider)}/delete`, label: 'Delete', look: 'destructive' },
          ]
        : [],
      children: (
        <>
          <Settings provider={provider} />
          <Places places={providerPlaces(provider, org, addresses, site)} />
          <Linked provider={provider} linked={linked} canManage={canManage} />
        </>
      ),
    })
  })
}

function Settings({ provider }: { readonly provider: AuthProvider }) {
  const { idTokenIssuer, userInfoUrl } = provider
  return (
    <Card title="Provider">
      <Details
        rows={[
          ['Name', provider.friendlyName],
          ['URL Suffix', <code>{provider.developerName}</code>],
          ['Provider Type', 'OpenID Connect'],
          ['Consumer Key', <code>{provider.consumerKey}</code>],
          ['Consumer Secret', provider.sealedSecret === undefined ? 'None' : 'Kept encrypted, and not shown'],
          ['Token Issuer', idTokenIssuer && <code>{idTokenIssuer}</code>],
          ['Authorize Endpoint URL', <code>{provider.authorizeUrl}</code>],
          ['Token Endpoint URL', <code>{provider.tokenUrl}</code>],
          ['User Info Endpoint URL', userInfoUrl && <code>{userInfoUrl}</code>],
          ['Default Scopes', <code>{provider.defaultScopes}</code>],
          ['Send client credentials in header', <YesNo value={provider.sendClientCredentialsInHeader} />],
          ['PKCE', <YesNo value={provider.isPkceEnabled} />],
          ['User Matching', matchingWords[provider.userMatching]],
          ['Use Salesforce MFA', <YesNo value={provider.requireMfa} />],
          ['Created Date', <Instant at={provider.createdAt} />],
          ['Last Modified', <Instant at={provider.modifiedAt} />],
        ]}
      />
    </Card>
  )
}

function Places({ places }: { readonly places: ProviderPlaces | undefined }) {
  if (places === undefined) {
    return (
      <Notice look="warning">
        This org has no address of its own, and people sign in with a provider at such an address alone.
      </Notice>
    )
  }
  return (
    <Card title="Salesforce Configuration">
      <Details
        rows={[
          ['Callback URL', <Copyable text={places.callback} label="callback URL" />],
          ['Single Sign-On Initialization URL', <Copyable text={places.sso} label="sign-in URL" />],
          ['Existing User Linking URL', <Copyable text={places.link} label="linking URL" />],
          ['Test-Only Initialization URL', <Copyable text={places.test} label="test URL" />],
        ]}
      />
      <p class="help">
        The provider has to know the Callback URL, letter by letter. The test shows what it says of you, and signs
        nobody in.
      </p>
    </Card>
  )
}

function Linked(props: {
  readonly provider: AuthProvider
  readonly linked: readonly LinkedUser[]
  readonly canManage: boolean
}) {
  const { provider, linked, canManage } = props
  return (
    <Card title="Linked users">
      <DataTable<LinkedUser>
        caption={`Users who are linked with an account at ${provider.friendlyName}`}
        rows={linked}
        columns={[
          {
            heading: 'User',
            cell: ({ user }) => user !== undefined && <a href={`/setup/users/${user.id}`}>{user.username}</a>,
          },
          { heading: 'Account there (sub)', cell: ({ link }) => <code>{link.remoteId}</code> },
          { heading: 'Since', cell: ({ link }) => <Instant at={link.createdAt} /> },
          {
            heading: 'Action',
            cell: ({ link }) => canManage && <a href={unlinkPath(provider, link)}>Unlink</a>,
          },
        ]}
        empty={
          <EmptyState title="Nobody is linked yet">
            <p>A user is linked at the first sign-in that finds them, or with the Existing User Linking URL.</p>
          </EmptyState>
        }
      />
      {linked.length === shownLinks && <p class="help">These are the newest {shownLinks}.</p>}
    </Card>
  )
}
