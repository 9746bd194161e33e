import { expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { hashSecret } from '../../src/secret.ts'
import type { Stores } from '../../src/stores/stores.ts'
import type { User } from '../../src/users/user.ts'
import {
  addDemoOrg,
  anIssuance,
  boughtByCode,
  type DemoOrg,
  issued,
  later,
  noon,
  policiesOf,
  refreshStateOf,
  stateOf,
} from './demo-org.ts'
import { contract } from './open-test-stores.ts'

async function accessToken(stores: Stores, { ada, warehouse }: DemoOrg, secret: string, timeout = 7200) {
  const issuance = await anIssuance(stores, ada, warehouse, { access: secret }, { timeout })
  return issued(await stores.issue.forAssertion(issuance, undefined)).accessTokenId
}

contract('access tokens', (open) => {
  it('knows a token by number and secret together', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await accessToken(stores, demo, 'a')
    expect(await stateOf(stores, id, 'a')).toBe('live')
    expect(await stateOf(stores, id, 'b')).toBe('unknown')
    expect(await stateOf(stores, id + 1, 'a')).toBe('unknown')
    expect(await stores.accessTokens.find({ id, hash: Buffer.alloc(0) }, noon)).toEqual({ state: 'unknown' })
  })

  it('expires at its instant, and later when it was extended', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await accessToken(stores, demo, 'a', 60)
    expect(await stateOf(stores, id, 'a', later(59))).toBe('live')
    expect(await stateOf(stores, id, 'a', later(60))).toBe('expired')
    await stores.accessTokens.extend(id, later(100))
    await stores.accessTokens.extend(id, later(90))
    // Extending is not waited for: what is written after it is written later.
    await stores.users.endAll(demo.bob.id)
    expect(await stateOf(stores, id, 'a', later(99))).toBe('live')
    expect(await stateOf(stores, id, 'a', later(100))).toBe('expired')
  })

  it('revokes a token once', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const [id, other] = [await accessToken(stores, demo, 'a', 60), await accessToken(stores, demo, 'b', 60)]
    const answers = await Promise.all(Array.from({ length: 5 }, () => stores.accessTokens.revoke(id, later(1))))
    expect(answers.filter((isFirst) => isFirst)).toHaveLength(1)
    expect(await stateOf(stores, id, 'a', later(1))).toBe('revoked')
    expect(await stateOf(stores, other, 'b', later(1))).toBe('live')
    expect(await stores.accessTokens.revoke(999_999, later(1))).toBe(false)
    expect(await stores.accessTokens.revoke(other, later(61))).toBe(false)
  })

  it.each<[string, (stores: Stores, demo: DemoOrg) => Promise<unknown>]>([
    ['the app is ended', (stores, { org, warehouse }) => stores.apps.endAll(warehouse.id, org.id, false)],
    ['the app is ended and blocked', (stores, { org, warehouse }) => stores.apps.endAll(warehouse.id, org.id, true)],
    ['the user is ended', (stores, { ada }) => stores.users.endAll(ada.id)],
    ['the user is frozen', (stores, { ada }) => stores.users.setFrozen(ada.id, true)],
    ['the user is deactivated', (stores, { ada }) => stores.users.update(ada.id, { ...ada, isActive: false })],
    ['the org is ended', (stores, { org }) => stores.orgs.endAll(org.id)],
    ['the approval is revoked', (stores, { ada, warehouse }) => stores.approvals.revoke(ada.id, warehouse.id, noon)],
    [
      'all approvals are revoked',
      (stores, { org, warehouse }) => stores.approvals.revokeAll(warehouse.id, org.id, noon),
    ],
  ])('ends every token for good when %s', async (_, end) => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const { org, ada, bob, warehouse } = demo
    const { org: otherOrg } = await addDemoOrg(stores)
    const bought = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const other = await addDemoOrg(stores)
    const elsewhere = await boughtByCode(stores, other.ada, other.warehouse, { access: 'b', refresh: 's' })
    await end(stores, demo)
    expect(await stateOf(stores, bought.accessTokenId, 'a')).toBe('revoked')
    expect(await refreshStateOf(stores, bought.refreshTokenId, 'r')).toBe('revoked')
    expect(await stateOf(stores, elsewhere.accessTokenId, 'b')).toBe('live')
    expect(await refreshStateOf(stores, elsewhere.refreshTokenId, 's')).toBe('live')

    await stores.users.setFrozen(ada.id, false)
    await stores.users.update(ada.id, ada)
    await stores.apps.setPolicies(policiesOf(warehouse, org.id))
    expect(await stateOf(stores, bought.accessTokenId, 'a')).toBe('revoked')
    expect(await refreshStateOf(stores, bought.refreshTokenId, 'r')).toBe('revoked')
    const after = await boughtByCode(stores, ada, warehouse, { access: 'c', refresh: 't' })
    expect(await stateOf(stores, after.accessTokenId, 'c')).toBe('live')
    expect(await stores.orgs.find(otherOrg.id)).toMatchObject({ epoch: 1 })
    expect(await stores.users.find(bob.id)).toMatchObject({ isActive: true })
  })

  it('holds back the tokens of a closed org and of a blocked app, until they open again', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await accessToken(stores, demo, 'a')
    await stores.orgs.update({ ...demo.org, isActive: false })
    expect(await stateOf(stores, id, 'a')).toBe('revoked')
    await stores.orgs.update(demo.org)
    expect(await stateOf(stores, id, 'a')).toBe('live')
    await stores.apps.setPolicies(policiesOf(demo.warehouse, demo.org.id, { isBlocked: true }))
    expect(await stateOf(stores, id, 'a')).toBe('revoked')
    await stores.apps.setPolicies(policiesOf(demo.warehouse, demo.org.id))
    expect(await stateOf(stores, id, 'a')).toBe('live')
  })

  it('deletes expired tokens, a bounded number at a time, oldest end first', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const lasting = await accessToken(stores, demo, 'a', 600)
    const third = await accessToken(stores, demo, 'b', 30)
    const ids = [await accessToken(stores, demo, 'c', 10), await accessToken(stores, demo, 'd', 20)]
    expect(await stores.accessTokens.deleteExpired(later(60), 2)).toBe(2)
    expect(await stateOf(stores, ids[0] ?? 0, 'c')).toBe('unknown')
    expect(await stateOf(stores, ids[1] ?? 0, 'd')).toBe('unknown')
    expect(await stateOf(stores, third, 'b', later(60))).toBe('expired')
    expect(await stores.accessTokens.deleteExpired(later(60), 2)).toBe(1)
    expect(await stores.accessTokens.deleteExpired(later(60), 2)).toBe(0)
    expect(await stateOf(stores, lasting, 'a', later(60))).toBe('live')
  })
})

contract('refresh tokens', (open) => {
  it('ends a refresh token once, and every access token from it', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const bought = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const purchase = await stores.issue.forRefreshToken(await anIssuance(stores, ada, warehouse, { access: 'b' }), {
      id: bought.refreshTokenId,
      hash: hashSecret('r'),
      newHash: undefined,
    })
    expect(await stores.refreshTokens.revoke(bought.refreshTokenId, later(1))).toBe(true)
    expect(await stores.refreshTokens.revoke(bought.refreshTokenId, later(2))).toBe(false)
    expect(await stores.refreshTokens.revoke(999_999, later(2))).toBe(false)
    expect(await refreshStateOf(stores, bought.refreshTokenId, 'r')).toBe('revoked')
    expect(await stateOf(stores, bought.accessTokenId, 'a')).toBe('revoked')
    expect(await stateOf(stores, issued(purchase).accessTokenId, 'b')).toBe('revoked')
  })

  it('deletes ended ones after a while, with the secrets they had, a bounded number at a time', async () => {
    await using stores = await open({ now: () => later(5) })
    const { ada, warehouse } = await addDemoOrg(stores)
    const live = await boughtByCode(stores, ada, warehouse, { access: 'live', refresh: 'live' })
    const ended: number[] = []
    for (const name of ['a', 'b', 'c']) {
      const { refreshTokenId } = await boughtByCode(stores, ada, warehouse, { access: name, refresh: name })
      await stores.issue.forRefreshToken(await anIssuance(stores, ada, warehouse, { access: `${name}2` }), {
        id: refreshTokenId,
        hash: hashSecret(name),
        newHash: hashSecret(`${name}2`),
      })
      await stores.refreshTokens.revoke(refreshTokenId, later(ended.length))
      ended.push(refreshTokenId)
    }
    expect(await stores.refreshTokens.deleteEnded(noon, 2)).toBe(0)
    expect(await stores.refreshTokens.deleteEnded(later(60), 2)).toBe(2)
    expect(await refreshStateOf(stores, ended[0] ?? 0, 'a2')).toBe('unknown')
    expect(await refreshStateOf(stores, ended[2] ?? 0, 'c')).toBe('rotated-out')
    expect(await stores.refreshTokens.deleteEnded(later(60), 2)).toBe(1)
    expect(await stores.refreshTokens.deleteEnded(later(60), 2)).toBe(0)
    expect(await refreshStateOf(stores, live.refreshTokenId, 'live')).toBe('live')
    expect(await stateOf(stores, live.accessTokenId, 'live')).toBe('live')
  })

  it('finds those that a counter ended, marks them, and deletes them after a while', async () => {
    let now = noon
    await using stores = await open({ now: () => now })
    const { ada, bob, warehouse } = await addDemoOrg(stores)
    const ended = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const live = await boughtByCode(stores, bob, warehouse, { access: 'b', refresh: 's' })
    await stores.users.endAll(ada.id)
    now = later(60)
    expect(await stores.refreshTokens.deleteEnded(noon, 10)).toBe(0)
    expect(await refreshStateOf(stores, ended.refreshTokenId, 'r')).toBe('revoked')
    expect(await stores.refreshTokens.deleteEnded(later(61), 10)).toBe(1)
    expect(await refreshStateOf(stores, ended.refreshTokenId, 'r')).toBe('unknown')
    expect(await refreshStateOf(stores, live.refreshTokenId, 's')).toBe('live')
  })

  it('deletes those that the policy of the app ended, looking at a few each time', async () => {
    await using stores = await open({ now: () => later(5000) })
    const { org, ada, warehouse, website } = await addDemoOrg(stores)
    const refreshTokenPolicy = { kind: 'specific_lifetime', seconds: 3600 } as const
    await stores.apps.setPolicies(policiesOf(warehouse, org.id, { refreshTokenPolicy }))
    const kept = await boughtByCode(stores, ada, website, { access: 'k', refresh: 'k' })
    const old = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    const young = await boughtByCode(stores, ada, warehouse, { access: 'b', refresh: 's' }, { at: later(3000) })
    expect(await stores.refreshTokens.deleteEnded(later(3599), 1)).toBe(0)
    expect(await stores.refreshTokens.deleteEnded(later(4000), 1)).toBe(1)
    expect(await stores.refreshTokens.deleteEnded(later(4000), 1)).toBe(0)
    expect(await refreshStateOf(stores, old.refreshTokenId, 'r')).toBe('unknown')
    expect(await refreshStateOf(stores, young.refreshTokenId, 's')).toBe('live')
    expect(await refreshStateOf(stores, kept.refreshTokenId, 'k')).toBe('live')
  })

  it('leaves the access token of a deleted refresh token dead, also when its number is given again', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const old = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    await stores.refreshTokens.revoke(old.refreshTokenId, noon)
    expect(await stores.refreshTokens.deleteEnded(later(1), 10)).toBe(1)
    expect(await stateOf(stores, old.accessTokenId, 'a')).toBe('revoked')
    await boughtByCode(stores, ada, warehouse, { access: 'b', refresh: 's' })
    expect(await stateOf(stores, old.accessTokenId, 'a')).toBe('revoked')
  })
})

contract('live access tokens', (open) => {
  it('are listed by org, user and app, newest first, a page at a time, and counted by app', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse, website } = await addDemoOrg(stores)
    const { ada: stranger, warehouse: theirs } = await addDemoOrg(stores)
    const buy = async (user: User, app: ConnectedApp, details: Parameters<typeof boughtByCode>[4] = {}) =>
      (await boughtByCode(stores, user, app, { access: 'a', refresh: 'r' }, details)).accessTokenId
    const first = await buy(ada, warehouse)
    const second = await buy(bob, warehouse, { at: later(10), scopes: ['api', 'id'] })
    await buy(ada, website, { timeout: 30 })
    const revoked = await buy(ada, website)
    const third = await buy(ada, website)
    await buy(stranger, theirs)
    const now = later(60)
    await stores.accessTokens.revoke(revoked, now)

    const ids = async (page: Partial<Parameters<Stores['accessTokens']['list']>[1]>) =>
      (await stores.accessTokens.list(org.id, { now, limit: 10, ...page })).map(({ id }) => id)
    expect(await ids({})).toEqual([third, second, first])
    expect(await ids({ limit: 2 })).toEqual([third, second])
    expect(await ids({ before: second })).toEqual([first])
    expect(await ids({ userId: ada.id })).toEqual([third, first])
    expect(await ids({ appId: warehouse.id })).toEqual([second, first])
    expect(await ids({ userId: bob.id, appId: website.id })).toEqual([])
    expect(await ids({ userId: stranger.id })).toEqual([])
    const [listed] = await stores.accessTokens.list(org.id, { now, userId: bob.id, limit: 1 })
    expect(listed).toEqual({
      id: second,
      orgId: org.id,
      userId: bob.id,
      appId: warehouse.id,
      approvalId: expect.any(Number),
      refreshTokenId: expect.any(Number),
      scopes: ['api', 'id'],
      format: 'opaque',
      issuedAt: later(10),
      expiresAt: later(7210),
      timeout: 7200,
      sessionLevel: 'STANDARD',
    })
    expect(Object.fromEntries(await stores.accessTokens.countLive(org.id, now))).toEqual({
      [warehouse.id]: 2,
      [website.id]: 1,
    })
    await stores.apps.endAll(warehouse.id, org.id, true)
    expect(await ids({})).toEqual([third])
  })

  it('are counted anew at each look, and as long as they are many only now and then', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const count = async () => [...(await stores.accessTokens.countLive(demo.org.id, noon)).values()].map(Number)
    const add = (first: number, many: number) =>
      Promise.all(Array.from({ length: many }, (_, number) => accessToken(stores, demo, `token ${first + number}`)))
    await add(0, 998)
    expect(await count()).toEqual([998])
    await add(998, 1)
    expect(await count()).toEqual([999])
    await add(999, 1)
    expect(await count()).toEqual([1000])
    await add(1000, 1)
    expect(await count()).toEqual([1000])
  })

  it("end when an admin ends them, and another org's stay", async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    const { accessTokenId } = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    expect(await stores.accessTokens.endIn(other.id, accessTokenId, later(1))).toBe(false)
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('live')
    expect(await stores.accessTokens.endIn(org.id, accessTokenId, later(1))).toBe(true)
    expect(await stateOf(stores, accessTokenId, 'a')).toBe('revoked')
    expect(await stores.accessTokens.endIn(org.id, accessTokenId, later(2))).toBe(false)
  })
})
