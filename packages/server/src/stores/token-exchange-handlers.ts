import type { Selectable } from 'kysely'
import { type IncomingTokenType, incomingTokenTypes } from '../token-exchange/handler.ts'
import type { TokenExchangeHandler, TokenExchangeHandlerStore } from '../token-exchange/token-exchange-handler.ts'
import type { Noting } from './audit-trail.ts'
import { flag, instant, readInstant } from './column-values.ts'
import type { Database, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'
import type { Tables } from './tables.ts'

const handlers = { section: 'Token Exchange Handlers' }

/** Token exchange handlers in the database, ready in memory by org. */
export function tokenExchangeHandlerStore(database: Database): Noting<TokenExchangeHandlerStore> {
  const { queries, read, change, cache } = database
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries
      .selectFrom('token_exchange_handlers')
      .selectAll()
      .where('org_id', '=', given('orgId'))
      .orderBy('developer_name'),
  )
  const listEnablements = statement((given: Placeholder<{ orgId: string }>) =>
    queries
      .selectFrom('token_exchange_enablements as one')
      .innerJoin('token_exchange_handlers as handler', 'handler.id', 'one.handler_id')
      .select(['one.handler_id', 'one.app_id', 'one.execution_user_id', 'one.is_default'])
      .where('handler.org_id', '=', given('orgId'))
      .orderBy('one.app_id'),
  )
  const byOrg = cache<readonly TokenExchangeHandler[]>(1000)

  return (note) => ({
    async add(handler) {
      const { orgId, masterLabel: name } = handler
      await change(async (tx) => {
        const did = { action: 'insertTokenExchangeHandler', text: 'Created token exchange handler' }
        await note(tx, { ...handlers, ...did, to: { orgId, name } })
        await tx.execute(queries.insertInto('token_exchange_handlers').values(toRow(handler)))
        await enable(tx, handler)
      })
    },
    async list(orgId) {
      const found = await byOrg.get(orgId, async () => {
        const enablements = await read.all(listEnablements, { orgId })
        return (await read.all(listOfOrg, { orgId })).map((row) => fromRow(row, enablements))
      })
      return found ?? []
    },
    async update(handler) {
      const { id, org_id, developer_name, created_at, ...changed } = toRow(handler)
      await change(async (tx) => {
        const did = { action: 'updateTokenExchangeHandler', text: 'Changed token exchange handler' }
        await note(tx, { ...handlers, ...did, to: { orgId: org_id, name: handler.masterLabel } })
        await tx.execute(queries.updateTable('token_exchange_handlers').set(changed).where('id', '=', id))
        await tx.execute(queries.deleteFrom('token_exchange_enablements').where('handler_id', '=', id))
        await enable(tx, handler)
      })
    },
    async delete({ id, orgId, masterLabel: name }) {
      await change(async (tx) => {
        const did = { action: 'deleteTokenExchangeHandler', text: 'Deleted token exchange handler' }
        await note(tx, { ...handlers, ...did, to: { orgId, name } })
        await tx.execute(queries.deleteFrom('token_exchange_enablements').where('handler_id', '=', id))
        await tx.execute(queries.deleteFrom('token_exchange_handlers').where('id', '=', id))
      })
    },
  })

  async function enable(tx: Transaction, { id, enablements }: TokenExchangeHandler): Promise<void> {
    for (const { appId, executionUserId, isDefault } of enablements) {
      await tx.execute(
        queries.insertInto('token_exchange_enablements').values({
          handler_id: id,
          app_id: appId,
          execution_user_id: executionUserId,
          is_default: flag(isDefault),
        }),
      )
    }
  }
}

type Row = Selectable<Tables['token_exchange_handlers']>

function toRow(handler: TokenExchangeHandler): Row {
  return {
    id: handler.id,
    org_id: handler.orgId,
    developer_name: handler.developerName,
    master_label: handler.masterLabel,
    description: handler.description,
    token_handler_apex: handler.tokenHandlerApex,
    token_types: handler.tokenTypes.join(' '),
    is_enabled: flag(handler.isEnabled),
    is_user_creation_allowed: flag(handler.isUserCreationAllowed),
    is_protected: flag(handler.isProtected),
    created_at: instant(handler.createdAt),
    modified_at: instant(handler.modifiedAt),
  }
}

function fromRow(
  row: Row,
  enablements: readonly Selectable<Tables['token_exchange_enablements']>[],
): TokenExchangeHandler {
  return {
    id: row.id,
    orgId: row.org_id,
    developerName: row.developer_name,
    masterLabel: row.master_label,
    description: row.description,
    tokenHandlerApex: row.token_handler_apex,
    tokenTypes: row.token_types.split(' ').filter(isTokenType),
    isEnabled: row.is_enabled === 1,
    isUserCreationAllowed: row.is_user_creation_allowed === 1,
    isProtected: row.is_protected === 1,
    enablements: enablements
      .filter((one) => one.handler_id === row.id)
      .map((one) => ({
        appId: one.app_id,
        executionUserId: one.execution_user_id,
        isDefault: one.is_default === 1,
      })),
    createdAt: readInstant(row.created_at),
    modifiedAt: readInstant(row.modified_at),
  }
}

function isTokenType(text: string): text is IncomingTokenType {
  return incomingTokenTypes.some((type) => type === text)
}
