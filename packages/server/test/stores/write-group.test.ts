import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type Compilable, type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Transaction } from '../../src/stores/database.ts'
import { DatabaseBusy, DatabaseFull } from '../../src/stores/database-errors.ts'
import type { Connection, Dialect } from '../../src/stores/dialect.ts'
import { migrate } from '../../src/stores/migrations/migrate.ts'
import { sqliteDialect } from '../../src/stores/sqlite.ts'
import { statement } from '../../src/stores/statement.ts'
import type { Tables } from '../../src/stores/tables.ts'
import { type WriteGroup, writeGroup } from '../../src/stores/write-group.ts'
import { addDemoOrg, anEntry, anOrg, aProfile, aUser } from './demo-org.ts'
import { contract, testSeal } from './open-test-stores.ts'

contract('writes of one turn', (open) => {
  it('do not fail with the one that fails', async () => {
    await using stores = await open()
    const { profile, ada } = await addDemoOrg(stores)
    const [one, two] = [aUser(profile), aUser(profile)]
    const outcomes = await Promise.allSettled([
      stores.users.add(one),
      stores.users.add(aUser(profile, { username: ada.username })),
      stores.users.add(two),
      stores.users.add(aUser(aProfile('00D000000000000AAA'))),
      stores.users.countFailure(ada.id, undefined, new Date()),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(await stores.users.find(one.id)).toEqual(one)
    expect(await stores.users.find(two.id)).toEqual(two)
    expect((await stores.users.find(ada.id))?.failedLogins).toBe(1)
  })

  it('let those read who go on once theirs is written, whatever comes next', async () => {
    await using stores = await open()
    const { profile, ada } = await addDemoOrg(stores)
    const taken = aUser(profile, { username: ada.username })
    // The one that fails gives each of the others a transaction of its own, right after that of the one before.
    const outcomes = await Promise.allSettled([
      ...[1, 2, 3].map(async () => {
        const user = aUser(profile)
        await stores.users.add(user)
        expect(await stores.users.findByUsername(user.username)).toEqual(user)
      }),
      stores.users.add(taken),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  })

  it('are written when the stores are closed, waited for or not', async () => {
    await using stores = await open()
    const other = await stores.openAgain()
    const org = anOrg()
    const added = other.orgs.add(org)
    await other.journal.add(anEntry('request-1'))
    await other.close()
    await added
    // One process sees what another wrote from its next turn on.
    await setImmediate()
    expect(await stores.orgs.find(org.id)).toEqual(org)
    expect(await stores.journal.find('request-1')).toMatchObject(anEntry('request-1'))
  })

  it('are refused once the stores are closed', async () => {
    await using stores = await open()
    const errors: unknown[] = []
    await using closed = await open({ onError: (error) => errors.push(error) })
    await closed.close()
    await expect(closed.orgs.add(anOrg())).rejects.toThrow('closed')
    await closed.journal.add(anEntry('request-1'))
    await stores.orgs.add(anOrg())
    expect(errors).toHaveLength(1)
  })
})

describe('a group of writes on SQLite', () => {
  let folder: string
  let dialect: Dialect
  let connection: Connection
  let group: WriteGroup
  let queries: Kysely<Tables>

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-group-'))
    dialect = sqliteDialect({ file: join(folder, 'sallyport.db'), synchronous: 'OFF', busyTimeout: 30 })
    queries = dialect.queries
    connection = await dialect.connect()
    await migrate(connection, dialect, testSeal)
    group = writeGroup(connection)
  })

  afterEach(async () => {
    await group.close()
    await connection.close()
    await rm(folder, { recursive: true })
  })

  const addKey = (kid: string) => (tx: Transaction) =>
    tx.execute(
      queries.insertInto('signing_keys').values({ kid, public_jwk: '{}', sealed_private_key: '', created_at: 0 }),
    )
  const keys = async () => {
    const list = statement(() => queries.selectFrom('signing_keys').select('kid').orderBy('kid'))
    return (await connection.reader.all(list, {})).map(({ kid }) => kid)
  }
  const raw = (text: string): Compilable<unknown> => ({ compile: () => sql.raw(text).compile(queries) })

  it('says how many writes are not committed yet, and for how long', async () => {
    expect(group.load()).toEqual({ writes: 0, longestWrite: 0 })
    const writing = ['a', 'b'].map((kid) => group.write(addKey(kid)))
    await setImmediate()
    expect(group.load()).toEqual({ writes: 2, longestWrite: expect.any(Number) })
    expect(group.load().longestWrite).toBeGreaterThan(0)
    await Promise.all(writing)
    await group.settled()
    expect(group.load()).toEqual({ writes: 0, longestWrite: 0 })
  })

  it('is seen by reads as a whole, after its commit', async () => {
    const seen: (readonly string[])[] = []
    const reads: Promise<unknown>[] = []
    await Promise.all(
      ['a', 'b', 'c'].map((kid) =>
        group.write(async (tx) => {
          await addKey(kid)(tx)
          reads.push(keys().then((list) => seen.push(list)))
        }),
      ),
    )
    await Promise.all(reads)
    expect(seen).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
  })

  it('answers nobody when the commit fails, and keeps nothing', async () => {
    const orphan = (tx: Transaction) =>
      tx.execute(
        queries.insertInto('certificates').values({
          id: 'x',
          org_id: 'nowhere',
          name: 'x',
          label: 'x',
          certificate: '',
          is_private_key_exportable: 0,
          created_at: 0,
        }),
      )
    const outcomes = await Promise.allSettled([
      group.write(async (tx) => {
        // Has SQLite check references only when it commits, so that it is the commit that fails.
        await tx.execute(raw('pragma defer_foreign_keys = on'))
        await orphan(tx)
      }),
      group.write(addKey('a')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await keys()).toEqual([])
    await group.write(addKey('b'))
    expect(await keys()).toEqual(['b'])
  })

  it('rejects what a full disk cannot hold, and goes on when there is room', async () => {
    await connection.execute(raw('pragma max_page_count = 1'))
    const big = 'x'.repeat(200_000)
    await expect(group.write(addKey(big))).rejects.toThrow(DatabaseFull)
    expect(group.isWriting()).toBe(false)
    const outcomes = await Promise.allSettled([group.write(addKey(big)), group.write(addKey('a'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(group.isWriting()).toBe(true)
    await connection.execute(raw('pragma max_page_count = 100000'))
    await group.write(addKey('b'))
    expect(await keys()).toEqual(['a', 'b'])
  })

  it('says so when another process keeps the database locked, and goes on afterwards', async () => {
    const other = await dialect.connect()
    await other.begin()
    const outcomes = await Promise.allSettled([group.write(addKey('a')), group.write(addKey('b'))])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: expect.any(DatabaseBusy) },
      { status: 'rejected', reason: expect.any(DatabaseBusy) },
    ])
    await other.rollback()
    await other.close()
    await group.write(addKey('c'))
    expect(await keys()).toEqual(['c'])
  })

  it('does last acts before the commit, and not those of a group that was taken back', async () => {
    const acts: string[] = []
    const act = (name: string) => async (tx: Transaction) => {
      tx.beforeCommit(async () => {
        acts.push(name)
        await addKey(`last ${name}`)(tx)
      })
    }
    await group.write(act('a'))
    expect(await keys()).toEqual(['last a'])
    const failing = group.write(async () => {
      throw new Error('no')
    })
    const [, failed] = await Promise.allSettled([group.write(act('b')), failing])
    expect(failed.status).toBe('rejected')
    expect(acts).toEqual(['a', 'b'])
    expect(await keys()).toEqual(['last a', 'last b'])
  })
})
