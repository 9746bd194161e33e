import { expect, it } from 'vitest'
import {
  addDemoOrg,
  anIssuance,
  boughtByCode,
  consent,
  issued,
  later,
  noon,
  policiesOf,
  refreshStateOf,
  stateOf,
} from './demo-org.ts'
import { contract } from './open-test-stores.ts'

const noCutoffs = { issuedSince: undefined, usedSince: undefined }

contract('approvals', (open) => {
  it('adds what is allowed to what was allowed before', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse } = await addDemoOrg(stores)
    await consent(stores, ada, warehouse, ['api', 'id'])
    await consent(stores, ada, warehouse, ['refresh_token', 'api'])
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({
      orgId: org.id,
      userId: ada.id,
      appId: warehouse.id,
      scopes: ['api', 'id', 'refresh_token'],
      epoch: 1,
      useCount: 0,
    })
    expect(await stores.approvals.find(bob.id, warehouse.id)).toBeUndefined()
  })

  it('is looked up anew when another process took it back', async () => {
    await using one = await open()
    const other = await one.openAgain()
    const { ada, warehouse } = await addDemoOrg(one)
    const issue = async (secrets: { readonly access: string; readonly refresh?: string }) =>
      issued(await one.issue.forAssertion(await anIssuance(one, ada, warehouse, secrets), undefined))
    const before = await issue({ access: 'before' })
    expect(await stateOf(one, before.accessTokenId, 'before')).toBe('live')
    for (const round of [1, 2, 3]) {
      await other.approvals.revoke(ada.id, warehouse.id, later(round))
      const names = Array.from({ length: 5 }, (_, place) => `${round} ${place}`)
      const tokens = await Promise.all(names.map((access) => issue({ access })))
      for (const [place, access] of names.entries()) {
        expect(await stateOf(one, tokens[place]?.accessTokenId ?? 0, access)).toBe('live')
      }
      expect(await one.approvals.find(ada.id, warehouse.id)).toMatchObject({ epoch: round + 1, useCount: 5 })
    }
    expect(await stateOf(one, before.accessTokenId, 'before')).toBe('revoked')
    await other.close()
  })

  it('taken back while it is being used is taken back before or after it was', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const issue = async (access: string) =>
      issued(await stores.issue.forAssertion(await anIssuance(stores, ada, warehouse, { access }), undefined))
    await issue('first')
    for (const round of [1, 2, 3, 4]) {
      const [token] = await Promise.all([
        issue(`${round}`),
        stores.approvals.revoke(ada.id, warehouse.id, later(round)),
        issue(`${round} too`),
      ])
      const state = await stateOf(stores, token.accessTokenId, `${round}`)
      const approval = await stores.approvals.find(ada.id, warehouse.id)
      if (state === 'live') expect(approval).toMatchObject({ epoch: round + 1 })
      else expect(state).toBe('revoked')
      const after = await issue(`${round} after`)
      expect(await stateOf(stores, after.accessTokenId, `${round} after`)).toBe('live')
    }
  })

  it('makes an approval without scopes when tokens are issued and nobody was asked', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    await stores.issue.forAssertion(await anIssuance(stores, ada, warehouse, { access: 'a' }), undefined)
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({
      scopes: [],
      useCount: 1,
      firstUsedAt: noon,
      lastUsedAt: noon,
    })
  })

  it('counts every use, however many come at once', async () => {
    await using stores = await open()
    const { ada, bob, warehouse } = await addDemoOrg(stores)
    const byAda = await anIssuance(stores, ada, warehouse, { access: 'a' })
    const byBob = await anIssuance(stores, bob, warehouse, { access: 'b' }, { at: later(9) })
    const latest = await anIssuance(stores, ada, warehouse, { access: 'c' }, { at: later(60) })
    await Promise.all([
      ...Array.from({ length: 40 }, () => stores.issue.forAssertion(byAda, undefined)),
      stores.issue.forAssertion(latest, undefined),
      ...Array.from({ length: 7 }, () => stores.issue.forAssertion(byBob, undefined)),
    ])
    await stores.issue.forAssertion(byAda, undefined)
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({ useCount: 42, firstUsedAt: noon })
    expect(await stores.approvals.find(bob.id, warehouse.id)).toMatchObject({ useCount: 7, lastUsedAt: later(9) })
  })

  it('shows the usage of an org and the users of an app, latest first, and nothing of other orgs', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse, website } = await addDemoOrg(stores)
    const { org: other } = await addDemoOrg(stores)
    await boughtByCode(stores, ada, warehouse, { access: 'a' }, { at: later(10) })
    await boughtByCode(stores, ada, warehouse, { access: 'b' }, { at: later(20) })
    await boughtByCode(stores, bob, warehouse, { access: 'c' }, { at: later(30) })
    await consent(stores, bob, website, ['api'])
    expect(await stores.approvals.usage(org.id)).toEqual(
      [
        { appId: warehouse.id, userCount: 2, useCount: 3, firstUsedAt: later(10), lastUsedAt: later(30) },
        { appId: website.id, userCount: 1, useCount: 0, firstUsedAt: noon, lastUsedAt: noon },
      ].toSorted((a, b) => (a.appId < b.appId ? -1 : 1)),
    )
    const users = await stores.approvals.usersOf(warehouse.id, org.id)
    expect(users.map(({ userId, useCount }) => [userId, useCount])).toEqual([
      [bob.id, 1],
      [ada.id, 2],
    ])
    expect(await stores.approvals.usage(other.id)).toEqual([])
    expect(await stores.approvals.usersOf(warehouse.id, other.id)).toEqual([])
    const second = await stores.approvals.usersOf(warehouse.id, org.id, { limit: 1, offset: 1 })
    expect(second.map(({ userId }) => userId)).toEqual([ada.id])
  })

  it('ends consent and all tokens of one user for one app when revoked, and no others', async () => {
    await using stores = await open()
    const { ada, bob, warehouse, website } = await addDemoOrg(stores)
    await consent(stores, ada, warehouse, ['api', 'refresh_token'])
    const ended = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'ra' })
    const others = await boughtByCode(stores, bob, warehouse, { access: 'b', refresh: 'rb' })
    const elsewhere = await boughtByCode(stores, ada, website, { access: 'c', refresh: 'rc' })
    expect(await stores.approvals.revoke(ada.id, warehouse.id, later(1))).toBe(true)
    expect(await stores.approvals.find(ada.id, warehouse.id)).toBeUndefined()
    expect(await stateOf(stores, ended.accessTokenId, 'a')).toBe('revoked')
    expect(await refreshStateOf(stores, ended.refreshTokenId, 'ra')).toBe('revoked')
    expect(await stateOf(stores, others.accessTokenId, 'b')).toBe('live')
    expect(await refreshStateOf(stores, others.refreshTokenId, 'rb')).toBe('live')
    expect(await stateOf(stores, elsewhere.accessTokenId, 'c')).toBe('live')
    expect(await stores.approvals.revoke(ada.id, warehouse.id, later(2))).toBe(false)
  })

  it('begins anew after a revocation, and the tokens from before stay dead', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    const before = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    await stores.approvals.revoke(ada.id, warehouse.id, later(1))
    await consent(stores, ada, warehouse, ['api'])
    const after = await boughtByCode(stores, ada, warehouse, { access: 'b', refresh: 's' }, { at: later(2) })
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({ scopes: ['api'], useCount: 1 })
    expect(await stateOf(stores, before.accessTokenId, 'a')).toBe('revoked')
    expect(await refreshStateOf(stores, before.refreshTokenId, 'r')).toBe('revoked')
    expect(await stateOf(stores, after.accessTokenId, 'b')).toBe('live')
    expect(await refreshStateOf(stores, after.refreshTokenId, 's')).toBe('live')
  })

  it('counts from one again when a revoked app is used without consent', async () => {
    await using stores = await open()
    const { ada, warehouse } = await addDemoOrg(stores)
    await stores.issue.forAssertion(await anIssuance(stores, ada, warehouse, { access: 'a' }), undefined)
    await stores.approvals.revoke(ada.id, warehouse.id, later(1))
    const again = await anIssuance(stores, ada, warehouse, { access: 'b' }, { at: later(2) })
    const { accessTokenId } = issued(await stores.issue.forAssertion(again, undefined))
    expect(await stores.approvals.find(ada.id, warehouse.id)).toMatchObject({ useCount: 1, firstUsedAt: later(2) })
    expect(await stateOf(stores, accessTokenId, 'b')).toBe('live')
  })

  it('revokes an app for every user of one org, and says how many there were', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse } = await addDemoOrg(stores)
    const { org: other, ada: stranger } = await addDemoOrg(stores)
    await stores.apps.setPolicies(policiesOf(warehouse, other.id))
    const mine = await boughtByCode(stores, ada, warehouse, { access: 'a', refresh: 'r' })
    await boughtByCode(stores, bob, warehouse, { access: 'b' })
    const theirs = await boughtByCode(stores, stranger, warehouse, { access: 'c', refresh: 's' })
    expect(await stores.approvals.revokeAll(warehouse.id, org.id, later(1))).toBe(2)
    expect(await stateOf(stores, mine.accessTokenId, 'a')).toBe('revoked')
    expect(await refreshStateOf(stores, mine.refreshTokenId, 'r')).toBe('revoked')
    expect(await stateOf(stores, theirs.accessTokenId, 'c')).toBe('live')
    expect(await refreshStateOf(stores, theirs.refreshTokenId, 's')).toBe('live')
    expect(await stores.approvals.usersOf(warehouse.id, org.id)).toEqual([])
    expect(await stores.approvals.revokeAll(warehouse.id, org.id, later(2))).toBe(0)
  })

  it('gives the scopes of live refresh tokens together, within the cut-offs of the policy', async () => {
    await using stores = await open()
    const { ada, bob, warehouse } = await addDemoOrg(stores)
    const scopes = (cutoffs: Parameters<typeof stores.approvals.scopesWithRefreshToken>[2]) =>
      stores.approvals.scopesWithRefreshToken(ada.id, warehouse.id, cutoffs)
    expect(await scopes(noCutoffs)).toEqual([])
    const early = await boughtByCode(
      stores,
      ada,
      warehouse,
      { access: 'a', refresh: 'r' },
      { scopes: ['api', 'refresh_token'] },
    )
    await boughtByCode(
      stores,
      ada,
      warehouse,
      { access: 'b', refresh: 's' },
      { at: later(100), scopes: ['id', 'refresh_token'] },
    )
    await boughtByCode(stores, bob, warehouse, { access: 'c', refresh: 't' }, { scopes: ['full', 'refresh_token'] })
    expect([...(await scopes(noCutoffs))].toSorted()).toEqual(['api', 'id', 'refresh_token'])
    expect(await scopes({ issuedSince: later(50), usedSince: undefined })).toEqual(['id', 'refresh_token'])
    expect(await scopes({ issuedSince: undefined, usedSince: later(101) })).toEqual([])
    await stores.refreshTokens.revoke(early.refreshTokenId, later(101))
    expect(await scopes(noCutoffs)).toEqual(['id', 'refresh_token'])
    await stores.users.endAll(ada.id)
    expect(await scopes(noCutoffs)).toEqual([])
  })

  it('lists the apps of one user, latest use first, until they take it back', async () => {
    await using stores = await open()
    const { ada, bob, warehouse, website } = await addDemoOrg(stores)
    await boughtByCode(stores, ada, warehouse, { access: 'a' }, { at: later(60) })
    await boughtByCode(stores, ada, website, { access: 'b' }, { at: later(120) })
    await boughtByCode(stores, bob, website, { access: 'c' })
    const apps = async () => (await stores.approvals.listOf(ada.id)).map(({ appId }) => appId)
    expect(await apps()).toEqual([website.id, warehouse.id])
    await stores.approvals.revoke(ada.id, website.id, later(180))
    expect(await apps()).toEqual([warehouse.id])
  })
})
