import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { openStores } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import { postgresQueries } from '../../src/stores/postgres-queries.ts'
import { testSeal } from './open-test-stores.ts'

const onError = (error: unknown) => {
  throw error
}

describe('a query for PostgreSQL', () => {
  it.each([
    { table: 'used_assertions', key: 'hash', row: '(hash, expires_at) select sha256(n::text::bytea), n' },
    {
      table: 'access_tokens',
      key: 'id',
      row: `(hash, approval_id, approval_epoch, org_epoch, user_epoch, app_epoch, issued_at, expires_at, timeout, scopes)
        select sha256(n::text::bytea), 1, 1, 1, 1, 1, n, n, 900, 'api'`,
    },
  ] as const)('that deletes a few of many $table looks at those few alone', async ({ table, key, row }) => {
    const url = await newSchemaUrl()
    const stores = await openStores({ url, seal: testSeal, now: () => new Date(), onError })
    const { sql } = postgresQueries()
      .deleteFrom(table)
      .where(key, 'in', (within) =>
        within.selectFrom(table).select(key).where('expires_at', '<', 5).orderBy('expires_at').limit(100),
      )
      .compile()
    const client = new Client(readPostgresUrl(url, undefined).config)
    await client.connect()
    // As the connections of a node have it, see postgres-lanes.ts.
    await client.query('set plan_cache_mode = force_generic_plan')
    await client.query(`insert into ${table} ${row} from generate_series(1, 20000) as n`)
    await client.query(`analyze ${table}`)
    await client.query(`prepare deleting (bigint, bigint) as ${sql}`)
    const { rows } = await client.query<{ 'QUERY PLAN': string }>('explain (costs off) execute deleting(5, 100)')
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain(`${key} = ANY`)
    expect(plan).not.toMatch(/Hash|Seq Scan on (?!\w+_rest)/)
    await client.end()
    await stores.close()
  })
})
