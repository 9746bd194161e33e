import { apiNameProblem } from '../api-name.ts'
import { lineProblem, trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { type EnteredObjectPermission, readObjectPermissions, readPermissions } from './new-profile.ts'
import { type OwnAccessNeeds, ownAccessProblem } from './own-access.ts'
import type { PermissionSet, PermissionSetStore } from './profile.ts'

/** What an admin enters of a permission set. What is left out stays as it is, or gets its default. */
export interface EnteredPermissionSet {
  /** By default the name, with blanks for underscores. */
  readonly label?: string
  /** API names of permissions: all that the permission set is to have. */
  readonly permissions?: readonly string[]
  /** Every object that the permission set opens, with what may be done with its records. */
  readonly objectPermissions?: readonly EnteredObjectPermission[]
}

interface Needs {
  readonly permissionSets: Pick<PermissionSetStore, 'findByName' | 'add'>
  readonly newId: (kind: RecordKind) => string
}

/** Makes a permission set of an org; by default it permits nothing by itself, but apps may be assigned to it. */
export async function newPermissionSet(
  { permissionSets, newId }: Needs,
  org: Pick<Org, 'id'>,
  entered: EnteredPermissionSet & { readonly name: string },
): Promise<Outcome<PermissionSet>> {
  const name = trimmed(entered.name) ?? ''
  const problems: Problem[] = []
  const message = apiNameProblem(name)
  if (message !== undefined) problems.push({ field: 'name', message })
  else if ((await permissionSets.findByName(org.id, name)) !== undefined) {
    problems.push({ field: 'name', message: `This org has a permission set “${name}” already.` })
  }
  const blank: PermissionSet = {
    id: newId('permissionSet'),
    orgId: org.id,
    name,
    label: name.replaceAll('_', ' '),
    permissions: [],
    objectPermissions: [],
  }
  const permissionSet = permissionSetWith(blank, entered)
  if (!permissionSet.ok) problems.push(...permissionSet.problems)
  if (!permissionSet.ok || problems.length > 0) return refused(...problems)
  await permissionSets.add(permissionSet.value)
  return permissionSet
}

/** Changes what was entered of a permission set and leaves the rest. */
export async function changePermissionSet(
  needs: OwnAccessNeeds & { readonly permissionSets: Pick<PermissionSetStore, 'update'> },
  permissionSet: PermissionSet,
  entered: EnteredPermissionSet,
): Promise<Outcome<PermissionSet>> {
  const changed = permissionSetWith(permissionSet, entered)
  if (!changed.ok) return changed
  const lockout = await ownAccessProblem(needs, { permissionSet: changed.value })
  if (lockout !== undefined) return refused({ field: 'permissions', message: lockout.message })
  await needs.permissionSets.update(changed.value)
  return changed
}

/** The permission set with what was entered put in, checked field by field. Nothing is written. */
export function permissionSetWith(permissionSet: PermissionSet, entered: EnteredPermissionSet): Outcome<PermissionSet> {
  const problems: Problem[] = []
  const label = trimmed(entered.label) ?? permissionSet.label
  const message = lineProblem(label, 80)
  if (message !== undefined) problems.push({ field: 'label', message })
  const permissions =
    entered.permissions === undefined ? done(permissionSet.permissions) : readPermissions(entered.permissions)
  if (!permissions.ok) problems.push(...permissions.problems)
  const objectPermissions =
    entered.objectPermissions === undefined
      ? done(permissionSet.objectPermissions)
      : readObjectPermissions(entered.objectPermissions)
  if (!objectPermissions.ok) problems.push(...objectPermissions.problems)
  if (!permissions.ok || !objectPermissions.ok || problems.length > 0) return refused(...problems)
  return done({
    ...permissionSet,
    label,
    permissions: permissions.value,
    objectPermissions: objectPermissions.value,
  })
}
