import {
  changeCustomScope,
  customScopeWith,
  type EnteredCustomScope,
  newCustomScope,
} from '../connected-apps/change-custom-scope.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { changeCustomPermission, customPermissionWith, newCustomPermission } from '../users/change-custom-permission.ts'
import type { CustomPermission } from '../users/custom-permission.ts'
import { listOf } from './app-entry.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { CustomPermissionEntry, CustomScopeEntry, PermissionSetEntry, ProfileEntry } from './org-file.ts'
import type { Listed, ListedOrg } from './read.ts'

/** Makes a custom scope, or changes what differs of it. Which apps have it is applied with them, or after them. */
export async function applyCustomScope(
  needs: ApplyNeeds,
  org: Org,
  entry: CustomScopeEntry,
): Promise<Outcome<Applied>> {
  const { developerName: name, masterLabel, assignedTo: _, ...others } = entry
  const entered: EnteredCustomScope = { ...others, ...(masterLabel === undefined ? {} : { label: masterLabel }) }
  const all = await needs.customScopes.list(org.id)
  const scope = all.find((one) => one.name === name)
  const outcome =
    scope === undefined
      ? was('created', await newCustomScope(needs, org, { ...entered, name }))
      : await changedIf(scope, customScopeWith(scope, entered, all), isSame, () =>
          changeCustomScope(needs, scope, entered),
        )
  return renamed(outcome, { name: 'developerName', label: 'masterLabel' })
}

/** The custom scopes that a file assigns to an app where it lists them. */
export function scopesAssignedTo(app: string, listed: Pick<ListedOrg, 'customScopes'>): readonly string[] {
  return listed.customScopes.flatMap(({ entry: { developerName, assignedTo } }) =>
    assignedTo !== undefined && listOf(assignedTo).includes(app) ? [developerName] : [],
  )
}

/**
 * Assigns a custom scope to apps that the file names for it and does not list.
 * @param listed the apps that it lists: one of those that could not be made has been told of
 */
export async function applyAssignedScope(
  needs: ApplyNeeds,
  org: Org,
  { developerName, assignedTo }: CustomScopeEntry,
  listed: ReadonlySet<string>,
): Promise<Outcome<Applied>> {
  if (assignedTo === undefined) return done('unchanged')
  const all = await needs.apps.list(org.id)
  const problems: Problem[] = []
  let applied: Applied = 'unchanged'
  for (const [item, name] of listOf(assignedTo).entries()) {
    const app = all.find(({ fullName }) => fullName === name)
    if (app === undefined && listed.has(name)) continue
    if (app === undefined) {
      problems.push({ field: 'assignedTo', item, message: `This org has made no app “${name}”.` })
    } else if (!app.scopes.includes(developerName)) {
      await needs.apps.update({ ...app, scopes: [...app.scopes, developerName], modifiedAt: needs.now() })
      applied = 'changed'
    }
  }
  return problems.length > 0 ? refused(...problems) : done(applied)
}

/**
 * Makes a custom permission, or changes what differs of it. Who gives it is applied afterwards.
 * @param listed the apps that the file lists: one of those that could not be made has been told of
 */
export async function applyCustomPermission(
  needs: ApplyNeeds,
  org: Org,
  { fullName: name, connectedApp, ...others }: CustomPermissionEntry,
  listed: ReadonlySet<string>,
): Promise<Outcome<Applied>> {
  const isMade = (await needs.apps.list(org.id)).some(({ fullName }) => fullName === connectedApp)
  const isTold = connectedApp === undefined || (listed.has(connectedApp) && !isMade)
  const entered = { ...others, ...(isTold ? {} : { connectedApp }) }
  const permission = (await needs.customPermissions.list(org.id)).find((one) => one.name === name)
  const outcome =
    permission === undefined
      ? was('created', await newCustomPermission(needs, org, { ...entered, name }))
      : await changedIf(permission, await customPermissionWith(needs, permission, entered), isSame, () =>
          changeCustomPermission(needs, permission, entered),
        )
  return renamed(outcome, { name: 'fullName' })
}

/** Has a profile or a permission set give these custom permissions, and no others. */
export async function applyGivenPermissions(
  needs: ApplyNeeds,
  org: Org,
  kind: 'profiles' | 'permissionSets',
  { entry: { name, customPermissions: names } }: Listed<ProfileEntry | PermissionSetEntry>,
): Promise<Outcome<Applied>> {
  if (names === undefined) return done('unchanged')
  const giver = await needs[kind].findByName(org.id, name)
  // One that could not be made has been told of.
  if (giver === undefined) return done('unchanged')
  const all = await needs.customPermissions.list(org.id)
  const problems = names.flatMap((wanted, item): readonly Problem[] =>
    all.some((one) => one.name === wanted)
      ? []
      : [{ field: 'customPermissions', item, message: `This org has no custom permission “${wanted}”.` }],
  )
  if (problems.length > 0) return refused(...problems)
  let applied: Applied = 'unchanged'
  for (const permission of all) {
    const entered = givenBy(permission, kind, giver.id, names.includes(permission.name))
    if (entered === undefined) continue
    await needs.customPermissions.update(entered)
    applied = 'changed'
  }
  return done(applied)
}

/** The permission as it is once somebody gives it or not; `undefined` when it is so already. */
function givenBy(
  permission: CustomPermission,
  kind: 'profiles' | 'permissionSets',
  id: string,
  isGiven: boolean,
): CustomPermission | undefined {
  const field = kind === 'profiles' ? 'profileIds' : 'permissionSetIds'
  const held = permission[field]
  if (held.includes(id) === isGiven) return undefined
  return { ...permission, [field]: isGiven ? [...held, id] : held.filter((one) => one !== id) }
}

function renamed(outcome: Outcome<Applied>, names: Readonly<Record<string, string>>): Outcome<Applied> {
  if (outcome.ok) return outcome
  return refused(...outcome.problems.map((problem) => ({ ...problem, field: names[problem.field] ?? problem.field })))
}
