import { Client } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { migrate } from '../../src/stores/migrations/migrate.ts'
import { dialectAt, openStores } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import { noon } from './demo-org.ts'
import { testSeal } from './open-test-stores.ts'

// The last version whose tables were whole.
const whole = 23
// The last version without the indexes that list views go by.
const withoutListIndexes = 24
const tokens = 5000

const columns = `hash, approval_id, issued_at, expires_at, timeout, scopes, approval_epoch, org_epoch, user_epoch, app_epoch,
  is_jwt, session_level`
const row = `1, 0, ${noon.getTime() + 7_200_000}, 7200, 'api', 1, 1, 1, 1, 0, 'STANDARD'`

/** A database with the schema of a version of before, and three who are at it. */
async function databaseOf(version: number) {
  const url = await newSchemaUrl()
  const dialect = await dialectAt({ url })
  const connection = await dialect.connect()
  await migrate(connection, dialect, testSeal, version)
  await connection.close()
  const { config } = readPostgresUrl(url, undefined)
  const [old, slow, watching] = [new Client(config), new Client(config), new Client(config)]
  for (const client of [old, slow, watching]) {
    await client.connect()
    // Whatever becomes of the test: others that make an index wait for all transactions that are open.
    onTestFinished(() => client.end())
  }
  return { url, old, slow, watching }
}

it('puts tables into parts while a server of the version before issues, looks up and extends tokens', async () => {
  const { url, old, slow, watching } = await databaseOf(whole)
  await old.query(`insert into access_tokens (${columns}) select '', ${row} from generate_series(1, ${tokens})`)

  // The statements of that version, prepared as it has them.
  const issue = { name: 'issue', text: `insert into access_tokens (${columns}) values ($1, ${row}) returning id` }
  const lookUp = { name: 'look-up', text: 'select id, hash, expires_at from access_tokens where id = $1' }
  const extend = { name: 'extend', text: 'update access_tokens set expires_at = expires_at + 1 where id = $1' }
  const given: number[] = []
  let isOver = false
  const serving = (async () => {
    while (!isOver) {
      const hash = Buffer.from(`secret ${given.length}`)
      const id = Number((await old.query<{ id: string }>({ ...issue, values: [hash] })).rows[0]?.id)
      expect((await old.query<{ hash: Buffer }>({ ...lookUp, values: [id] })).rows[0]?.hash).toEqual(hash)
      expect((await old.query({ ...extend, values: [id] })).rowCount).toBe(1)
      given.push(id)
    }
  })()
  const another = (count: number) => {
    const goal = given.length + count
    return eventually(() => expect(given.length).toBeGreaterThanOrEqual(goal))
  }

  // Somebody is at the table when it begins.
  await slow.query('begin')
  await slow.query(`insert into access_tokens (${columns}) values ('', ${row})`)
  const migrating = openStores({ url, seal: testSeal, now: () => noon, onError: () => {} })
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'do $$ declare bound bigint%'`
  await eventually(async () => expect((await watching.query(waits)).rows).not.toEqual([]))
  // It does not keep the others waiting until that is over.
  await another(100)
  await slow.query('commit')
  const stores = await migrating
  await another(100)
  isOver = true
  await serving

  expect(new Set(given).size).toBe(given.length)
  const { rows } = await slow.query('select count(*)::int from access_tokens')
  expect(rows).toEqual([{ count: tokens + 1 + given.length }])
  const kinds = `select relname, relkind::text from pg_class where relnamespace = current_schema()::regnamespace
    and relname in ('access_tokens', 'journal', 'login_history', 'access_tokens_by_expiry', 'journal_of_org') order by 1`
  expect((await slow.query({ text: kinds, rowMode: 'array' })).rows).toEqual([
    ['access_tokens', 'p'],
    ['access_tokens_by_expiry', 'I'],
    ['journal', 'p'],
    ['journal_of_org', 'I'],
    ['login_history', 'p'],
  ])
  const left = `select count(*)::int from pg_constraint where conname like '%_in_first_part'`
  expect((await slow.query(left)).rows).toEqual([{ count: 0 }])
  await stores.close()
})

it('makes indexes while a server of the version before goes on writing, and once more where it was broken off', async () => {
  const { url, old, slow, watching } = await databaseOf(withoutListIndexes)
  await slow.query(`insert into orgs (id, name, type, is_active, epoch, settings, created_at)
    values ('org', 'Acme', 'production', 1, 1, '{}', 0)`)
  const add = (id: string) => `insert into records (id, org_id, object, name, fields, owner_id, created_at, modified_at)
    values ('${id}', 'org', 'Account', 'A', '{}', '', 0, 0)`
  const index = `select indisvalid from pg_index where indexrelid = 'records_of_owner'::regclass`

  await slow.query('begin')
  await slow.query(add('first'))
  // What is left where a program was killed while it waited for somebody.
  await old.query(`set statement_timeout = '50ms'`)
  await expect(old.query('create index concurrently records_of_owner on records (org_id)')).rejects.toThrow('timeout')
  await old.query('set statement_timeout = 0')
  expect((await watching.query(index)).rows).toEqual([{ indisvalid: false }])

  const migrating = openStores({ url, seal: testSeal, now: () => noon, onError: () => {} })
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'drop index concurrently%records_of_owner%'`
  await eventually(async () => expect((await watching.query(waits)).rows).not.toEqual([]))
  await old.query(`set lock_timeout = '300ms'`)
  await old.query(add('meanwhile'))
  await slow.query('commit')
  const stores = await migrating

  expect((await watching.query(index)).rows).toEqual([{ indisvalid: true }])
  const columns = `select pg_get_indexdef('records_of_owner'::regclass) like '%lower(name)%' as whole`
  expect((await watching.query(columns)).rows).toEqual([{ whole: true }])
  await stores.close()
})
