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
