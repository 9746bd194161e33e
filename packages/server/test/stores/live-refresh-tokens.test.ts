import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { openStores, type Place } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import { testSeal } from './open-test-stores.ts'

// As `issue.ts` looks for those that are too many.
const oldestLive = `select id from refresh_tokens where approval_id = 7 and approval_epoch = 1 and revoked_at is null
  order by id desc limit 1000 offset 5`

async function makeTables(place: Place): Promise<void> {
  const stores = await openStores({ ...place, seal: testSeal, now: () => new Date(), onError: expect.unreachable })
  await stores.close()
}

it('the live refresh tokens of an approval are found without those that have ended (SQLite)', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'sallyport-live-'))
  const file = join(folder.path, 'sallyport.db')
  await makeTables({ file })
  const database = new DatabaseSync(file)
  const plan = database.prepare(`explain query plan ${oldestLive}`).all()
  database.close()
  expect(plan.map(({ detail }) => detail)).toEqual([
    'SEARCH refresh_tokens USING INDEX refresh_tokens_by_standing (approval_id=? AND revoked_at=?)',
  ])
})

it('the live refresh tokens of an approval are found without those that have ended (PostgreSQL)', async () => {
  const url = await newSchemaUrl()
  await makeTables({ url })
  const client = new Client(readPostgresUrl(url, undefined).config)
  await client.connect()
  await client.query(`set session_replication_role = replica;
    insert into refresh_tokens (hash, approval_id, approval_epoch, org_epoch, user_epoch, app_epoch, scopes, auth_time,
      session_level, issued_at, last_used_at, use_count, revoked_at)
    select sha256(n::text::bytea), n % 16, 1, 1, 1, 1, 'api', 1, 'STANDARD', 1, 1, 0, case when n < 20000 then n end
    from generate_series(1, 20080) as n;
    analyze refresh_tokens`)
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${oldestLive}`)
  await client.end()
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('refresh_tokens_by_standing')
  expect(plan).toContain('Index Cond: ((approval_id = 7) AND (revoked_at IS NULL))')
})
