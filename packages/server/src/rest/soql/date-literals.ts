/** A span of days: from the first, to before the day after the last. Days are `YYYY-MM-DD`. */
export interface DaySpan {
  readonly from: string
  readonly to: string
}

interface Day {
  readonly year: number
  /** From 0. */
  readonly month: number
  readonly day: number
}

/**
 * The days that a date literal means, such as `THIS_MONTH` or `LAST_N_DAYS:7`, or `undefined` for what is none. Weeks
 * begin on Sunday, and the fiscal year is that of the calendar.
 * @param count the number after the colon
 * @param today `YYYY-MM-DD`, where the user is
 */
export function daysOf(literal: string, count: number, today: string): DaySpan | undefined {
  const now = readDay(today)
  const name = literal.replace('FISCAL_', '').replace(/:.*$/, '')
  const simple = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(name)
  if (simple !== null) {
    const step = simple[1] === 'LAST' ? -1 : simple[1] === 'NEXT' ? 1 : 0
    return units(simple[2] ?? '', now, step, 1)
  }
  const ago = /^N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS)_AGO$/.exec(name)
  if (ago !== null) return units((ago[1] ?? '').slice(0, -1), now, -count, 1)
  const many = /^(LAST|NEXT)_N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS)$/.exec(name)
  if (many !== null) {
    const unit = (many[2] ?? '').slice(0, -1)
    // Today is the last of the last days; of all other units the current one is left out.
    if (many[1] === 'LAST')
      return unit === 'DAY' ? units(unit, now, -count, count + 1) : units(unit, now, -count, count)
    return units(unit, now, 1, count)
  }
  switch (name) {
    case 'YESTERDAY':
      return units('DAY', now, -1, 1)
    case 'TODAY':
      return units('DAY', now, 0, 1)
    case 'TOMORROW':
      return units('DAY', now, 1, 1)
    case 'LAST_90_DAYS':
      return units('DAY', now, -90, 91)
    case 'NEXT_90_DAYS':
      return units('DAY', now, 1, 90)
    default:
      return undefined
  }
}

/** `many` units from the one that is `step` units away from now. */
function units(unit: string, now: Day, step: number, many: number): DaySpan {
  const span = (from: Day, to: Day): DaySpan => ({ from: dayText(from), to: dayText(to) })
  switch (unit) {
    case 'DAY':
      return span(plusDays(now, step), plusDays(now, step + many))
    case 'WEEK': {
      const sunday = plusDays(now, -new Date(Date.UTC(now.year, now.month, now.day)).getUTCDay())
      return span(plusDays(sunday, 7 * step), plusDays(sunday, 7 * (step + many)))
    }
    case 'MONTH':
      return span(month(now.year, now.month + step), month(now.year, now.month + step + many))
    case 'QUARTER': {
      const first = Math.floor(now.month / 3) * 3
      return span(month(now.year, first + 3 * step), month(now.year, first + 3 * (step + many)))
    }
    default:
      return span(month(now.year + step, 0), month(now.year + step + many, 0))
  }
}

function readDay(text: string): Day {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  return { year, month: month - 1, day }
}

function plusDays({ year, month, day }: Day, days: number): Day {
  return fromUtc(new Date(Date.UTC(year, month, day + days)))
}

function month(year: number, number: number): Day {
  // What no calendar has, and what the platform takes for years of another century.
  if (year < 100 || year > 9999) return { year: year < 100 ? 0 : 10_000, month: 0, day: 1 }
  return fromUtc(new Date(Date.UTC(year, number, 1)))
}

function fromUtc(at: Date): Day {
  return { year: at.getUTCFullYear(), month: at.getUTCMonth(), day: at.getUTCDate() }
}

// Beyond what a date can be, the last one that can.
function dayText({ year, month, day }: Day): string {
  if (year < 1) return '0001-01-01'
  if (year > 9999) return '9999-12-31'
  return `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** The day that it is somewhere. @param timeZone IANA name; one that is not known counts as UTC */
export function dayIn(timeZone: string, at: Date): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
  } catch {
    return at.toISOString().slice(0, 10)
  }
}

/** When a day begins somewhere. */
export function startOfDay(day: string, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`)
  // Twice: the offset at the guess may be that of the other side of a change to summer time.
  const guess = utc - offsetAt(timeZone, new Date(utc))
  return new Date(utc - offsetAt(timeZone, new Date(guess)))
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone)
  let made: Intl.DateTimeFormat | undefined
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    made = undefined
  }
  if (formats.size < 1000) formats.set(timeZone, made)
  return made
}

/** Milliseconds that a zone is ahead of UTC at an instant. */
function offsetAt(timeZone: string, at: Date): number {
  const parts = formatOf(timeZone)?.formatToParts(at)
  if (parts === undefined) return 0
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - at.getTime()
}
