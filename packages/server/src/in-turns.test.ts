import { expect, it } from 'vitest'
import { inTurns } from './in-turns.ts'

it('does so many at a time, the others in the order in which they came, also after one has failed', async () => {
  const takeTurn = inTurns(2).take
  const begun: string[] = []
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>()
  const turn = (name: string) =>
    takeTurn(() => {
      begun.push(name)
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve: () => resolve(name), reject }))
    })
  const all = Promise.allSettled(['a', 'b', 'c', 'd'].map(turn))
  const settle = async (name: string, way: 'resolve' | 'reject') => {
    ends.get(name)?.[way](new Error(name))
    await new Promise(setImmediate)
  }
  expect(begun).toEqual(['a', 'b'])
  await settle('b', 'reject')
  expect(begun).toEqual(['a', 'b', 'c'])
  await settle('a', 'resolve')
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await settle('d', 'resolve')
  await settle('c', 'resolve')
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  const last = turn('e')
  await settle('e', 'resolve')
  expect(await last).toBe('e')
})
