import { expect, it } from 'vitest'
import { floors, median, percentile, slope } from './statistics.ts'

it('takes the value in the middle, however the values are ordered', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 9, 2])).toBe(3)
  expect(median([7])).toBe(7)
  expect(median([])).toBeUndefined()
})

it('takes a percentile to be a value that occurred', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index)
  expect(percentile(values, 99)).toBe(198)
  expect(percentile(values, 50)).toBe(100)
  expect(percentile(values, 0)).toBe(1)
  expect(percentile([], 50)).toBeUndefined()
})

it('takes the rise of memory from what most of it says, not from what lies far off', () => {
  const steady = Array.from({ length: 20 }, (_, at) => ({ at, value: 100 + at * 2 }))
  expect(slope(steady)).toBe(2)
  expect(slope(steady.map((sample) => (sample.at === 10 ? { ...sample, value: 900 } : sample)))).toBe(2)
  expect(slope(steady.slice(0, 1))).toBeUndefined()
})

it('finds what stays of memory in each stretch of time', () => {
  const saw = Array.from({ length: 12 }, (_, at) => ({ at, value: 50 + (at % 4) * 10 }))
  expect(floors(saw, 4)).toEqual([
    { at: 2, value: 50 },
    { at: 6, value: 50 },
    { at: 10, value: 50 },
  ])
})
