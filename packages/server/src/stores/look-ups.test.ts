import { describe, expect, it } from 'vitest'
import { type LookUpReader, lookUps } from './look-ups.ts'
import { postgresQueries } from './postgres-queries.ts'

interface Asked {
  readonly ids: readonly number[]
  answer(...found: readonly number[]): void
  fail(error: Error): void
}

/** A database that answers when it is told to. */
function database({ isRemote = true } = {}) {
  const asked: Asked[] = []
  const ask = (ids: readonly number[]) =>
    new Promise<readonly number[]>((resolve, reject) => {
      asked.push({ ids, answer: (...found) => resolve(found), fail: reject })
    })
  const reader: LookUpReader = {
    isRemote,
    async first({ bind, row }, params) {
      const [id] = await ask(bind(params).map(Number))
      return id === undefined ? undefined : row({ id })
    },
    async all({ bind, row }, params) {
      return (await ask(bind(params).map(Number))).map((id) => row({ id }))
    },
  }
  const find = lookUps((ids) => postgresQueries().selectFrom('access_tokens').select('id').where('id', 'in', ids))
  return { asked, find: (id: number) => find(reader, id) }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const among = (...ids: readonly number[]) => expect.objectContaining({ ids })

describe('look-ups', () => {
  it('asks for one at once, and for all of the same turn together', async () => {
    const { asked, find } = database()
    const one = find(7)
    await turn()
    const others = [find(8), find(9)]
    await turn()
    expect(asked).toEqual([among(7), among(8, 9, 8, 8)])
    asked[0]?.answer(7)
    asked[1]?.answer(9)
    expect(await Promise.all([one, ...others])).toEqual([{ id: 7 }, undefined, { id: 9 }])
  })

  it('gathers while two statements are under way, and sends them with the first answer', async () => {
    const { asked, find } = database()
    for (const id of [1, 2]) {
      find(id)
      await turn()
    }
    const gathered = [find(3), find(4), find(5), find(6), find(3)]
    await turn()
    expect(asked).toHaveLength(2)
    asked[0]?.answer(1)
    await turn()
    expect(asked[2]).toEqual(among(3, 4, 5, 6, 3, ...Array.from({ length: 11 }, () => 3)))
    asked[2]?.answer(3, 4, 5, 6)
    expect(await Promise.all(gathered)).toEqual([3, 4, 5, 6, 3].map((id) => ({ id })))
  })

  it('sends as soon as a statement is full, and waits for one that hangs no longer than a moment', async () => {
    const { asked, find } = database()
    for (const id of [1, 2]) {
      find(id)
      await turn()
    }
    for (let id = 3; id < 19; id++) find(id)
    await turn()
    expect(asked).toHaveLength(3)
    const late = find(19)
    while (asked.length < 4) await turn()
    asked[3]?.answer(19)
    expect(await late).toEqual({ id: 19 })
  })

  it('tells all that went together what failed, and goes on', async () => {
    const { asked, find } = database()
    const failing = Promise.allSettled([find(1), find(2)])
    await turn()
    asked[0]?.fail(new Error('The connection was lost.'))
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = find(1)
    await turn()
    asked[1]?.answer(1)
    expect(await next).toEqual({ id: 1 })
  })

  it('asks by itself for what can be no number of a row', async () => {
    const { asked, find } = database()
    const impossible = find(1e19)
    const one = find(1)
    await turn()
    asked[0]?.fail(new Error('out of range'))
    asked[1]?.answer(1)
    expect(asked).toEqual([among(1e19), among(1)])
    await expect(impossible).rejects.toThrow('out of range')
    expect(await one).toEqual({ id: 1 })
  })

  it('gathers nothing where the database is in the process', () => {
    const { asked, find } = database({ isRemote: false })
    find(1)
    find(2)
    expect(asked).toEqual([among(1), among(2)])
  })
})
