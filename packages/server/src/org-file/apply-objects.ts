import { isDeepStrictEqual } from 'node:util'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { type CustomObject, checkCustomObject, nextKeyPrefix } from '../rest/custom-object.ts'
import type { Applied, ApplyNeeds } from './applied.ts'
import type { ObjectEntry } from './org-file.ts'
import type { Listed } from './read.ts'
import type { Path } from './yaml-text.ts'

/** What applying the objects of an org came to, and all that it then has. */
export interface AppliedObjects {
  readonly objects: readonly CustomObject[]
  readonly results: readonly { readonly path: Path; readonly name: string; readonly outcome: Outcome<Applied> }[]
}

/** Makes the objects and fields that an org does not have, and changes those that differ. */
export async function applyObjects(
  { objects: store }: Pick<ApplyNeeds, 'objects'>,
  org: Org,
  listed: readonly Listed<ObjectEntry>[],
): Promise<AppliedObjects> {
  let objects = await store.definitions(org.id)
  const results: AppliedObjects['results'][number][] = []
  const all = [...objects, ...listed.map(({ entry }) => entry)]
  const seen = new Set<string>()
  for (const { path, entry } of listed) {
    const name = entry.fullName
    const note = (outcome: Outcome<Applied>) => results.push({ path, name, outcome })
    const checked = checkCustomObject(entry, all)
    if (seen.has(name)) note(refused({ field: 'fullName', message: 'The file has this one before.' }))
    else if (!checked.ok) note(checked)
    else {
      seen.add(name)
      const before = objects.find(({ fullName }) => fullName === name)
      const keyPrefix = name.endsWith('__c') ? { keyPrefix: before?.keyPrefix ?? nextKeyPrefix(objects) } : {}
      const after: CustomObject = { ...entry, ...keyPrefix }
      if (isDeepStrictEqual(before, after)) {
        note(done('unchanged'))
        continue
      }
      await store.put(org.id, after)
      objects = [...objects.filter(({ fullName }) => fullName !== name), after]
      note(done(before === undefined ? 'created' : 'changed'))
    }
  }
  return { objects, results }
}
