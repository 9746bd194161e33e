import type { Selectable } from 'kysely'
import { type CertificateStore, certificateBlocks, type OrgCertificate } from '../certificates/certificate.ts'
import type { Noting } from './audit-trail.ts'
import { flag, ifFound, instant, readInstant, readStoredCertificate } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const keys = { section: 'Certificate and Key Management' }

/** The orgs' own certificates in the database. */
export function certificateStore(database: Database): Noting<CertificateStore> {
  const { queries, read, write } = database
  const select = queries.selectFrom('certificates').selectAll()
  const findByName = statement((given: Placeholder<{ orgId: string; name: string }>) =>
    select.where('org_id', '=', given('orgId')).where('name', '=', given('name')),
  )
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    select.where('org_id', '=', given('orgId')).orderBy('name'),
  )
  return (note) => ({
    async add(certificate) {
      await write(async (tx) => {
        await note(tx, { ...keys, action: 'insertCertificate', text: 'Created certificate', to: certificate })
        return tx.execute(queries.insertInto('certificates').values(toRow(certificate)))
      })
    },
    async findByName(orgId, name) {
      return ifFound(await read.first(findByName, { orgId, name }), fromRow)
    },
    async list(orgId) {
      return (await read.all(listOfOrg, { orgId })).map(fromRow)
    },
    async update(certificate) {
      const { id, org_id, name, created_at, ...changed } = toRow(certificate)
      const query = queries.updateTable('certificates').set(changed)
      await write(async (tx) => {
        await note(tx, { ...keys, action: 'updateCertificate', text: 'Changed certificate', to: certificate })
        return tx.execute(query.where('id', '=', id).where('org_id', '=', org_id))
      })
    },
    async delete(id) {
      await write(async (tx) => {
        const to = { certificate: id }
        await note(tx, { ...keys, action: 'deleteCertificate', text: 'Deleted certificate', to })
        return tx.execute(queries.deleteFrom('certificates').where('id', '=', id))
      })
    },
    async noteExport(id) {
      const to = { certificate: id }
      await write((tx) =>
        note(tx, { ...keys, action: 'exportPrivateKey', text: 'Exported private key of certificate', to }),
      )
    },
  })
}

type Row = Selectable<Tables['certificates']>

function toRow(certificate: OrgCertificate): Row {
  return {
    id: certificate.id,
    org_id: certificate.orgId,
    name: certificate.name,
    label: certificate.label,
    // Leaf first, as the content of the metadata type Certificate.
    certificate: [certificate.certificate.pem, ...certificate.chain].join(''),
    sealed_private_key: certificate.sealedPrivateKey ?? null,
    is_private_key_exportable: flag(certificate.isPrivateKeyExportable),
    created_at: instant(certificate.createdAt),
  }
}

function fromRow(row: Row): OrgCertificate {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    label: row.label,
    certificate: readStoredCertificate(row.certificate),
    chain: certificateBlocks(row.certificate).slice(1),
    sealedPrivateKey: row.sealed_private_key ?? undefined,
    isPrivateKeyExportable: row.is_private_key_exportable === 1,
    createdAt: readInstant(row.created_at),
  }
}
