/** The values of which something was entered. */
export type Entered<Values> = { [Name in keyof Values]?: Values[Name] & (NonNullable<unknown> | null) }

/** Leaves out what was not entered, so that acts do not take it for a change. */
export function entered<Values extends object>(values: Values): Entered<Values> {
  const result: Entered<Values> = {}
  for (const name in values) {
    const value = values[name]
    if (value !== undefined) result[name] = value
  }
  return result
}

/** A list as it was given, or none at all where only an empty text was. */
export function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.length === 1 && list[0] === '' ? [] : list
}
