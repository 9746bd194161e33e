import { expect, it } from 'vitest'
import { median, percentile } from './statistics.ts'

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
