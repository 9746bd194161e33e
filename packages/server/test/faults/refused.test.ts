import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { sealWith } from '../../src/seal.ts'
import { newest } from '../../src/stores/migrations/migrate.ts'
import { dialectAt, openStores, type Place } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import { anOrg } from '../stores/demo-org.ts'
import { databases, testSeal } from '../stores/open-test-stores.ts'
import { longest } from './killable-server.ts'

vi.setConfig({ testTimeout: longest, hookTimeout: longest })

const otherSeal = sealWith(Buffer.alloc(32, 8))
const now = () => new Date()
const open = (place: Place, seal = testSeal) => openStores({ ...place, seal, now, onError: expect.unreachable })

/** Does something in a schema of PostgreSQL, as its owner does. */
async function asOwner(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(readPostgresUrl(url, undefined).config)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Everything that there is in a database, in short. */
async function contentOf(place: Place): Promise<unknown> {
  if ('file' in place)
    return createHash('sha256')
      .update(await readFile(place.file))
      .digest('hex')
  return asOwner(
    place.url,
    `select relname, relacl::text, (select string_agg(attname || ' ' || atttypid, ',' order by attnum)
        from pg_attribute where attrelid = c.oid) as columns,
      case when relkind = 'r' then query_to_xml(format('select t::text from %I t order by 1', relname), true, false, '')::text
        end as rows
      from pg_class c where relnamespace = current_schema()::regnamespace order by relname`,
  )
}

/** Expects that a start is refused in one line, and that nothing is changed by it. */
async function expectRefused(place: Place, words: string, start = () => open(place), found = place): Promise<void> {
  const before = await contentOf(found)
  const refusal = await start().then(
    () => expect.unreachable('It was not refused.'),
    (error: Error) => error.message,
  )
  expect(refusal).toContain(words)
  expect(refusal).not.toContain('\n')
  expect(refusal).not.toContain('geheim')
  expect(await contentOf(found)).toEqual(before)
}

/** Makes the tables. */
async function made(place: Place): Promise<Place> {
  await (await open(place)).close()
  return place
}

/** Has a database say that it is of another version of the schema. */
async function sayVersion(place: Place, version: number): Promise<void> {
  const dialect = await dialectAt(place)
  const connection = await dialect.connect()
  await connection.begin()
  await connection.execute(dialect.queries.updateTable('schema_version').set({ version }))
  await connection.commit()
  await connection.close()
}

describe.each(databases)('a start is refused, and nothing changed ($database)', ({ database }) => {
  let folder: string
  let place: Place
  const empty = async (): Promise<Place> =>
    database === 'SQLite' ? { file: join(folder, `${randomUUID()}.db`) } : { url: await newSchemaUrl() }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-refused-'))
    place = await made(await empty())
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('under another encryption key', () =>
    expectRefused(place, 'was made with another encryption key', () => open(place, otherSeal)))

  it('when a newer program has made the tables', async () => {
    await sayVersion(place, newest + 1)
    await expectRefused(place, `and this program knows versions up to ${newest}`)
    await sayVersion(place, newest)
  })

  it('of two servers that come first with different keys: one has the database, the other is told', async () => {
    const contested = await empty()
    const outcomes = await Promise.allSettled([open(contested), open(contested, otherSeal)])
    const [first] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const [refusal] = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refusal?.message).toContain('was made with another encryption key')
    await first?.orgs.add(anOrg())
    await first?.close()
    const isFirst = outcomes[0].status === 'fulfilled'
    await expectRefused(contested, 'another encryption key', () => open(contested, isFirst ? otherSeal : testSeal))
    const again = await open(contested, isFirst ? testSeal : otherSeal)
    expect(await again.orgs.list()).toHaveLength(1)
    await again.close()
  })
})

describe('a start on PostgreSQL is refused, and nothing changed', () => {
  const role = `clerk_${randomUUID().slice(0, 8)}`
  let url: string
  let emptyUrl: string
  /** The same place for somebody with fewer rights. */
  const clerk = (of = url, change: (url: URL) => void = () => {}): Place => {
    const own = new URL(of)
    own.username = role
    own.password = 'geheim'
    change(own)
    return { url: own.href }
  }
  const schemaOf = (of: string) => new URL(of).searchParams.get('schema')

  beforeAll(async () => {
    url = await newSchemaUrl()
    emptyUrl = await newSchemaUrl()
    await made({ url })
    await asOwner(
      url,
      `create role ${role} login password 'geheim';
        create schema ${schemaOf(emptyUrl)};
        grant usage on schema ${schemaOf(emptyUrl)} to ${role};
        grant usage on schema ${schemaOf(url)} to ${role};
        grant select on all tables in schema ${schemaOf(url)} to ${role}`,
    )
  })
  afterAll(() => asOwner(url, `drop owned by ${role}; drop role ${role}`))

  it('for a role that may make no tables', () =>
    expectRefused(clerk(emptyUrl), 'the user lacks a right', undefined, { url: emptyUrl }))

  it('for a role that may read the tables, and write to none', () =>
    expectRefused(clerk(), `the user ${role} lacks a right`, undefined, { url }))

  it('for a role that may write to the tables of an older program, and not change them', async () => {
    await asOwner(url, `grant insert, update, delete on all tables in schema ${schemaOf(url)} to ${role}`)
    await sayVersion({ url }, newest - 1)
    await expectRefused(clerk(), `the user ${role} lacks a right`, undefined, { url })
  })

  it.each<[string, (place: URL) => void, string]>([
    ['where nothing listens', (place) => (place.port = '1'), 'nothing listens there'],
    ['where there is no such database', (place) => (place.pathname = '/nowhere'), 'there is no such database'],
    ['for a role that is none', (place) => (place.username = 'nobody_at_all'), 'is not let in'],
  ])('%s', (_, change, words) => expectRefused(clerk(url, change), words, undefined, { url }))
})
