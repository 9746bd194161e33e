import type { Compilable } from 'kysely'
import type { CommittedReader } from './database.ts'
import { type Given, statement } from './statement.ts'

/** Looks a row up by its number. */
export type LookUp<Row> = (reader: LookUpReader, id: number) => Promise<Row | undefined>

/** What look-ups read from. */
export type LookUpReader = Pick<CommittedReader, 'first' | 'all' | 'isRemote'>

// Rows that a statement for several looks for; places left over ask for the first row again.
const sizes = [4, 16]
const most = 16
// Statements under way while others gather, and milliseconds after which those no longer wait for an answer.
const atOnce = 2
const longestGathered = 20

type Numbers = Readonly<Record<`id${number}`, number>>

/**
 * Look-ups of which several go in one statement: to begin one costs PostgreSQL several times as much as to find one row more. Those
 * that are asked for while two statements are under way go in the next; a single one goes at once, and always where the database
 * is in the process.
 * @param build writes the query for rows of these numbers
 */
export function lookUps<Row extends { readonly id: number }>(
  build: (ids: readonly ReturnType<Given<Numbers>>[]) => Compilable<Row>,
): LookUp<Row> {
  const asking = (size: number) =>
    statement<Numbers, Row>((given) => build(Array.from({ length: size }, (_, place) => given(`id${place}`))))
  const forOne = asking(1)
  const forSeveral = sizes.map((size) => ({ size, asked: asking(size) }))
  const gathering = new WeakMap<LookUpReader, (id: number) => Promise<Row | undefined>>()

  return (reader, id) => {
    if (!reader.isRemote) return reader.first(forOne, { id0: id })
    let gathered = gathering.get(reader)
    if (gathered === undefined) {
      gathered = gatheredLookUps((ids) => findAll(reader, ids))
      gathering.set(reader, gathered)
    }
    // What PostgreSQL cannot take for a number must fail by itself.
    return Number.isSafeInteger(id) ? gathered(id) : reader.first(forOne, { id0: id })
  }

  function findAll(reader: LookUpReader, ids: readonly number[]): Promise<readonly Row[]> {
    const [first = 0] = ids
    const fit = ids.length > 1 ? forSeveral.find(({ size }) => size >= ids.length) : undefined
    const { size, asked } = fit ?? { size: 1, asked: forOne }
    return reader.all(
      asked,
      Object.fromEntries(Array.from({ length: size }, (_, place) => [`id${place}`, ids[place] ?? first])),
    )
  }
}

interface Waiting<Row> {
  readonly id: number
  resolve(row: Row | undefined): void
  reject(error: unknown): void
}

function gatheredLookUps<Row extends { readonly id: number }>(
  findAll: (ids: readonly number[]) => Promise<readonly Row[]>,
): (id: number) => Promise<Row | undefined> {
  let waiting: Waiting<Row>[] = []
  let underWay = 0
  let isPlanned = false
  let late: NodeJS.Timeout | undefined

  return (id) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, resolve, reject })
      plan()
    })

  function plan(): void {
    if (waiting.length === 0 || isPlanned) return
    if (underWay >= atOnce && waiting.length < most) {
      late ??= setTimeout(send, longestGathered)
      return
    }
    isPlanned = true
    // After those that come with the same turn of the event loop.
    process.nextTick(send)
  }

  function send(): void {
    clearTimeout(late)
    late = undefined
    isPlanned = false
    const group = waiting.slice(0, most)
    if (group.length === 0) return
    waiting = waiting.slice(most)
    underWay += 1
    findAll(group.map(({ id }) => id))
      .then(
        (rows) => {
          const byId = new Map(rows.map((row) => [row.id, row]))
          for (const { id, resolve } of group) resolve(byId.get(id))
        },
        (error: unknown) => {
          for (const { reject } of group) reject(error)
        },
      )
      .finally(() => {
        underWay -= 1
        plan()
      })
    plan()
  }
}
