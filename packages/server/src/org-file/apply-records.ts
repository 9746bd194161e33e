import { didYouMean } from '../closest-name.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { keyPrefixes, type RecordKind } from '../record-id.ts'
import { storedObjects } from '../rest/objects.ts'
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

const ofServer = new Set([
  'attributes',
  'createdbyid',
  'createddate',
  'id',
  'isdeleted',
  'lastmodifiedbyid',
  'lastmodifieddate',
  'ownerid',
  'systemmodstamp',
])

/**
 * Makes the records that an org does not have. They are data to begin with, and belong to whoever uses the org from then
 * on: one that is there, by the name of its object, is left as it is.
 */
export async function applyRecords(
  needs: ApplyNeeds,
  org: Org,
  { records, users }: Pick<ListedOrg, 'records' | 'users'>,
): Promise<readonly AppliedRecord[]> {
  const owner = await ownerOf(needs, org)
  const stored = new Map<string, Map<string, number>>()
  const applied: AppliedRecord[] = []
  for (const record of records) applied.push(await applyOne(record))
  return applied

  async function applyOne(record: ListedRecord): Promise<AppliedRecord> {
    const { object, entry } = record
    const kind = kindOf(object)
    const nameField = storedObjects.find((known) => known.name === object)?.columns[0]?.path ?? 'Name'
    const name = entry[nameField]
    const problems = [...problemsOf(record, kind, nameField)]
    // A user whom the file lists and who was refused is a mistake already told.
    if (owner === undefined && users.length === 0) {
      problems.push({ field: '', message: 'Records need an owner: give the org a user.' })
    }
    if (kind === undefined || owner === undefined || typeof name !== 'string' || problems.length > 0) {
      return { record, name: String(name), outcome: refused(...problems) }
    }
    const names = stored.get(object) ?? (await namesOf(needs, org, object, nameField))
    stored.set(object, names)
    const left = names.get(name) ?? 0
    names.set(name, left - 1)
    if (left > 0) return { record, name, outcome: done('unchanged') }
    const at = needs.now()
    const added = { orgId: org.id, object, fields: entry, ownerId: owner.id, createdAt: at, modifiedAt: at }
    await needs.records.add({ ...added, id: needs.newId(kind) })
    return { record, name, outcome: was('created', done(undefined)) }
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

function kindOf(object: string): RecordKind | undefined {
  if (!storedObjects.some(({ name }) => name === object)) return undefined
  return Object.keys(keyPrefixes).find((kind): kind is RecordKind => kind === object)
}

function problemsOf(
  { object, entry }: ListedRecord,
  kind: RecordKind | undefined,
  nameField: string,
): readonly Problem[] {
  const known = storedObjects.map(({ name }) => name)
  if (kind === undefined) {
    const message = `This version keeps no “${object}” records, only ${known.join(', ')}.${didYouMean(object, known)}`
    return [{ field: '', message }]
  }
  const problems: Problem[] = []
  const name = entry[nameField]
  if (typeof name !== 'string' || name.trim() === '') {
    problems.push({ field: nameField, message: `A record of ${object} needs a “${nameField}”.` })
  }
  for (const [field, value] of Object.entries(entry)) {
    if (ofServer.has(field.toLowerCase())) {
      problems.push({ field, message: `“${field}” is set by the server.` })
    } else if (!/^[A-Za-z][A-Za-z0-9_]{0,79}$/.test(field)) {
      problems.push({ field, message: 'The API name of a field has letters, digits and underscores.' })
    } else if (typeof value === 'string' && value.length > 32_768) {
      problems.push({ field, message: 'Use at most 32768 characters.' })
    }
  }
  return problems
}

async function namesOf(
  { records }: Pick<ApplyNeeds, 'records'>,
  org: Org,
  object: string,
  nameField: string,
): Promise<Map<string, number>> {
  const names = new Map<string, number>()
  const limit = 1000
  for (let offset = 0; ; offset += limit) {
    const page = await records.list(org.id, object, { offset, limit })
    for (const { fields } of page) {
      const name = fields[nameField]
      if (typeof name === 'string') names.set(name, (names.get(name) ?? 0) + 1)
    }
    if (page.length < limit) return names
  }
}
