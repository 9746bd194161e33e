/** Something a person entered that cannot be accepted, or that they should know of: which field, and why, in words. */
export interface Problem {
  /** The field as the act's input names it. */
  readonly field: string
  /** Which entry of a list, counted from 0. */
  readonly item?: number
  /** One sentence that says what is wrong and, where it is not plain, what would be right. */
  readonly message: string
}

/** What an act came to: done, perhaps with warnings; or refused with everything that is wrong, and nothing written. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value; readonly warnings: readonly Problem[] }
  | Refused

/** An act that was refused. */
export interface Refused {
  readonly ok: false
  readonly problems: readonly Problem[]
}

/** The outcome of an act that was done. */
export function done<Value>(value: Value, warnings: readonly Problem[] = []): Outcome<Value> {
  return { ok: true, value, warnings }
}

/** The outcome of an act that was refused. */
export function refused(...problems: readonly Problem[]): Refused {
  return { ok: false, problems }
}
