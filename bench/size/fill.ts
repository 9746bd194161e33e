import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { sealWith } from '../../packages/server/src/seal.ts'
import { hashSecret, tokenText } from '../../packages/server/src/secret.ts'
import { openStores, type Place } from '../../packages/server/src/stores/open.ts'
import { readPostgresUrl } from '../../packages/server/src/stores/postgres-place.ts'
import { accessTokenShape } from '../../packages/server/src/tokens/access-token.ts'

/** How many tokens there are to be. */
export interface Fill {
  readonly live: number
  readonly expired: number
  /** Whether tables may be in parts; an older program has none. */
  readonly mayHaveParts?: boolean
}

/** What a filled database holds. */
export interface Filled {
  /** So many live tokens, spread over all of them. */
  tokens(count: number): readonly string[]
  readonly bytesPerToken: number
  readonly secondsTaken: number
}

const secret = 'x'.repeat(85)
const chunk = 250_000
const lifetime = 7_200_000

/**
 * Puts tokens straight into the tables: to have them issued would take hours. Live and expired ones are mixed, the worst there is: no
 * part of a table is without live ones. What expired did so within the last day.
 */
export async function fill(
  place: Place,
  { encryptionKey, consumerKey }: { readonly encryptionKey: string; readonly consumerKey: string },
  { live, expired, mayHaveParts = true }: Fill,
): Promise<Filled> {
  const database = 'file' in place ? onSqlite(place.file) : await onPostgres(place.url)
  const seal = sealWith(Buffer.from(encryptionKey, 'base64'))
  const stores = mayHaveParts
    ? await openStores({ ...place, seal, now: () => new Date(), onError: console.error })
    : undefined
  const never = new Date(0)
  const before = await database.bytes()
  const begun = performance.now()
  await database.run(`insert into approvals (org_id, user_id, app_id, epoch, scopes, first_used_at, last_used_at, use_count)
    select users.org_id, users.id, connected_apps.id, 1, 'api', 0, 0, 1 from users, connected_apps
    where connected_apps.consumer_key = '${consumerKey}' and connected_apps.org_id = users.org_id on conflict do nothing`)
  const total = live + expired
  const every = Math.round(total / live)
  const now = Date.now()
  const day = 86_400_000
  const ofApp = `from standings join connected_apps on connected_apps.id = app_id and consumer_key = '${consumerKey}'`
  const approvals = await database.numbers(`select approval_id ${ofApp} order by 1`)
  const counters = 'approval_epoch, org_epoch, user_epoch, app_epoch'
  const [epochs = ''] = await database.texts(`select distinct ${counters.replaceAll(', ', " || ',' || ")} ${ofApp}`)
  for (let first = 0; first < total; first += chunk) {
    const isLive = `n.i % ${every} = 0`
    await database.run(`insert into access_tokens (hash, approval_id, ${counters}, issued_at, expires_at, timeout, scopes,
        is_jwt, session_level)
      select case when ${isLive} then ${database.bytesOf(hashSecret(secret))} else ${database.hashOf('n.i')} end,
        ${approvals[0]} + n.i % ${approvals.length}, ${epochs}, ${now - day} + n.i * ${Math.floor(day / total)},
        case when ${isLive} then ${now + lifetime} else ${now - day} + n.i * ${Math.floor(day / total)} end,
        7200, 'api', 0, 'STANDARD'
      from ${database.series(first, Math.min(first + chunk, total))}`)
    await stores?.parts?.keep({ access_tokens: never, journal: never, login_history: never })
  }
  await stores?.close()
  await database.settle()
  const bytes = (await database.bytes()) - before
  const seconds = (performance.now() - begun) / 1000
  const ids = await database.numbers(`select id from access_tokens where expires_at = ${now + lifetime} order by id`)
  const [orgId = ''] = await database.texts('select id from orgs')
  await database.close()
  return {
    tokens(count) {
      const step = Math.max(1, Math.floor(ids.length / count))
      const chosen = ids.filter((_, place) => place % step === 0)
      return chosen.map((id) => tokenText(accessTokenShape(orgId), id, secret))
    },
    bytesPerToken: bytes / total,
    secondsTaken: seconds,
  }
}

interface Filling {
  run(text: string): Promise<unknown>
  numbers(text: string): Promise<readonly number[]>
  texts(text: string): Promise<readonly string[]>
  series(first: number, before: number): string
  hashOf(i: string): string
  bytesOf(bytes: Buffer): string
  /** Leaves the database as one that has been in use. */
  settle(): Promise<unknown>
  bytes(): Promise<number>
  close(): Promise<unknown>
}

function onSqlite(file: string): Filling {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  database.exec('pragma synchronous = off; pragma cache_size = -100000')
  const column = (text: string) =>
    database
      .prepare(text)
      .all()
      .map((row) => Object.values(row)[0])
  return {
    run: async (text) => database.exec(text),
    numbers: async (text) => column(text).map(Number),
    texts: async (text) => column(text).map(String),
    series: (first, before) =>
      `(with recursive n (i) as (select ${first} union all select i + 1 from n where i + 1 < ${before}) select i from n) as n`,
    hashOf: () => 'randomblob(32)',
    bytesOf: (bytes) => `x'${bytes.toString('hex')}'`,
    settle: async () => database.exec('pragma wal_checkpoint(truncate); analyze'),
    async bytes() {
      const [pages] = column('pragma page_count')
      const [size] = column('pragma page_size')
      return Number(pages) * Number(size)
    },
    close: async () => database.close(),
  }
}

async function onPostgres(url: string): Promise<Filling> {
  const client = new Client(readPostgresUrl(url, undefined).config)
  await client.connect()
  const column = async (text: string) =>
    (await client.query<unknown[]>({ text, rowMode: 'array' })).rows.map(([value]) => value)
  return {
    run: (text) => client.query(text),
    numbers: async (text) => (await column(text)).map(Number),
    texts: async (text) => (await column(text)).map(String),
    series: (first, before) => `generate_series(${first}, ${before - 1}) as n (i)`,
    hashOf: (i) => `sha256(${i}::text::bytea)`,
    bytesOf: (bytes) => `'\\x${bytes.toString('hex')}'::bytea`,
    settle: () => client.query('vacuum analyze').then(() => client.query('checkpoint')),
    async bytes() {
      const [bytes] = await column(`select sum(pg_total_relation_size(oid)) from pg_class
        where relkind = 'r' and relname ~ '^access_tokens' and relnamespace = current_schema()::regnamespace`)
      return Number(bytes)
    },
    close: () => client.end(),
  }
}
