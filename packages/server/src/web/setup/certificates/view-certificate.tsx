import type { Certificate, OrgCertificate } from '../../../certificates/certificate.ts'
import { readCertificate } from '../../../certificates/certificate.ts'
import { validityWarning } from '../../../certificates/certificate-problem.ts'
import type { CertificateUse } from '../../../connected-apps/certificate-uses.ts'
import { type CertificateUser, certificateUsers } from '../../../named-credentials/certificate-users.ts'
import { Card, CodeBlock, Copyable, Details, EmptyState, Instant, Notice } from '../blocks.tsx'
import { appPath, connectedApps, externalClientApps } from '../connected-apps/app-kind.ts'
import { download } from '../download.ts'
import { externalCredentialPath, namedCredentialPath } from '../named-credentials/find-credential.ts'
import { notFound, page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { settingsPath } from '../single-sign-on/find-settings.ts'
import { DataTable } from '../table.tsx'
import { Expiry, privateKeyWords } from './certificate-words.tsx'
import { certificatePath, certificatesPath, findCertificate, isCaSigned, usesIn } from './find-certificate.ts'

/** A certificate with everything that can be known of it, and its file to take elsewhere. */
export const viewCertificate: readonly SetupRoute[] = [
  ...page(`${certificatesPath}/:certificate`, 'view setup', async (visit) => {
    const held = await findCertificate(visit)
    if (held === undefined) return notFound(visit)
    const { at } = visit
    const path = certificatePath(held)
    const hasKey = held.sealedPrivateKey !== undefined
    const warning = validityWarning(held.certificate, at)
    return shown(visit, {
      title: held.label,
      kind: 'Certificate',
      place: certificatesPath,
      actions: [
        { href: `${path}/download`, label: 'Download Certificate', look: 'brand' },
        ...(visit.can('manage certificates')
          ? ([
              hasKey ? { href: `${path}/csr`, label: 'Download Certificate Signing Request' } : undefined,
              hasKey ? { href: `${path}/upload-signed`, label: 'Upload Signed Certificate' } : undefined,
              { href: `${path}/edit`, label: 'Edit' },
              { href: `${path}/delete`, label: 'Delete', look: 'destructive' },
            ] as const)
          : []),
      ],
      children: (
        <>
          {warning !== undefined && <Notice look="warning">{warning}</Notice>}
          <Card title="Certificate">
            <Details rows={detailsOf(held, at)} />
          </Card>
          <Uses uses={await usesIn(visit)(held)} />
          <Users users={await certificateUsers(visit.stores, held)} />
          {held.chain.length > 0 && <Chain chain={held.chain} at={at} />}
          <Card title="PEM">
            <p>This is public: give it to whoever is to believe what this org signs.</p>
            <CodeBlock text={[held.certificate.pem, ...held.chain].join('').trim()} label="certificate" />
          </Card>
        </>
      ),
    })
  }),
  ...page(`${certificatesPath}/:certificate/download`, 'view setup', async (visit) => {
    const held = await findCertificate(visit)
    if (held === undefined) return notFound(visit)
    return download({
      fileName: `${held.name}.crt`,
      type: 'application/x-pem-file',
      body: [held.certificate.pem, ...held.chain].join(''),
    })
  }),
]

function detailsOf(held: OrgCertificate, at: Date) {
  const { certificate } = held
  return [
    ['Label', held.label],
    ['Unique Name', <code>{held.name}</code>],
    ['Type', isCaSigned(held) ? 'CA-Signed' : 'Self-Signed'],
    ['Private Key', privateKeyWords(held)],
    ['Subject', certificate.subject],
    ['Issuer', isCaSigned(held) ? certificate.issuer : 'Itself'],
    ['Serial Number', <Copyable text={certificate.serialNumber} label="serial number" />],
    [
      'Key',
      certificate.keySize === undefined ? certificate.keyType : `${certificate.keyType}, ${certificate.keySize} bits`,
    ],
    ['Valid From', <Instant at={certificate.notBefore} />],
    ['Expiration Date', <Expiry certificate={certificate} at={at} />],
    ['Fingerprint (SHA-256)', <Copyable text={certificate.fingerprint256} label="fingerprint" />],
    ['Created Date', <Instant at={held.createdAt} />],
  ] as const
}

function Uses({ uses }: { readonly uses: readonly CertificateUse[] }) {
  return (
    <Card title="Trusted By">
      <DataTable<CertificateUse>
        caption="Connected apps that trust this key"
        rows={uses}
        columns={[
          { heading: 'Connected App', cell: ({ app }) => <a href={appPath(app)}>{app.label}</a> },
          { heading: 'Consumer Key', cell: ({ app }) => <code>{app.consumerKey}</code> },
          {
            heading: 'Its Certificate',
            cell: ({ isSame }) => (isSame ? 'This very one' : 'Another one of the same key'),
          },
        ]}
        empty={
          <EmptyState title="No app of this org trusts this key">
            <p>Apps of other orgs are not shown here: they have copies of their own.</p>
          </EmptyState>
        }
      />
    </Card>
  )
}

const userPaths: Readonly<Record<CertificateUser['kind'], (user: CertificateUser) => string>> = {
  'Named Credential': namedCredentialPath,
  'External Credential': externalCredentialPath,
  'Connected App': ({ id }) => `${connectedApps.path}/${id}`,
  'External Client App': ({ id }) => `${externalClientApps.path}/${id}`,
  'Identity Provider': () => '/setup/identity',
  'SAML Settings': settingsPath,
}

function Users({ users }: { readonly users: readonly CertificateUser[] }) {
  return (
    <Card title="Used By">
      <DataTable<CertificateUser>
        caption="What signs, or proves who calls, with this certificate"
        rows={users}
        columns={[
          { heading: 'Label', cell: (user) => <a href={userPaths[user.kind](user)}>{user.label}</a> },
          { heading: 'Type', cell: ({ kind }) => kind },
          { heading: 'Used As', cell: ({ as }) => as },
        ]}
        empty={
          <EmptyState title="Nothing in this org names it">
            <p>
              Named and external credentials can, apps that issue asset tokens or have responses encrypted, and the
              identity provider of the org. While one does, it is not deleted.
            </p>
          </EmptyState>
        }
      />
    </Card>
  )
}

function Chain({ chain, at }: { readonly chain: readonly string[]; readonly at: Date }) {
  const vouchers = chain.flatMap((pem) => {
    const reading = readCertificate(pem)
    return reading.ok ? [reading.certificate] : []
  })
  return (
    <Card title="Chain">
      <DataTable<Certificate>
        caption="Those that vouch for the certificate, nearest first"
        rows={vouchers}
        columns={[
          { heading: 'Subject', cell: ({ subject }) => subject },
          { heading: 'Issuer', cell: ({ subject, issuer }) => (issuer === subject ? 'Itself' : issuer) },
          { heading: 'Expiration Date', cell: (certificate) => <Expiry certificate={certificate} at={at} /> },
          { heading: 'Fingerprint (SHA-256)', cell: ({ fingerprint256 }) => <code>{fingerprint256}</code> },
        ]}
        empty={null}
      />
    </Card>
  )
}
