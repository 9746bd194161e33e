import { expect, it } from 'vitest'
import { hashSecret } from '../../src/secret.ts'
import type { Verification } from '../../src/sessions/verification.ts'
import { addDemoOrg, later, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

contract('what identities are verified with', (open) => {
  it('is nothing at first, then an app, a temporary code, or both', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    const { verifications } = stores
    expect(await verifications.find(ada.id)).toBeUndefined()
    await verifications.register(ada.id, 'sealed', 7, noon)
    const code = { hash: hashSecret('1'), expiresAt: later(60) }
    await verifications.setTemporaryCode(ada.id, code)
    const authenticator = { sealedSecret: 'sealed', registeredAt: noon }
    expect(await verifications.find(ada.id)).toEqual({ authenticator, temporaryCode: code, lockedUntil: undefined })
    await verifications.removeAuthenticator(ada.id)
    await verifications.setTemporaryCode(ada.id, undefined)
    const nothing = { authenticator: undefined, temporaryCode: undefined, lockedUntil: undefined }
    expect(await verifications.find(ada.id)).toEqual(nothing)
    expect(await verifications.find(bob.id)).toBeUndefined()
  })

  it('takes the code of a period once, and none of before it; fifty at once are one', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    await stores.verifications.register(ada.id, 'sealed', 7, noon)
    const taken = await Promise.all(Array.from({ length: 50 }, () => stores.verifications.takeStep(ada.id, 8)))
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(1)
    expect(await stores.verifications.takeStep(ada.id, 7)).toBe(false)
    expect(await stores.verifications.takeStep(ada.id, 9)).toBe(true)
  })

  it('counts tries before they are known to be wrong, up to a limit, until a lock ends or one was right', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    const tries = async (count: number, now: Date) => {
      const until = new Date(now.getTime() + 900_000)
      const all = Array.from({ length: count }, () => stores.verifications.countTry(ada.id, 3, until, now))
      return (await Promise.all(all)).filter((isLeft) => isLeft).length
    }
    expect(await tries(2, noon)).toBe(2)
    await stores.verifications.clearTries(ada.id)
    expect(await tries(50, noon)).toBe(3)
    expect((await stores.verifications.find(ada.id))?.lockedUntil).toEqual(later(900))
    expect(await tries(5, later(899))).toBe(0)
    expect(await tries(5, later(900))).toBe(3)
  })
})

contract('the history of verifications', (open) => {
  it('is told by org, newest first, a page at a time, and forgotten in time', async () => {
    await using stores = await open()
    const { org, ada } = await addDemoOrg(stores)
    const { org: other, ada: stranger } = await addDemoOrg(stores)
    const one = (user: typeof ada, details: Partial<Verification> = {}): Verification => ({
      orgId: user.orgId,
      userId: user.id,
      at: noon,
      activity: 'Login',
      policy: 'TwoFactorAuthentication',
      method: 'Totp',
      status: 'Succeeded',
      sourceIp: '192.0.2.7',
      resourceId: undefined,
      ...details,
    })
    const attempts = [one(ada), one(stranger), one(ada, { at: later(60), method: 'TempCode', resourceId: '0H4' })]
    for (const attempt of attempts) await stores.verificationHistory.add(attempt)
    const [first, , third] = attempts.map((attempt) => ({ ...attempt, id: expect.any(Number) }))
    expect(await stores.verificationHistory.list(org.id, { limit: 10 })).toEqual([third, first])
    const [newest] = await stores.verificationHistory.list(org.id, { limit: 1 })
    expect(await stores.verificationHistory.list(org.id, { before: newest?.id, limit: 10 })).toEqual([first])
    expect(await stores.verificationHistory.list(other.id, { limit: 10 })).toHaveLength(1)
    expect(await stores.verificationHistory.deleteBefore(later(30), 10)).toBe(2)
    expect(await stores.verificationHistory.list(org.id, { limit: 10 })).toEqual([third])
  })
})
