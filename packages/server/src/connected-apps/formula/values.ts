/** What a formula has to do with. */
export type Value = string | number | boolean | null

// Longer texts are cut: functions that repeat texts must not fill the memory.
const longestText = 4000

/** A text that is no longer than texts may be. */
export function bounded(text: string): string {
  return text.length <= longestText ? text : text.slice(0, longestText)
}

/** A value as text; nothing is the empty one. */
export function write(value: Value): string {
  return value === null ? '' : bounded(String(value))
}

/** A value as a number; `null` where it is none. */
export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)) return null
  return Number(value)
}

/** Whether a condition holds: the one value that does is true. */
export function isTrue(value: Value): boolean {
  return value === true
}

/** Whether there is nothing in it. */
export function isBlank(value: Value): boolean {
  return value === null || value === '' || (typeof value === 'string' && value.trim() === '')
}
