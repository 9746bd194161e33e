import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { type PostgresServer, startPostgres } from '../../../../test/postgres-server.ts'
import { inspectReplica } from '../../src/stores/inspect.ts'
import { openStores } from '../../src/stores/open.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, anIssuance, issued, noon, stateOf } from './demo-org.ts'
import { testSeal as seal } from './open-test-stores.ts'

let primary: PostgresServer
let standby: PostgresServer
const errors: unknown[] = []

beforeAll(async () => {
  primary = await startPostgres()
  standby = await primary.standby('reads')
})
afterAll(async () => {
  await standby.stop()
  await primary.stop()
})

let schemas = 0

/** A node that looks tokens up in the standby, and a token of its own. */
async function node(staleness: number, replicaUrl = standby.url) {
  schemas += 1
  const url = `${primary.url}?schema=node_${schemas}`
  const open = () =>
    openStores({
      url,
      seal,
      now: () => new Date(),
      onError: (error) => errors.push(error),
      replica: { url: replicaUrl, staleness },
    })
  const stores = await open()
  const { ada, warehouse } = await addDemoOrg(stores)
  const issue = async (access: string) =>
    issued(await stores.issue.forAssertion(await anIssuance(stores, ada, warehouse, { access }), undefined))
  const { accessTokenId: id } = await issue('first')
  return { stores, open, id, ada, warehouse, issue, schema: `node_${schemas}` }
}

/** Waits until the standby is read from. */
function followed(stores: Stores) {
  return eventually(() => expect(stores.load().replica?.isInUse).toBe(true))
}

describe('a node with a replica', () => {
  it('looks tokens up in the standby, and in the primary those that are not there yet', async () => {
    const { stores, id, issue, schema } = await node(3000)
    await followed(stores)
    await standby.sql('select pg_wal_replay_pause()')
    try {
      // Gone from the primary alone: whoever still finds it has looked in the standby.
      await primary.sql(`delete from ${schema}.access_tokens where id = ${id}`)
      expect(await stateOf(stores, id, 'first')).toBe('live')
      const { accessTokenId } = await issue('second')
      expect(await stateOf(stores, accessTokenId, 'second')).toBe('live')
      const place = { url: primary.url, replica: { url: standby.url, staleness: 500 } }
      await expect(inspectReplica(place)).rejects.toThrow('it is too far behind the primary')
    } finally {
      await standby.sql('select pg_wal_replay_resume()')
      await stores.close()
    }
  })

  it('refuses what was revoked within the time that the standby may be late, even where that hangs', async () => {
    const staleness = 400
    const { stores, id } = await node(staleness)
    await followed(stores)
    await standby.sql('select pg_wal_replay_pause()')
    try {
      expect(await stores.accessTokens.revoke(id, noon)).toBe(true)
      const revokedAt = performance.now()
      let lastAsked = revokedAt
      for (let asked = revokedAt; (await stateOf(stores, id, 'first')) === 'live'; asked = performance.now()) {
        lastAsked = asked
        await setTimeout(5)
      }
      expect(lastAsked - revokedAt).toBeLessThanOrEqual(staleness)
      expect(stores.load().replica?.isInUse).toBe(false)
      expect(stores.load().replica?.lag).toBeGreaterThan(staleness)
    } finally {
      await standby.sql('select pg_wal_replay_resume()')
    }
    await followed(stores)
    expect(await stateOf(stores, id, 'first')).toBe('revoked')
    await inspectReplica({ url: primary.url, replica: { url: standby.url, staleness } })
    await stores.close()
  })

  it('refuses what an admin ended elsewhere as soon as it hears of it, however late the standby may be', async () => {
    const { stores, open, id, warehouse } = await node(30_000)
    const other = await open()
    await followed(other)
    await standby.sql('select pg_wal_replay_pause()')
    try {
      expect(await stateOf(other, id, 'first')).toBe('live')
      await stores.apps.endAll(warehouse.id, warehouse.orgId ?? '', true)
      await eventually(async () => expect(await stateOf(other, id, 'first')).toBe('revoked'))
    } finally {
      await standby.sql('select pg_wal_replay_resume()')
      await Promise.all([stores.close(), other.close()])
    }
  })

  it('goes on with the primary when the standby hangs or dies, and comes back to it', async () => {
    const { stores, id } = await node(500)
    await followed(stores)
    standby.freeze(true)
    expect(await stateOf(stores, id, 'first')).toBe('live')
    standby.freeze(false)
    await followed(stores)
    await standby.kill()
    for (let check = 0; check < 20; check += 1) {
      expect(await stateOf(stores, id, 'first')).toBe('live')
      await setTimeout(50)
    }
    expect(stores.load().replica?.isInUse).toBe(false)
    await standby.start()
    await followed(stores)
    expect(await stateOf(stores, id, 'first')).toBe('live')
    await stores.close()
  })

  it.each<[string, () => Promise<string>, string]>([
    ['the primary itself', async () => primary.url, 'it follows nobody'],
    [
      'that of a user who may not see how far it is',
      async () => {
        await primary.sql('create role nobody_special login')
        return standby.url.replace('sallyport@', 'nobody_special@')
      },
      'GRANT pg_read_all_stats',
    ],
  ])('never uses %s, and says why once', async (_, place, words) => {
    errors.length = 0
    const { stores, id } = await node(200, await place())
    await eventually(() => expect(errors.length).toBe(1))
    expect(String(errors[0])).toContain(words)
    await setTimeout(300)
    expect(errors.length).toBe(1)
    expect(stores.load().replica?.isInUse).toBe(false)
    expect(await stateOf(stores, id, 'first')).toBe('live')
    await stores.close()
  })

  it('does not use a standby of another database', async () => {
    errors.length = 0
    const strangers = await startPostgres()
    const stranger = await strangers.standby('strange')
    const { stores } = await node(200, stranger.url)
    await eventually(() => expect(String(errors)).toContain('it is of another database'))
    expect(stores.load().replica?.isInUse).toBe(false)
    await stores.close()
    await stranger.stop()
    await strangers.stop()
  })
})
