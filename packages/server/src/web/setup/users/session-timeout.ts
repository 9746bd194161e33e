import type { Option } from '../field.tsx'

const minutes = [15, 30, 60, 120, 240, 480, 720, 1440] as const

/** Seconds in words: `2 hours`. */
export function timeoutText(seconds: number): string {
  const hours = seconds / 3600
  if (Number.isInteger(hours)) return hours === 1 ? '1 hour' : `${hours} hours`
  return Number.isInteger(seconds / 60) ? `${seconds / 60} minutes` : `${seconds} seconds`
}

/** Salesforce's times after which an idle session ends, and the one that is set, should it be another. */
export function timeoutOptions(held: number | undefined): readonly Option[] {
  const seconds = new Set(minutes.map((each) => each * 60))
  if (held !== undefined) seconds.add(held)
  return [...seconds]
    .toSorted((one, other) => one - other)
    .map((each) => ({ value: String(each), label: timeoutText(each) }))
}
