import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { copyDatabase } from '../../src/stores/copy.ts'
import { openStores } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, anEntry, anIssuance, issued, later, noon, stateOf } from './demo-org.ts'
import { testSeal } from './open-test-stores.ts'

// Numbers in a part, as long as there are few.
const size = 1_048_576

const onError = (error: unknown) => {
  throw error
}

/** A database of its own, looked at from outside as well. */
async function aDatabase() {
  const url = await newSchemaUrl()
  const open = () => openStores({ url, seal: testSeal, now: () => noon, onError })
  const stores = await open()
  const client = new Client({ ...readPostgresUrl(url, undefined).config })
  await client.connect()
  const values = async (text: string, given: unknown[] = []) =>
    (await client.query<unknown[], unknown[]>({ text, values: given, rowMode: 'array' })).rows
  const { ada, warehouse } = await addDemoOrg(stores)
  return {
    url,
    stores,
    open,
    client,
    values,
    async issue(access: string, lifetime = 7200) {
      const issuance = await anIssuance(stores, ada, warehouse, { access }, { timeout: lifetime })
      return issued(await stores.issue.forAssertion(issuance, undefined)).accessTokenId
    },
    /** The next token gets the number after this one. */
    goOnFrom: (number: number, table = 'access_tokens') => values(`select setval('${table}_id_seq', ${number})`),
    parts: async (table = 'access_tokens') =>
      (
        await values(`select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = '${table}'::regclass order by pg_class.oid`)
      ).flat(),
    partOf: async (id: number) =>
      (await values(`select tableoid::regclass::text from access_tokens where id = ${id}`)).flat().join(),
    async [Symbol.asyncDispose]() {
      await client.end()
      await stores.close()
    },
  }
}

/** Has parts kept for a moment so many seconds after the demo was made. */
function keep(stores: Stores, seconds: number): Promise<string> | undefined {
  const at = later(seconds)
  return stores.parts?.keep({ access_tokens: at, journal: at, login_history: at })
}

describe('tables in parts on PostgreSQL', () => {
  it('have a next part before the last is full, and a token is found by looking at its part alone', async () => {
    await using database = await aDatabase()
    const { stores, issue, goOnFrom, parts, partOf, client } = database
    const first = await issue('first')
    await keep(stores, 0)
    expect(await parts()).toEqual(['access_tokens_0', 'access_tokens_rest'])

    await goOnFrom(size - 1000)
    expect(await keep(stores, 0)).toBe('kept')
    const [, , next] = await parts()
    await goOnFrom(size + 1000)
    const later = await issue('later')
    expect(await partOf(first)).toBe('access_tokens_0')
    expect(await partOf(later)).toBe(next)
    expect(await stateOf(stores, first, 'first')).toBe('live')
    expect(await stateOf(stores, later, 'later')).toBe('live')

    // As the connections of a node have it, see postgres.ts.
    await client.query('set plan_cache_mode = force_generic_plan')
    await client.query('prepare look_up as select hash from access_tokens where id = $1')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) execute look_up(${later})`)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('Subplans Removed: 2')
    expect(plan).toContain(`Index Scan using ${next}_pkey on ${next}`)
    expect(plan).not.toContain('Seq Scan')
  })

  it('lose a part when what is in it has ended, and keep the few tokens that live on', async () => {
    await using database = await aDatabase()
    const { stores, issue, goOnFrom, parts, partOf, values } = database
    const short = await issue('short', 900)
    const long = await issue('long', 7200)
    await goOnFrom(size - 1000)
    await keep(stores, 0)
    await goOnFrom(size + 1000)
    const next = await issue('next', 900)
    const [, , nextPart] = await parts()
    // More than a few, so that the part stays while they live.
    await values(
      `insert into access_tokens select id + n, hash, approval_id, refresh_token_id, issued_at, expires_at, timeout,
      revoked_at, scopes, approval_epoch, org_epoch, user_epoch, app_epoch, is_jwt, session_level, dpop_key
      from access_tokens, generate_series(10, 1010) as n where id = $1`,
      [short],
    )
    await keep(stores, 600)
    expect(await parts()).toContain('access_tokens_0')

    expect(await keep(stores, 1000)).toBe('kept')
    expect(await parts()).toEqual(['access_tokens_rest', nextPart])
    expect(await stateOf(stores, short, 'short')).toBe('unknown')
    expect(await partOf(long)).toBe('access_tokens_rest')
    expect(await stateOf(stores, long, 'long')).toBe('live')
    await stores.accessTokens.extend(long, later(9000))
    expect(await stores.accessTokens.revoke(long, noon)).toBe(true)
    expect(await stateOf(stores, long, 'long')).toBe('revoked')
    expect(await stateOf(stores, next, 'next')).toBe('live')
    expect(await stores.accessTokens.deleteExpired(later(9001), 10)).toBe(2)
  })

  it('lose a part of the journal when its last entry is too old', async () => {
    await using database = await aDatabase()
    const { stores, goOnFrom, parts } = database
    await stores.journal.add(anEntry('old'))
    await stores.journal.add(anEntry('newer', { at: later(100) }))
    expect(await stores.journal.find('newer')).toBeDefined()
    await goOnFrom(size - 1000, 'journal')
    await keep(stores, 0)
    await goOnFrom(size + 1000, 'journal')
    await stores.journal.add(anEntry('newest', { at: later(1000) }))
    expect(await stores.journal.find('newest')).toBeDefined()

    await keep(stores, 400)
    expect(await parts('journal')).toContain('journal_0')
    await keep(stores, 401)
    expect(await parts('journal')).not.toContain('journal_0')
    expect(await stores.journal.find('old')).toBeUndefined()
    expect(await stores.journal.find('newest')).toMatchObject({ requestId: 'newest' })
  })

  it('take rows for which nobody made room in time, and make room beyond them', async () => {
    await using database = await aDatabase()
    const { stores, issue, goOnFrom, partOf, parts } = database
    await goOnFrom(size * 3)
    const stray = await issue('stray')
    expect(await partOf(stray)).toBe('access_tokens_rest')
    await keep(stores, 0)
    const [, part] = await parts()
    await goOnFrom(stray + 2000)
    const next = await issue('next')
    expect(await partOf(next)).toBe(part)
    expect(await stateOf(stores, stray, 'stray')).toBe('live')
  })

  it('stay as they are while somebody is at one for long, and nobody else has to wait for that', async () => {
    await using database = await aDatabase()
    const { stores, open, issue, goOnFrom, parts, client } = database
    await issue('first', 900)
    await goOnFrom(size - 1000)
    await keep(stores, 0)
    await goOnFrom(size + 1000)
    await client.query('begin')
    await client.query('select count(*) from access_tokens')
    const [outcome] = await Promise.all([keep(stores, 1000), issue('meanwhile')])
    expect(outcome).toBe('blocked')
    // Not at once again, either.
    expect(await keep(stores, 1000)).toBe('blocked')
    await client.query('commit')
    const other = await open()
    expect(await keep(other, 1000)).toBe('kept')
    expect(await parts()).not.toContain('access_tokens_0')
    await other.close()
  })

  it('have parts for what is copied from elsewhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-parts-'))
    const file = join(folder, 'sallyport.db')
    const source = await openStores({ file, seal: testSeal, now: () => noon, onError, synchronous: 'OFF' })
    const { ada, warehouse } = await addDemoOrg(source)
    issued(await source.issue.forAssertion(await anIssuance(source, ada, warehouse, { access: 'copied' }), undefined))
    await source.close()
    const raw = new DatabaseSync(file)
    raw.exec(`update access_tokens set id = ${size * 20}`)
    raw.close()

    const url = await newSchemaUrl()
    await copyDatabase({ from: { file }, to: { url }, seal: testSeal })
    const stores = await openStores({ url, seal: testSeal, now: () => noon, onError })
    expect(await stateOf(stores, size * 20, 'copied')).toBe('live')
    const client = new Client(readPostgresUrl(url, undefined).config)
    await client.connect()
    const { rows } = await client.query('select count(*) from access_tokens_rest')
    expect(rows).toEqual([{ count: '0' }])
    await client.end()
    await stores.close()
    await rm(folder, { recursive: true })
  })
})
