import type { JournalCount } from '../../../journal/journal.ts'
import { flowName } from '../../../oauth/diagnosis.ts'
import type { SeriesLook } from '../charts/figure.tsx'

/** How often tokens were asked for in an hour each, by flow; what was refused stands apart. */
export interface TokenSeries {
  readonly label: string
  readonly look: SeriesLook
  readonly values: readonly number[]
}

const hourLong = 3_600_000
// The second colour is for what was refused.
const looks = [1, 4, 3, 5] as const satisfies readonly SeriesLook[]

/** The hours that end with the one of an instant, oldest first. */
export function hoursUntil(at: Date, count: number): readonly Date[] {
  const last = Math.floor(at.getTime() / hourLong) * hourLong
  return Array.from({ length: count }, (_, index) => new Date(last - (count - 1 - index) * hourLong))
}

/** The days that end with the one of an instant, oldest first, in UTC. */
export function daysUntil(at: Date, count: number): readonly Date[] {
  const last = Math.floor(at.getTime() / 86_400_000) * 86_400_000
  return Array.from({ length: count }, (_, index) => new Date(last - (count - 1 - index) * 86_400_000))
}

/** Token requests by hour: the three flows used most, the others together, and all that were refused or failed. */
export function tokenSeries(counts: readonly JournalCount[], hours: readonly Date[]): readonly TokenSeries[] {
  const asked = counts.filter(({ endpoint }) => endpoint === 'token')
  const byFlow = new Map<string, number>()
  for (const { flow = 'unknown', outcome, count } of asked) {
    if (outcome === 'passed') byFlow.set(flow, (byFlow.get(flow) ?? 0) + count)
  }
  const flows = [...byFlow].toSorted(([one, many], [other, few]) => few - many || (one < other ? -1 : 1))
  const shown = flows.slice(0, flows.length > looks.length ? looks.length - 1 : looks.length).map(([flow]) => flow)
  const valuesOf = (isMeant: (count: JournalCount) => boolean) =>
    hours.map((hour) =>
      asked
        .filter((count) => count.hour.getTime() === hour.getTime() && isMeant(count))
        .reduce((sum, { count }) => sum + count, 0),
    )
  const series = shown.map((flow, index) => ({
    label: flowName(flow),
    look: looks[index] ?? 1,
    values: valuesOf((count) => count.outcome === 'passed' && count.flow === flow),
  }))
  const others: TokenSeries = {
    label: 'Other flows',
    look: 5,
    values: valuesOf(({ outcome, flow }) => outcome === 'passed' && !shown.includes(flow ?? 'unknown')),
  }
  const refused: TokenSeries = {
    label: 'Refused',
    look: 2,
    values: valuesOf(({ outcome }) => outcome !== 'passed'),
  }
  return [...series, ...(flows.length > shown.length ? [others] : []), refused]
}
