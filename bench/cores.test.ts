import { expect, it } from 'vitest'
import { readCoreList } from './cores.ts'

it('reads a list of cores', () => {
  expect(readCoreList('0-2,5')).toEqual([0, 1, 2, 5])
  expect(readCoreList('3')).toEqual([3])
})
