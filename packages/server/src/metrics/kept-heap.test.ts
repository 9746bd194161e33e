import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { eventually } from '../../../../test/eventually.ts'
import { watchKeptHeap } from './kept-heap.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

it('is what outlived the last full collection', async () => {
  const kept = watchKeptHeap()
  collect()
  const before = kept()

  const held = [objectsOf40MB()]
  collect()
  await eventually(() => expect(kept()).toBeGreaterThan(before + 30e6))

  held.length = 0
  collect()
  await eventually(() => expect(kept()).toBeLessThan(before + 10e6))
})

function objectsOf40MB(): readonly object[] {
  return Array.from({ length: 800_000 }, (_, number) => ({ number, twice: 2 * number }))
}
