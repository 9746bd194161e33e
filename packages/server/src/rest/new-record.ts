import { type Field, isIndexed, type SObject } from './object.ts'
import { type FieldValue, keyText, type RecordKey, type StoredRecord } from './record.ts'

/** Whether a field must have a value that callers give. */
export function isRequired(field: Field): boolean {
  return !field.isNillable && field.isCreateable && field.name !== 'OwnerId'
}

const closedStages = new Set(['Closed Won', 'Closed Lost'])

/** The fields that a new record must have and these values do not. */
export function missingFields(object: SObject, values: ReadonlyMap<string, FieldValue>): readonly Field[] {
  return object.fields.filter(
    (field) => isRequired(field) && (values.get(field.name) ?? field.defaultValue ?? null) === null,
  )
}

/** The values, and those that a new record has when nothing is given. */
export function withDefaults(
  object: SObject,
  values: ReadonlyMap<string, FieldValue>,
): ReadonlyMap<string, FieldValue> {
  const defaults = object.fields.flatMap(({ name, defaultValue }): [string, FieldValue][] =>
    defaultValue === undefined ? [] : [[name, defaultValue]],
  )
  return new Map([...defaults, ...values])
}

/** The record of these values, with what the server makes of them. */
export function recordWith(
  object: SObject,
  values: ReadonlyMap<string, FieldValue>,
  stamp: Omit<StoredRecord, 'object' | 'name' | 'fields' | 'deletedAt'>,
): StoredRecord {
  const all = new Map([...values].filter(([, value]) => value !== null))
  const stage = all.get('StageName')
  const status = all.get('Status')
  const derived: Readonly<Record<string, FieldValue>> = {
    IsWon: stage === 'Closed Won',
    IsClosed:
      object.name === 'Opportunity' ? closedStages.has(String(stage)) : status === 'Closed' || status === 'Completed',
    Name: [all.get('FirstName'), all.get('LastName')].filter((part) => part !== undefined).join(' '),
  }
  for (const { name, isCalculated } of object.fields) {
    const value = isCalculated ? derived[name] : undefined
    if (value !== undefined) all.set(name, value)
  }
  const name = object.nameField === undefined ? '' : String(all.get(object.nameField.name) ?? '')
  return { ...stamp, object: object.name, name, fields: Object.fromEntries(all), deletedAt: undefined }
}

/** The values by which a record is looked up. */
export function keysOf(object: SObject, { fields }: Pick<StoredRecord, 'fields'>): readonly RecordKey[] {
  return object.fields.filter(isIndexed).flatMap((field) => {
    const value = fields[field.name]
    return value === undefined || value === null ? [] : [{ field: field.name, value: keyText(value) }]
  })
}
