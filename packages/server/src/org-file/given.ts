/** Fields that may be left out, and are never `undefined`. */
export type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }

/** The fields that have a value. */
export function given<Fields extends object>(fields: Fields): Given<Fields> {
  const isField = (name: string): name is Extract<keyof Fields, string> => name in fields
  const present: Given<Fields> = {}
  for (const name of Object.keys(fields)) {
    if (isField(name) && isPresent(fields[name])) present[name] = fields[name]
  }
  return present
}

function isPresent<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined
}
