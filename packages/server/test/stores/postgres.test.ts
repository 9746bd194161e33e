import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually, patience } from '../../../../test/eventually.ts'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { DatabaseBusy, DatabaseUnreachable } from '../../src/stores/database-errors.ts'
import { openStores } from '../../src/stores/open.ts'
import { readPostgresUrl } from '../../src/stores/postgres-place.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, anEntry, anIssuance, anOrg, aUser, issued, noon, stateOf } from './demo-org.ts'
import { contract, testSeal } from './open-test-stores.ts'

const onError = (error: unknown) => {
  throw error
}

describe('a node on PostgreSQL', () => {
  it('goes on with its prepared statements while a newer program adds to the tables', async () => {
    const url = await newSchemaUrl()
    const stores = await openStores({ url, seal: testSeal, now: () => new Date(), onError })
    const { ada, org, warehouse } = await addDemoOrg(stores)
    const issue = async (access: string) =>
      issued(await stores.issue.forAssertion(await anIssuance(stores, ada, warehouse, { access }), undefined))
    await issue('before')
    const client = new Client(readPostgresUrl(url, undefined).config)
    await client.connect()
    for (const table of ['users', 'orgs', 'access_tokens', 'approvals', 'app_policies']) {
      await client.query(`alter table ${table} add column of_later bigint`)
    }
    await client.end()
    await stores.orgs.update({ ...org, isActive: true })
    expect(await stores.users.find(ada.id)).toEqual(ada)
    const { accessTokenId } = await issue('after')
    expect(await stateOf(stores, accessTokenId, 'after')).toBe('live')
    await stores.close()
  })

  it('tells everybody in bounded time that somebody else keeps a row locked, and goes on when nobody does', async () => {
    const url = await newSchemaUrl()
    const stores = await openStores({ url, seal: testSeal, now: () => new Date(), onError: () => {} })
    const { ada } = await addDemoOrg(stores)
    const client = new Client(readPostgresUrl(url, undefined).config)
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('begin')
    await client.query('select * from users where id = $1 for update', [ada.id])
    const begun = performance.now()
    const count = () => stores.users.countFailure(ada.id, undefined, new Date())
    const outcomes = await Promise.allSettled(Array.from({ length: 16 }, count))
    // Out of reach, where the machine itself is so slow that no answer comes in time.
    const isTold = (error: unknown) => error instanceof DatabaseBusy || error instanceof DatabaseUnreachable
    expect(outcomes.filter((one) => one.status === 'rejected' && isTold(one.reason))).toHaveLength(16)
    // Each waits for two and a half seconds, and not for those before it.
    expect(performance.now() - begun).toBeLessThan(patience)
    expect(stores.isWriting()).toBe(false)
    await client.query('rollback')
    await count()
    expect(stores.isWriting()).toBe(true)
    await stores.close()
  })

  it('answers what is looked up in the same moment as something that cannot be', async () => {
    const url = await newSchemaUrl()
    const stores = await openStores({ url, seal: testSeal, now: () => new Date(), onError })
    const { ada, warehouse } = await addDemoOrg(stores)
    const issuance = await anIssuance(stores, ada, warehouse, { access: 'good' })
    const { accessTokenId } = issued(await stores.issue.forAssertion(issuance, undefined))
    for (let round = 0; round < 3; round++) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 24 }, (_, place) => stateOf(stores, place % 6 === 0 ? 1e19 : accessTokenId, 'good')),
      )
      for (const [place, outcome] of outcomes.entries()) {
        if (place % 6 === 0) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '22003' } })
        else expect(outcome).toEqual({ status: 'fulfilled', value: 'live' })
      }
    }
    await stores.close()
  })

  it('is the one that keeps house for as long as its connection lasts', async () => {
    const url = await newSchemaUrl()
    const open = () => openStores({ url, seal: testSeal, now: () => new Date(), onError: () => {} })
    const [one, other] = [await open(), await open()]
    const leading = async () => Promise.all([one, other].map((stores: Stores) => stores.leads()))
    expect(await leading()).toEqual([true, false])
    const { ada } = await addDemoOrg(one)
    const client = new Client(readPostgresUrl(url, undefined).config)
    await client.connect()
    // The leader's connection is the one with a lock that no transaction holds.
    await client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and (classid::bigint << 32 | objid::bigint) = hashtextextended(current_schema(), 0)`)
    await client.end()
    await eventually(async () => expect((await leading()).filter(Boolean)).toHaveLength(1))
    expect(await one.users.find(ada.id)).toEqual(ada)
    await one.close()
    await eventually(async () => expect(await other.leads()).toBe(true))
    await other.close()
  })
})

contract('five refresh tokens of a user for an app', (open) => {
  it('are never more, however many processes issue them at once', async () => {
    await using one = await open()
    const other = await one.openAgain()
    const { ada, warehouse } = await addDemoOrg(one)
    const issue = async (stores: Stores, name: string) => {
      const secrets = { access: `a ${name}`, refresh: `r ${name}` }
      issued(await stores.issue.forAssertion(await anIssuance(one, ada, warehouse, secrets), undefined))
      return (await stores.refreshTokens.listLive({ userId: ada.id, appId: warehouse.id }, noon)).length
    }
    for (let round = 0; round < 8; round++) {
      const lanes = [one, other].flatMap((stores, node) =>
        Array.from({ length: 4 }, (_, lane) => issue(stores, `${round} ${node} ${lane}`)),
      )
      expect(Math.max(...(await Promise.all(lanes)))).toBeLessThanOrEqual(5)
    }
    expect(await one.refreshTokens.listLive({ userId: ada.id, appId: warehouse.id }, noon)).toHaveLength(5)
    await other.close()
  })
})

contract('texts', (open) => {
  it('sort by their bytes, and have no capitals but A to Z', async () => {
    await using stores = await open()
    const org = anOrg()
    await stores.orgs.add(org)
    const { profile } = await addDemoOrg(stores)
    const usernames = ['a@x.example', 'B@x.example', 'É@x.example', 'é@x.example', '_@x.example']
    for (const username of usernames) await stores.users.add(aUser(profile, { username, lastName: username }))
    const found = await stores.users.list(profile.orgId, { limit: 100 })
    expect(found.map(({ username }) => username).filter((name) => usernames.includes(name))).toEqual([
      'B@x.example',
      '_@x.example',
      'a@x.example',
      'É@x.example',
      'é@x.example',
    ])
    const search = async (text: string) => {
      const page = { sort: 'username', direction: 'asc', offset: 0, limit: 10 } as const
      return (await stores.users.search(profile.orgId, { text }, page)).map(({ username }) => username)
    }
    expect(await search('b@x')).toEqual(['B@x.example'])
    expect(await search('é@')).toEqual(['é@x.example'])
  })

  it('may hold whatever a caller sends', async () => {
    await using stores = await open()
    const strange = 'a\0b\ud800c'
    await stores.journal.add(
      anEntry('r1', { error: strange, refusal: { reason: 'user-unknown', facts: { found: strange } } }),
    )
    expect((await stores.journal.find('r1'))?.refusal?.facts['found']).toMatch(/^a.b.c$/su)
    expect(await stores.users.findByUsername(strange)).toBeUndefined()
  })
})
