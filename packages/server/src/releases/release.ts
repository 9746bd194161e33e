/**
 * As which Salesforce an org behaves: `latest` (as of today), a day (`2025-08-31`), or a release by name (`Winter '26`):
 * as of the last day before the release after it.
 */
export type Release = string

/** What a new org behaves as. */
export const latestRelease: Release = 'latest'

const seasons = ['Winter', 'Spring', 'Summer'] as const
// Month and day of a season's release, in UTC. Winter comes in the autumn before the year that it is named after.
// Production orgs get a release over several weekends: the middle of the month is by when most have it.
const days = { Winter: [9, 15], Spring: [1, 15], Summer: [5, 15] } as const
const firstYear = 10
const lastYear = 49

/** How a release is written, for messages. */
export const releaseRule = "Give latest, a day such as 2025-08-31, or a release by name such as Winter '26."

/** Reads a release as people write it, or `undefined` when it is none. */
export function readRelease(text: string): Release | undefined {
  const word = text.trim().replaceAll(/\s+/g, ' ').replaceAll('’', "'")
  if (word.toLowerCase() === latestRelease) return latestRelease
  if (readDay(word) !== undefined) return word
  const named = readName(word)
  return named === undefined ? undefined : `${named.season} '${String(named.year).padStart(2, '0')}`
}

/** The instant as of which an org of a release behaves. */
export function asOf(release: Release, now: Date): Date {
  if (release === latestRelease) return now
  const named = readName(release)
  if (named !== undefined) return new Date(startOf(following(named)).getTime() - 1)
  const day = readDay(release)
  // The day with all of it: what changes on that day is in force on it.
  return day === undefined ? now : new Date(day.getTime() + 86_400_000 - 1)
}

/** The day from which on most orgs have a release, by its name. @throws {Error} when it is no name of a release */
export function releaseDay(name: string): Date {
  const named = readName(name)
  if (named === undefined) throw new Error(`“${name}” names no release.`)
  return startOf(named)
}

interface NamedRelease {
  readonly season: (typeof seasons)[number]
  /** Of the name, without the century. */
  readonly year: number
}

function readName(text: string): NamedRelease | undefined {
  const [, word, digits] = /^(winter|spring|summer) '?([0-9]{2})$/i.exec(text) ?? []
  const season = seasons.find((one) => one.toLowerCase() === word?.toLowerCase())
  const year = Number(digits)
  return season === undefined || year < firstYear || year > lastYear ? undefined : { season, year }
}

function startOf({ season, year }: NamedRelease): Date {
  const [month, day] = days[season]
  return new Date(Date.UTC(2000 + (season === 'Winter' ? year - 1 : year), month, day))
}

function following({ season, year }: NamedRelease): NamedRelease {
  const next = seasons[seasons.indexOf(season) + 1]
  return next === undefined ? { season: 'Winter', year: year + 1 } : { season: next, year }
}

/** A day of the calendar, in UTC; `undefined` for the 30th of February and the like. */
export function readDay(text: string): Date | undefined {
  if (!/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text ? undefined : day
}
