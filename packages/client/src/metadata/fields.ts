import { MetadataError, type MetadataPlace } from './metadata-error.ts'

/** What a type of metadata may have: the fields that are read, those that change nothing here, and those that are refused. */
export interface KnownFields {
  readonly read: readonly string[]
  /** Of no consequence for a caller: read past. */
  readonly ignored?: readonly string[]
  /** Known to Salesforce, not supported here: refused unless switched off. */
  readonly unsupported?: readonly string[]
}

/** The fields of one element of metadata, of which each is asked for by its type. */
export interface Fields {
  readonly place: MetadataPlace
  placeOf(name: string): MetadataPlace
  text(name: string): string | undefined
  requiredText(name: string): string
  flag(name: string, otherwise: boolean): boolean
  whole(name: string): number | undefined
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined
  list(name: string, known: KnownFields): readonly Fields[]
}

/** Reads a parsed object as fields.
 *  @throws {MetadataError} for what is no object, and for fields that are not known */
export function readFields(value: unknown, place: MetadataPlace, known: KnownFields): Fields {
  const fields = fieldsOf(value, place)
  const placeOf = (name: string) => ({ file: place.file, path: `${place.path}.${name}` })
  for (const [name, field] of fields) {
    if (known.read.includes(name) || known.ignored?.includes(name)) continue
    if (!known.unsupported?.includes(name)) {
      throw new MetadataError(placeOf(name), `There is no such field. There are ${known.read.join(', ')}.`)
    }
    if (!isOff(field)) {
      throw new MetadataError(placeOf(name), 'Salesforce knows this field; it is not supported here. Leave it out.')
    }
  }
  return {
    place,
    placeOf,
    text,
    requiredText(name) {
      const found = text(name)
      if (found === undefined || found === '') throw new MetadataError(placeOf(name), 'This is missing. Give a text.')
      return found
    },
    flag(name, otherwise) {
      const field = fields.get(name) ?? otherwise
      if (field === true || field === 'true') return true
      if (field === false || field === 'false') return false
      throw new MetadataError(placeOf(name), 'Give true or false.')
    },
    whole(name) {
      const field = fields.get(name) ?? undefined
      if (field === undefined) return undefined
      const number = typeof field === 'string' && /^\d{1,9}$/.test(field) ? Number(field) : field
      if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
      throw new MetadataError(placeOf(name), 'Give a whole number.')
    },
    choice(name, choices) {
      const found = text(name)
      if (found === undefined) return undefined
      const choice = choices.find((one) => one === found)
      if (choice === undefined) throw new MetadataError(placeOf(name), `Choose one of ${choices.join(', ')}.`)
      return choice
    },
    list(name, knownThere) {
      const field = fields.get(name) ?? []
      const items: readonly unknown[] = Array.isArray(field) ? field : [field]
      return items.map((item, at) => readFields(item, placeOf(`${name}[${at}]`), knownThere))
    },
  }

  function text(name: string): string | undefined {
    const field = fields.get(name) ?? undefined
    if (field === undefined || typeof field === 'string') return field
    throw new MetadataError(placeOf(name), Array.isArray(field) ? 'Give this once.' : 'Give a text, in quotes.')
  }
}

function fieldsOf(value: unknown, place: MetadataPlace): ReadonlyMap<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  throw new MetadataError(place, 'There should be fields here.')
}

function isOff(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false || value === 'false'
}
