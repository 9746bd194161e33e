import { RestError } from './error.ts'
import { liveObjects } from './live-objects.ts'
import { type Field, findField, type SObject } from './object.ts'
import { nameObject, standardObjects } from './standard-objects.ts'

/** The objects that an org has. */
export interface Schema {
  readonly objects: readonly SObject[]
  /** An object by its API name; capitals do not count. */
  find(name: string): SObject | undefined
  /** The objects whose records refer to those of an object, and by which field. */
  childrenOf(object: SObject): readonly Child[]
}

/** That records of one object refer to those of another. */
export interface Child {
  readonly object: SObject
  readonly by: Field
  /** What queries of the other call them; `undefined` where they cannot be queried so. */
  readonly relationship: string | undefined
}

/** The objects of an org: the standard ones, with fields of its own, and those it has made. */
export function schemaOf(custom: readonly SObject[]): Schema {
  const own = new Map(custom.map((object) => [object.name.toLowerCase(), object]))
  const standard = standardObjects.map((object) => own.get(object.name.toLowerCase()) ?? object)
  const made = custom.filter(({ isCustom }) => isCustom)
  const objects = [...standard, ...made, ...liveObjects].sort((one, other) => (one.name < other.name ? -1 : 1))
  const byName = new Map(objects.map((object) => [object.name.toLowerCase(), object]))
  return {
    objects,
    find: (name) => byName.get(name.toLowerCase()),
    childrenOf: ({ name }) =>
      objects.flatMap((object) =>
        object.fields
          .filter(({ reference }) => reference?.to.includes(name))
          .map((by) => ({ object, by, relationship: by.reference?.children })),
      ),
  }
}

/** The object on which a reference field's relationship goes on: what all have, where it may be several. */
export function targetOf(schema: Schema, by: Field): SObject | undefined {
  const [only, ...others] = by.reference?.to ?? []
  if (only === undefined) return undefined
  return others.length > 0 ? nameObject : schema.find(only)
}

/**
 * The object that a path names.
 * @throws {RestError} 404 `NOT_FOUND`
 */
export function readObject(schema: Schema, name: string): SObject {
  const object = schema.find(name)
  if (object !== undefined) return object
  const known = schema.objects.map((one) => one.name)
  throw new RestError({ reason: 'object-unknown', facts: { found: name.slice(0, 64), known } })
}

/**
 * A field of an object by its API name.
 * @throws {RestError} 400 `INVALID_FIELD`
 */
export function readField(object: SObject, name: string): Field {
  const field = findField(object, name)
  if (field !== undefined) return field
  throw new RestError({ reason: 'field-unknown', facts: { found: name.slice(0, 80), object: object.name } })
}
