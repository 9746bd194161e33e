import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { patience } from '../../../../test/eventually.ts'
import { housekeeping } from '../../src/stores/housekeeping.ts'
import type { Stores } from '../../src/stores/stores.ts'
import { contract } from './open-test-stores.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

contract('housekeeping', (open) => {
  it('says for how long it has been behind, and catches up a batch at a time', async () => {
    await using stores = await open()
    const clock = new Date('2026-01-01T00:00:00Z')
    const expiresAt = new Date(clock.getTime() - 601_000)
    await Promise.all(Array.from({ length: 250 }, () => stores.assertions.use({ hash: randomBytes(32), expiresAt })))
    const faults: unknown[] = []
    const keepFor = { codes: 3600, pushedRequests: 3600, journal: 3600, loginHistory: 3600 }
    const keeping = housekeeping(
      stores,
      keepFor,
      () => clock,
      (error) => faults.push(error),
    )
    expect(keeping.lag()).toBe(0)

    await vi.advanceTimersByTimeAsync(5000)
    await vi.waitUntil(() => keeping.lag() > 0.01, { interval: 1, timeout: patience })

    await vi.waitUntil(() => keeping.lag() === 0, { interval: 50, timeout: patience })
    expect(await stores.assertions.deleteExpired(clock, 1)).toBe(0)
    expect(faults).toEqual([])
    keeping.stop()
  })

  it('says nothing of a round over which the database closes, once it is stopped', async () => {
    await using stores = await open()
    const faults: unknown[] = []
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<boolean>()
    const slow: Stores = {
      ...stores,
      leads() {
        asked.resolve()
        return answer.promise
      },
    }
    const keepFor = { codes: 3600, pushedRequests: 3600, journal: 3600, loginHistory: 3600 }
    const keeping = housekeeping(
      slow,
      keepFor,
      () => new Date('2026-01-01T00:00:00Z'),
      (error) => faults.push(error),
    )
    vi.advanceTimersByTime(5000)
    await asked.promise
    keeping.stop()
    answer.reject(new Error('The database is closed.'))
    await answer.promise.catch(() => {})
    await vi.advanceTimersByTimeAsync(60_000)
    expect(faults).toEqual([])
  })
})
