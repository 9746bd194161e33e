import {
  endpointOf,
  externalCredentialOf,
  isLegacy,
  type NamedCredential,
} from '../../../named-credentials/credential.ts'
import { externalCredentialEntered, namedCredentialEntered } from '../../../named-credentials/entered-credential.ts'
import { Card, Details, EmptyState, Instant, Nothing, YesNo } from '../blocks.tsx'
import { notFound, page, shown } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { DataTable } from '../table.tsx'
import {
  externalCredentialPath,
  findExternalCredential,
  findNamedCredential,
  namedCredentialPath,
  namedCredentialsPath as path,
} from './find-credential.ts'

/** A named credential, and an external one. */
export const viewCredentials: readonly SetupRoute[] = [
  ...page(`${path}/:namedCredential`, 'view setup', async (visit) => {
    const held = await findNamedCredential(visit)
    if (held === undefined) return notFound(visit)
    const { name, settings, createdAt, modifiedAt } = held
    const own = namedCredentialPath(held)
    const canChange = visit.can('manage the org')
    return shown(visit, {
      title: settings.label,
      kind: 'Named Credential',
      place: path,
      actions: [
        canChange && !isLegacy(settings) ? { href: `${own}/edit`, label: 'Edit' } : undefined,
        canChange ? { href: `${own}/delete`, label: 'Delete', look: 'destructive' } : undefined,
      ],
      children: (
        <Card title="Named Credential">
          <Details
            rows={[
              ['Label', settings.label],
              ['Name', <code>{name}</code>],
              ['Description', textOf(settings.description)],
              ['URL', <code>{endpointOf(settings)}</code>],
              ...(isLegacy(settings) ? legacyRows(held) : await securedRows(visit, held)),
              ['Called As', <code>{`callout:${name}`}</code>],
              ['Created Date', <Instant at={createdAt} />],
              ['Last Modified Date', <Instant at={modifiedAt} />],
            ]}
          />
          {isLegacy(settings) && <p>A legacy one: it is changed by an org file, and Salesforce makes no new ones.</p>}
        </Card>
      ),
    })
  }),
  ...page(`${path}/external/:externalCredential`, 'view setup', async (visit) => {
    const held = await findExternalCredential(visit)
    if (held === undefined) return notFound(visit)
    const { name, createdAt, modifiedAt } = held
    const entered = externalCredentialEntered(held.settings)
    const own = externalCredentialPath(held)
    const users = (await visit.stores.namedCredentials.list(visit.org.id)).filter(
      ({ settings }) => externalCredentialOf(settings) === name,
    )
    return shown(visit, {
      title: entered.label,
      kind: 'External Credential',
      place: path,
      actions: visit.can('manage the org')
        ? [
            { href: `${own}/edit`, label: 'Edit' },
            { href: `${own}/delete`, label: 'Delete', look: 'destructive' },
          ]
        : [],
      children: (
        <>
          <Card title="External Credential">
            <Details
              rows={[
                ['Label', entered.label],
                ['Name', <code>{name}</code>],
                ['Description', textOf(entered.description)],
                ['Authentication Protocol', entered.authenticationProtocol],
                ['Authentication Flow Type', textOf(entered.variant)],
                ['Token Endpoint URL', codeOf(entered.tokenUrl)],
                ['Scope', codeOf(entered.scope)],
                ['Signing Certificate', await certificateOf(visit, entered.signingCertificate)],
                ['Issuer (iss)', codeOf(entered.issuer)],
                ['Subject (sub)', codeOf(entered.subject)],
                ['Audience (aud)', codeOf(entered.audience)],
                ['Named Principals', textOf(entered.namedPrincipals.join(', '))],
                ['Per User Principals', textOf(entered.perUserPrincipals.join(', '))],
                ['Custom Headers', codeOf(entered.headers.join('; '))],
                ['Additional Status Codes for Token Refresh', textOf(entered.statusCodes.join(', '))],
                ['Created Date', <Instant at={createdAt} />],
                ['Last Modified Date', <Instant at={modifiedAt} />],
              ]}
            />
          </Card>
          <Card title="Related Named Credentials">
            <DataTable<NamedCredential>
              caption="Named credentials that sign in by it"
              rows={users}
              columns={[
                { heading: 'Label', cell: (one) => <a href={namedCredentialPath(one)}>{one.settings.label}</a> },
                { heading: 'URL', cell: ({ settings }) => <code>{endpointOf(settings)}</code> },
              ]}
              empty={
                <EmptyState title="No named credential signs in by it">
                  <p>Choose it in one, and code can call.</p>
                </EmptyState>
              }
            />
          </Card>
        </>
      ),
    })
  }),
]

function textOf(text = '') {
  return text === '' ? <Nothing /> : text
}

function codeOf(text = '') {
  return text === '' ? <Nothing /> : <code>{text}</code>
}

function legacyRows({ settings }: NamedCredential) {
  return [
    ['Identity Type', textOf(settings.principalType)],
    ['Authentication Protocol', textOf(settings.protocol)],
    ['Username', textOf(settings.username)],
    ['Scope', codeOf(settings.oauthScope)],
    ['Issuer', codeOf(settings.jwtIssuer)],
    ['Subject', codeOf(settings.jwtTextSubject ?? settings.jwtFormulaSubject)],
    ['Audiences', codeOf(settings.jwtAudience)],
    ['JWT Signing Certificate', codeOf(settings.jwtSigningCertificate)],
    ['Token Endpoint URL', codeOf(settings.authTokenEndpointUrl)],
    ['Certificate', codeOf(settings.certificate)],
  ] as const
}

async function securedRows(visit: SetupVisit, { settings }: NamedCredential) {
  const entered = namedCredentialEntered(settings)
  const external = (await visit.stores.externalCredentials.list(visit.org.id)).find(
    ({ name }) => name === entered.externalCredential,
  )
  return [
    [
      'External Credential',
      external === undefined ? (
        codeOf(entered.externalCredential)
      ) : (
        <a href={externalCredentialPath(external)}>{external.settings.label}</a>
      ),
    ],
    ['Client Certificate', await certificateOf(visit, entered.certificate)],
    ['Enabled for Callouts', <YesNo value={entered.isEnabled} />],
    ['Generate Authorization Header', <YesNo value={entered.generateAuthorizationHeader} />],
    ['Allow Formulas in HTTP Header', <YesNo value={entered.allowMergeFieldsInHeader} />],
    ['Allow Formulas in HTTP Body', <YesNo value={entered.allowMergeFieldsInBody} />],
    ['Custom Headers', codeOf(entered.headers.join('; '))],
  ] as const
}

async function certificateOf({ stores, org }: SetupVisit, name: string) {
  if (name === '') return <Nothing />
  const certificate = await stores.certificates.findByName(org.id, name)
  if (certificate === undefined) return <code>{name}</code>
  return <a href={`/setup/certificates/${certificate.id}`}>{certificate.label}</a>
}
