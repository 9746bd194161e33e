import { type Selectable, sql } from 'kysely'
import type { LoginAttempt, LoginHistoryEntry, LoginHistoryStore } from '../sessions/login-history.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database, Tables, Transaction } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

type AttemptValues = {
  readonly orgId: string
  readonly userId: string
  readonly at: number
  readonly loginType: LoginAttempt['loginType']
  readonly loginSubType: string | null
  readonly status: string
  readonly application: string
  readonly sourceIp: string
  readonly loginUrl: string
  readonly browser: string
}

/** Adds an attempt to sign in, within a transaction. */
export function loginNotes({
  queries,
}: Pick<Database, 'queries'>): (tx: Transaction, attempt: LoginAttempt) => Promise<void> {
  const insert = statement((given: Placeholder<AttemptValues>) =>
    queries.insertInto('login_history').values({
      org_id: given('orgId'),
      user_id: given('userId'),
      at: given('at'),
      login_type: given('loginType'),
      login_sub_type: given('loginSubType'),
      status: given('status'),
      application: given('application'),
      source_ip: given('sourceIp'),
      login_url: given('loginUrl'),
      browser: given('browser'),
    }),
  )
  return async (tx, attempt) => {
    await tx.run(insert, { ...attempt, at: instant(attempt.at), loginSubType: attempt.loginSubType ?? null })
  }
}

/** Login history in the database. */
export function loginHistoryStore(database: Database): LoginHistoryStore {
  const { queries, read, write } = database
  const note = loginNotes(database)
  const newest = queries.selectFrom('login_history').selectAll().orderBy('id', 'desc')
  const listOfOrg = statement((given: Placeholder<{ orgId: string; limit: number }>) =>
    newest.where('org_id', '=', given('orgId')).limit(given('limit')),
  )
  const listOfUser = statement((given: Placeholder<{ block: number; orgId: string; userId: string; limit: number }>) =>
    newest
      .where(sql<number>`(id / 1024)`, '=', given('block'))
      .where('user_id', '=', given('userId'))
      .where('org_id', '=', given('orgId'))
      .limit(given('limit')),
  )
  const findNewest = statement(() => queries.selectFrom('login_history').select('id').orderBy('id', 'desc').limit(1))
  const findOldest = statement(() => queries.selectFrom('login_history').select('id').orderBy('id').limit(1))
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteBefore = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('login_history')
      .where('id', 'in', (within) =>
        within.selectFrom('login_history').select('id').orderBy('id').limit(given('limit')),
      )
      .where('at', '<', given('before')),
  )
  return {
    add: (attempt) => write((tx) => note(tx, attempt)),
    async list(orgId, { userId, limit }) {
      if (userId === undefined) return (await read.all(listOfOrg, { orgId, limit })).map(fromRow)
      const found: LoginHistoryEntry[] = []
      const last = blockOf(await read.first(findOldest, {}))
      for (let block = blockOf(await read.first(findNewest, {})); block >= last && found.length < limit; block--) {
        const rows = await read.all(listOfUser, { block, orgId, userId, limit: limit - found.length })
        found.push(...rows.map(fromRow))
      }
      return found
    },
    deleteBefore: (before, limit) => write((tx) => tx.run(deleteBefore, { before: instant(before), limit })),
  }
}

/** The entries of a user are looked up block by block: the index begins with this, see the migration. */
function blockOf(entry: { readonly id: number } | undefined): number {
  return Math.floor((entry?.id ?? 0) / 1024)
}

function fromRow(row: Selectable<Tables['login_history']>): LoginHistoryEntry {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    at: readInstant(row.at),
    loginType: row.login_type,
    loginSubType: row.login_sub_type ?? undefined,
    status: row.status,
    application: row.application,
    sourceIp: row.source_ip,
    loginUrl: row.login_url,
    browser: row.browser,
  }
}
