import type { SamlSsoConfig } from '../../../saml/sso-config.ts'
import { ssoTokenEndpoint } from '../../../saml/sso-endpoint.ts'
import { Card, Copyable, Details, EmptyState } from '../blocks.tsx'
import { Expiry } from '../certificates/certificate-words.tsx'
import { page, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import { identityWords, settingsPath, singleSignOnPath } from './find-settings.ts'

/** *Single Sign-On Settings*: the identity providers that this org believes, and where their assertions go. */
export function settingsList({ addresses }: Pick<SetupNeeds, 'addresses'>): readonly SetupRoute[] {
  return page(singleSignOnPath, 'view setup', async (visit) => {
    const { stores, org, site, at } = visit
    const configs = await stores.samlSsoConfigs.list(org.id)
    const canManage = visit.can('manage the org')
    return shown(visit, {
      title: 'Single Sign-On Settings',
      lead: 'The identity providers that this org believes: what they sign about a user opens a session for that user.',
      place: singleSignOnPath,
      actions: [
        canManage ? { href: `${singleSignOnPath}/new`, label: 'New', look: 'brand' } : undefined,
        canManage ? { href: `${singleSignOnPath}/new-from-metadata`, label: 'New from Metadata File' } : undefined,
        { href: '/setup/saml-assertion-validator', label: 'SAML Assertion Validator' },
      ],
      children: (
        <>
          <Card title="Where assertions go">
            <Details
              rows={[
                [
                  'OAuth 2.0 Token Endpoint',
                  <Copyable text={ssoTokenEndpoint(org, addresses, site)} label="token endpoint" />,
                ],
                ['Organization ID', <Copyable text={org.id} label="organization id" />],
              ]}
            />
            <p class="help">
              This endpoint is the Recipient of an assertion, and whoever holds one posts it there (SAML assertion
              flow).
            </p>
          </Card>
          <Card title="SAML Single Sign-On Settings">
            <DataTable<SamlSsoConfig>
              caption="Identity providers that this org believes"
              rows={configs}
              columns={[
                { heading: 'Name', cell: (row) => <a href={settingsPath(row)}>{row.label}</a> },
                { heading: 'Issuer', cell: ({ issuer }) => <code>{issuer}</code> },
                { heading: 'Entity ID', cell: ({ samlEntityId }) => <code>{samlEntityId}</code> },
                { heading: 'Identity', cell: identityWords },
                {
                  heading: 'Certificate',
                  cell: ({ validationCert }) => <Expiry certificate={validationCert} at={at} />,
                },
              ]}
              empty={
                <EmptyState title="No identity provider is believed">
                  <p>
                    {canManage ? (
                      <>
                        <a href={`${singleSignOnPath}/new`}>Make settings</a> with its issuer and certificate.
                      </>
                    ) : (
                      'Ask somebody who may change the settings of the org.'
                    )}
                  </p>
                </EmptyState>
              }
            />
          </Card>
        </>
      ),
    })
  })
}
