import type { OrgCertificate } from '../../../certificates/certificate.ts'
import type { CertificateUse } from '../../../connected-apps/certificate-uses.ts'
import { Card, EmptyState, Nothing } from '../blocks.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute } from '../setup-visit.ts'
import { DataTable, listPage, NoneFound, Pager, readListQuery, SearchBox } from '../table.tsx'
import { Expiry, privateKeyWords } from './certificate-words.tsx'
import { certificatePath, certificatesPath, isCaSigned, usesIn } from './find-certificate.ts'

const path = certificatesPath

type Listed = OrgCertificate & { readonly uses: readonly CertificateUse[] }

/** *Certificate and Key Management*: the certificates of this org, until when they hold, and who trusts them. */
export const certificateList: readonly SetupRoute[] = page(path, 'view setup', async (visit) => {
  const { stores, org, query, at } = visit
  const sorted = readListQuery(query, ['label', 'name', 'expires'])
  const held = await stores.certificates.list(org.id)
  const { rows, total, pages } = listPage(held, sorted, ({ label, name }) => `${label} ${name}`, {
    label: ({ label }) => label,
    name: ({ name }) => name,
    expires: ({ certificate }) => certificate.notAfter,
  })
  const usesOf = usesIn(visit)
  const listed = await Promise.all(rows.map(async (row): Promise<Listed> => ({ ...row, uses: await usesOf(row) })))
  const canManage = visit.can('manage certificates')
  return shown(visit, {
    title: 'Certificate and Key Management',
    lead: 'The keys that this org signs with, and their certificates. Whoever is to believe a signature gets the certificate.',
    place: path,
    actions: canManage
      ? [
          { href: `${path}/new-self-signed`, label: 'Create Self-Signed Certificate', look: 'brand' },
          { href: `${path}/new-ca-signed`, label: 'Create CA-Signed Certificate' },
          { href: `${path}/upload`, label: 'Upload Certificate' },
          { href: `${path}/import`, label: 'Import from Keystore' },
          held.length > 0 ? { href: `${path}/export`, label: 'Export to Keystore' } : undefined,
        ]
      : [],
    children: (
      <Card title="Certificates">
        {held.length > 0 && <SearchBox path={path} query={query} label="Search certificates" />}
        <DataTable<Listed>
          caption="Certificates"
          rows={listed}
          list={{ path, query, sorted }}
          columns={[
            {
              heading: 'Label',
              sort: 'label',
              cell: (row) => <a href={certificatePath(row)}>{row.label}</a>,
            },
            { heading: 'Unique Name', sort: 'name', cell: ({ name }) => <code>{name}</code> },
            { heading: 'Type', cell: (row) => (isCaSigned(row) ? 'CA-Signed' : 'Self-Signed') },
            { heading: 'Key Size', align: 'right', cell: ({ certificate }) => certificate.keySize ?? <Nothing /> },
            { heading: 'Private Key', cell: privateKeyWords },
            {
              heading: 'Expiration Date',
              sort: 'expires',
              cell: ({ certificate }) => <Expiry certificate={certificate} at={at} />,
            },
            {
              heading: 'Trusted By',
              cell: ({ uses }) => (uses.length === 0 ? <Nothing /> : uses.map(({ app }) => app.label).join(', ')),
            },
          ]}
          empty={
            held.length === 0 ? (
              <EmptyState title="No certificate yet">
                <p>
                  This org needs one when it signs: as the caller of another org by JWT bearer, or with a named
                  credential.
                </p>
                <p>
                  {canManage ? (
                    <>
                      <a href={`${path}/new-self-signed`}>Make one here</a>, or{' '}
                      <a href={`${path}/import`}>bring a key store</a>.
                    </>
                  ) : (
                    'Ask somebody who may manage certificates.'
                  )}
                </p>
              </EmptyState>
            ) : (
              <NoneFound noun="certificate" path={path} sought={sorted.q} />
            )
          }
        />
        {rows.length > 0 && <Pager path={path} query={query} page={sorted.page} pages={pages} total={total} />}
      </Card>
    ),
  })
})
