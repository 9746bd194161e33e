import { didYouMean } from '../closest-name.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { type CustomObject, objectOf } from '../rest/custom-object.ts'
import { RestError } from '../rest/error.ts'
import { keysOf, missingFields, recordWith, withDefaults } from '../rest/new-record.ts'
import { type Field, findField, type SObject } from '../rest/object.ts'
import type { FieldValue } from '../rest/record.ts'
import { readFieldValue } from '../rest/record-values.ts'
import { schemaOf } from '../rest/schema.ts'
import type { User } from '../users/user.ts'
import { type Applied, type ApplyNeeds, was } from './applied.ts'
import type { ListedOrg } from './read.ts'

type ListedRecord = ListedOrg['records'][number]

/** What applying one record came to. */
export interface AppliedRecord {
  readonly record: ListedRecord
  readonly name: string
  readonly outcome: Outcome<Applied>
}

/**
 * Makes the records that an org does not have. They are data to begin with, and belong to whoever uses the org from then
 * on: one that is there, by the name of its object, is left as it is.
 */
export async function applyRecords(
  needs: ApplyNeeds,
  org: Org,
  { records, users }: Pick<ListedOrg, 'records' | 'users'>,
  objects: readonly CustomObject[],
): Promise<readonly AppliedRecord[]> {
  const owner = await ownerOf(needs, org)
  const schema = schemaOf(objects.map(objectOf))
  const known = schema.objects.filter(({ kind }) => kind === 'stored')
  const stored = new Map<string, Map<string, number>>()
  const applied: AppliedRecord[] = []
  for (const record of records) applied.push(await applyOne(record))
  return applied

  async function applyOne(record: ListedRecord): Promise<AppliedRecord> {
    const object = known.find(({ name }) => name === record.object)
    if (object === undefined) {
      const names = known.map(({ name }) => name)
      const message = `This org keeps no “${record.object}” records, only ${names.join(', ')}.${didYouMean(record.object, names)}`
      return { record, name: '', outcome: refused({ field: '', message }) }
    }
    const { values, problems } = valuesOf(object, record.entry)
    // A user whom the file lists and who was refused is a mistake already told.
    if (owner === undefined && users.length === 0) {
      problems.push({ field: '', message: 'Records need an owner: give the org a user.' })
    }
    const at = needs.now()
    const by = { ownerId: owner?.id ?? '', createdById: owner?.id ?? '', modifiedById: owner?.id ?? '' }
    const stamp = { id: '', orgId: org.id, createdAt: at, modifiedAt: at, ...by }
    const made = recordWith(object, withDefaults(object, values), stamp)
    if (owner === undefined || problems.length > 0) return { record, name: made.name, outcome: refused(...problems) }
    const names = stored.get(object.name) ?? (await namesOf(needs, org, object))
    stored.set(object.name, names)
    const left = names.get(made.name) ?? 0
    names.set(made.name, left - 1)
    if (left > 0) return { record, name: made.name, outcome: done('unchanged') }
    const added = { ...made, id: needs.newRecordId(object.keyPrefix) }
    await needs.records.add(added, keysOf(object, added))
    return { record, name: made.name, outcome: was('created', done(undefined)) }
  }
}

/** An admin who is there, or else anybody. */
async function ownerOf(
  { users, profiles }: Pick<ApplyNeeds, 'users' | 'profiles'>,
  org: Org,
): Promise<User | undefined> {
  const admin = await profiles.findByName(org.id, 'System Administrator')
  const some = await users.list(org.id, { limit: 200 })
  return some.find(({ isActive, profileId }) => isActive && profileId === admin?.id) ?? some[0]
}

/** What an entry gives, read as the API reads it, and what is wrong with it. */
function valuesOf(
  object: SObject,
  entry: ListedRecord['entry'],
): { readonly values: Map<string, FieldValue>; readonly problems: Problem[] } {
  const values = new Map<string, FieldValue>()
  const problems: Problem[] = []
  for (const [name, value] of Object.entries(entry)) {
    const field = findField(object, name)
    const message = field === undefined ? unknownField(object, name) : problemOf(object, field, value)
    if (message !== undefined) problems.push({ field: name, message })
    else if (field !== undefined) values.set(field.name, readFieldValue(object, field, value))
  }
  const wrong = new Set(problems.map(({ field }) => field))
  const { nameField } = object
  const missing = missingFields(object, values).map(({ name }) => name)
  // Without a name it could not be known again when the file is applied once more.
  if (nameField !== undefined && nameField.isCalculated === false && (values.get(nameField.name) ?? '') === '') {
    if (!missing.includes(nameField.name)) missing.push(nameField.name)
  }
  for (const field of missing.filter((name) => !wrong.has(name))) {
    problems.push({ field, message: `A record of ${object.name} needs a “${field}”.` })
  }
  return { values, problems }
}

function unknownField(object: SObject, name: string): string {
  const names = object.fields.filter(isGiven).map((field) => field.name)
  return `${object.name} has no field “${name}”.${didYouMean(name, names)} Fields of your own are declared under objects.`
}

function problemOf(object: SObject, field: Field, value: FieldValue): string | undefined {
  if (field.isCalculated && field.isNameField) return `“${field.name}” is made of FirstName and LastName: give those.`
  if (!isGiven(field)) return `“${field.name}” is set by the server.`
  try {
    readFieldValue(object, field, value)
    return undefined
  } catch (error) {
    if (error instanceof RestError) return error.message
    throw error
  }
}

function isGiven(field: Field): boolean {
  return field.name !== 'OwnerId' && (field.isCreateable || (field.isNameField && field.isAutoNumber))
}

async function namesOf(
  { records }: Pick<ApplyNeeds, 'records'>,
  org: Org,
  object: SObject,
): Promise<Map<string, number>> {
  const names = new Map<string, number>()
  const limit = 1000
  for (let offset = 0; ; offset += limit) {
    const page = await records.list(org.id, object.name, { offset, limit })
    for (const { name } of page) names.set(name, (names.get(name) ?? 0) + 1)
    if (page.length < limit) return names
  }
}
