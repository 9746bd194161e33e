import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import type { Problem } from '../problem.ts'
import { type Weekday, wallClock, weekdays } from '../time-zone.ts'
import type { ProfileStore } from './profile.ts'
import type { User } from './user.ts'

/** From when until when on a day, in minutes since midnight; never, where both are the same. */
export interface DayHours {
  readonly from: number
  /** Not at this minute any more; 1440 is the end of the day. */
  readonly until: number
}

/** When the users of a profile may sign in, in the time zone of their org; on days that are not there, at any time. */
export type LoginHours = Readonly<Partial<Record<Weekday, DayHours>>>

/** Those of a profile that has none. */
export const anyTime: LoginHours = {}

/** Why somebody is not let in just now, with what the rule saw. */
export interface HoursRefusal {
  readonly reason: 'login-hours'
  readonly facts: { readonly profile: string; readonly hours: string; readonly now: string; readonly timeZone: string }
}

/** Whether users of a profile may sign in now; `undefined` when they may. */
export function checkLoginHours(
  { name, loginHours }: { readonly name: string; readonly loginHours: LoginHours },
  { settings: { timeZone } }: { readonly settings: { readonly timeZone: string } },
  now: Date,
): HoursRefusal | undefined {
  if (!hasLoginHours(loginHours)) return undefined
  const { day, minutes } = wallClock(timeZone, now)
  const hours = loginHours[day]
  if (hours === undefined || (minutes >= hours.from && minutes < hours.until)) return undefined
  const facts = {
    profile: name,
    hours: dayHoursText(day, hours),
    now: `${nameOf(day)} ${clockText(minutes)}`,
    timeZone,
  }
  return { reason: 'login-hours', facts }
}

/** Whether somebody who is in may go on now; `undefined` when they may. */
export type LoginHoursOf = (
  user: Pick<User, 'profileId'>,
  org: Pick<Org, 'settings'>,
) => Promise<HoursRefusal | undefined>

/** The question of {@link LoginHoursOf}, over the stores. */
export function loginHoursOf({
  profiles,
  now,
}: {
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly now: Clock
}): LoginHoursOf {
  return async ({ profileId }, org) => {
    const profile = await profiles.find(profileId)
    return profile === undefined ? undefined : checkLoginHours(profile, org, now())
  }
}

/** Whether there is any day with hours. */
export function hasLoginHours(hours: LoginHours): boolean {
  for (const _ in hours) return true
  return false
}

/** What is wrong with hours: they are full ones, as at Salesforce, and no day ends before it begins. */
export function loginHoursProblems(hours: LoginHours): readonly Problem[] {
  const problems: Problem[] = []
  for (const day of weekdays) {
    const held = hours[day]
    if (held === undefined) continue
    const isWhole = [held.from, held.until].every((minutes) => Number.isInteger(minutes / 60) && minutes >= 0)
    const message = !isWhole
      ? 'Hours are full hours: minutes that are divisible by 60.'
      : held.from > 1380 || held.until > 1440
        ? 'A day begins at 23:00 at the latest, and ends at 24:00.'
        : held.from > held.until
          ? 'The end is before the begin. For hours across midnight, let both days say their part.'
          : undefined
    if (message !== undefined) problems.push({ field: `loginHours.${day}`, message })
  }
  return problems
}

/** Hours of a day in words: `Monday from 08:00 until 17:00`. */
export function dayHoursText(day: Weekday, { from, until }: DayHours): string {
  return from === until ? `${nameOf(day)} never` : `${nameOf(day)} from ${clockText(from)} until ${clockText(until)}`
}

/** Minutes since midnight as a clock shows them: `08:00`. */
export function clockText(minutes: number): string {
  return [minutes / 60, minutes % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':')
}

function nameOf(day: Weekday): string {
  return day.charAt(0).toUpperCase() + day.slice(1)
}
