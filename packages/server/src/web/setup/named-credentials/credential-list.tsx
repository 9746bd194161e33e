import {
  type ExternalCredential,
  endpointOf,
  externalCredentialOf,
  isLegacy,
  type NamedCredential,
} from '../../../named-credentials/credential.ts'
import { externalCredentialEntered } from '../../../named-credentials/entered-credential.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import { DataTable } from '../table.tsx'
import { externalCredentialPath, namedCredentialPath, namedCredentialsPath as path } from './find-credential.ts'

/** The named and the external credentials of the org. */
export const credentialList = page(path, 'view setup', async (visit) => {
  const { stores, org, can } = visit
  const [named, external] = await Promise.all([
    stores.namedCredentials.list(org.id),
    stores.externalCredentials.list(org.id),
  ])
  return shown(visit, {
    title: 'Named Credentials',
    lead: 'Where code of this org calls, and how it signs in there. The org makes no calls itself: the caller toolkit does, by what an org file has of them.',
    place: path,
    actions: can('manage the org')
      ? [
          { href: `${path}/new`, label: 'New Named Credential', look: 'brand' },
          { href: `${path}/external/new`, label: 'New External Credential' },
        ]
      : [],
    children: (
      <>
        <Card title="Named Credentials">
          <NamedTable named={named} external={external} />
        </Card>
        <Card title="External Credentials">
          <ExternalTable external={external} />
        </Card>
      </>
    ),
  })
})

interface Held {
  readonly named: readonly NamedCredential[]
  readonly external: readonly ExternalCredential[]
}

function NamedTable({ named, external }: Held) {
  return (
    <DataTable<NamedCredential>
      caption="Named credentials"
      rows={named}
      columns={[
        { heading: 'Label', cell: (one) => <a href={namedCredentialPath(one)}>{one.settings.label}</a> },
        { heading: 'Name', cell: ({ name }) => <code>{name}</code> },
        { heading: 'URL', cell: ({ settings }) => <code>{endpointOf(settings)}</code> },
        {
          heading: 'Authentication',
          cell: ({ settings }) => {
            if (isLegacy(settings)) return `Legacy: ${settings.protocol}`
            const by = external.find(({ name }) => name === externalCredentialOf(settings))
            return by === undefined ? '–' : <a href={externalCredentialPath(by)}>{by.settings.label}</a>
          },
        },
      ]}
      empty={
        <EmptyState title="No named credential yet">
          <p>
            With one, code calls <code>callout:Name/path</code> and knows neither address nor secret.
          </p>
        </EmptyState>
      }
    />
  )
}

function ExternalTable({ external }: Pick<Held, 'external'>) {
  return (
    <DataTable<ExternalCredential>
      caption="External credentials"
      rows={external}
      columns={[
        { heading: 'Label', cell: (one) => <a href={externalCredentialPath(one)}>{one.settings.label}</a> },
        { heading: 'Name', cell: ({ name }) => <code>{name}</code> },
        {
          heading: 'Authentication Protocol',
          cell: ({ settings }) => {
            const { authenticationProtocol, variant } = externalCredentialEntered(settings)
            return [authenticationProtocol, variant].filter((word) => word !== '').join(', ')
          },
        },
        {
          heading: 'Principals',
          cell: ({ settings }) => {
            const { namedPrincipals, perUserPrincipals } = externalCredentialEntered(settings)
            return [...namedPrincipals, ...perUserPrincipals].join(', ')
          },
        },
      ]}
      empty={
        <EmptyState title="No external credential yet">
          <p>It says how named credentials sign in: make it first.</p>
        </EmptyState>
      }
    />
  )
}
