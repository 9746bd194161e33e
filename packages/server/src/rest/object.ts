import type { UserPermission } from '../users/profile.ts'

/** The type of a field, as describes name it. */
export type FieldType =
  | 'boolean'
  | 'currency'
  | 'date'
  | 'datetime'
  | 'double'
  | 'email'
  | 'id'
  | 'int'
  | 'multipicklist'
  | 'percent'
  | 'phone'
  | 'picklist'
  | 'reference'
  | 'string'
  | 'textarea'
  | 'url'

/** What a reference field points to. */
export interface Reference {
  /** API names of the objects that its ids may be of. */
  readonly to: readonly string[]
  /** What queries call the record that is referred to, such as `Account` for `AccountId`. */
  readonly relationship: string | undefined
  /** What queries of that record call the records that refer to it, such as `Contacts`. */
  readonly children: string | undefined
}

/** A field of an object. */
export interface Field {
  /** API name. */
  readonly name: string
  readonly label: string
  readonly type: FieldType
  /** Most characters of a text, 0 for what is none. */
  readonly length: number
  /** Digits of a number in all, and after the point. */
  readonly precision: number
  readonly scale: number
  readonly isNillable: boolean
  readonly isCreateable: boolean
  readonly isUpdateable: boolean
  readonly isCustom: boolean
  readonly isUnique: boolean
  readonly isExternalId: boolean
  readonly isNameField: boolean
  readonly isAutoNumber: boolean
  /** Made by the server from other fields. */
  readonly isCalculated: boolean
  /** Whether it can stand in WHERE and ORDER BY. */
  readonly isFilterable: boolean
  readonly values: readonly string[]
  /** Whether no other value than those is taken. */
  readonly isRestricted: boolean
  readonly reference: Reference | undefined
  /** What a new record has when nothing is given. */
  readonly defaultValue: string | number | boolean | undefined
  /** How a record's number becomes its id: the first three characters. `undefined` where the id itself is stored. */
  readonly idPrefix: string | undefined
  /** Whether its ids are made of 15 characters in the database, not 18. */
  readonly isShortId: boolean
  /** What answers have in the place of what is stored: nothing, a delete token, or a text that stands in for a token. */
  readonly shownAs: 'itself' | 'nothing' | 'delete-token' | 'opaque'
}

/** What can be done with the records of an object. */
export interface Operations {
  readonly create: boolean
  readonly update: boolean
  readonly delete: boolean
}

/** An object: its records are kept as such, or are what the org itself is made of. */
export interface SObject {
  /** API name. */
  readonly name: string
  readonly label: string
  readonly plural: string
  /** The first three characters of the ids of its records. */
  readonly keyPrefix: string
  readonly kind: 'stored' | 'live'
  readonly isCustom: boolean
  readonly operations: Operations
  readonly fields: readonly Field[]
  /** The field that names its records to people. */
  readonly nameField: Field | undefined
  /** Rows of an answer at most, and of a query in all, where they are fewer than of other objects. */
  readonly rows?: { readonly perCall: number; readonly inAll: number }
  /** Who may see its records: everyone, those with a permission, or everyone their own and those with it all. */
  readonly access:
    | { readonly to: 'everyone' }
    | { readonly to: 'permission'; readonly permission: UserPermission }
    | { readonly to: 'owner'; readonly ownerField: string; readonly permission: UserPermission }
    | { readonly to: 'object-permission' }
}

/** A field by its API name; capitals do not count. */
export function findField(object: SObject, name: string): Field | undefined {
  return indexOf(object).get(name.toLowerCase())
}

/** The reference field whose relationship has this name, such as `AccountId` for `Account`. */
export function findRelationship(object: SObject, name: string): Field | undefined {
  const wanted = name.toLowerCase()
  return object.fields.find(({ reference }) => reference?.relationship?.toLowerCase() === wanted)
}

/** Whether values of a field are looked up by an index: comparisons of other fields read every record of the object. */
export function isIndexed(field: Field): boolean {
  return (
    !field.isNameField && (field.isUnique || field.isExternalId || field.type === 'email' || isStoredReference(field))
  )
}

function isStoredReference({ type, name }: Field): boolean {
  return type === 'reference' && name !== 'OwnerId' && name !== 'CreatedById' && name !== 'LastModifiedById'
}

const indexes = new WeakMap<SObject, ReadonlyMap<string, Field>>()

function indexOf(object: SObject): ReadonlyMap<string, Field> {
  const known = indexes.get(object)
  if (known !== undefined) return known
  const made = new Map(object.fields.map((field) => [field.name.toLowerCase(), field]))
  indexes.set(object, made)
  return made
}

const plain: Omit<Field, 'name' | 'label' | 'type' | 'length'> = {
  precision: 0,
  scale: 0,
  isNillable: true,
  isCreateable: true,
  isUpdateable: true,
  isCustom: false,
  isUnique: false,
  isExternalId: false,
  isNameField: false,
  isAutoNumber: false,
  isCalculated: false,
  isFilterable: true,
  values: [],
  isRestricted: false,
  reference: undefined,
  defaultValue: undefined,
  idPrefix: undefined,
  isShortId: false,
  shownAs: 'itself',
}

/** What of a field differs from an optional one that anybody may write. */
export type FieldTraits = Partial<Omit<Field, 'name' | 'type'>>

/** What a field has that must be given with each record. */
export const required: FieldTraits = { isNillable: false }

/** What a field has that only the server writes. */
export const readOnly: FieldTraits = { isCreateable: false, isUpdateable: false, isNillable: false }

/** A field; its label is made from the name unless it is given. */
export function field(type: FieldType, name: string, traits: FieldTraits = {}): Field {
  return { ...plain, name, type, label: labelOf(name), length: lengths[type] ?? 0, ...precisions[type], ...traits }
}

/** A field that holds the id of another record. Its name ends in `Id`, or in `__c` for a custom one. */
export function reference(
  name: string,
  to: readonly string[],
  traits: FieldTraits & { children?: string } = {},
): Field {
  const { children, ...others } = traits
  const relationship = name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, '')
  return field('reference', name, { reference: { to, relationship, children }, ...others })
}

const lengths: Partial<Record<FieldType, number>> = {
  email: 80,
  id: 18,
  multipicklist: 4099,
  phone: 40,
  picklist: 255,
  reference: 18,
  string: 255,
  textarea: 32_000,
  url: 255,
}

const precisions: Partial<Record<FieldType, Pick<Field, 'precision' | 'scale'>>> = {
  currency: { precision: 18, scale: 2 },
  double: { precision: 18, scale: 2 },
  int: { precision: 8, scale: 0 },
  percent: { precision: 3, scale: 0 },
}

/** `BillingPostalCode` is “Billing Postal Code”, and `AccountId` “Account ID”. */
function labelOf(name: string): string {
  return name
    .replace(/__c$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/ Id$/, ' ID')
}

/** An object with the fields that every one has. */
export function storedObject(
  name: string,
  keyPrefix: string,
  fields: readonly Field[],
  traits: Partial<Pick<SObject, 'label' | 'plural' | 'isCustom'>> = {},
): SObject {
  const all = [
    field('id', 'Id', { label: `${traits.label ?? name} ID`, ...readOnly }),
    field('boolean', 'IsDeleted', { label: 'Deleted', ...readOnly }),
    ...fields,
    reference('OwnerId', ['User'], { isNillable: false }),
    field('datetime', 'CreatedDate', readOnly),
    reference('CreatedById', ['User'], readOnly),
    field('datetime', 'LastModifiedDate', readOnly),
    reference('LastModifiedById', ['User'], readOnly),
    field('datetime', 'SystemModstamp', { label: 'System Modstamp', ...readOnly }),
    field('datetime', 'LastViewedDate', { ...readOnly, isNillable: true }),
    field('datetime', 'LastReferencedDate', { ...readOnly, isNillable: true }),
  ]
  return {
    name,
    label: name,
    plural: `${name}s`,
    keyPrefix,
    kind: 'stored',
    isCustom: false,
    operations: { create: true, update: true, delete: true },
    fields: all,
    nameField: all.find(({ isNameField }) => isNameField),
    access: { to: 'object-permission' },
    ...traits,
  }
}
