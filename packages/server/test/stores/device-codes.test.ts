import { expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { addDemoOrg, anIssuance, type DemoOrg, issued, later, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

const hash = hashSecret('device')
const userCodeHash = hashSecret('BCDF3479')
const code = {
  hash,
  userCodeHash,
  scopes: ['api', 'refresh_token'],
  issuedAt: noon,
  expiresAt: later(600),
  interval: 5,
}
const limits = [
  { by: 'user 1', most: 3 },
  { by: 'address 2', most: 5 },
]

async function aCode(stores: Stores, { warehouse }: DemoOrg): Promise<number> {
  const id = await stores.deviceCodes.add({ ...code, appId: warehouse.id })
  if (id === undefined) throw new Error('The user code was taken.')
  return id
}

const answerOf = ({ ada }: DemoOrg, isAllowed = true) => ({
  orgId: ada.orgId,
  userId: ada.id,
  authTime: noon,
  isAllowed,
})

contract('device codes', (open) => {
  it('are found by number and hash together, and take no user code twice', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await aCode(stores, demo)
    expect(await stores.deviceCodes.find({ id, hash }, noon)).toMatchObject({ state: 'pending', code: { interval: 5 } })
    expect(await stores.deviceCodes.find({ id, hash: hashSecret('another') }, noon)).toEqual({ state: 'unknown' })
    expect(await stores.deviceCodes.find({ id: id + 1, hash }, noon)).toEqual({ state: 'unknown' })
    expect(await stores.deviceCodes.find({ id, hash }, later(600))).toMatchObject({ state: 'expired' })
    expect(await stores.deviceCodes.add({ ...code, appId: demo.warehouse.id })).toBeUndefined()
  })

  it('have those wait who ask too early, five seconds more each time', async () => {
    await using stores = await open()
    const id = await aCode(stores, await addDemoOrg(stores))
    const poll = (seconds: number) => stores.deviceCodes.notePoll(id, later(seconds), 1000)
    expect(await poll(0)).toEqual({ isTooFast: false, interval: 5 })
    expect(await poll(4)).toEqual({ isTooFast: false, interval: 5 })
    expect(await poll(7)).toEqual({ isTooFast: true, interval: 10 })
    const answers = await Promise.all(Array.from({ length: 50 }, () => poll(16)))
    expect(answers.filter(({ isTooFast }) => !isTooFast)).toHaveLength(1)
    expect(await poll(16)).toEqual({ isTooFast: true, interval: 60 })
  })

  it('take the first of many answers, and buy tokens once', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await aCode(stores, demo)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stores.deviceCodes.answer(id, answerOf(demo), later(1))),
    )
    expect(answers.filter((isFirst) => isFirst)).toHaveLength(1)
    expect(await stores.deviceCodes.find({ id, hash }, later(2))).toMatchObject({
      state: 'allowed',
      answer: { userId: demo.ada.id, authTime: noon },
    })
    const issuances = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        anIssuance(stores, demo.ada, demo.warehouse, { access: `a${n}`, refresh: `r${n}` }),
      ),
    )
    const purchases = await Promise.all(issuances.map((issuance) => stores.issue.forDeviceCode(issuance, id)))
    expect(purchases.filter(({ outcome }) => outcome === 'issued')).toHaveLength(1)
    expect(await stores.deviceCodes.find({ id, hash }, later(2))).toMatchObject({ state: 'spent' })
  })

  it('buy nothing when they were denied, or when what allowed them is taken back', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const id = await aCode(stores, demo)
    await stores.deviceCodes.answer(id, answerOf(demo, false), later(1))
    expect(await stores.deviceCodes.find({ id, hash }, later(2))).toMatchObject({ state: 'denied' })
    const issuance = await anIssuance(stores, demo.ada, demo.warehouse, { access: 'a' })
    expect(await stores.issue.forDeviceCode(issuance, id)).toEqual({ outcome: 'replayed' })

    const other = await stores.deviceCodes.add({ ...code, userCodeHash: hashSecret('other'), appId: demo.warehouse.id })
    await stores.deviceCodes.answer(other ?? 0, answerOf(demo), later(1))
    await stores.approvals.revoke(demo.ada.id, demo.warehouse.id, later(2))
    expect(await stores.deviceCodes.find({ id: other ?? 0, hash }, later(3))).toMatchObject({ state: 'spent' })
    expect(await stores.issue.forDeviceCode(issuance, other ?? 0)).toEqual({ outcome: 'replayed' })
  })

  it('are guessed so often and no more, also at once, until the time is over', async () => {
    await using stores = await open()
    await aCode(stores, await addDemoOrg(stores))
    const guess = (seconds: number, guessed = hashSecret('guess')) =>
      stores.deviceCodes.findByUserCode(guessed, { limits, window: 600 }, later(seconds))
    const findings = await Promise.all(Array.from({ length: 20 }, () => guess(0)))
    expect(findings.filter(({ state }) => state === 'unknown')).toHaveLength(3)
    expect(await guess(1, userCodeHash)).toEqual({ state: 'too-many-tries', by: 'user 1' })
    expect(await guess(599, userCodeHash)).toMatchObject({ state: 'too-many-tries' })
    const [, byAddress] = limits
    const others = { limits: byAddress === undefined ? [] : [byAddress], window: 600 }
    expect(await stores.deviceCodes.findByUserCode(userCodeHash, others, later(1))).toMatchObject({ state: 'pending' })
    expect(await guess(600)).toEqual({ state: 'unknown' })
    expect(await stores.deviceCodes.deleteTries(later(601), 100)).toBe(2)
  })

  it('are deleted a bounded number at a time, the oldest first', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    for (const name of ['one', 'two', 'three']) {
      await stores.deviceCodes.add({ ...code, userCodeHash: hashSecret(name), appId: demo.warehouse.id })
    }
    expect(await stores.deviceCodes.deleteExpired(later(600), 2)).toBe(0)
    expect(await stores.deviceCodes.deleteExpired(later(601), 2)).toBe(2)
    expect(await stores.deviceCodes.deleteExpired(later(601), 2)).toBe(1)
  })
})

contract('refresh tokens of one approval', (open) => {
  it('are five at most: each further one ends the oldest, also of many at once', async () => {
    await using stores = await open()
    const demo = await addDemoOrg(stores)
    const ids = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        stores.deviceCodes.add({ ...code, userCodeHash: hashSecret(`code ${n}`), appId: demo.warehouse.id }),
      ),
    )
    for (const id of ids) await stores.deviceCodes.answer(id ?? 0, answerOf(demo), later(1))
    const purchases = await Promise.all(
      ids.map(async (id, n) => {
        const secrets = { access: `a${n}`, refresh: `r${n}` }
        return stores.issue.forDeviceCode(await anIssuance(stores, demo.ada, demo.warehouse, secrets), id ?? 0)
      }),
    )
    const given = purchases.map((purchase) => issued(purchase).refreshTokenId ?? 0).toSorted((a, b) => b - a)
    const live = await stores.refreshTokens.listLive({ userId: demo.ada.id, appId: demo.warehouse.id }, later(2))
    expect(live.map(({ id }) => id)).toEqual(given.slice(0, 5))
    const displaced = purchases.flatMap((purchase) => (purchase.outcome === 'issued' ? purchase.issued.displaced : []))
    expect(displaced.reduce((sum, one) => sum + one, 0)).toBe(45)
  })
})
