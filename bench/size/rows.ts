import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { sealWith } from '../../packages/server/src/seal.ts'
import { openStores, type Place } from '../../packages/server/src/stores/open.ts'
import { addDemoOrg, anEntry, anIssuance } from '../../packages/server/test/stores/demo-org.ts'
import { startPostgres } from '../../test/postgres-server.ts'
import { durable } from '../targets/sallyport.ts'

// What a token costs the store: issued with its journal entry and its line of login history, many at the same moment, durably.
const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '50000' }, atOnce: { type: 'string', default: '64' } },
})
const [tokens, atOnce] = [Number(values.tokens), Number(values.atOnce)]

const folder = mkdtempSync(join(tmpdir(), 'bench-rows-'))
const file = join(folder, 'sallyport.db')
const postgres = await startPostgres({ settings: durable })
try {
  await measure('SQLite', { file }, async () => {
    const database = new DatabaseSync(file)
    database.exec('pragma wal_checkpoint(truncate)')
    const rows =
      database.prepare(`select tbl_name as name, sum(pgsize) as bytes from dbstat join sqlite_master using (name)
      group by tbl_name`)
    const sizes = new Map(rows.all().map(({ name, bytes }) => [String(name), Number(bytes)]))
    database.close()
    return sizes
  })
  await measure('PostgreSQL', { url: postgres.url }, async () => {
    const client = new Client(postgres.url)
    await client.connect()
    const { rows } = await client.query<{ name: string; bytes: string }>(`
      select regexp_replace(relname, '_(\\d+|rest)$', '') as name, sum(pg_total_relation_size(oid)) as bytes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace group by 1`)
    await client.end()
    return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]))
  })
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true })
}

async function measure(name: string, place: Place, sizes: () => Promise<ReadonlyMap<string, number>>): Promise<void> {
  const now = () => new Date()
  const stores = await openStores({ ...place, seal: sealWith(randomBytes(32)), now, onError: console.error })
  const { ada, warehouse } = await addDemoOrg(stores)
  const issuance = await anIssuance(stores, ada, warehouse, { access: '' }, { at: now() })
  const before = await sizes()
  const begun = performance.now()
  let left = tokens
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left > 0) {
        left -= 1
        const accessToken = { ...issuance.accessToken, hash: randomBytes(32) }
        await stores.issue.forAssertion({ ...issuance, accessToken }, undefined)
        const passed = ['app-known', 'assertion-signed', 'audience-known', 'user-known', 'app-approved'].map(
          (check) => ({ check }),
        )
        await stores.journal.add(anEntry(randomUUID(), { at: now(), passed }))
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  await stores.close()
  const after = await sizes()
  const each = (table: string) => Math.round(((after.get(table) ?? 0) - (before.get(table) ?? 0)) / tokens)
  const all = [...after.keys()].reduce((sum, table) => sum + each(table), 0)
  console.log(`${name}: ${Math.round(tokens / seconds)} tokens/s by the store alone, ${atOnce} at a time; ${all} bytes for a \
token with all that is kept of it: ${each('access_tokens')} itself, ${each('journal')} its journal entry, \
${each('login_history')} its login`)
}
