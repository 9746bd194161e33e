import { counted } from './wording.ts'

const minute = 60
const hour = 3600
const day = 86_400

/** How an instant in the past most likely came into an assertion, as a sentence that says how to mend it. */
export function clueOfPast(claim: string, found: string, now: string): string {
  const at = secondsOf(found)
  const present = secondsOf(now)
  const late = present - at
  if (!Number.isFinite(late) || at < 0) return inSeconds(claim)
  const coarse = (['day', 'hour', 'minute'] as const).find((unit) => isNear(at * lengths[unit], present))
  if (coarse !== undefined) {
    return `You wrote ${claim} in ${coarse}s since 1970. Write it in seconds: multiply by ${lengths[coarse]}.`
  }
  if (at < 120 * day) {
    return `You wrote a length of time (${at} seconds) into ${claim}. Write the instant at which it ends: now in seconds since 1970, plus ${at}.`
  }
  if (late <= 15 * minute) {
    return 'Either the assertion was made a while ago, or your clock is slow. Sign a new one for each request, and compare `date -u` with the time above.'
  }
  const zone = hoursOff(late + 3 * minute)
  if (zone !== undefined) {
    return `It is close to ${counted(zone, 'hour')} off, so ${claim} may have been made from local time. Use UTC: \`Math.floor(Date.now() / 1000) + 180\`. If the assertion is an old one, sign a new one.`
  }
  return `The assertion was made long ago. Sign a new one for each request, with ${claim} three minutes ahead.`
}

/** The same for an instant that lies too far ahead. */
export function clueOfFuture(claim: string, found: string, now: string): string {
  const at = secondsOf(found)
  const ahead = at - secondsOf(now)
  if (!Number.isFinite(ahead)) return inSeconds(claim)
  if (isNear(at / 1000, secondsOf(now))) {
    return `You wrote ${claim} in milliseconds. Write it in seconds: \`Math.floor(Date.now() / 1000)\`.`
  }
  if (isNear(at / 1_000_000, secondsOf(now))) return `You wrote ${claim} in microseconds. Write it in seconds.`
  if (ahead <= 15 * minute) return 'Your clock is likely fast. Compare `date -u` with the time above.'
  const zone = hoursOff(ahead)
  if (zone !== undefined) {
    return `It is close to ${counted(zone, 'hour')} off, so ${claim} may have been made from local time. Use UTC: \`Math.floor(Date.now() / 1000)\`.`
  }
  return inSeconds(claim)
}

const lengths = { minute, hour, day } as const

function inSeconds(claim: string): string {
  return `Write ${claim} in seconds since 1970, in UTC: \`Math.floor(Date.now() / 1000)\` is now.`
}

/** Reads an instant as facts hold it: ISO, or bare seconds where no calendar reaches. `NaN` for neither. */
function secondsOf(text: string): number {
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) ? Number(text === '' ? Number.NaN : text) : parsed / 1000
}

function isNear(seconds: number, present: number): boolean {
  return Math.abs(seconds - present) <= 2 * day
}

/** Whole hours that a time zone can be off, if the seconds are close to that many. */
function hoursOff(seconds: number): number | undefined {
  const hours = Math.round(seconds / hour)
  return hours >= 1 && hours <= 14 && Math.abs(seconds - hours * hour) <= 4 * minute ? hours : undefined
}
