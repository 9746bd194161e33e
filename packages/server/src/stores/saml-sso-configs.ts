import type { Selectable } from 'kysely'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { Noting } from './audit-trail.ts'
import { flag, ifFound, instant, readInstant, readStoredCertificate } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const settings = { section: 'Single Sign-On Settings' }

// Far more than servers have.
const readyOrgs = 1000

/** The identity providers of orgs in the database, kept ready until one changes. */
export function samlSsoConfigStore(database: Database): Noting<SamlSsoConfigStore> {
  const { queries, read, change, cache } = database
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('saml_sso_configs').selectAll().where('org_id', '=', given('orgId')).orderBy('full_name'),
  )
  const findById = statement((given: Placeholder<{ id: string }>) =>
    queries.selectFrom('saml_sso_configs').selectAll().where('id', '=', given('id')),
  )
  const ready = cache<readonly SamlSsoConfig[]>(readyOrgs)
  const list = async (orgId: string) =>
    (await ready.get(orgId, async () => (await read.all(listOfOrg, { orgId })).map(fromRow))) ?? []

  return (note) => ({
    async add(config) {
      await change(async (tx) => {
        const to = { orgId: config.orgId, name: config.label }
        await note(tx, { ...settings, action: 'insertSamlSsoConfig', text: 'Created SAML settings', to })
        return tx.execute(queries.insertInto('saml_sso_configs').values(toRow(config)))
      })
    },
    list,
    find: async (id) => ifFound(await read.first(findById, { id }), fromRow),
    findByName: async (orgId, fullName) => (await list(orgId)).find((config) => config.fullName === fullName),
    async update(config) {
      const { id, org_id, full_name, created_at, ...changed } = toRow(config)
      await change(async (tx) => {
        const to = { orgId: org_id, name: config.label }
        await note(tx, { ...settings, action: 'updateSamlSsoConfig', text: 'Changed SAML settings', to })
        const query = queries.updateTable('saml_sso_configs').set(changed)
        return tx.execute(query.where('id', '=', id).where('org_id', '=', org_id))
      })
    },
    async delete(id) {
      await change(async (tx) => {
        const config = ifFound(await tx.first(findById, { id }), fromRow)
        if (config === undefined) return
        const to = { orgId: config.orgId, name: config.label }
        await note(tx, { ...settings, action: 'deleteSamlSsoConfig', text: 'Deleted SAML settings', to })
        await tx.execute(queries.deleteFrom('saml_sso_configs').where('id', '=', id))
      })
    },
  })
}

type Row = Selectable<Tables['saml_sso_configs']>

function toRow(config: SamlSsoConfig): Row {
  return {
    id: config.id,
    org_id: config.orgId,
    full_name: config.fullName,
    label: config.label,
    issuer: config.issuer,
    entity_id: config.samlEntityId,
    certificate: config.validationCert.pem,
    identity_mapping: config.identityMapping,
    identity_location: config.identityLocation,
    attribute_name: config.attributeName ?? null,
    login_url: config.loginUrl ?? null,
    redirect_binding: flag(config.redirectBinding),
    request_signing_certificate: config.requestSigningCertId ?? null,
    request_signature_method: config.requestSignatureMethod,
    decryption_certificate: config.decryptionCertificate ?? null,
    user_provisioning: flag(config.userProvisioning),
    jit_handler: config.samlJitHandlerId ?? null,
    execution_user_id: config.executionUserId ?? null,
    single_logout_url: config.singleLogoutUrl ?? null,
    single_logout_binding: config.singleLogoutBinding,
    logout_url: config.logoutUrl ?? null,
    created_at: instant(config.createdAt),
    modified_at: instant(config.modifiedAt),
  }
}

function fromRow(row: Row): SamlSsoConfig {
  return {
    id: row.id,
    orgId: row.org_id,
    fullName: row.full_name,
    label: row.label,
    issuer: row.issuer,
    samlEntityId: row.entity_id,
    validationCert: readStoredCertificate(row.certificate),
    identityMapping: row.identity_mapping,
    identityLocation: row.identity_location,
    attributeName: row.attribute_name ?? undefined,
    loginUrl: row.login_url ?? undefined,
    redirectBinding: row.redirect_binding === 1,
    requestSigningCertId: row.request_signing_certificate ?? undefined,
    requestSignatureMethod: row.request_signature_method,
    decryptionCertificate: row.decryption_certificate ?? undefined,
    userProvisioning: row.user_provisioning === 1,
    samlJitHandlerId: row.jit_handler ?? undefined,
    executionUserId: row.execution_user_id ?? undefined,
    singleLogoutUrl: row.single_logout_url ?? undefined,
    singleLogoutBinding: row.single_logout_binding,
    logoutUrl: row.logout_url ?? undefined,
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}
