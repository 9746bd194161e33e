import { Command } from '@commander-js/extra-typings'
import {
  type DayHours,
  type EnteredProfile,
  type IpRange,
  type LoginHours,
  type Weekday,
  weekdays,
} from '@sallyport/server'
import { WrongUsage } from '../../failure.ts'
import { dataOption, jsonOption, orgOption, readDuration } from '../../options.ts'
import { enteredPermissions, given } from '../permission-options.ts'

/** A command about one profile, with an option for everything that can be entered of it. */
export function profileCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>')
    .option('--permission <name...>', 'the user permissions it has, all of them; an empty text for none')
    .option('--object <permissions...>', 'the objects it opens, all of them, such as Account:create,read,edit,delete')
    .option('--login-ip-range <start-end...>', 'where its users may sign in from, such as 10.0.0.1-10.0.0.9')
    .option(
      '--login-hours <day=from-until...>',
      'when its users may sign in, such as monday=08:00-18:00, in the time zone of the org; all days that have any',
    )
    .option('--session-timeout <duration>', 'how long sessions last without use, such as 2h', readDuration)
    .option('--high-assurance', 'whoever signs in verifies their identity besides')
    .option('--no-high-assurance')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What was entered of a profile. */
export function enteredProfile(options: ReturnType<ReturnType<typeof profileCommand>['opts']>): EnteredProfile {
  const { loginIpRange, loginHours, sessionTimeout, highAssurance } = options
  return {
    ...enteredPermissions(options),
    ...(loginIpRange !== undefined && { loginIpRanges: given(loginIpRange).map(readRange) }),
    ...(loginHours !== undefined && { loginHours: readLoginHours(given(loginHours)) }),
    ...(sessionTimeout !== undefined && { sessionTimeout }),
    ...(highAssurance !== undefined && { requiresHighAssurance: highAssurance }),
  }
}

function readLoginHours(texts: readonly string[]): LoginHours {
  const hours: Partial<Record<Weekday, DayHours>> = {}
  for (const text of texts) {
    const [, name, from, until] = /^([a-z]+)=(\d{2}:\d{2})-(\d{2}:\d{2})$/i.exec(text) ?? []
    const day = weekdays.find((one) => one === name?.toLowerCase())
    if (day === undefined || from === undefined || until === undefined) {
      throw new WrongUsage(`“${text}” says no day with its hours.`, {
        next: 'Write it like monday=08:00-18:00; monday=00:00-00:00 is never.',
      })
    }
    hours[day] = { from: minutesOf(from), until: minutesOf(until) }
  }
  return hours
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

function readRange(text: string): IpRange {
  const [start = '', end = start] = text.split('-').map((address) => address.trim())
  return { start, end }
}
