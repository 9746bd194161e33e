import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSchemaUrl, sharedPostgresUrl } from '../../../test/postgres-url.ts'
import { run, startServer, temporaryFolder } from './program.ts'
import { signsIn, soon } from './wire.ts'

const password = 'correct horse battery staple'
const key = () => randomBytes(32).toString('base64')

/** Does something in the database as its owner does. */
async function asOwner(text: string): Promise<void> {
  const client = new Client({ connectionString: (await sharedPostgresUrl()).href })
  await client.connect()
  await client.query(text)
  await client.end()
}

describe('a server on PostgreSQL', () => {
  it('is administered by the same commands, while two of them run', async () => {
    using folder = temporaryFolder()
    const env = {
      SALLYPORT_DATABASE_URL: await newSchemaUrl(),
      SALLYPORT_ENCRYPTION_KEY: key(),
      SALLYPORT_DATA: join(folder.path, 'unused'),
    }
    const words = ['serve', '--public-url', 'http://localhost:9', '--port', '0']
    const [one, other] = await Promise.all([startServer(words, { env }), startServer(words, { env })])
    await using _one = one
    await using _other = other
    const bases = [one, other].map(({ ready }) => `http://127.0.0.1:${ready.listening.port}`)
    expect(one.ready.dataFolder).toBeUndefined()

    expect((await run(['org', 'create', 'Acme'], { env })).status).toBe(0)
    const user = ['user', 'create', 'ada@acme.example', '--last-name', 'Lovelace', '--profile', 'System Administrator']
    expect((await run([...user, '--password-stdin'], { env, input: password })).status).toBe(0)
    for (const base of bases) await soon(() => signsIn(base, 'ada@acme.example', password), Boolean)
    const ready = await fetch(`${bases[0]}/health/ready`)
    expect(await ready.json()).toMatchObject({ status: 'ready', database: { connections: expect.any(Number) } })

    // What an admin does is known everywhere.
    expect((await run(['user', 'freeze', 'ada@acme.example'], { env })).status).toBe(0)
    for (const base of bases)
      await soon(
        () => signsIn(base, 'ada@acme.example', password),
        (isIn) => !isIn,
      )
    expect((await run(['login-history', '--json'], { env })).json.length).toBeGreaterThan(1)
  })
})

describe('a database that cannot be used', () => {
  let made: string
  const env = { SALLYPORT_ENCRYPTION_KEY: key() }

  beforeAll(async () => {
    made = await newSchemaUrl()
    await run(['org', 'create', 'Acme', '--database', made], { env })
    await asOwner(`
      create role nobody_in_particular login password 'x';
      create schema of_others;
      grant usage on schema of_others to nobody_in_particular;
      create schema of_recipes;
      create table of_recipes.recipes (name text);
    `)
  })
  afterAll(() => asOwner('drop schema of_others; drop schema of_recipes cascade; drop role nobody_in_particular'))

  const changed = async (change: (url: URL) => void) => {
    const url = await sharedPostgresUrl()
    change(url)
    return url.href
  }
  it.each<[string, () => Promise<string>, string]>([
    ['nothing listens', () => changed((url) => (url.port = '1')), 'nothing listens there'],
    ['no such database', () => changed((url) => (url.pathname = '/nowhere')), 'there is no such database'],
    ['no TLS there', () => changed((url) => (url.search = '?sslmode=verify-full')), 'it speaks no TLS'],
    ['an unknown option', () => changed((url) => (url.search = '?ssl=true')), 'has an option “ssl”'],
    [
      'no right to make tables',
      () =>
        changed((url) => {
          url.username = 'nobody_in_particular'
          url.search = '?schema=of_others'
        }),
      'the user lacks a right',
    ],
    [
      'the tables of another program',
      () => changed((url) => (url.search = '?schema=of_recipes')),
      'holds the tables of another program',
    ],
  ])('is refused in one line: %s', async (_, place, words) => {
    const { status, stderr } = await run(['org', 'list', '--database', await place()], { env })
    expect(status).toBe(1)
    expect(stderr).toContain(words)
    expect(stderr.trim().split('\n').length).toBeLessThan(3)
  })

  it('is refused under another key and under a newer schema, and stays as it is', async () => {
    const otherKey = await run(['org', 'list', '--database', made], { env: { SALLYPORT_ENCRYPTION_KEY: key() } })
    expect(otherKey.stderr).toContain('was made with another encryption key')
    const schema = new URL(made).searchParams.get('schema')
    await asOwner(`update ${schema}.schema_version set version = version + 1000`)
    const newer = await run(['org', 'list', '--database', made], { env })
    expect(newer.stderr).toContain('this program knows versions up to')
    expect(newer.stderr).not.toContain('cannot be reached')
    await asOwner(`update ${schema}.schema_version set version = version - 1000`)
    expect((await run(['org', 'list', '--json', '--database', made], { env })).json).toHaveLength(1)
  })

  it('is not made under a key that would lie on one machine alone', async () => {
    using folder = temporaryFolder()
    const words = ['org', 'create', 'Acme', '--data', folder.path, '--database', await newSchemaUrl()]
    const { status, stderr } = await run(words)
    expect(status).toBe(1)
    expect(stderr).toContain('SALLYPORT_ENCRYPTION_KEY')
  })

  it('never has its password repeated, wherever it came from', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'password')
    writeFileSync(file, 'geheim\n')
    const url = await changed((one) => {
      one.port = '1'
      one.password = 'auchgeheim'
    })
    const { stderr } = await run(['org', 'list', '--database', url, '--database-password-file', file], { env })
    expect(stderr).toContain('nothing listens there')
    expect(stderr).not.toContain('geheim')
  })
})
