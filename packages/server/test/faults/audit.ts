import { anyOf } from './fault-org.ts'
import { figures, violations } from './history.ts'
import { deeds, keyOf, type Run, type Thing } from './load.ts'

const atOnce = 16

/** What a run came to, once the faults are over. */
export interface Verdict {
  /** In words. */
  readonly violations: readonly string[]
  readonly figures: string
}

/** Asks after everything that was answered in a run, and judges its history. @param faults what was done to it */
export async function judged(run: Run, faults: string): Promise<Verdict> {
  const loaded = [...run.history.events]
  await audit(run)
  const { events } = run.history
  return { violations: violations(events), figures: figures({ loaded, events, faults }) }
}

async function audit(run: Run): Promise<void> {
  const { exchange, refresh, check, authorize } = deeds(run)
  const { stock, history } = run
  const given = [...stock.given.values()]
  const node = () => anyOf(run.nodes)
  const spend = (thing: Thing) => (thing.kind === 'code' ? exchange(node(), thing) : refresh(node(), thing))
  const spent = new Set(history.events.filter(({ act }) => act === 'spend').map(({ key }) => key))
  const once = given.filter(({ kind }) => kind !== 'access token')

  await each(
    given.filter(({ kind }) => kind === 'access token'),
    (thing) => check(node(), thing),
  )
  await each(stock.allowed, authorize)
  await each(
    once.filter((thing) => !spent.has(keyOf(thing))),
    spend,
  )
  // Last, for it ends what they had bought: what was spent is spent again, on every node.
  await each(
    once.filter((thing) => spent.has(keyOf(thing))),
    async (thing) => {
      for (const one of run.nodes) await (thing.kind === 'code' ? exchange(one, thing) : refresh(one, thing))
    },
  )
}

async function each<T>(things: Iterable<T>, act: (thing: T) => Promise<void>): Promise<void> {
  const waiting = [...things].values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const thing of waiting) await act(thing)
    }),
  )
}
