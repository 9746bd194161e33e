import type { Selectable } from 'kysely'
import type { CustomScope, CustomScopeStore } from '../connected-apps/custom-scope.ts'
import type { Noting } from './audit-trail.ts'
import { flag, readScopes, scopeText } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const scopes = { section: 'OAuth Custom Scopes' }

/** Custom scopes in the database. */
export function customScopeStore({ queries, read, change, cache }: Database): Noting<CustomScopeStore> {
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('custom_scopes').selectAll().where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const appsWith = statement((given: Placeholder<{ orgId: string; pattern: string }>) =>
    queries
      .selectFrom('connected_apps')
      .select(['id', 'scopes'])
      .where('org_id', '=', given('orgId'))
      .where('scopes', 'like', given('pattern')),
  )
  const ofOrg = cache<readonly CustomScope[]>(1000)

  return (note) => ({
    async add(scope) {
      await change(async (tx) => {
        await note(tx, { ...scopes, action: 'insertOauthCustomScope', text: 'Created OAuth custom scope', to: scope })
        return tx.execute(queries.insertInto('custom_scopes').values(toRow(scope)))
      })
    },
    async update(scope) {
      const { id, org_id, name, ...changed } = toRow(scope)
      await change(async (tx) => {
        await note(tx, { ...scopes, action: 'updateOauthCustomScope', text: 'Changed OAuth custom scope', to: scope })
        return tx.execute(queries.updateTable('custom_scopes').set(changed).where('id', '=', id))
      })
    },
    async delete(scope) {
      const { id, orgId, name } = scope
      await change(async (tx) => {
        await note(tx, { ...scopes, action: 'deleteOauthCustomScope', text: 'Deleted OAuth custom scope', to: scope })
        await tx.execute(queries.deleteFrom('custom_scopes').where('id', '=', id))
        for (const app of await tx.all(appsWith, { orgId, pattern: `%${name}%` })) {
          const left = scopeText(readScopes(app.scopes).filter((one) => one !== name))
          await tx.execute(queries.updateTable('connected_apps').set({ scopes: left }).where('id', '=', app.id))
        }
      })
    },
    list: async (orgId) =>
      (await ofOrg.get(orgId, async () => (await read.all(listOfOrg, { orgId })).map(fromRow))) ?? [],
  })
}

type Row = Selectable<Tables['custom_scopes']>

function toRow(scope: CustomScope): Row {
  return {
    id: scope.id,
    org_id: scope.orgId,
    name: scope.name,
    label: scope.label,
    description: scope.description,
    is_public: flag(scope.isPublic),
    is_protected: flag(scope.isProtected),
  }
}

function fromRow(row: Row): CustomScope {
  return {
    id: row.id,
    orgId: row.org_id,
    name: row.name,
    label: row.label,
    description: row.description,
    isPublic: row.is_public === 1,
    isProtected: row.is_protected === 1,
  }
}
