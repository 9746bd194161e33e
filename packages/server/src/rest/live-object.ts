import type { UserPermission } from '../users/profile.ts'
import { type Field, type FieldTraits, field, readOnly, type SObject } from './object.ts'

/** What every user of the API sees. */
export const everyone: SObject['access'] = { to: 'everyone' }

/** What those see who have a permission. */
export function needing(permission: UserPermission): SObject['access'] {
  return { to: 'permission', permission }
}

/** The id of a row that has one of its own. */
export const id = (): Field => field('id', 'Id', readOnly)
/** The id of a row that has a number: made of it. */
export const numberedId = (prefix: string): Field => field('id', 'Id', { ...readOnly, idPrefix: prefix })
/** An id that is made of others, without its last three characters. */
export const shortId = (): Field => field('id', 'Id', { ...readOnly, isShortId: true })
/** When a row was made, and when it was last changed. */
export const created = field('datetime', 'CreatedDate', readOnly)
export const modified = [
  field('datetime', 'LastModifiedDate', readOnly),
  field('datetime', 'SystemModstamp', { label: 'System Modstamp', ...readOnly }),
]

/** An object of rows that are what the org is made of. What is not writable has no field that is. */
export function live(
  name: string,
  keyPrefix: string,
  access: SObject['access'],
  fields: readonly Field[],
  traits: Partial<Pick<SObject, 'label' | 'plural' | 'operations' | 'rows'>> = {},
): SObject {
  const label = name.replace(/([a-z])([A-Z])/g, '$1 $2')
  const isWritable = traits.operations?.create === true || traits.operations?.update === true
  const all = isWritable ? fields : fields.map((one) => ({ ...one, isCreateable: false, isUpdateable: false }))
  return {
    name,
    label,
    plural: `${label}s`,
    keyPrefix,
    kind: 'live',
    isCustom: false,
    operations: { create: false, update: false, delete: false },
    fields: all,
    nameField: all.find(({ isNameField }) => isNameField),
    access,
    ...traits,
  }
}

/** The field that names rows. */
export const name = (label: string): Field => field('string', 'Name', { label, isNameField: true, isNillable: false })

/** What a field has that Salesforce shows and takes no conditions on. */
export const unfilterable: FieldTraits = { isFilterable: false }

/** The name and label of what metadata makes, with the fields that stand beside them. */
export const named = (label = 'Name'): readonly Field[] => [
  field('string', 'DeveloperName', { label, length: 80, isNameField: true, isNillable: false }),
  field('string', 'MasterLabel', { label: 'Label', length: 80, isNillable: false }),
  field('picklist', 'Language', { label: 'Master Language', isNillable: false }),
  field('string', 'NamespacePrefix', { length: 15 }),
]
