import type { Parts } from './dialect.ts'
import { type PartedTable, parted } from './parted-tables.ts'
import { isOfOthers } from './postgres-errors.ts'
import type { Answered } from './postgres-message.ts'
import type { Lane } from './postgres-session.ts'
import type { DatabaseValue } from './statement.ts'

// Numbers in a part: few parts, for every look-up locks them all, but some, for what is needed is kept with all of its part.
const smallest = 1 << 20
const largest = 1 << 27
const wanted = 8
// Rows still of use that do not keep a part: they move to the part for all other numbers.
const mostMoved = 1000
// Numbers that may have been given and are still on their way to a row.
const underWay = 1000
// Milliseconds that rows may stand after some of a later instant.
const disorder = 300_000
// Milliseconds for which everybody has to wait behind us while we wait for a table, and until we try again.
const longestLock = 100
const pause = 30_000

/** A part and the numbers in it, from the first up to `end`; `undefined` for what has no bound. */
interface Part {
  readonly name: string
  readonly first: number | undefined
  readonly end: number
}

type Send = (text: string, values?: readonly DatabaseValue[]) => Promise<Answered>

/** Makes and drops parts over a connection of its own. */
export function partKeeper(lane: Lane): Parts {
  let notBefore = 0
  return {
    async keep(needed) {
      if (performance.now() < notBefore) return 'blocked'
      try {
        for (const table of parted) {
          await together(lane, (send) => roomFor(send, table.name))
          const since = needed[table.name].getTime()
          for (const part of await endedParts(await sending(lane), table, since)) {
            await together(lane, (send) => drop(send, table, part, since))
          }
        }
        return 'kept'
      } catch (error) {
        // Somebody has been at the table for long: all others must not be made to wait behind us again and again.
        if (!isOfOthers(error)) throw error
        notBefore = performance.now() + pause
        return 'blocked'
      }
    },
  }
}

/** Has parts ready for numbers up to the highest of rows that come from elsewhere. */
export async function makeRoomUpTo(send: Send, table: string, highest: number): Promise<void> {
  const { end } = await partsOf(send, table)
  await add(send, table, end, Math.max(smallest, Math.ceil((highest + 1 - end) / wanted)), highest)
}

async function sending(lane: Lane): Promise<Send> {
  const session = await lane.session()
  return (text, values = []) => session.send(text, values)
}

/** Does what must be done as a whole, or not at all; by one process at a time. */
async function together<T>(lane: Lane, act: (send: Send) => Promise<T>): Promise<T> {
  const session = await lane.session()
  const send: Send = (text, values = []) => session.send(text, values)
  await send('begin')
  try {
    await send(`set local lock_timeout = ${longestLock}`)
    await send(`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' parts', 0))`)
    const result = await act(send)
    await send('commit')
    return result
  } catch (error) {
    await send('rollback').catch(() => session.discard())
    throw error
  }
}

/** Makes the next part as soon as half of a part is left. */
async function roomFor(send: Send, table: string): Promise<void> {
  const { parts, end, rest } = await partsOf(send, table)
  const last = await lastNumber(send, table)
  const [oldest] = parts
  const from =
    oldest?.first ?? Number((await send(`select min(id) from "${oldest?.name ?? rest}"`)).rows[0]?.[0] ?? last)
  const size = Math.min(largest, Math.max(smallest, Math.ceil((last - from) / wanted)))
  if (end - last > size / 2) return
  // Where nobody has made room for long, rows have gone to the part for all other numbers, and go on to do so up to here.
  await send(`lock table "${rest}" in access exclusive mode`)
  const stray = (await send(`select max(id) from "${rest}"`)).rows[0]?.[0]
  const begin = Math.max(end, Number(stray ?? 0) + 1, last < end ? 0 : (await lastNumber(send, table)) + underWay)
  await add(send, table, begin, size, begin)
}

/** Adds parts from a number on, until there is room for another. */
async function add(send: Send, table: string, begin: number, size: number, highest: number): Promise<void> {
  for (let first = begin; first <= highest; first += size) {
    const name = `${table}_${first}`
    // Made by itself first, it is attached without anybody having to wait who does not need the rest.
    await send(`create table "${name}" (like "${table}" including defaults including storage)`)
    await send(`alter table "${table}" attach partition "${name}" for values from (${first}) to (${first + size})`)
  }
}

/** The parts in which nothing is of use any more, or so little that it can move. */
async function endedParts(send: Send, table: PartedTable, needed: number): Promise<readonly Part[]> {
  const { parts } = await partsOf(send, table.name)
  const last = await lastNumber(send, table.name)
  const ended: Part[] = []
  for (const part of parts) {
    if (part.end <= last && (await isEnded(send, table, part, needed))) ended.push(part)
  }
  return ended
}

async function isEnded(send: Send, { ends, isInOrder }: PartedTable, { name }: Part, needed: number): Promise<boolean> {
  if (isInOrder) {
    const { rows } = await send(`select ${ends} from "${name}" order by id desc limit 1`)
    return Number(rows[0]?.[0] ?? 0) + disorder < needed
  }
  const some = `select from "${name}" where ${ends} >= $1 limit ${mostMoved + 1}`
  const { rows } = await send(`select count(*) from (${some}) as live`, [needed])
  return Number(rows[0]?.[0]) <= mostMoved
}

async function drop(send: Send, { name, ends }: PartedTable, part: Part, needed: number): Promise<void> {
  const { rows } = await send(`select from pg_inherits where inhrelid = to_regclass($1)`, [`"${part.name}"`])
  if (rows.length === 0) return
  await send(`alter table "${name}" detach partition "${part.name}"`)
  await send(`insert into "${name}" select * from "${part.name}" where ${ends} >= $1`, [needed])
  await send(`drop table "${part.name}"`)
}

/** The parts of a table from the oldest on, the first number beyond them, and the part for all numbers that are in none. */
async function partsOf(
  send: Send,
  table: string,
): Promise<{ readonly parts: readonly Part[]; readonly end: number; readonly rest: string }> {
  const { rows } = await send(
    `select relname, pg_get_expr(relpartbound, pg_class.oid) from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = $1::regclass`,
    [`"${table}"`],
  )
  let rest = ''
  const parts: Part[] = []
  for (const [name, bounds] of rows) {
    const [, first, end] = /FROM \((?:MINVALUE|'?(\d+)'?)\) TO \('?(\d+)'?\)/.exec(String(bounds)) ?? []
    if (end === undefined) rest = String(name)
    else parts.push({ name: String(name), first: first === undefined ? undefined : Number(first), end: Number(end) })
  }
  parts.sort((one, other) => one.end - other.end)
  return { parts, end: parts.at(-1)?.end ?? 1, rest }
}

/** The highest number that has been given. */
async function lastNumber(send: Send, table: string): Promise<number> {
  const { rows } = await send(
    `select case when is_called then last_value else last_value - 1 end from "${table}_id_seq"`,
  )
  return Number(rows[0]?.[0])
}
