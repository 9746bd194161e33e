import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keyRotation } from './key-rotation.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const never = () => {
  throw new Error('This is not what the test asks.')
}

/** A rotation whose keys are asked for, and what it has reported. */
function rotating() {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<never>()
  answer.promise.catch(() => {})
  const list = () => {
    asked.resolve()
    return answer.promise
  }
  const faults: unknown[] = []
  const signingKeys = { list, add: never, delete: never, schedule: never }
  const needs = { signingKeys, leads: never, seal: { close: never, open: never, current: '' }, now: () => new Date() }
  const rotation = keyRotation(needs, undefined, [], (error) => faults.push(error))
  return { rotation, faults, asked: asked.promise, fail: () => answer.reject(new Error('The database is closed.')) }
}

it('reports that the keys cannot be read', async () => {
  const { rotation, faults, asked, fail } = rotating()
  vi.advanceTimersByTime(5000)
  await asked
  fail()
  await vi.advanceTimersByTimeAsync(1)
  expect(faults).toEqual([new Error('The database is closed.')])
  rotation.stop()
})

it('says nothing of a look over which the database closes, once it is stopped', async () => {
  const { rotation, faults, asked, fail } = rotating()
  vi.advanceTimersByTime(5000)
  await asked
  rotation.stop()
  fail()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(faults).toEqual([])
})
