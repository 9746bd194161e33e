import { z } from 'zod'
import type { PushedRequest, PushedRequestStore } from '../oauth/pushed-request.ts'
import { sameHash } from '../secret.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

type NewRequest = {
  readonly hash: Uint8Array
  readonly appId: string
  readonly parameters: string
  readonly pushedAt: number
}

const pairs = z.array(z.tuple([z.string(), z.string()]))

/** Pushed authorize requests in the database. */
export function pushedRequestStore({ queries, read, write }: Database): PushedRequestStore {
  const insert = statement((given: Placeholder<NewRequest>) =>
    queries.insertInto('pushed_requests').values({
      hash: given('hash'),
      app_id: given('appId'),
      parameters: given('parameters'),
      pushed_at: given('pushedAt'),
    }),
  )
  const find = statement((given: Placeholder<{ id: number }>) =>
    queries.selectFrom('pushed_requests').selectAll().where('id', '=', given('id')),
  )
  const open = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('pushed_requests')
      .set({ opened_at: given('at') })
      .where('id', '=', given('id'))
      .where('opened_at', 'is', null),
  )
  const answer = statement((given: Placeholder<{ id: number; at: number }>) =>
    queries
      .updateTable('pushed_requests')
      .set({ answered_at: given('at') })
      .where('id', '=', given('id'))
      .where('answered_at', 'is', null),
  )
  // Rows are older the lower their number: the first few are all that has to be looked at.
  const deleteExpired = statement((given: Placeholder<{ before: number; limit: number }>) =>
    queries
      .deleteFrom('pushed_requests')
      .where('id', 'in', (within) =>
        within.selectFrom('pushed_requests').select('id').orderBy('id').limit(given('limit')),
      )
      .where('pushed_at', '<', given('before')),
  )

  return {
    add: ({ hash, appId, parameters, pushedAt }) =>
      write((tx) =>
        tx.insert(insert, {
          hash,
          appId,
          parameters: JSON.stringify([...parameters]),
          pushedAt: instant(pushedAt),
        }),
      ),
    async find({ id, hash }) {
      const row = await read.first(find, { id })
      if (row === undefined || !sameHash(row.hash, hash)) return { state: 'unknown' }
      return { state: row.answered_at === null ? 'unanswered' : 'answered', request: fromRow(row) }
    },
    open: (id, now) =>
      write(async (tx) => {
        await tx.run(open, { id, at: instant(now) })
        const opened = (await tx.first(find, { id }))?.opened_at
        return opened === undefined || opened === null ? now : readInstant(opened)
      }),
    answer: (id, now) => write(async (tx) => (await tx.run(answer, { id, at: instant(now) })) === 1),
    deleteExpired: (before, limit) => write((tx) => tx.run(deleteExpired, { before: instant(before), limit })),
  }

  function fromRow(row: ReturnType<typeof find.row>): PushedRequest {
    return {
      id: row.id,
      appId: row.app_id,
      parameters: new Map(pairs.parse(JSON.parse(row.parameters))),
      pushedAt: readInstant(row.pushed_at),
      openedAt: row.opened_at === null ? undefined : readInstant(row.opened_at),
    }
  }
}
