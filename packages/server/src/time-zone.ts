const offsets = new Map<string, number>()

/**
 * Milliseconds that the standard time of a zone is ahead of UTC, in the year of `at`; summer time is left out, as
 * Salesforce does. A zone that is not known counts as UTC.
 * @param timeZone IANA name, such as `Europe/Paris`
 */
export function standardUtcOffset(timeZone: string, at: Date): number {
  const year = at.getUTCFullYear()
  const key = `${year} ${timeZone}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  // Whichever hemisphere: of January and July, standard time is the one that is less ahead.
  const offset = Math.min(
    offsetAt(timeZone, new Date(Date.UTC(year, 0, 1))),
    offsetAt(timeZone, new Date(Date.UTC(year, 6, 1))),
  )
  offsets.set(key, offset)
  return offset
}

function offsetAt(timeZone: string, instant: Date): number {
  const parts = /GMT([+-])(\d{2}):(\d{2})/.exec(longOffset(timeZone, instant))
  if (parts === null) return 0
  const [, sign, hours, minutes] = parts
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000
  return sign === '-' ? -offset : offset
}

function longOffset(timeZone: string, instant: Date): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).format(instant)
  } catch {
    // A name that the time zone database does not have: as good as none.
    return ''
  }
}

/** Whether there is a time zone of this IANA name. */
export function isTimeZone(name: string): boolean {
  return formatOf(name) !== undefined
}

/** The days of the week. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/** A day of the week. */
export type Weekday = (typeof weekdays)[number]

/** What the clock on the wall says somewhere. */
export interface WallClock {
  readonly day: Weekday
  /** Since midnight. */
  readonly minutes: number
}

/** The time somewhere, with summer time where it is. A zone that is not known counts as UTC. */
export function wallClock(timeZone: string, at: Date): WallClock {
  const parts = (formatOf(timeZone) ?? formatOf('UTC'))?.formatToParts(at) ?? []
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  const day = weekdays.find((name) => name === part('weekday').toLowerCase())
  if (day === undefined) throw new Error(`The day of the week is none: ${part('weekday')}`)
  return { day, minutes: Number(part('hour')) * 60 + Number(part('minute')) }
}

// Making one takes longer than using it a hundred times.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    if (formats.size < 1000) formats.set(timeZone, made)
    return made
  } catch {
    // An unknown name is a RangeError, and there is no other way to ask.
    return undefined
  }
}
