import type { Selectable } from 'kysely'
import type { AccountLink, AccountLinkStore } from '../auth-providers/auth-provider.ts'
import type { Noting } from './audit-trail.ts'
import { ifFound, instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

/** Who is who at auth. providers, in the database. */
export function accountLinkStore({ queries, read, write }: Database): Noting<AccountLinkStore> {
  const find = statement((given: Placeholder<{ providerId: string; remoteId: string }>) =>
    queries
      .selectFrom('account_links')
      .selectAll()
      .where('provider_id', '=', given('providerId'))
      .where('remote_id', '=', given('remoteId')),
  )
  const listOfProvider = statement((given: Placeholder<{ providerId: string; limit: number }>) =>
    queries
      .selectFrom('account_links')
      .selectAll()
      .where('provider_id', '=', given('providerId'))
      .orderBy('created_at', 'desc')
      .orderBy('remote_id')
      .limit(given('limit')),
  )

  return (note) => ({
    async add(link) {
      const { providerId, remoteId } = link
      return write(async (tx) => {
        const insert = queries.insertInto('account_links').values(toRow(link))
        await tx.execute(insert.onConflict((conflict) => conflict.columns(['provider_id', 'remote_id']).doNothing()))
        return ifFound(await tx.first(find, { providerId, remoteId }), fromRow) ?? link
      })
    },
    find: async (providerId, remoteId) => ifFound(await read.first(find, { providerId, remoteId }), fromRow),
    list: async (providerId, limit) => (await read.all(listOfProvider, { providerId, limit })).map(fromRow),
    async delete({ orgId, providerId, remoteId }) {
      return write(async (tx) => {
        const link = ifFound(await tx.first(find, { providerId, remoteId }), fromRow)
        if (link?.orgId !== orgId) return false
        await note(tx, {
          section: 'Auth. Providers',
          action: 'deleteThirdPartyAccountLink',
          text: 'Unlinked from an auth. provider: the user',
          to: { user: link.userId },
          ownOf: link.userId,
        })
        const query = queries.deleteFrom('account_links').where('provider_id', '=', providerId)
        await tx.execute(query.where('remote_id', '=', remoteId))
        return true
      })
    },
  })
}

type Row = Selectable<Tables['account_links']>

function toRow(link: AccountLink): Row {
  return {
    org_id: link.orgId,
    provider_id: link.providerId,
    remote_id: link.remoteId,
    user_id: link.userId,
    created_at: instant(link.createdAt),
  }
}

function fromRow(row: Row): AccountLink {
  return {
    orgId: row.org_id,
    providerId: row.provider_id,
    remoteId: row.remote_id,
    userId: row.user_id,
    createdAt: readInstant(row.created_at),
  }
}
