import { z } from 'zod'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { type Field, field, reference, required, type SObject, storedObject } from './object.ts'
import { standardObjects } from './standard-objects.ts'

const fieldTypes = [
  'AutoNumber',
  'Checkbox',
  'Currency',
  'Date',
  'DateTime',
  'Email',
  'LongTextArea',
  'Lookup',
  'MultiselectPicklist',
  'Number',
  'Percent',
  'Phone',
  'Picklist',
  'Text',
  'TextArea',
  'Url',
] as const

/** A field that an org has made, with the names of the metadata type `CustomField`. */
export const customField = z.strictObject({
  fullName: z.string(),
  label: z.string().exactOptional(),
  type: z.enum(fieldTypes),
  length: z.int().min(1).max(131_072).exactOptional(),
  precision: z.int().min(1).max(18).exactOptional(),
  scale: z.int().min(0).max(17).exactOptional(),
  required: z.boolean().exactOptional(),
  unique: z.boolean().exactOptional(),
  externalId: z.boolean().exactOptional(),
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).exactOptional(),
  /** Of picklists. */
  values: z.array(z.string()).exactOptional(),
  restricted: z.boolean().exactOptional(),
  /** Of lookups: the object, and what queries of it call the records that refer to it, such as `Invoices`. */
  referenceTo: z.string().exactOptional(),
  relationshipName: z.string().exactOptional(),
})

/** An object that an org has made, or fields of its own on a standard one; names of the metadata type `CustomObject`. */
export const customObject = z.strictObject({
  fullName: z.string(),
  label: z.string().exactOptional(),
  pluralLabel: z.string().exactOptional(),
  nameField: z
    .strictObject({ label: z.string().exactOptional(), type: z.enum(['Text', 'AutoNumber']) })
    .exactOptional(),
  fields: z.array(customField).exactOptional(),
  /** Given by the server: the first three characters of its records' ids. */
  keyPrefix: z.string().exactOptional(),
})

/** An object as an org has written it down. */
export type CustomObject = z.infer<typeof customObject>
type CustomField = z.infer<typeof customField>

/** Reads a definition that was checked when it was stored. */
export function readCustomObject(stored: unknown): CustomObject {
  return customObject.parse(stored)
}

/** The object of a definition: a standard one with further fields, or one of its own. */
export function objectOf(definition: CustomObject): SObject {
  const fields = (definition.fields ?? []).map(fieldOf)
  const standard = standardObjects.find(({ name }) => name === definition.fullName)
  if (standard !== undefined) return { ...standard, fields: [...standard.fields, ...fields] }
  const { fullName, keyPrefix = 'a00', nameField } = definition
  const label = definition.label ?? fullName.replace(/__c$/, '').replaceAll('_', ' ')
  const isAutoNumber = nameField?.type === 'AutoNumber'
  const name = field('string', 'Name', {
    label: nameField?.label ?? `${label} Name`,
    length: 80,
    isNameField: true,
    ...(isAutoNumber ? { isAutoNumber, isNillable: false, isCreateable: false, isUpdateable: false } : required),
  })
  return storedObject(fullName, keyPrefix, [name, ...fields], {
    label,
    plural: definition.pluralLabel ?? `${label}s`,
    isCustom: true,
  })
}

const types: Readonly<Record<(typeof fieldTypes)[number], Field['type']>> = {
  AutoNumber: 'string',
  Checkbox: 'boolean',
  Currency: 'currency',
  Date: 'date',
  DateTime: 'datetime',
  Email: 'email',
  LongTextArea: 'textarea',
  Lookup: 'reference',
  MultiselectPicklist: 'multipicklist',
  Number: 'double',
  Percent: 'percent',
  Phone: 'phone',
  Picklist: 'picklist',
  Text: 'string',
  TextArea: 'textarea',
  Url: 'url',
}

function fieldOf(definition: CustomField): Field {
  const { fullName, type, label, length, precision, scale, values, defaultValue } = definition
  const traits = {
    label: label ?? fullName.replace(/__c$/, '').replaceAll('_', ' '),
    isCustom: true,
    isNillable: definition.required !== true && type !== 'Checkbox',
    isUnique: definition.unique === true,
    isExternalId: definition.externalId === true,
    isRestricted: definition.restricted === true,
    ...(length === undefined ? {} : { length }),
    ...(precision === undefined ? {} : { precision }),
    ...(scale === undefined ? {} : { scale }),
    ...(values === undefined ? {} : { values }),
    ...(type === 'Checkbox' ? { defaultValue: false } : {}),
    ...(defaultValue === undefined ? {} : { defaultValue }),
  }
  const { referenceTo, relationshipName } = definition
  if (type === 'Lookup' && referenceTo !== undefined) {
    const children = relationshipName === undefined ? {} : { children: `${relationshipName.replace(/__r$/, '')}__r` }
    return reference(fullName, [referenceTo], { ...traits, ...children })
  }
  return field(types[type], fullName, traits)
}

/** Checks a definition, as far as it can be checked by itself and beside the others. */
export function checkCustomObject(definition: CustomObject, others: readonly CustomObject[]): Outcome<CustomObject> {
  const problems: Problem[] = []
  const standard = standardObjects.find(({ name }) => name === definition.fullName)
  if (standard === undefined && !apiName.test(definition.fullName)) {
    const known = standardObjects.map(({ name }) => name).join(', ')
    problems.push({
      field: 'fullName',
      message: `Give an API name that ends in __c, such as Invoice__c, or a standard object: ${known}.`,
    })
  }
  const names = new Set<string>()
  for (const [item, one] of (definition.fields ?? []).entries()) {
    const problem = (message: string) => problems.push({ field: 'fields', item, message })
    if (!apiName.test(one.fullName))
      problem(`The API name of a field ends in __c, such as Amount__c, not “${one.fullName}”.`)
    if (names.has(one.fullName.toLowerCase())) problem(`“${one.fullName}” is listed already.`)
    names.add(one.fullName.toLowerCase())
    if ((one.type === 'Lookup') !== (one.referenceTo !== undefined)) {
      problem('A Lookup says by referenceTo which object it refers to; nothing else does.')
    }
    const targets = [
      ...standardObjects.map(({ name }) => name),
      ...others.map(({ fullName }) => fullName),
      definition.fullName,
      'User',
    ]
    if (one.referenceTo !== undefined && !targets.includes(one.referenceTo)) {
      problem(`There is no object “${one.referenceTo}” to refer to.`)
    }
    if (one.relationshipName !== undefined && !/^[A-Za-z]\w{0,39}$/.test(one.relationshipName)) {
      problem('A relationshipName has letters, digits and underscores.')
    }
    if ((one.unique === true || one.externalId === true) && !['Text', 'Number', 'Email'].includes(one.type)) {
      problem('Only a field of type Text, Number or Email can be unique or an external id.')
    }
    if (one.type === 'AutoNumber') problem('Only the name of an object can be an AutoNumber here.')
    if ((one.type === 'Picklist' || one.type === 'MultiselectPicklist') && one.values === undefined) {
      problem('A picklist has values.')
    }
    if (one.scale !== undefined && one.scale > (one.precision ?? 18)) problem('There are no more decimals than digits.')
  }
  return problems.length > 0 ? refused(...problems) : done(definition)
}

const apiName = /^[A-Za-z](?!\w*__\w*__c$)\w{0,76}__c$/

/** The key prefix of the next custom object: `a00`, `a01` … */
export function nextKeyPrefix(others: readonly CustomObject[]): string {
  const used = new Set(others.map(({ keyPrefix }) => keyPrefix))
  for (let number = 0; ; number++) {
    const prefix = `a${number.toString(36).padStart(2, '0')}`
    if (!used.has(prefix)) return prefix
  }
}
