import { type SamlApp, samlAppsOf } from '../../connected-apps/saml-app.ts'
import { done } from '../../problem.ts'
import { changeIdentityProvider, providerKeyOf } from '../../saml/identity-provider.ts'
import { idpLoginUrl, idpPlaces } from '../../saml/idp-places.ts'
import { Card, Copyable, Details, EmptyState, Notice, YesNo } from './blocks.tsx'
import { Expiry } from './certificates/certificate-words.tsx'
import { appPath } from './connected-apps/app-kind.ts'
import { check, choice } from './field.tsx'
import { formPage } from './route.tsx'
import type { SetupNeeds } from './setup.ts'
import type { SetupRoute, SetupVisit } from './setup-visit.ts'
import { DataTable } from './table.tsx'

const path = '/setup/identity'

/** The part of *Identity Provider* that is about SAML: its state, what apps have to be told, and which apps there are. */
export async function samlProviderCards(
  { addresses, seal }: Pick<SetupNeeds, 'addresses' | 'seal'>,
  visit: SetupVisit,
) {
  const { org, site, stores, at } = visit
  const { enableIdentityProvider: isOn } = org.settings
  const base = addresses.baseOf(org, site)
  const places = idpPlaces(base)
  const key = isOn ? await providerKeyOf({ ...stores, seal }, org, at) : undefined
  const apps = await samlAppsOf(stores, org)
  return (
    <>
      {key?.ok === false && (
        <Notice look="error">
          Nobody can be signed in to an app by SAML: of the certificate “{key.name}”, {key.problem}. Choose another one.
        </Notice>
      )}
      <Card
        title="SAML identity provider"
        action={
          visit.can('manage the org') ? (
            <a class="slds-button slds-button_neutral" href={`${path}/saml`}>
              {isOn ? 'Edit' : 'Enable Identity Provider'}
            </a>
          ) : undefined
        }
      >
        <Details
          rows={[
            ['Enabled', <YesNo value={isOn} />],
            ...(isOn
              ? ([
                  ['Issuer', <Copyable text={base} label="issuer" />],
                  ['SP-Initiated POST Endpoint', <Copyable text={places.httpPost} label="POST endpoint" />],
                  ['SP-Initiated Redirect Endpoint', <Copyable text={places.httpRedirect} label="redirect endpoint" />],
                  ['Single Logout Endpoint', <Copyable text={places.logout} label="logout endpoint" />],
                  ['Metadata', <a href={places.metadata}>Download Metadata</a>],
                ] as const)
              : []),
            ...(key?.ok === true
              ? ([
                  ['Certificate', key.certificate.subject],
                  ['Expiration Date', <Expiry certificate={key.certificate} at={at} />],
                ] as const)
              : []),
          ]}
        />
        {!isOn && (
          <p class="help">
            Enabled, people of this org sign in to other apps with their session here, without another password.
          </p>
        )}
      </Card>
      <Card title="Service Providers">
        <DataTable<SamlApp>
          caption="Connected apps that people sign in to by SAML"
          rows={apps}
          columns={[
            { heading: 'Name', cell: (app) => <a href={appPath(app)}>{app.label}</a> },
            { heading: 'Entity Id', cell: ({ saml }) => <code>{saml.entityUrl}</code> },
            { heading: 'ACS URL', cell: ({ saml }) => <code>{saml.acsUrl}</code> },
            {
              heading: 'IdP-Initiated Login URL',
              cell: (app) => <Copyable text={idpLoginUrl(base, app)} label={`login URL of ${app.label}`} />,
            },
          ]}
          empty={
            <EmptyState title="No service providers">
              <p>
                An app becomes one by its Entity Id and ACS URL, under Web App Settings of a{' '}
                <a href="/setup/connected-apps">connected app</a>.
              </p>
            </EmptyState>
          }
        />
      </Card>
    </>
  )
}

/** *Enable Identity Provider*. */
export const enableIdentityProvider: readonly SetupRoute[] = formPage({
  path: `${path}/saml`,
  right: 'manage the org',
  find: async ({ org, stores }) => ({ org, certificates: await stores.certificates.list(org.id) }),
  fields: ({ certificates }) => ({
    enableIdentityProvider: check({
      label: 'Enable Identity Provider',
      help: 'The org answers apps that ask who somebody is, by SAML. It needs an address of its own (My Domain).',
    }),
    certificateName: choice({
      label: 'Certificate',
      none: 'None',
      options: certificates
        .filter(({ sealedPrivateKey, certificate }) => sealedPrivateKey !== undefined && certificate.keyType === 'RSA')
        .map(({ name, label }) => ({ value: name, label: label === name ? name : `${label} (${name})` })),
      help: 'Its key signs what apps are told. Each app has to be given it, with the metadata: changed, everybody is refused there until it is.',
    }),
  }),
  start: ({ org: { settings } }) => ({
    enableIdentityProvider: settings.enableIdentityProvider,
    certificateName: settings.identityProviderCertificate ?? '',
  }),
  show: (form, { certificates }) => ({
    title: 'SAML Identity Provider',
    place: path,
    inside: (
      <Card title="Identity provider">
        {certificates.length === 0 && (
          <Notice look="info">
            This org has no certificate yet. <a href="/setup/certificates/new">Create a self-signed one</a> first.
          </Notice>
        )}
        {form.field('enableIdentityProvider')}
        {form.field('certificateName')}
      </Card>
    ),
  }),
  submit: 'Save',
  cancel: () => path,
  async act(values, { org }, { stores }) {
    const outcome = await changeIdentityProvider(stores, org, values)
    if (!outcome.ok) return outcome
    const say = outcome.value.settings.enableIdentityProvider
      ? 'The org is an identity provider. Give its metadata to each app.'
      : 'The org is an identity provider no more.'
    return done({ to: path, say })
  },
})
