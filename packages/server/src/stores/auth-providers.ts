import type { Selectable } from 'kysely'
import type { AuthProvider, AuthProviderStore } from '../auth-providers/auth-provider.ts'
import type { Noting } from './audit-trail.ts'
import { flag, ifFound, instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const providers = { section: 'Auth. Providers' }

// Far more than servers have.
const readyOrgs = 1000

/** The auth. providers of orgs in the database, kept ready until one changes. */
export function authProviderStore(database: Database): Noting<AuthProviderStore> {
  const { queries, read, change, cache } = database
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('auth_providers').selectAll().where('org_id', '=', given('orgId')).orderBy('developer_name'),
  )
  const findById = statement((given: Placeholder<{ id: string }>) =>
    queries.selectFrom('auth_providers').selectAll().where('id', '=', given('id')),
  )
  const ready = cache<readonly AuthProvider[]>(readyOrgs)
  const list = async (orgId: string) =>
    (await ready.get(orgId, async () => (await read.all(listOfOrg, { orgId })).map(fromRow))) ?? []

  return (note) => ({
    async add(provider) {
      await change(async (tx) => {
        const to = { orgId: provider.orgId, name: provider.friendlyName }
        await note(tx, { ...providers, action: 'insertAuthProvider', text: 'Created auth. provider', to })
        return tx.execute(queries.insertInto('auth_providers').values(toRow(provider)))
      })
    },
    list,
    findByName: async (orgId, name) => (await list(orgId)).find(({ developerName }) => developerName === name),
    async update(provider) {
      const { id, org_id, developer_name, created_at, ...changed } = toRow(provider)
      await change(async (tx) => {
        const to = { orgId: org_id, name: provider.friendlyName }
        await note(tx, { ...providers, action: 'updateAuthProvider', text: 'Changed auth. provider', to })
        const query = queries.updateTable('auth_providers').set(changed)
        return tx.execute(query.where('id', '=', id).where('org_id', '=', org_id))
      })
    },
    async delete(id) {
      await change(async (tx) => {
        const provider = ifFound(await tx.first(findById, { id }), fromRow)
        if (provider === undefined) return
        const to = { orgId: provider.orgId, name: provider.friendlyName }
        await note(tx, { ...providers, action: 'deleteAuthProvider', text: 'Deleted auth. provider', to })
        await tx.execute(queries.deleteFrom('account_links').where('provider_id', '=', id))
        await tx.execute(queries.deleteFrom('auth_providers').where('id', '=', id))
      })
    },
  })
}

type Row = Selectable<Tables['auth_providers']>

function toRow(provider: AuthProvider): Row {
  return {
    id: provider.id,
    org_id: provider.orgId,
    developer_name: provider.developerName,
    friendly_name: provider.friendlyName,
    consumer_key: provider.consumerKey,
    sealed_secret: provider.sealedSecret ?? null,
    authorize_url: provider.authorizeUrl,
    token_url: provider.tokenUrl,
    user_info_url: provider.userInfoUrl ?? null,
    token_issuer: provider.idTokenIssuer ?? null,
    default_scopes: provider.defaultScopes,
    sends_credentials_in_header: flag(provider.sendClientCredentialsInHeader),
    is_pkce_enabled: flag(provider.isPkceEnabled),
    requires_mfa: flag(provider.requireMfa),
    user_matching: provider.userMatching,
    created_at: instant(provider.createdAt),
    modified_at: instant(provider.modifiedAt),
  }
}

function fromRow(row: Row): AuthProvider {
  return {
    id: row.id,
    orgId: row.org_id,
    developerName: row.developer_name,
    friendlyName: row.friendly_name,
    consumerKey: row.consumer_key,
    sealedSecret: row.sealed_secret ?? undefined,
    authorizeUrl: row.authorize_url,
    tokenUrl: row.token_url,
    userInfoUrl: row.user_info_url ?? undefined,
    idTokenIssuer: row.token_issuer ?? undefined,
    defaultScopes: row.default_scopes,
    sendClientCredentialsInHeader: row.sends_credentials_in_header === 1,
    isPkceEnabled: row.is_pkce_enabled === 1,
    requireMfa: row.requires_mfa === 1,
    userMatching: row.user_matching,
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}
