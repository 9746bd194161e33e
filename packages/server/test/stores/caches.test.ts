import { expect, it } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { hashSecret } from '../../src/secret.ts'
import { addDemoOrg, anApp, anEntry, boughtByCode, consent, later, noon, policiesOf, stateOf } from './demo-org.ts'
import { contract, openSqliteStores } from './open-test-stores.ts'

contract('what is kept ready in memory', (open) => {
  it('is never older than an own change that was answered', async () => {
    await using stores = await open()
    const { org, profile, warehouse } = await addDemoOrg(stores)
    for (let round = 1; round <= 20; round++) {
      await Promise.all([
        stores.orgs.find(org.id),
        stores.apps.findByConsumerKey(warehouse.consumerKey),
        stores.apps.update({ ...warehouse, label: `Round ${round}` }),
        stores.profiles.update({ ...profile, sessionTimeout: round }),
        stores.apps.find(warehouse.id),
        stores.profiles.find(profile.id),
      ])
      expect((await stores.apps.find(warehouse.id))?.label).toBe(`Round ${round}`)
      expect((await stores.apps.findByConsumerKey(warehouse.consumerKey))?.label).toBe(`Round ${round}`)
      expect((await stores.profiles.find(profile.id))?.sessionTimeout).toBe(round)
    }
  })

  it('is one value as long as nothing changes', async () => {
    await using stores = await open()
    const { warehouse } = await addDemoOrg(stores)
    const app = await stores.apps.find(warehouse.id)
    expect(await stores.apps.find(warehouse.id)).toBe(app)
  })

  it('is forgotten of a change by another process', async () => {
    await using stores = await open()
    const { org, warehouse } = await addDemoOrg(stores)
    await stores.apps.find(warehouse.id)
    await stores.apps.findPolicies(warehouse.id, org.id)
    await stores.orgs.find(org.id)
    const other = await stores.openAgain()
    await other.apps.update({ ...warehouse, label: 'Depot' })
    await other.apps.endAll(warehouse.id, org.id, true)
    await other.orgs.update({ ...org, name: 'Renamed' })
    await eventually(async () => {
      expect((await stores.apps.find(warehouse.id))?.label).toBe('Depot')
      expect(await stores.apps.findPolicies(warehouse.id, org.id)).toMatchObject({ isBlocked: true, epoch: 2 })
      expect((await stores.orgs.find(org.id))?.name).toBe('Renamed')
    })
    await other.close()
  })

  it('is forgotten when another process locks a user out or freezes one', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    await stores.users.find(ada.id)
    await stores.users.findByUsername(bob.username)
    const other = await stores.openAgain()
    const lockedUntil = new Date(ada.createdAt.getTime() + 900_000)
    await other.users.countFailure(ada.id, 1, lockedUntil)
    await other.users.setFrozen(bob.id, true)
    await eventually(async () => {
      expect(await stores.users.find(ada.id)).toMatchObject({ lockedUntil })
      expect(await stores.users.findByUsername(bob.username)).toMatchObject({ isFrozen: true })
    })
    await other.close()
  })

  it('is never an ended token: what another process ended is ended at once, and its end moves as well', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const other = await stores.openAgain()
    for (let round = 0; round < 10; round++) {
      const { accessTokenId } = await boughtByCode(stores, ada, warehouse, { access: 'a' })
      const state = (at: Date) => stateOf(stores, accessTokenId, 'a', at)
      expect([await state(noon), await state(later(100_000))]).toEqual(['live', 'expired'])
      await other.accessTokens.extend(accessTokenId, later(100_001))
      await other.journal.summary(org.id, noon)
      expect(await state(later(100_000))).toBe('live')
      await stores.accessTokens.extend(accessTokenId, later(200_001))
      await stores.journal.summary(org.id, noon)
      expect([await state(later(200_000)), await state(noon)]).toEqual(['live', 'live'])
      const ending = round % 2 === 0 ? other : stores
      if (round % 3 === 0) await ending.accessTokens.revoke(accessTokenId, noon)
      else await ending.apps.endAll(warehouse.id, org.id, false)
      expect(await state(noon)).toBe('revoked')
    }
    await other.close()
  })

  it('is one look-up of a token, for as long as nobody has written anything', async () => {
    await using stores = await openSqliteStores()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const { accessTokenId: id } = await boughtByCode(stores, ada, warehouse, { access: 'a' })
    const find = async () => {
      const finding = await stores.accessTokens.find({ id, hash: hashSecret('a') }, noon)
      return finding.state === 'unknown' ? undefined : finding.token
    }
    const first = await find()
    await stores.journal.add(anEntry('request', { orgId: org.id }))
    await stores.journal.summary(org.id, noon)
    // What is journalled changes nothing of it.
    expect(await find()).toBe(first)
    const other = await stores.openAgain()
    await other.users.countFailure(ada.id, undefined, noon)
    expect(await find()).not.toBe(first)
    expect(await find()).toEqual(first)
    await other.close()
  })
})

contract('two processes on one database', (open) => {
  it('write at the same time, and lose nothing', async () => {
    await using stores = await open()
    const { org, ada, bob, warehouse } = await addDemoOrg(stores)
    const other = await stores.openAgain()
    await Promise.all(
      [stores, other].flatMap((one) =>
        Array.from({ length: 30 }, async (_, n) => {
          await one.users.countFailure(ada.id, undefined, later(1))
          await one.apps.add(anApp(org.id), [])
          if (n % 10 === 0) await consent(one, bob, warehouse, [`scope${n}`])
        }),
      ),
    )
    expect((await stores.users.find(ada.id))?.failedLogins).toBe(60)
    expect(await other.apps.list(org.id)).toHaveLength(62)
    expect((await other.approvals.find(bob.id, warehouse.id))?.scopes).toHaveLength(3)
    await other.close()
  })

  it('see a new app without waiting, for what is not there is never remembered', async () => {
    await using stores = await open()
    const { org } = await addDemoOrg(stores)
    const app = anApp(org.id)
    expect(await stores.apps.findByConsumerKey(app.consumerKey)).toBeUndefined()
    expect(await stores.apps.findPolicies(app.id, org.id)).toBeUndefined()
    const other = await stores.openAgain()
    await other.apps.add(app, [policiesOf(app, org.id)])
    expect(await stores.apps.findByConsumerKey(app.consumerKey)).toEqual(app)
    expect(await stores.apps.findPolicies(app.id, org.id)).toEqual(policiesOf(app, org.id))
    await other.close()
  })
})
