import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { logLevels } from './log.ts'

/** `--data`: which server's data, for every command that works on some. */
export const dataOption = new Option('--data <folder>', 'where the server keeps what it holds')
  .env('SALLYPORT_DATA')
  .default('.sallyport')
  .argParser(readFolder)

/** `--json`: read from the command line before anything else, and here for the help. */
export const jsonOption = new Option('--json', 'answer with one line of JSON, for programs')

/** `--org`: for commands that work inside one org. */
export const orgOption = new Option(
  '--org <name>',
  'the org, by name, My Domain or id; needless when there is only one',
).env('SALLYPORT_ORG')

/** `--limit`: for lists that may be long. */
export function limitOption() {
  return new Option('--limit <count>', 'at most so many, of the newest')
    .argParser((text) => readWhole(text, 1, 10_000))
    .default(50)
}

/** `--log-level`: for commands that serve. */
export const logLevelOption = new Option('--log-level <level>', 'debug logs every request, info those refused')
  .env('SALLYPORT_LOG_LEVEL')
  .choices(logLevels)
  .default('info' as const)

/** `--yes`: for commands that ask before they destroy. */
export const yesOption = new Option('--yes', 'do it without asking')

/** Reads a port. */
export function readPort(text: string): number {
  return readWhole(text, 0, 65_535)
}

/** Nothing, as of a variable that is not set, is no folder: it would be the one that somebody happens to be in. */
function readFolder(path: string): string {
  if (path === '') throw new InvalidArgumentError('Name a folder; . is the one you are in.')
  return path
}

/** Reads a whole number within bounds. @throws {InvalidArgumentError} for anything else */
export function readWhole(text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^[0-9]{1,15}$/.test(text) && number >= least && number <= most) return number
  throw new InvalidArgumentError(`Enter a whole number from ${least} to ${most}.`)
}

/** Reads whole minutes, hours or days as seconds: `90`, `15m`, `2h`, `30d`. @throws {InvalidArgumentError} */
export function readDuration(text: string): number {
  const [, number, unit = 's'] = /^([0-9]{1,9})([smhd])?$/.exec(text) ?? []
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit]
  if (number === undefined || seconds === undefined) {
    throw new InvalidArgumentError('Enter a duration such as 900, 15m, 2h or 30d.')
  }
  return Number(number) * seconds
}

/** Reads a day, which begins in UTC, or an instant. @throws {InvalidArgumentError} */
export function readTime(text: string): Date {
  const time = new Date(text)
  if (
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) &&
    !Number.isNaN(time.getTime())
  ) {
    return time
  }
  throw new InvalidArgumentError('Enter a day or a time such as 2026-01-05 or 2026-01-05T12:00Z.')
}

/** Adds one more value to a list, for options that may be given several times. */
export function addTo(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value]
}
