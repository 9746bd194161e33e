/** Tells the time. Passed to whatever needs it, so that a test can hold it still. */
export type Clock = () => Date

/** The instant `seconds` after `from`. Seconds, as every duration here. */
export function after(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000)
}
